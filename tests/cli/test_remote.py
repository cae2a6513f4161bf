"""The commands that ask the API, against a real one: what they print, and each mistake in one line."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from contactor.base.ids import StationId
from contactor.central.api.role import Role
from contactor.central.message_taps import Tap
from contactor.cli.remote.commands import payload_of
from contactor.cli.remote.output import plain
from tests.central.api.bench import Bench, api_in
from tests.central.bench import STATION
from tests.central.test_server import BOOT, ask, station_at
from tests.cli.forking import forking_contactor

Run = Callable[..., Awaitable[tuple[int, str, str]]]


async def runner(bench: Bench, token: str) -> Run:
    async def run(*words: str, **variables: str) -> tuple[int, str, str]:
        given = {"CONTACTOR_TOKEN": token, "CONTACTOR_API": bench.api.url, **variables}
        return await forking_contactor().run(*words, environment={**os.environ, **given})

    return run


async def test_an_operator_works_from_the_command_line(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.ADMIN))
        code, out, _ = await run("stations", "add", "NEW-1", "--generate-key")
        assert (code, len(json.loads(out)["key"])) == (0, 40)
        assert (await run("stations", "register", "NEW-1", "Pending"))[1] == "NEW-1 is Pending\n"
        listed = (await run("stations", "list"))[1]
        assert "RDAM-01" in listed
        assert "NEW-1" in listed
        (tmp_path / "tags.csv").write_text("id_tag\nANNA\nBEN\n")
        assert (await run("tags", "import", str(tmp_path / "tags.csv")))[1] == "2 tags added, 0 replaced\n"
        assert (await run("tags", "block", "anna"))[1] == "anna is blocked\n"
        told = json.loads((await run("commands", "send", "RDAM-01", "Reset", "type=Soft", "--json"))[1])
        assert (told["state"], told["request"]) == ("offline", {"type": "Soft"})
        out_file = tmp_path / "all.json"
        assert (await run("transactions", "export", str(out_file)))[0] == 0
        assert json.loads(out_file.read_text()) == []
        made = await run("tokens", "make", "x", "--role", "viewer", CONTACTOR_PASSWORD=str(bench.api.first_password))
        assert made[1].startswith("contactor_")
        code, out, _ = await run("users", "add", "ada", "operator", CONTACTOR_PASSWORD="correct horse battery")
        assert (code, out) == (0, "ada is added as operator\n")


async def test_messages_and_quirks_of_a_station_are_shown(tmp_path: Path) -> None:
    async with api_in(tmp_path, log_messages=True) as bench, station_at(bench.central, STATION) as station:
        run = await runner(bench, await bench.token(Role.VIEWER))
        await ask(station, "BootNotification", BOOT)
        await ask(station, "StatusNotification", {"connectorId": 1, "errorCode": "Error", "status": "Available"})
        bench.central.sessions.messages.write()
        _, out, _ = await run("messages", STATION, "--action", "BootNotification", "--json")
        assert [each["direction"] for each in json.loads(out)] == ["in", "out"]
        assert "StatusNotification" in (await run("messages", STATION))[1]
        bench.central.sessions.note_last_seen()
        (quirk, *_) = json.loads((await run("stations", "quirks", STATION, "--json"))[1])
        assert quirk["field"].startswith("StatusNotification.")


def _told_of_listeners(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Is set when somebody listens to a station's messages."""
    listens = asyncio.Event()
    taps = bench.central.sessions.taps
    listen = taps.listen

    def noted(station_id: StationId, woken: Callable[[], None]) -> AbstractContextManager[Tap]:
        listens.set()
        return listen(station_id, woken)

    monkeypatch.setattr(taps, "listen", noted)
    return listens


async def test_messages_are_followed_as_they_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_in(tmp_path) as bench, station_at(bench.central, STATION) as station, asyncio.timeout(120):
        listens = _told_of_listeners(bench, monkeypatch)
        follower = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "contactor", "messages", STATION, "--follow", "--json", "--direction", "in"),
            stdout=asyncio.subprocess.PIPE,
            env={
                **os.environ,
                "CONTACTOR_TOKEN": await bench.token(Role.VIEWER),
                "CONTACTOR_API": bench.api.url,
                "PYTHONUNBUFFERED": "1",
            },
        )
        assert follower.stdout is not None
        await listens.wait()
        await ask(station, "BootNotification", BOOT)
        told = json.loads(await follower.stdout.readline())
        assert (told["direction"], told["action"]) == ("in", "BootNotification")
        follower.terminate()
        await follower.wait()


async def test_every_mistake_is_one_line_with_the_next_step(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.VIEWER))
        for words, variables, expected, said in (
            (("stations", "show", "X"), {}, 1, "there is no station 'X'"),
            (("tags", "add", "T"), {}, 1, "needs the role operator"),
            (("tags", "list"), {"CONTACTOR_TOKEN": ""}, 2, "contactor tokens make"),
            (("tags", "list"), {"CONTACTOR_TOKEN": "wrong"}, 1, "contactor tokens make"),
            (("tags", "list"), {"CONTACTOR_API": "http://127.0.0.1:9"}, 1, "start `contactor central`"),
            (("tags", "list"), {"CONTACTOR_API": "nonsense"}, 2, "--api"),
            (("commands", "send", "A", "Reset", "Soft"), {}, 2, "write NAME=VALUE"),
        ):
            code, _, err = await run(*words, **variables)
            assert (code, len(err.splitlines())) == (expected, 1), err
            assert said in err


def test_a_field_becomes_what_ocpp_wants_of_it() -> None:
    fields = ["connectorId=5", "idTag=5"]
    assert payload_of("RemoteStartTransaction", fields, None) == {"connectorId": 5, "idTag": "5"}
    assert payload_of("Reset", [], '{"type": "Hard"}') == {"type": "Hard"}


def test_what_a_terminal_would_obey_is_spelled_out() -> None:
    values = ("\x1b[2J", True, None, ["a", "b"], 1.5)
    assert [plain(value) for value in values] == [
        "\\x1b[2J",
        "yes",
        "",
        "a, b",
        "1.5",
    ]
