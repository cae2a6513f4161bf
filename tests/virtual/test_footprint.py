"""What one of thousands of virtual stations costs: memory it does not share, and how often its software has to look."""

import asyncio
import gc
import tracemalloc

import pytest

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.guide.load import load_product
from contactor.hardware.port import Reading
from contactor.link.link import Dialer
from contactor.link.memory import MemoryNetwork
from contactor.rig.garage import vehicle_model
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle
from contactor.station.effects import Effect, Note
from contactor.station.events import DeadlineReached, Event
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.virtual_station import VirtualStation
from tests.central.bench import NOON
from tests.central.commands.closed_loop import LoopClock
from tests.virtual.control.stage import Central

URL = "ws://central/ocpp"
STATIONS = 40
IDLE_BYTES_MAX = 14 * 1024
ONE, TWO = OutletNumber(1), OutletNumber(2)


class Looks:
    """Counts how often time alone has woken a station's software."""

    def __init__(self) -> None:
        self.count = 0

    def happened(self, happening: Event | Effect) -> None:
        """Something happened."""
        self.count += isinstance(happening, DeadlineReached)

    def noted(self, note: Note) -> None:
        """Notes are no looks."""

    def settled(self) -> None:
        """Nor is it one when everything has settled."""


def free_station(name: str, dialer: Dialer, *, sampled_each_s: int = 0) -> VirtualStation:
    """A charger that anybody may use, and that samples no meter unless told to."""
    initial = {
        "SupervisionUrl": URL,
        "BoxIdentifier": name,
        "AuthenticationOCPPMode": "false",
        "MeterValueSampleInterval": str(sampled_each_s),
    }
    return VirtualStation(
        name,
        load_product(),
        StationSettings(model="EVD1S180TBB", serial="SN-1", initial=initial, trace_frames=0),
        MemoryStore(),
        dialer,
        clock=LoopClock(NOON),
        dice=DICE,
    )


DICE = Dice("footprint")


def looks_in_ten_minutes(*outlets: OutletNumber) -> int:
    """How often the software of a station looks while cars charge at it, and nothing is told or measured."""

    async def story() -> int:
        network = MemoryNetwork()
        await network.listen(URL, Central().admit).start()
        station, looks = free_station("CP-1", network.dialer()), Looks()
        station.switch_on()
        await station.until(lambda: station.station.is_online)
        for outlet in outlets:
            station.plug(outlet, Vehicle(vehicle_model("saloon"), soc=0.1))
        await asyncio.sleep(60)  # of virtual time: checks, ramps, first statuses
        before_wh = station.rig.energy_delivered_wh(ONE)
        station.watchers.append(looks)
        await asyncio.sleep(600)
        station.look()
        assert station.rig.energy_delivered_wh(ONE) > before_wh + 5000
        await station.shut_down()
        return looks.count

    return run_virtually(story())


def test_an_idle_station_holds_a_few_kilobytes_that_are_its_own() -> None:
    async def story() -> float:
        network = MemoryNetwork()  # where nobody listens: what is weighed is the station
        keep = [free_station("warm", network.dialer())]
        keep[0].switch_on()
        gc.collect()
        tracemalloc.start()
        try:
            for number in range(STATIONS):
                station = free_station(f"CP-{number}", network.dialer())
                station.switch_on()
                keep.append(station)
            await asyncio.sleep(0)
            gc.collect()
            return tracemalloc.get_traced_memory()[0] / STATIONS
        finally:
            tracemalloc.stop()
            for station in keep:
                station.runner.power_off()

    weight = run_virtually(story())
    assert weight < IDLE_BYTES_MAX


def test_software_is_not_woken_while_current_flows_on_as_it_did() -> None:
    """Only signs of life of the transaction, once a minute (PW-05), and its heartbeats."""
    assert looks_in_ten_minutes(ONE) <= 20


def test_software_follows_the_hardware_while_two_cars_share_the_cabinet() -> None:
    """SC-12: what one car asks for is what the other one cannot have, so their wishes are looked at each second."""
    assert looks_in_ten_minutes(ONE, TWO) >= 600


def test_a_reading_that_is_told_looks_at_the_hardware_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the time for it nor its answer is news to anybody else: not to statuses, limits or shares."""
    looks = 0
    read = Rig.read

    def counted(rig: Rig, outlet: OutletNumber) -> Reading:
        nonlocal looks
        looks += 1
        return read(rig, outlet)

    async def story() -> int:
        network = MemoryNetwork()
        await network.listen(URL, Central().admit).start()
        station = free_station("CP-1", network.dialer(), sampled_each_s=10)
        station.switch_on()
        await station.until(lambda: station.station.is_online)
        station.plug(ONE, Vehicle(vehicle_model("saloon"), soc=0.1))
        await asyncio.sleep(60)
        sent, before = station.runner.frames_sent, looks
        await asyncio.sleep(600)
        assert station.runner.frames_sent >= sent + 60
        await station.shut_down()
        return looks - before

    monkeypatch.setattr(Rig, "read", counted)
    assert run_virtually(story()) <= 70


def test_what_a_station_tells_leaves_the_collector_nothing_to_do() -> None:
    """Thousands of stations tell so much that full collections would stop them all, and memory grow until then."""

    async def story() -> set[str]:
        network = MemoryNetwork()
        await network.listen(URL, Central().admit).start()
        station = free_station("CP-1", network.dialer(), sampled_each_s=10)
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            station.switch_on()
            await station.until(lambda: station.station.is_online)
            station.plug(ONE, Vehicle(vehicle_model("saloon"), soc=0.1))
            await asyncio.sleep(600)
            gc.collect()
            kinds = {f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.garbage}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
        await station.shut_down()
        return {kind for kind in kinds if kind.startswith("contactor.station")}

    assert run_virtually(story()) == set()
