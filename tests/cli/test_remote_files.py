"""Files from the command line, against a real API and a real station."""

import hashlib
from pathlib import Path

from contactor.central.api.role import Role
from tests.central.api.bench import api_in
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION
from tests.central.files.test_exchange import until_event
from tests.cli.test_remote import runner


async def test_diagnostics_are_had_with_one_command_and_downloaded_with_another(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, virtual_station(bench):
        run = await runner(bench, await bench.token(Role.OPERATOR))
        assert (await run("files", "get", STATION))[:2] == (0, f"diagnostics 1 of {STATION} are ordered\n")
        facts = await until_event(bench, lambda kind, _: kind == "diagnostics_arrived")
        assert "arrived" in (await run("files", "list", STATION))[1]
        assert str(facts["sha256"]) in (await run("files", "show", "1"))[1]
        file = tmp_path / "diagnostics.zip"
        assert (await run("files", "download", "1", str(file)))[0] == 0
        assert hashlib.sha256(file.read_bytes()).hexdigest() == facts["sha256"]
        assert (await run("files", "remove", "1"))[1] == "diagnostics 1 are removed\n"


async def test_an_image_is_added_installed_and_removed(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        file = tmp_path / "evlink.bin"
        file.write_bytes(b"image")
        told = (await run("images", "add", str(file), "--version", "9.9.9"))[1]
        assert told.startswith("image 1 is evlink.bin, version 9.9.9, sha256 ")
        assert "9.9.9" in (await run("images", "list"))[1]
        copy = tmp_path / "copy.bin"
        await run("images", "download", "1", str(copy))
        assert copy.read_bytes() == b"image"
        assert "is offline" in (await run("images", "install", "1", STATION))[1]
        waiting = await run("images", "install", "1", STATION, "--wait-for-station-s", "600")
        assert "is queued" in waiting[1]
        code, _, said = await run("images", "remove", "1")
        assert (code, f"{STATION} may still fetch it" in said) == (1, True)
