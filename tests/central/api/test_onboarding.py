"""Stations that knock, templates, drift and on-boarding by the API and the command line, with a real station."""

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from contactor.central.api.role import Role
from contactor.central.events.event import EventKind
from contactor.central.settings import StationSetting
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import virtual_station
from tests.central.bench import OTHER_STATION, STATION, Json
from tests.cli.test_remote import runner

OCPP = Subprotocol("ocpp1.6")
TEMPLATE: Json = {"values": {"MeterValueSampleInterval": "42"}}
PLACE = f"{API}/stations/{STATION}"


async def until_told(bench: Bench, kind: EventKind, **facts: object) -> None:
    """Wait for an event that says so."""
    async with asyncio.timeout(60), bench.central.events.subscribe(0) as events:
        async for event in events:
            if event.kind is kind and facts.items() <= event.facts.items():
                return


async def test_cs_20_a_stranger_is_turned_away_listed_and_approved(tmp_path: Path, database: str) -> None:
    async with api_in(tmp_path, database=database, stations=()) as bench:
        for identity in (STATION, OTHER_STATION):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://127.0.0.1:{bench.central.port}/ocpp/{identity}", subprotocols=[OCPP])
            assert refused.value.response.status_code == 404
            await until_told(bench, EventKind.STATION_KNOCKED, identity=identity)
        knocks = (await bench.admin.get(f"{API}/knocks")).json()["items"]
        assert [(each["identity"], each["address"], each["times"]) for each in knocks] == [
            (STATION, "127.0.0.1", 1),
            (OTHER_STATION, "127.0.0.1", 1),
        ]
        body = {"onboard": True, "rotate_key": True, "generate_key": True}
        approved = await bench.admin.post(f"{API}/knocks/{STATION}/approve", json=body)
        assert (approved.status_code, approved.json()["registration"], len(approved.json()["key"])) == (
            201,
            "Pending",
            40,
        )
        assert (await bench.admin.post(f"{API}/knocks/{OTHER_STATION}/refuse")).json()["is_refused"]
        assert (await bench.admin.get(f"{API}/knocks")).json()["items"] == []
        (kept,) = (await bench.admin.get(f"{API}/knocks", params={"refused": True})).json()["items"]
        assert kept["identity"] == OTHER_STATION
        (running,) = (await bench.admin.get(f"{API}/onboardings", params={"state": "running"})).json()["items"]
        assert (running["station_id"], running["stage"], running["started_by"]) == (STATION, "key", "admin")


async def test_a_person_repairs_what_drifts(tmp_path: Path) -> None:
    async with api_in(tmp_path, read_configuration=True) as bench, virtual_station(bench):
        await until_told(bench, EventKind.COMMAND_CHANGED, action="GetConfiguration", state="answered")
        await bench.admin.put(f"{API}/configuration-templates/all", json=TEMPLATE)
        drifting = (await bench.admin.get(f"{API}/configuration-drift")).json()["items"]
        states = {each["station_id"]: each["state"] for each in drifting}
        assert states == {STATION: "drifting", OTHER_STATION: "unknown"}
        (order,) = (await bench.admin.post(f"{PLACE}/configuration/repair", json={"why": "ticket 7"})).json()
        assert (order["action"], order["by"], order["why"]) == ("ChangeConfiguration", "admin", "ticket 7")
        ended = (await bench.admin.get(f"{API}/commands/{order['command_id']}", params={"wait": 30})).json()
        assert ended["status"] == "Accepted"
        assert [each["state"] for each in (await bench.admin.get(f"{PLACE}/configuration/drift")).json()] == ["in_step"]
        assert (await bench.admin.post(f"{PLACE}/configuration/repair", json={})).json() == []


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"values": {"NumberOfConnectors": "3"}}, "values.NumberOfConnectors", "read-only"),
        ({"values": {"AuthorizationKey": "001122"}}, "values.AuthorizationKey", "secret"),
        ({"values": {"HeartbeatInterval": "often"}}, "values.HeartbeatInterval", "whole number"),
        ({"values": {}}, "values", "at least 1"),
        ({"stations": {"kind": "models"}, "values": {"HeartbeatInterval": "60"}}, "stations.names", "models"),
    ],
)
async def test_a_template_that_cannot_be_is_refused(tmp_path: Path, body: Json, field: str, told: str) -> None:
    async with api_in(tmp_path) as bench:
        problem = problem_of(await bench.admin.put(f"{API}/configuration-templates/t", json=body), 422)
        assert (problem["field"], told in str(problem["detail"])) == (field, True)
        assert "001122" not in json.dumps(problem)
        assert (await bench.admin.get(f"{API}/configuration-templates")).json() == []


async def test_what_is_not_there_and_what_may_not_be_is_a_problem(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        problem_of(await bench.admin.post(f"{API}/knocks/NOBODY/approve", json={}), 404)
        problem_of(await bench.admin.post(f"{API}/knocks/NOBODY/refuse"), 404)
        problem_of(await bench.admin.delete(f"{API}/knocks/NOBODY"), 404)
        problem_of(await bench.admin.delete(f"{API}/configuration-templates/t"), 404)
        problem_of(await bench.admin.get(f"{PLACE}/onboarding"), 404)
        problem_of(await bench.admin.post(f"{API}/stations/NOBODY/onboarding", json={}), 404)
        problem_of(await bench.admin.get(f"{API}/stations/NOBODY/configuration/drift"), 404)
        accepted = problem_of(await bench.admin.post(f"{PLACE}/onboarding", json={}), 409)
        assert "only a Pending one" in str(accepted["detail"])
        named = await bench.admin.post(f"{PLACE}/configuration/repair", json={"keys": ["HeartbeatInterval"]})
        assert problem_of(named, 422)["field"] == "keys.0"
        early = {"registration": "Accepted", "onboard": True}
        problem_of(await bench.admin.post(f"{API}/knocks/X/approve", json=early), 422)


async def test_the_command_line_sets_templates_shows_drift_and_repairs(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        assert (await run("configuration", "set", "t", "HeartbeatInterval=90"))[1] == "t is set\n"
        code, _, err = await run("configuration", "set", "t", "HeartbeatInterval")
        assert (code, "KEY=VALUE" in err) == (2, True)
        assert "HeartbeatInterval=90" in (await run("configuration", "templates"))[1]
        drift = json.loads((await run("configuration", "drift", STATION, "--json"))[1])
        assert [(each["wanted"], each["state"]) for each in drift] == [("90", "unknown")]
        assert "offline" in (await run("configuration", "repair", STATION))[1]
        assert (await run("configuration", "remove", "t"))[1] == "t is removed\n"


async def test_the_command_line_begins_shows_and_stops_an_onboarding(tmp_path: Path) -> None:
    pending = (StationSetting(STATION, registration=RegistrationStatus.PENDING),)
    async with api_in(tmp_path, stations=pending) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        assert "running" in (await run("onboarding", "begin", STATION))[1]
        assert STATION in (await run("onboarding", "list", "--state", "running"))[1]
        assert (await run("onboarding", "stop", STATION))[1] == f"the on-boarding of {STATION} is stopped\n"
        assert json.loads((await run("onboarding", "show", STATION, "--json"))[1])["state"] == "stopped"
        assert json.loads((await run("onboarding", "knocking", "--json"))[1]) == []
