"""Files from the command line, against a real API and a real station."""

import base64
import hashlib
from pathlib import Path

from contactor.central.api.role import Role
from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.central.api.bench import API, api_in
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION
from tests.central.files.test_exchange import until_event, upload
from tests.cli.test_remote import runner
from tests.station.generic.authority import Authority, signature_of


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


async def test_an_image_is_signed_by_files_as_openssl_writes_them_or_in_base64(tmp_path: Path) -> None:
    maker = Authority("Maker")
    signature = signature_of(maker.key, b"image")
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        await upload(bench, b"image")
        (tmp_path / "raw.sig").write_bytes(base64.b64decode(signature))
        (tmp_path / "text.sig").write_text(f"{signature[:60]}\n{signature[60:]}\n")
        (tmp_path / "signer.pem").write_text(maker.pem)
        for name in ("raw.sig", "text.sig"):
            told = await run("images", "sign", "1", str(tmp_path / name), str(tmp_path / "signer.pem"))
            assert (told[0], "is signed" in told[1]) == (0, True)
        assert "is offline" in (await run("images", "install", "1", STATION, "--signed"))[1]
        (order,) = (await bench.admin.get(f"{API}/commands")).json()["items"]
        assert order["action"] == "SignedUpdateFirmware"
        assert order["request"]["firmware"]["signature"] == signature


async def test_a_campaign_is_planned_begun_watched_and_reported_on(tmp_path: Path) -> None:
    image = tmp_path / "evlink.bin"
    image.write_bytes(make_image(load_product().name, "9.9.9", b"z" * 1000))
    async with api_in(tmp_path) as bench, virtual_station(bench, firmware_install_s=0.1):
        run = await runner(bench, await bench.token(Role.OPERATOR))
        await run("images", "add", str(image), "--version", "9.9.9")
        wish = ("campaigns", "begin", "1", "--name", "all new", "--station", STATION)
        code, planned, _ = await run(*wish, "--dry-run")
        assert (code, planned.splitlines()[-1]) == (0, "0 run 9.9.9 already")
        assert (await run(*wish, "--hours", "25:00"))[0] == 2
        assert (await run(*wish))[1] == "campaign 1 is running, with 1 stations\n"
        code, watched, _ = await run("campaigns", "watch", "1")
        assert (code, watched.splitlines()[-1]) == (0, "campaign 1 is done")
        assert f"{STATION} installed" in watched
        assert "installed" in (await run("campaigns", "stations", "1"))[1]
        assert "9.9.9" in (await run("campaigns", "show", "1"))[1]
        code, _, said = await run("campaigns", "pause", "1")
        assert (code, "it is done" in said) == (1, True)
        assert (await run("campaigns", "remove", "1"))[1] == "campaign 1 is removed\n"
