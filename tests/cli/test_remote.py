"""The commands that ask the API, against a real one: what they print, and each mistake in one line."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from contactor.central.api.role import Role
from contactor.cli.remote.commands import _payload
from contactor.cli.remote.output import plain
from tests.central.api.bench import Bench, api_in

Run = Callable[..., Awaitable[tuple[int, str, str]]]


async def runner(bench: Bench, token: str) -> Run:
    async def run(*words: str, **variables: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "contactor", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "CONTACTOR_TOKEN": token, "CONTACTOR_API": bench.api.url, **variables},
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

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
    assert _payload("RemoteStartTransaction", fields, None) == {"connectorId": 5, "idTag": "5"}
    assert _payload("Reset", [], '{"type": "Hard"}') == {"type": "Hard"}


def test_what_a_terminal_would_obey_is_spelled_out() -> None:
    values = ("\x1b[2J", True, None, ["a", "b"], 1.5)
    assert [plain(value) for value in values] == [
        "\\x1b[2J",
        "yes",
        "",
        "a, b",
        "1.5",
    ]
