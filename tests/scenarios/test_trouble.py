"""Real processes, sockets and SQLite: whatever dies in the middle of a charge, it comes out whole and once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId, OutletNumber
from contactor.central.queries import Queries
from contactor.central.store.sqlite import open_engine
from contactor.central.views import ReadingView, TransactionView
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.ocpp.enumerations import StopReason
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.settings import StationSettings
from contactor.station.store.sqlite import SqliteStore
from contactor.virtual.driver import Visit, drive
from contactor.virtual.virtual_station import VirtualStation
from tests.scenarios.central_process import CentralProcess

OUTLET = OutletNumber(1)
VISIT = Visit(OUTLET, "TAG-1", "saloon", soc=0.2, take_wh=15_000.0)
QUICK = {"MeterValueSampleInterval": "1", "MinimumStatusDuration": "0"}


@asynccontextmanager
async def a_station(central: CentralProcess, place: Path) -> AsyncIterator[VirtualStation]:
    """CP-1 with hardware that runs a hundred times as fast as the wire."""
    station = VirtualStation(
        "CP-1",
        load_product(),
        StationSettings(
            model="EVD1S180TBB",
            serial="SN-1",
            initial={"SupervisionUrl": central.url, "BoxIdentifier": "CP-1", **QUICK},
            reconnect_first_s=0.1,
        ),
        SqliteStore(place / "station"),
        WebSocketDialer(),
        clock=SystemClock(),
        dice=Dice.unpredictable(),
        hardware_speed=100.0,
    )
    station.switch_on()
    try:
        yield station
    finally:
        await station.shut_down()


def delivered_wh(station: VirtualStation) -> int:
    return station.rig.read(OUTLET).register_wh


def has_delivered(station: VirtualStation, energy_wh: int) -> Callable[[], bool]:
    return lambda: delivered_wh(station) >= energy_wh


async def all_is_told(station: VirtualStation) -> None:
    await station.until(lambda: station.station.is_online and station.station.messages_owed == 0)


def record(central: CentralProcess) -> tuple[list[TransactionView], list[ReadingView]]:
    engine = open_engine(str(central.ledger_file))
    try:
        queries = Queries(engine)
        transactions = queries.transactions()
        return transactions, [each for one in transactions for each in queries.readings(one.transaction_id)]
    finally:
        engine.dispose()


async def test_a_central_system_killed_in_the_middle_of_a_charge_has_it_whole_in_the_end(tmp_path: Path) -> None:
    """Q-01, Q-06, Q-09, CS-04, CS-06; TR-14: the station does not boot again."""
    async with CentralProcess(tmp_path) as central, a_station(central, tmp_path) as station:
        driving = asyncio.create_task(drive(station, VISIT))
        await station.until(has_delivered(station, 3_000))
        await central.kill()
        await station.until(lambda: not station.station.is_online)
        await station.until(has_delivered(station, 8_000))
        await central.start()
        assert await driving
        await all_is_told(station)
        meter_wh = delivered_wh(station)
    (transaction,), readings = record(central)
    assert transaction.energy_wh == transaction.meter_stop_wh == meter_wh >= VISIT.take_wh
    assert transaction.stop_reason is StopReason.LOCAL
    assert transaction.suspicions == ()
    assert len({reading.taken_at for reading in readings}) == len(readings) == transaction.readings
    registers = [reading.energy_wh for reading in readings if reading.energy_wh is not None]
    assert registers == sorted(registers)


async def test_a_central_system_killed_again_and_again_records_nothing_twice(tmp_path: Path) -> None:
    """The promise that an acknowledged reading survives `kill -9`, and that none is recorded twice."""
    async with CentralProcess(tmp_path) as central, a_station(central, tmp_path) as station:
        driving = asyncio.create_task(drive(station, VISIT))
        for energy_wh in (1_000, 4_000, 7_000, 10_000):
            await station.until(has_delivered(station, energy_wh))
            await central.kill()
            await central.start()
        assert await driving
        await all_is_told(station)
        meter_wh = delivered_wh(station)
    (transaction,), readings = record(central)
    assert transaction.energy_wh == meter_wh
    assert len({reading.taken_at for reading in readings}) == len(readings)


async def test_a_power_cut_in_the_middle_of_a_charge_ends_it_with_all_its_energy(tmp_path: Path) -> None:
    """PW-01, PW-03, TC_032_2_CS: one transaction, stopped by PowerLoss after the boot."""
    async with CentralProcess(tmp_path) as central, a_station(central, tmp_path) as station:
        station.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
        await station.until(lambda: station.station.can_charge(ConnectorId(1)))
        station.present_badge("TAG-1")
        await station.until(has_delivered(station, 5_000))
        station.cut_power()
        meter_wh = delivered_wh(station)
        station.return_power()
        await all_is_told(station)
        assert delivered_wh(station) == meter_wh
    (transaction,), _readings = record(central)
    assert transaction.energy_wh == meter_wh >= 5_000
    assert transaction.stop_reason is StopReason.POWER_LOSS
    assert transaction.suspicions == ()


async def test_a_station_process_that_dies_remembers_meter_car_and_transaction(tmp_path: Path) -> None:
    """The store and the rig are written together: a new process on the same folder goes on where the old one died."""
    async with CentralProcess(tmp_path) as central:
        async with a_station(central, tmp_path) as station:
            driving = asyncio.create_task(drive(station, VISIT))
            await station.until(has_delivered(station, 5_000))
            driving.cancel()
            # Nothing is said and nothing more is written, as with SIGKILL; only the folder's lock is let go.
            station.runner.power_off()
        async with a_station(central, tmp_path) as reborn:
            await all_is_told(reborn)
            assert reborn.rig.is_plugged(OUTLET)
            meter_wh = delivered_wh(reborn)
    (transaction,), readings = record(central)
    assert transaction.stop_reason is StopReason.POWER_LOSS
    assert transaction.energy_wh == meter_wh
    assert max(reading.energy_wh or 0 for reading in readings) <= meter_wh
