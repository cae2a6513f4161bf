"""What those who watch ask for: the fleet at a glance, readings and messages as they come, a station's record."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection

from contactor.central.api.role import Role
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_transactions import start, stop
from tests.central.bench import STATION, Json
from tests.central.test_server import BOOT, ask, station_at

SINCE = "2026-01-01T00:00:00Z"


@asynccontextmanager
async def watched(place: Path, database: str, **changes: object) -> AsyncIterator[tuple[Bench, ClientConnection]]:
    """A central system on that database, and a booted station of it."""
    async with (
        api_in(place, database=database, **changes) as bench,
        station_at(bench.central, STATION) as station,
    ):
        await ask(station, "BootNotification", BOOT)
        yield bench, station


async def measured(
    station: ClientConnection, number: int, second: int, power: str, soc: str, volt: str = "400"
) -> None:
    sampled = [
        {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": "1500"},
        {"measurand": "Power.Active.Import", "unit": "W", "value": power},
        {"measurand": "SoC", "unit": "Percent", "value": soc},
        {"measurand": "Voltage", "unit": "V", "value": volt},
        {"measurand": "Current.Import", "unit": "A", "value": "125"},
    ]
    value = {"timestamp": f"2026-05-01T12:00:{second:02}Z", "sampledValue": sampled}
    await ask(station, "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})


async def test_the_fleet_shows_what_runs_with_its_latest_reading(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database) as (bench, station):
        await ask(station, "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"})
        number = await start(station, 1, "ANNA", 0)
        await measured(station, number, 1, "40000", "20")
        await measured(station, number, 2, "50000", "21")
        page = (await bench.admin.get(f"{API}/fleet")).json()
        first, second = page["items"]
        assert page["next"] is None
        assert (first["station_id"], first["is_online"], second["is_online"]) == (STATION, True, False)
        assert [(each["connector_id"], each["status"]) for each in first["connectors"]] == [(1, "Charging")]
        (running,) = first["transactions"]
        assert (running["transaction_id"], running["id_tag"], running["meter_start_wh"]) == (number, "ANNA", 1000)
        assert (running["power_w"], running["soc_percent"], running["energy_wh"]) == (50000, 21, 1500)
        assert second["transactions"] == []


async def test_the_fleet_comes_in_pages_by_name(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database) as (bench, _):
        one = (await bench.admin.get(f"{API}/fleet", params={"limit": 1})).json()
        two = (await bench.admin.get(f"{API}/fleet", params={"limit": 1, "after": one["next"]})).json()
        assert [each["station_id"] for each in one["items"] + two["items"]] == ["RDAM-01", "RDAM-02"]
        assert two["next"] is None


async def test_the_summary_counts_the_energy_of_what_began_since_then_and_has_ended(
    tmp_path: Path, database: str
) -> None:
    async with watched(tmp_path, database) as (bench, station):
        await stop(station, await start(station, 1, "ANNA", 0), 2500)
        await start(station, 2, "BEN", 0)
        summary = (await bench.admin.get(f"{API}/fleet/summary", params={"since": SINCE})).json()
        assert (summary["stations_known"], summary["stations_online"]) == (2, 1)
        assert (summary["sessions_ended"], summary["energy_wh"]) == (1, 1500)
        later = (await bench.admin.get(f"{API}/fleet/summary", params={"since": "2100-01-01T00:00:00Z"})).json()
        assert (later["sessions_ended"], later["energy_wh"]) == (0, 0)


async def test_readings_are_followed_from_a_number_on(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database) as (bench, station):
        number = await start(station, 1, "ANNA", 0)
        await measured(station, number, 1, "40000", "20")
        latest = (await bench.admin.get(f"{API}/fleet/summary", params={"since": SINCE})).json()["latest_reading"]
        await measured(station, number, 2, "50000", "21", volt="no number")
        new = (await bench.admin.get(f"{API}/fleet/readings", params={"after": latest})).json()
        (reading,) = new["items"]
        assert (reading["station_id"], reading["connector_id"], reading["transaction_id"]) == (STATION, 1, number)
        assert (reading["power_w"], reading["soc_percent"], reading["current_a"]) == (50000, 21, 125)
        assert reading["voltage_v"] is None
        assert new["next"] == reading["number"]
        quiet = (await bench.admin.get(f"{API}/fleet/readings", params={"after": new["next"]})).json()
        assert quiet == {"items": [], "next": new["next"]}
        elsewhere: dict[str, str | int] = {"after": 0, "station_id": "RDAM-02"}
        assert (await bench.admin.get(f"{API}/fleet/readings", params=elsewhere)).json()["items"] == []


async def test_messages_are_read_both_ways_and_it_is_told_whether_they_are_kept(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database, log_messages=True) as (bench, station):
        await ask(station, "Heartbeat", {})
        bench.central.sessions.messages.write()
        newest = await _until(bench, {"action": "Heartbeat"}, lambda found: len(_items(found)) == 2)
        assert newest["are_kept"] is True
        numbers = [each["number"] for each in _items(newest)]
        assert numbers == sorted(numbers, reverse=True)
        since: dict[str, str | int] = {"after": min(numbers) - 1, "station_id": STATION, "limit": 1}
        forward = (await bench.admin.get(f"{API}/messages", params=since)).json()
        assert [each["number"] for each in forward["items"]] == [min(numbers)]
        assert forward["next"] == min(numbers)
        calls = (await bench.admin.get(f"{API}/messages", params={"direction": "in", "action": "Heartbeat"})).json()
        assert [json.loads(each["frame"])[2] for each in calls["items"]] == ["Heartbeat"]
        assert (await bench.admin.get(f"{API}/messages", params={"after": 10**9})).json()["items"] == []
        problem_of(await bench.admin.get(f"{API}/messages", params={"after": 1, "before": 2}), 422)


async def test_messages_that_are_not_kept_are_said_to_be_so(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        assert (await bench.admin.get(f"{API}/messages")).json() == {"items": [], "next": None, "are_kept": False}


async def test_statuses_of_a_station_are_listed_and_errors_alone_if_wanted(tmp_path: Path, database: str) -> None:
    fault: Json = {
        "connectorId": 1,
        "errorCode": "GroundFailure",
        "status": "Faulted",
        "vendorErrorCode": "0x100202",
        "timestamp": "2026-05-01T12:00:00Z",
    }
    async with watched(tmp_path, database) as (bench, station):
        await ask(station, "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        await ask(station, "StatusNotification", fault)
        url = f"{API}/stations/{STATION}/statuses"
        page = (await bench.admin.get(url)).json()
        assert [each["status"] for each in page["items"]] == ["Faulted", "Available"]
        errors = (await bench.admin.get(url, params={"errors": True})).json()
        assert [each["vendor_error_code"] for each in errors["items"]] == ["0x100202"]
        first = (await bench.admin.get(url, params={"limit": 1})).json()
        rest = (await bench.admin.get(url, params={"limit": 1, "before": first["next"]})).json()
        assert [each["status"] for each in rest["items"]] == ["Available"]


async def test_security_events_and_file_transfers_are_listed(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database) as (bench, station):
        await ask(station, "FirmwareStatusNotification", {"status": "Downloading"})
        told: Json = {"type": "TamperDetectionActivated", "timestamp": "2026-05-01T12:00:00Z", "techInfo": "door"}
        await ask(station, "SecurityEventNotification", told)
        told_of = (await bench.admin.get(f"{API}/stations/{STATION}/notifications")).json()["items"]
        assert [each["action"] for each in told_of] == ["FirmwareStatusNotification"]
        assert "Downloading" in told_of[0]["content"]
        events = (await bench.admin.get(f"{API}/security-events", params={"station_id": STATION})).json()["items"]
        assert [(each["type"], each["details"]) for each in events] == [("TamperDetectionActivated", "door")]
        assert (await bench.admin.get(f"{API}/security-events", params={"station_id": "RDAM-02"})).json()["items"] == []


async def test_the_configuration_is_what_the_station_reported(tmp_path: Path, database: str) -> None:
    async with watched(tmp_path, database) as (bench, station):
        told = [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]
        await _ordered(bench, station, "GetConfiguration", {}, {"configurationKey": told})
        (key,) = (await bench.admin.get(f"{API}/stations/{STATION}/configuration")).json()
        assert (key["key"], key["value"], key["is_readonly"]) == ("HeartbeatInterval", "300", False)


async def test_an_unknown_station_has_no_record_and_nobody_sees_one_without_a_login(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        nobody, viewer = await bench.client(), await bench.client(Role.VIEWER)
        for kind in ("configuration", "statuses", "notifications"):
            problem_of(await bench.admin.get(f"{API}/stations/NOBODY/{kind}"), 404)
            problem_of(await nobody.get(f"{API}/stations/{STATION}/{kind}"), 401)
        for path in ("fleet", "messages", "security-events"):
            problem_of(await nobody.get(f"{API}/{path}"), 401)
            assert (await viewer.get(f"{API}/{path}")).status_code == 200


async def _ordered(bench: Bench, station: ClientConnection, action: str, payload: Json, answer: Json) -> None:
    """Have the station asked for something, answer for it, and wait until that is on record."""
    order = {"station_id": STATION, "action": action, "payload": payload}
    sent = (await bench.admin.post(f"{API}/commands", json=order)).json()
    _, message_id, asked, _ = json.loads(await station.recv())
    assert asked == action
    await station.send(json.dumps([3, message_id, answer]))
    ended = (await bench.admin.get(f"{API}/commands/{sent['command_id']}", params={"wait": 20})).json()
    assert ended["state"] == "answered", ended


def _items(found: Json) -> list[dict[str, int]]:
    items = found["items"]
    assert isinstance(items, list)
    return items


async def _until(bench: Bench, parameters: dict[str, str], holds: Callable[[Json], bool]) -> Json:
    """Ask until it holds; each writing in between stands behind what was to be written before."""
    for number in range(50):
        found = dict((await bench.admin.get(f"{API}/messages", params=parameters)).json())
        if holds(found):
            return found
        answer = await bench.admin.post(f"{API}/stations", json={"station_id": f"AFTER-{number}"})
        assert answer.is_success, answer.text
    raise AssertionError(found)
