"""Local lists by the API and the command line: rules, states, entries, retry; on both databases."""

import asyncio
import json
from pathlib import Path

import pytest

from contactor.base.ids import IdTag
from contactor.central.api.role import Role
from contactor.central.tags import Tag
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import send, virtual_station
from tests.central.bench import OTHER_STATION, STATION, Json
from tests.cli.test_remote import runner

TAGS = (Tag(IdTag("ANNA"), IdTag("FLEET")), Tag(IdTag("BEN")))
LIST = f"{API}/stations/{STATION}/local-list"


async def until_state(bench: Bench, state: str) -> Json:
    """The list once it is so: the feed tells of each change."""
    async with asyncio.timeout(30), bench.central.events.subscribe(0) as events:
        while True:
            body = dict((await bench.admin.get(LIST)).json())
            if body["state"] == state:
                return body
            await anext(events)


async def test_a_rule_reaches_a_real_station_over_rest(tmp_path: Path, database: str) -> None:
    async with api_in(tmp_path, database=database, tags=TAGS) as bench, virtual_station(bench):
        fleet = {"stations": {"kind": "stations", "names": [STATION]}, "tags": {"kind": "groups", "names": ["FLEET"]}}
        assert (await bench.admin.put(f"{API}/list-rules/fleet", json=fleet)).status_code == 200
        failing = await until_state(bench, "failing")
        assert "switched off" in str(failing["failure"])
        await send(bench, "ChangeConfiguration", key="LocalAuthListEnabled", value="true")
        body = await until_state(bench, "in_step")
        assert (body["held_entries"], body["held_version"], body["rules"]) == (1, 1, ["fleet"])
        entries = (await bench.admin.get(f"{LIST}/entries")).json()["items"]
        assert entries == [{"id_tag": "ANNA", "wanted": "Accepted", "held": "Accepted", "is_in_step": True}]
        version = await send(bench, "GetLocalListVersion")
        assert version["answer"] == {"listVersion": 1}
        states = (await bench.admin.get(f"{API}/local-lists")).json()["items"]
        assert {each["station_id"]: each["state"] for each in states} == {
            STATION: "in_step",
            OTHER_STATION: "unmanaged",
        }
        only = (await bench.admin.get(f"{API}/local-lists", params={"state": "behind"})).json()
        assert only == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"tags": {"kind": "tags", "names": ["ANNA", "NOBODY"]}}, "tags.names.1"),
        ({"tags": {"kind": "groups"}}, "tags.names"),
        ({"stations": {"kind": "all", "names": [STATION]}}, "stations.names"),
        ({"stations": {"kind": "cities"}}, "stations.kind"),
        ({"tags": {"kind": "tags", "names": ["X" * 21]}}, "tags.names.0"),
    ],
)
async def test_a_rule_that_means_nothing_is_refused(tmp_path: Path, rule: Json, field: str) -> None:
    async with api_in(tmp_path, tags=TAGS) as bench:
        assert problem_of(await bench.admin.put(f"{API}/list-rules/r", json=rule), 422)["field"] == field
        assert (await bench.admin.get(f"{API}/list-rules")).json() == []
        problem_of(await bench.admin.delete(f"{API}/list-rules/r"), 404)
        problem_of(await bench.admin.get(f"{API}/stations/NOBODY/local-list"), 404)
        problem_of(await bench.admin.post(f"{API}/stations/NOBODY/local-list/retry"), 404)


async def test_the_command_line_sets_shows_and_removes_rules(tmp_path: Path) -> None:
    async with api_in(tmp_path, tags=TAGS) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        assert (await run("lists", "set", "all"))[1] == "all is set\n"
        assert (await run("lists", "set", "few", "--station", STATION, "--tag", "BEN"))[1] == "few is set\n"
        code, _, err = await run("lists", "set", "few", "--tag", "BEN", "--group", "FLEET")
        assert (code, "--group" in err) == (2, True)
        rules = (await run("lists", "rules"))[1]
        assert f"stations {STATION}" in rules
        shown = json.loads((await run("lists", "show", STATION, "--json"))[1])
        assert (shown["state"], shown["wanted_entries"], shown["rules"]) == ("behind", 2, ["all", "few"])
        assert (await run("lists", "retry", STATION))[0] == 0
        assert (await run("lists", "remove", "few"))[1] == "few is removed\n"
        assert "behind" in (await run("lists", "list", "--state", "behind"))[1]
