"""The exchange by FTP, closed-loop: a station brings and fetches; strangers, odd names and cut lines get nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aioftp
import pytest

from contactor.base.errors import BadSetting
from contactor.base.ids import ConnectorId
from contactor.central.api.server import ApiServer
from contactor.central.file_settings import passive_ports_of
from contactor.central.files.place import PlaceKey
from contactor.central.server import CentralServer
from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.central.api.bench import API, Bench, api_in, problem_of, served
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION, settings
from tests.central.files.test_exchange import BOUND, contents, keys, ordered, shown, until_event, upload

__all__ = ["keys"]


@asynccontextmanager
async def asked(bench: Bench, key: PlaceKey) -> AsyncIterator[aioftp.Client]:
    """A client that has logged in with the key of a place."""
    client = aioftp.Client(socket_timeout=30)
    assert bench.api.ftp_port is not None
    await client.connect("127.0.0.1", bench.api.ftp_port)
    try:
        await client.login(key.name, key.secret)
        yield client
    finally:
        client.close()


async def put(client: aioftp.Client, path: str, content: bytes) -> str:
    """Store a file, and return the code that the server ends with."""
    reader, writer = await client.get_passive_connection("I")
    try:
        code, _ = await client.command(f"STOR {path}", ("1xx", "4xx", "5xx"))
        if not code.matches("1xx"):
            return str(code)
        writer.write(content)
        await writer.drain()
        writer.close()
        code, _ = await client.command(None, ("2xx", "4xx", "5xx"), "1xx")
        return str(code)
    except ConnectionResetError:
        return str((await client.command(None, ("2xx", "4xx", "5xx"), "1xx"))[0])
    finally:
        writer.close()
        del reader


async def place_by_ftp(bench: Bench, keys: list[PlaceKey]) -> PlaceKey:
    order = await ordered(bench, via="ftp", wait_for_station_s=3600)
    command = (await bench.admin.get(f"{API}/commands/{order['command_id']}")).json()
    location = urlsplit(command["request"]["location"])
    assert (location.scheme, location.port, location.path) == ("ftp", bench.api.ftp_port, f"/{keys[-1].name}/")
    return keys[-1]


async def test_a_station_brings_its_diagnostics_by_ftp(database: str) -> None:
    """DG-02, DG-08: passive mode, to the directory of the location."""
    async with api_in(database, ftp_port=0) as bench, virtual_station(bench):
        order = await ordered(bench, via="ftp")
        facts = await until_event(bench, lambda kind, _: kind == "diagnostics_arrived")
        found = await shown(bench, order["diagnostics_id"])
        assert (found["state"], found["sha256"]) == ("arrived", facts["sha256"])
        command = (await bench.admin.get(f"{API}/commands/{order['command_id']}")).json()
        assert str(command["request"]["location"]).startswith("ftp://")


async def test_a_station_fetches_an_image_by_ftp_and_installs_it(tmp_path: Path, keys: list[PlaceKey]) -> None:
    """FW-11: by FTP with the place's key; the place is closed then."""
    image = make_image(load_product().name, "9.9.9", b"z" * 300_000)
    async with api_in(tmp_path, ftp_port=0) as bench, virtual_station(bench, firmware_install_s=0.1) as station:
        assert (await upload(bench, image)).status_code == 201
        order = {"station_id": STATION, "via": "ftp"}
        assert (await bench.admin.post(f"{API}/firmware-images/1/install", json=order)).status_code == 201
        await until_event(bench, lambda kind, facts: kind == "station_booted" and facts["firmware_version"] == "9.9.9")
        async with asyncio.timeout(30):
            await station.until(lambda: station.runner.is_on and station.station.can_charge(ConnectorId(1)))
        async with asked(bench, keys[-1]) as client:
            with pytest.raises(aioftp.StatusCodeError):
                await client.command(f"RETR {keys[-1].name}/evlink.bin", "2xx", "1xx")


async def test_only_the_key_of_a_place_opens_it_and_for_one_file(tmp_path: Path, keys: list[PlaceKey]) -> None:
    async with api_in(tmp_path, ftp_port=0) as bench:
        key, other = await place_by_ftp(bench, keys), await place_by_ftp(bench, keys)
        for wrong in (PlaceKey(key.name, other.secret), PlaceKey("nobody", key.secret), PlaceKey("", "")):
            with pytest.raises(aioftp.StatusCodeError):
                async with asked(bench, wrong):
                    pass
        async with asked(bench, key) as client:
            assert await put(client, f"{other.name}/a.zip", b"archive") == "550"
            assert await put(client, f"{key.name}/a.zip", b"archive") == "226"
            assert await put(client, f"{key.name}/b.zip", b"another") == "451"
        assert (await bench.admin.get(f"{API}/diagnostics/1/file")).content == b"archive"
        assert contents(bench) == (1, 1)


async def test_odd_names_and_commands_are_refused_and_leave_nothing(tmp_path: Path, keys: list[PlaceKey]) -> None:
    async with api_in(tmp_path, ftp_port=0) as bench:
        key = await place_by_ftp(bench, keys)
        async with asked(bench, key) as client:
            for name in (".hidden", "a b", "..", 'a"b', "x" * 129):
                assert await put(client, f"{key.name}/{name}", b"x") in ("451", "550"), name
            for command in ("LIST", "DELE a", "MKD a", "RNFR a", "REST 5", "APPE a", "SITE CHMOD 777 a"):
                code, _ = await client.command(command, "5xx")
                assert str(code) == "502"
        assert contents(bench) == (0, 0)
        assert (await shown(bench, 1))["state"] == "ordered"


async def test_a_file_that_is_too_large_or_breaks_off_leaves_nothing(tmp_path: Path, keys: list[PlaceKey]) -> None:
    async with api_in(tmp_path, ftp_port=0, file_bytes_max=BOUND) as bench:
        key = await place_by_ftp(bench, keys)
        async with asked(bench, key) as client:
            assert await put(client, f"{key.name}/a.zip", b"x" * (BOUND + 1)) == "451"
            assert await put(client, f"{key.name}/a.zip", b"") == "451"
        async with asked(bench, key) as client:
            _, writer = await client.get_passive_connection("I")
            await client.command(f"STOR {key.name}/a.zip", "1xx")
            writer.write(b"y" * 1000)
            await writer.drain()
        writer.close()  # the control connection has ended before the file did
        async with asked(bench, key) as client:
            assert await put(client, f"{key.name}/a.zip", b"y" * BOUND) == "226"
        assert (await bench.admin.get(f"{API}/diagnostics/1/file")).content == b"y" * BOUND


async def test_a_data_connection_from_another_address_than_the_station_s_gets_nothing(
    tmp_path: Path, keys: list[PlaceKey]
) -> None:
    """Who guesses the port would have the file, or put another in its place; the station itself still gets through."""
    async with api_in(tmp_path, ftp_port=0) as bench:
        key = await place_by_ftp(bench, keys)
        async with asked(bench, key) as client:
            _, passive = await client.command("PASV", "227")
            _, port = client.parse_pasv_response(passive[-1])
            reader, stranger = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            stranger.write(b"another")
            async with asyncio.timeout(30):
                assert await at_end(reader)
            stranger.close()
            _, own = await asyncio.open_connection("127.0.0.1", port)
            await client.command(f"STOR {key.name}/a.zip", "1xx")
            own.write(b"archive")
            own.close()
            await client.command(None, "226", "1xx")
        assert (await bench.admin.get(f"{API}/diagnostics/1/file")).content == b"archive"


async def at_end(reader: asyncio.StreamReader) -> bool:
    """Whether the other side has ended the connection, in whatever way, without a byte."""
    try:
        return await reader.read(1) == b""
    except ConnectionResetError:
        return True


async def test_without_its_port_nothing_moves_by_ftp(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        said = problem_of(await bench.admin.post(f"{API}/stations/{STATION}/diagnostics", json={"via": "ftp"}), 409)
        assert said["detail"] == "files do not move by ftp here; the setting ftp_port is off"
        assert (await bench.admin.get(f"{API}/stations/{STATION}/diagnostics")).json()["items"] == []


async def test_a_port_that_is_taken_is_told_by_its_setting(tmp_path: Path) -> None:
    async with api_in(tmp_path, ftp_port=0) as bench:
        (tmp_path / "other").mkdir()
        async with CentralServer(served(tmp_path / "other", ftp_port=bench.api.ftp_port)) as central:
            with pytest.raises(BadSetting, match="ftp_port"):
                await ApiServer(central).start()


def test_passive_ports_are_a_range() -> None:
    assert passive_ports_of("") is None
    assert passive_ports_of("40000-40002") == range(40000, 40003)
    assert passive_ports_of("2121") == range(2121, 2122)
    for wrong in ("80-90", "5000-4000", "a-b", "40000-70000", "-", "40000-"):
        with pytest.raises(BadSetting, match="ftp_passive_ports"):
            settings(ftp_passive_ports=wrong)
    with pytest.raises(BadSetting, match="ftp_passive_address"):
        settings(ftp_passive_address="charging.example.com")
    with pytest.raises(BadSetting, match="ftp_url"):
        settings(ftp_url="http://charging.example.com")
