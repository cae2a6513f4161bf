"""Files closed-loop: a real station brings diagnostics and fetches firmware; strangers at the exchange get nothing."""

import asyncio
import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import Connection, func, select

from contactor.base.errors import BadSetting
from contactor.base.ids import ConnectorId
from contactor.central.api.role import Role
from contactor.central.files.content_rows import read_pieces
from contactor.central.files.place import TRIES_MAX, PlaceKey
from contactor.central.retention import forget_some, rules_of
from contactor.central.store.database import for_writing
from contactor.central.store.file_tables import file_contents, file_pieces
from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import virtual_station
from tests.central.bench import OTHER_STATION, STATION, Json, settings

BOUND = 1024 * 1024


async def until_event(bench: Bench, is_it: Callable[[str, Json], bool]) -> Json:
    """The facts of the first event of all that is the one."""
    async with asyncio.timeout(60), bench.central.events.subscribe(0) as events:
        async for event in events:
            if is_it(event.kind, dict(event.facts)):
                return dict(event.facts)
    raise AssertionError("the feed has ended")


async def ordered(bench: Bench, station: str = STATION, **body: object) -> Json:
    answer = await bench.admin.post(f"{API}/stations/{station}/diagnostics", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{API}/diagnostics/{answer.json()['diagnostics_id']}"
    return dict(answer.json())


async def shown(bench: Bench, number: object) -> Json:
    return dict((await bench.admin.get(f"{API}/diagnostics/{number}")).json())


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[PlaceKey]:
    """The keys of places as they are made: only the station gets to see them."""
    made: list[PlaceKey] = []
    fresh = PlaceKey.fresh

    def noted() -> PlaceKey:
        made.append(fresh())
        return made[-1]

    monkeypatch.setattr(PlaceKey, "fresh", noted)
    return made


async def place_of(bench: Bench, keys: list[PlaceKey]) -> tuple[httpx.AsyncClient, str, tuple[str, str]]:
    """A place that waits for diagnostics: who may ask there, its path, and its key."""
    await ordered(bench, wait_for_station_s=3600)
    key = keys[-1]
    return await bench.client(), f"{API}/exchange/{key.name}", (key.name, key.secret)


def contents(bench: Bench) -> tuple[int, int]:
    """How many files there are, and how many pieces of files."""
    with bench.central.engine.connect() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(each)).scalar_one()
            for each in (file_contents, file_pieces)
        ]
    return counts[0], counts[1]


async def test_cs_28_one_call_has_a_station_bring_its_diagnostics_and_they_lie_beside_it(database: str) -> None:
    """GetDiagnostics (DG-01, DG-02): the file is uploaded to the location, and its progress told."""
    async with api_in(database) as bench, virtual_station(bench) as station:
        order = await ordered(bench, why="the screen hangs")
        facts = await until_event(bench, lambda kind, _: kind == "diagnostics_arrived")
        await station.until(lambda: station.station.messages_owed == 0)
        found = await shown(bench, order["diagnostics_id"])
        assert (found["state"], found["station_id"], found["why"]) == ("arrived", STATION, "the screen hangs")
        assert found["file_name"] == facts["file_name"]
        archive = (await bench.admin.get(f"{API}/diagnostics/{order['diagnostics_id']}/file")).content
        assert (len(archive), hashlib.sha256(archive).hexdigest()) == (found["size_bytes"], found["sha256"])
        assert zipfile.ZipFile(BytesIO(archive)).testzip() is None
        (listed,) = (await bench.admin.get(f"{API}/stations/{STATION}/diagnostics")).json()["items"]
        assert listed["diagnostics_id"] == order["diagnostics_id"]
        command = (await bench.admin.get(f"{API}/commands/{order['command_id']}")).json()
        assert (command["action"], command["status"]) == ("GetDiagnostics", None)
        assert command["answer"]["fileName"] == found["file_name"]
        assert ":***@" in command["request"]["location"]


async def test_the_stations_own_word_on_its_upload_stands_beside_it(database: str) -> None:
    """DiagnosticsStatusNotification (DG-03)."""
    async with api_in(database) as bench, virtual_station(bench) as station:
        order = await ordered(bench)
        await until_event(bench, lambda kind, _: kind == "diagnostics_arrived")
        async with asyncio.timeout(30):
            await station.until(lambda: station.station.messages_owed == 0)
            while (await shown(bench, order["diagnostics_id"]))["status_told"] != "Uploaded":
                await bench.admin.get("/livez")
        deeds = (await bench.admin.get(f"{API}/audit")).json()["items"]
        assert "diagnostics.order" in [each["what"] for each in deeds]


async def test_a_time_in_which_nothing_happened_brings_nothing(database: str) -> None:
    """DG-01: no file name, no upload."""
    async with api_in(database) as bench, virtual_station(bench):
        times = {"start_time": "2001-01-01T00:00:00Z", "stop_time": "2001-01-02T00:00:00Z"}
        order = await ordered(bench, **times)
        await bench.admin.get(f"{API}/commands/{order['command_id']}", params={"wait": 30})
        assert (await shown(bench, order["diagnostics_id"]))["state"] == "nothing"


async def test_an_order_that_cannot_be_sent_says_so(database: str) -> None:
    async with api_in(database) as bench:
        order = await ordered(bench, OTHER_STATION)
        found = await shown(bench, order["diagnostics_id"])
        assert (found["state"], found["file_name"]) == ("failed", None)
        assert str(found["detail"]).startswith("the command is offline")
        problem_of(await bench.admin.get(f"{API}/diagnostics/{order['diagnostics_id']}/file"), 404)
        wrong = {"start_time": "2026-01-02T00:00:00Z", "stop_time": "2026-01-01T00:00:00Z"}
        problem_of(await bench.admin.post(f"{API}/stations/{STATION}/diagnostics", json=wrong), 422)
        assert (await bench.admin.get(f"{API}/stations/{STATION}/diagnostics")).json()["items"] == []
        problem_of(await bench.admin.post(f"{API}/stations/nobody/diagnostics", json={}), 404)


async def test_a_place_takes_one_file_by_its_key_only(database: str, keys: list[PlaceKey]) -> None:
    async with api_in(database) as bench:
        stranger, path, key = await place_of(bench, keys)
        problem_of(await stranger.put(f"{path}/a.zip", content=b"x"), 401)
        for wrong in ((key[0], "guess"), ("guess", key[1]), ("", "")):
            problem_of(await stranger.put(f"{path}/a.zip", content=b"x", auth=wrong), 401)
        problem_of(await stranger.put(f"{API}/exchange/{'0' * 16}/a.zip", content=b"x", auth=key), 401)
        problem_of(await stranger.get(f"{path}/a.zip", auth=key), 405)
        token = {"Authorization": f"Bearer {await bench.token(Role.ADMIN)}"}
        problem_of(await stranger.put(f"{path}/a.zip", content=b"x", headers=token), 401)
        assert (await stranger.put(f"{path}/a.zip", content=b"archive", auth=key)).status_code == 201
        problem_of(await stranger.put(f"{path}/b.zip", content=b"another", auth=key), 410)
        assert (await bench.admin.get(f"{API}/diagnostics/1/file")).content == b"archive"
        assert contents(bench) == (1, 1)


async def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, keys: list[PlaceKey]) -> None:
    names = ("..%2F..%2Fetc%2Fpasswd", "%2e%2e", "a%00b", "a%0d%0aX: y", "a%22b", "x" * 129, ".hidden")
    async with api_in(tmp_path) as bench:
        stranger, path, key = await place_of(bench, keys)
        for name in names:
            answer = await stranger.put(f"{path}/{name}", content=b"x", auth=key)
            assert answer.status_code in (404, 405, 422), (name, answer.text)
        assert (await shown(bench, 1))["state"] == "ordered"
        assert contents(bench) == (0, 0)


async def test_a_file_that_is_too_large_or_empty_leaves_nothing_and_the_place_open(
    database: str, keys: list[PlaceKey]
) -> None:
    async with api_in(database, file_bytes_max=BOUND) as bench:
        stranger, path, key = await place_of(bench, keys)

        async def endless(pieces: int = BOUND // 65536 + 1):  # type: ignore[no-untyped-def]
            for _ in range(pieces):
                yield b"x" * 65536

        problem_of(await stranger.put(f"{path}/a.zip", content=b"x" * (BOUND + 1), auth=key), 413)
        problem_of(await stranger.put(f"{path}/a.zip", content=endless(), auth=key), 413)
        problem_of(await stranger.put(f"{path}/a.zip", content=b"", auth=key), 422)
        assert (await stranger.put(f"{path}/a.zip", content=b"y" * BOUND, auth=key)).status_code == 201
        assert contents(bench) == (1, BOUND // (32 * 1024))
        assert (await bench.admin.get(f"{API}/diagnostics/1/file")).content == b"y" * BOUND


async def test_a_place_is_closed_after_too_many_transfers_or_too_long(database: str, keys: list[PlaceKey]) -> None:
    async with api_in(database) as bench:
        stranger, path, key = await place_of(bench, keys)
        for _ in range(TRIES_MAX):
            problem_of(await stranger.put(f"{path}/a.zip", content=b"", auth=key), 422)
        told = problem_of(await stranger.put(f"{path}/a.zip", content=b"x", auth=key), 410)
        assert told["detail"] == f"{TRIES_MAX} transfers were begun here"
        assert (await bench.admin.delete(f"{API}/diagnostics/1")).status_code == 204
        problem_of(await stranger.put(f"{path}/a.zip", content=b"x", auth=key), 401)


async def upload(
    bench: Bench, content: bytes, name: str = "evlink.bin", version: str = "9.9.9", **more: str
) -> httpx.Response:
    parameters = {"file_name": name, "version": version, **more}
    return await bench.admin.post(f"{API}/firmware-images", content=content, params=parameters)


async def test_cs_28_an_image_is_uploaded_and_a_station_fetches_and_installs_it(
    database: str, keys: list[PlaceKey]
) -> None:
    """UpdateFirmware (FW-01, FW-10): downloaded, installed, and the new version told at the next boot."""
    image = make_image(load_product().name, "9.9.9", b"z" * 400_000)
    async with api_in(database) as bench, virtual_station(bench, firmware_install_s=0.1) as station:
        made = (await upload(bench, image, sha256=hashlib.sha256(image).hexdigest())).json()
        assert (made["version"], made["size_bytes"]) == ("9.9.9", len(image))
        path = f"{API}/firmware-images/{made['image_id']}"
        assert (await bench.admin.get(f"{path}/file")).content == image
        answer = await bench.admin.post(f"{path}/install", json={"station_id": STATION})
        assert answer.status_code == 201, answer.text
        assert keys[-1].secret not in answer.text
        await until_event(bench, lambda kind, facts: kind == "station_booted" and facts["firmware_version"] == "9.9.9")
        async with asyncio.timeout(30):
            await station.until(lambda: station.runner.is_on and station.station.can_charge(ConnectorId(1)))
        key = keys[-1]
        again = await (await bench.client()).get(f"{API}/exchange/{key.name}/evlink.bin", auth=(key.name, key.secret))
        problem_of(again, 410)
        assert (await bench.admin.delete(path)).status_code == 204
        assert contents(bench) == (0, 0)


async def test_cs_28_an_image_is_given_out_once_whatever_happens_after_its_last_byte(
    tmp_path: Path, keys: list[PlaceKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A station hangs up when it has all; the place must be closed by then, not after another look at the database."""

    def read_no_further(connection: Connection, *, content_id: int, number: int, count: int) -> list[bytes]:
        pieces = read_pieces(connection, content_id=content_id, number=number, count=count)
        assert pieces, "asked for more than there is"
        return pieces

    monkeypatch.setattr("contactor.central.api.intake.read_pieces", read_no_further)
    async with api_in(tmp_path) as bench:
        path = f"{API}/firmware-images/{(await upload(bench, b'z' * BOUND)).json()['image_id']}"
        order = {"station_id": STATION, "wait_for_station_s": 600}
        assert (await bench.admin.post(f"{path}/install", json=order)).status_code == 201
        key = keys[-1]
        stranger, place = await bench.client(), f"{API}/exchange/{key.name}/evlink.bin"
        assert len((await stranger.get(place, auth=(key.name, key.secret))).content) == BOUND
        problem_of(await stranger.get(place, auth=(key.name, key.secret)), 410)


async def test_an_image_is_kept_once_unharmed_and_until_it_was_fetched(database: str) -> None:
    async with api_in(database) as bench:
        assert problem_of(await upload(bench, b"image", sha256="0" * 64), 422)["field"] == "sha256"
        assert (await upload(bench, b"image")).status_code == 201
        assert problem_of(await upload(bench, b"other"), 409)["field"] == "file_name"
        problem_of(await upload(bench, b"other", name="../evlink.bin"), 422)
        problem_of(await upload(bench, b"other", name="b.bin", version="has blanks"), 422)
        (kept,) = (await bench.admin.get(f"{API}/firmware-images")).json()["items"]
        path = f"{API}/firmware-images/{kept['image_id']}"
        assert (await bench.admin.get(path)).json() == kept
        problem_of(await bench.admin.post(f"{path}/install", json={"station_id": "nobody"}), 404)
        away = await bench.admin.post(f"{path}/install", json={"station_id": OTHER_STATION})
        assert away.json()["state"] == "offline"
        order = {"station_id": STATION, "wait_for_station_s": 600}
        assert (await bench.admin.post(f"{path}/install", json=order)).status_code == 201
        assert problem_of(await bench.admin.delete(path), 409)["detail"] == f"{STATION} may still fetch it"
        assert contents(bench) == (1, 1)


async def test_old_diagnostics_are_forgotten_and_images_are_not(database: str, keys: list[PlaceKey]) -> None:
    async with api_in(database) as bench:
        stranger, path, key = await place_of(bench, keys)
        await stranger.put(f"{path}/a.zip", content=b"archive", auth=key)
        await upload(bench, b"image")
        rules = [
            rule
            for rule in rules_of(settings(keep_files_days=1))
            if "file" in rule.table.name or rule.table.name == "diagnostics"
        ]
        assert len(rules) == 3
        with for_writing(bench.central.engine).begin() as connection:
            forgotten = [forget_some(connection, rule, after_id=0, before_ms=2**50).forgotten for rule in rules]
        assert forgotten == [1, 1, 0]
        assert contents(bench) == (1, 1)
        assert (await bench.admin.get(f"{API}/firmware-images/1/file")).content == b"image"


async def test_stations_are_sent_to_the_address_the_operator_names(tmp_path: Path, keys: list[PlaceKey]) -> None:
    async with api_in(tmp_path, files_url="https://charging.example.com:8443") as bench:
        order = await ordered(bench)
        command = (await bench.admin.get(f"{API}/commands/{order['command_id']}")).json()
        parts = urlsplit(command["request"]["location"])
        assert (parts.scheme, parts.hostname, parts.port) == ("https", "charging.example.com", 8443)
        assert parts.path == f"{API}/exchange/{keys[-1].name}/"


@pytest.mark.parametrize("url", ["ftp://a", "https://", "http://a/?x", "http://u:p@a", "http://a:0", "a"])
def test_an_address_that_stations_cannot_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="files_url"):
        settings(files_url=url)
