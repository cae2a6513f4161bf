"""The verbs of the control API over real HTTP: what people do, what goes wrong, what surrounds a station."""

import asyncio
import time
from typing import Any

import pytest

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.station.transactions import Transaction
from tests.virtual.control.stage import Stage, stage

ONE = OutletNumber(1)


def _status(it: Stage, outlet: int = 1) -> Status:
    return it.virtual.station.connectors[ConnectorId(outlet)].status


def _transaction(it: Stage, outlet: int = 1) -> Transaction | None:
    return it.virtual.station.transactions.open_on(outlet)


async def _charging(it: Stage, **arrival: Any) -> None:
    await it.booted()
    await it.do("outlets/1/plug", arrival)
    await it.do("badge", {"uid": "ANNA", "outlet": 1})
    await it.virtual.until(lambda: _status(it) is Status.CHARGING)


async def test_a_car_charges_from_plug_to_unplug() -> None:
    async with stage() as it:
        await _charging(it, soc_percent=40, battery_wh=50_000)
        state = await it.state()
        outlet = state["outlets"]["1"]
        assert outlet["is_contactor_closed"]
        assert outlet["light"] == "blue pulsing"
        assert outlet["vehicle"]["battery_wh"] == 50_000
        assert outlet["connector"]["transaction"]["id_tag"] == "ANNA"
        assert outlet["connector"]["screen"]["page"] == "charging"
        assert state["screen"]["shown"] == 1
        await it.do("outlets/1/stop")
        await it.virtual.until(lambda: _status(it) is Status.FINISHING)
        await it.do("outlets/1/unplug")
        assert _status(it) is Status.AVAILABLE
        assert not (await it.state())["outlets"]["1"]["is_plugged"]


async def test_a_car_of_0_w_asks_for_nothing_until_its_driver_wants_more() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("outlets/1/plug", {"max_power_w": 0})
        await it.do("badge", {"uid": "ANNA"})
        await it.virtual.until(lambda: _status(it) is Status.SUSPENDED_EV)
        await it.do("outlets/1/vehicle", {"max_power_w": 40_000}, method="PATCH")
        await it.virtual.until(lambda: _status(it) is Status.CHARGING)
        await it.virtual.until(lambda: it.virtual.rig.read(ONE).power_w > 39_000)
        assert it.virtual.rig.read(ONE).power_w <= 40_001


async def test_a_car_stops_by_itself_where_its_driver_says() -> None:
    async with stage() as it:
        await _charging(it, soc_percent=50, battery_wh=1_000_000)
        await it.do("outlets/1/vehicle", {"stop_at_soc_percent": 52}, method="PATCH")
        await it.do("speed", {"speed": 1000}, method="PUT")
        await it.virtual.until(lambda: _transaction(it) is None)
        vehicle = it.virtual.rig.vehicle(ONE)
        assert vehicle is not None
        assert vehicle.soc == pytest.approx(0.52, abs=1e-3)


async def test_a_curve_of_ones_own_bounds_the_car() -> None:
    async with stage() as it:
        curve = [{"soc_percent": 0, "power_percent": 20}, {"soc_percent": 100, "power_percent": 20}]
        await _charging(it, curve=curve)
        await it.virtual.until(lambda: it.virtual.rig.read(ONE).power_w > 29_000)
        assert it.virtual.rig.read(ONE).power_w <= 30_001  # a fifth of the saloon's 150 kW


async def test_a_badge_may_be_meant_for_a_connector() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("outlets/1/plug", {})
        await it.do("outlets/2/plug", {})
        await it.do("badge", {"uid": "BEN", "outlet": 1})
        await it.virtual.until(lambda: _transaction(it, 1) is not None)
        assert _transaction(it, 2) is None


async def test_touching_the_screen_brings_the_other_outlet_to_the_front() -> None:
    async with stage() as it:
        await it.do("outlets/1/plug", {})
        await it.do("outlets/2/plug", {})
        assert (await it.state())["screen"]["shown"] == 2
        await it.do("screen/touch", {"outlet": 1})
        assert (await it.state())["screen"]["shown"] == 1
        await it.do("screen/touch", {})
        assert (await it.state())["screen"]["shown"] == 2


@pytest.mark.parametrize(
    ("place", "dtc", "stop"),
    [
        ("terminal", "0x100202", "emergency-stops"),
        ("power-cabinet", "0x200202", "emergency-stops"),
        ("terminal", "0x10020C", "doors"),
        ("power-cabinet", "0x200204", "doors"),
    ],
)
async def test_an_emergency_stop_and_a_door_end_the_charge_until_they_are_as_they_were(
    place: str, dtc: str, stop: str
) -> None:
    press, release = ("press", "release") if stop == "emergency-stops" else ("open", "close")
    async with stage() as it:
        await _charging(it)
        await it.do(f"{stop}/{place}/{press}")
        await it.do(f"{stop}/{place}/{press}")  # twice changes nothing
        assert _status(it) is Status.FAULTED
        state = await it.state()
        assert [each["dtc"] for each in state["faults"]] == [dtc]
        name = "emergency_stops" if stop == "emergency-stops" else "doors"
        assert [each["is_active"] for each in state[name]] == [place == "terminal", place == "power-cabinet"]
        assert state["outlets"]["1"]["light"] == "red"
        assert not state["outlets"]["1"]["is_contactor_closed"]
        await it.do(f"{stop}/{place}/{release}")
        assert (await it.state())["faults"] == []


async def test_a_trouble_code_of_the_guide_is_raised_and_cleared_with_its_text() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("faults/raise", {"dtc": "0x10020f", "outlet": 2})
        (fault,) = (await it.state())["faults"]
        assert (fault["dtc"], fault["text"], fault["outlet"]) == ("0x10020F", "Meter failure error", 2)
        await it.do("faults/clear", {"dtc": "0x10020F", "outlet": 2})
        assert (await it.state())["faults"] == []
        assert (await it.refused("faults/clear", {"dtc": "0x10020F", "outlet": 2}))[0] == 409
        status, problem = await it.refused("faults/raise", {"dtc": "0x999999"})
        assert (status, problem["field"], problem["value"]) == (422, "dtc", "0x999999")


async def test_a_power_cut_keeps_the_car_and_ends_the_transaction_by_power_loss() -> None:
    async with stage() as it:
        await _charging(it)
        await it.do("power/cut")
        state = await it.state()
        assert not state["is_running"]
        assert state["screen"] is None
        assert state["outlets"]["1"]["light"] == "off"
        assert state["outlets"]["1"]["vehicle"] is not None
        assert (await it.refused("power/cut"))[0] == 409
        assert (await it.refused("restart"))[0] == 409
        await it.do("power/return")
        assert (await it.refused("power/return"))[0] == 409
        await it.central.until(lambda: any(action == "StopTransaction" for action, _ in it.central.calls))
        (stop,) = [payload for action, payload in it.central.calls if action == "StopTransaction"]
        assert stop["reason"] == "PowerLoss"


async def test_a_restart_boots_again_from_the_store() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("restart")
        await it.central.until(lambda: [action for action, _ in it.central.calls].count("BootNotification") == 2)


async def test_a_clean_cut_closes_the_line_and_lets_nobody_dial_until_it_is_restored() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("network/cut", {"way": "clean"})
        await it.central.until(lambda: bool(it.central.closures))
        assert it.central.closures[0].clean
        await it.virtual.until(lambda: not it.virtual.station.is_online)
        assert (await it.state())["network"]["failure"] == "clean"
        boots = len(it.network.lines)
        assert boots == 0
        await it.do("network/restore")
        await it.booted()


async def test_a_reset_breaks_the_line_without_a_goodbye_and_lets_nobody_dial_until_it_is_restored() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("network/cut", {"way": "reset"})
        await it.central.until(lambda: bool(it.central.closures))
        assert (it.central.closures[0].clean, it.central.closures[0].code) == (False, None)
        await it.virtual.until(lambda: not it.virtual.station.is_online)
        assert (await it.state())["network"]["failure"] == "reset"
        await it.do("network/restore")
        await it.booted()


@pytest.mark.parametrize("way", ["silent", "half-open"])
async def test_a_silent_network_lets_no_message_through_and_tells_nobody(way: str) -> None:
    async with stage(MeterValueSampleInterval="1") as it:
        await _charging(it)
        await it.do("network/cut", {"way": way})
        before = len(it.central.calls)
        await it.do("outlets/1/stop")
        await it.virtual.until(lambda: _transaction(it) is None)
        assert it.virtual.station.is_online  # as far as it knows
        assert it.virtual.station.messages_owed > 0
        assert len(it.central.calls) == before
        assert it.central.closures == []


async def test_a_weak_supply_halves_the_power_and_a_bad_one_stops_it_by_its_trouble_code() -> None:
    async with stage() as it:
        await _charging(it, soc_percent=10)
        await it.virtual.until(lambda: it.virtual.rig.read(ONE).power_w > 100_000)
        await it.do("supply", {"available_w": 60_000}, method="PUT")
        assert it.virtual.rig.read(ONE).power_w <= 60_001
        assert (await it.state())["supply"]["available_w"] == 60_000
        await it.do("supply", {"voltage_v": 300}, method="PUT")
        (fault,) = (await it.state())["faults"]
        assert (fault["dtc"], fault["text"]) == ("0x200208", "Input under-voltage error")
        assert _status(it) is Status.FAULTED
        await it.do("supply", {}, method="PUT")
        assert (await it.state())["faults"] == []


async def test_the_physics_run_faster_when_told() -> None:
    async with stage(speed=1) as it:
        await it.do("speed", {"speed": 1000}, method="PUT")
        await _charging(it)
        assert (await it.state())["speed"] == 1000
        began = time.monotonic()
        await it.virtual.until(lambda: it.virtual.rig.energy_delivered_wh(ONE) > 5_000)
        assert time.monotonic() - began < 60  # five minutes of a real charge


async def test_verbs_that_come_milliseconds_apart_on_many_connections_keep_their_order() -> None:
    heard: list[str] = []

    class Ear:
        def happened(self, happening: object) -> None:
            uid = getattr(happening, "uid", None)
            if uid is not None:
                heard.append(uid)

        def noted(self, _note: object) -> None: ...

        def settled(self) -> None: ...

    async with stage() as it:
        it.virtual.watchers.append(Ear())

        lines = [await asyncio.open_connection("127.0.0.1", it.control.port) for _ in range(40)]
        for number, (_, writer) in enumerate(lines):
            body = b'{"uid": "B%d"}' % number
            writer.write(
                b"POST /stations/CP-1/badge HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            await writer.drain()
        for reader, writer in lines:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
    assert heard == [f"B{number}" for number in range(40)]


async def test_a_verb_is_answered_while_the_wire_is_silent() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("network/cut", {"way": "silent"})
        await it.do("outlets/1/plug", {})
        began = time.monotonic()
        await it.do("badge", {"uid": "ANNA"})
        assert time.monotonic() - began < 5  # the Authorize is answered never
        assert (await it.state())["outlets"]["1"]["connector"]["screen"]["page"] == "authorising"
