"""Transfers as tasks: of a bare set of them, and of a whole station on the event loop."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from contactor.base.clock import ManualClock
from contactor.base.dice import Dice
from contactor.base.virtual_loop import run_virtually
from contactor.guide.load import load_product
from contactor.link.link import Closure, DialledLink, Receiver, Target
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.station.effects import Note, StartDownload, StartUpload
from contactor.station.events import TransferFailed, TransferFinished
from contactor.station.file_transfer import NetworkFiles, Progress, TransferFailure
from contactor.station.firmware_image import make_image
from contactor.station.runner import StationRunner
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.station.transfer_tasks import TransferTasks
from tests.station.bench import CONFIGURED, Bench
from tests.station.file_servers import http_files, page

IMAGE = make_image("EVlink Pro DC", "2.0.0", b"x" * 200_000)


class Shelf:
    """Files in memory: a URL is there, or is not, or (None) takes for ever."""

    def __init__(self, **files: bytes | None) -> None:
        self.files = files
        self.put: dict[str, bytes] = {}

    async def download(self, url: str, _size_max: int, progress: Progress) -> bytes:
        name = url.rpartition("/")[2]
        if name not in self.files:
            raise TransferFailure("not there")
        content = self.files[name]
        if content is None:
            await asyncio.Event().wait()
            raise AssertionError("nobody ends this")
        for percent in (10, 30, 60, 61, 100):
            progress(percent, 100)
        return content

    async def upload(self, url: str, content: bytes, _progress: Progress) -> None:
        self.put[url] = content


class Heard:
    """What came of transfers."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[TransferFinished | TransferFailed] = asyncio.Queue()
        self.notes: list[Note] = []


def tasks_of(shelf: Shelf) -> tuple[TransferTasks, Heard]:
    heard = Heard()
    return TransferTasks(shelf, heard.events.put_nowait, heard.notes.append), heard


async def test_each_transfer_ends_in_one_event() -> None:
    tasks, heard = tasks_of(Shelf(a=b"A"))
    tasks.start(StartDownload(1, "http://h/a", 10))
    assert await heard.events.get() == TransferFinished(1, b"A")
    tasks.start(StartDownload(2, "http://h/b", 10))
    assert await heard.events.get() == TransferFailed(2, "not there")
    tasks.start(StartUpload(3, "http://h/c", b"C"))
    assert await heard.events.get() == TransferFinished(3)


async def test_progress_is_noted_at_every_quarter() -> None:
    tasks, heard = tasks_of(Shelf(a=b"A"))
    tasks.start(StartDownload(1, "http://h/a", 10))
    await heard.events.get()
    assert [note.facts["percent"] for note in heard.notes] == [30, 60, 100]


async def test_what_is_cancelled_says_nothing() -> None:
    tasks, heard = tasks_of(Shelf(a=b"A", slow=None))
    tasks.start(StartDownload(1, "http://h/slow", 10))
    tasks.start(StartDownload(2, "http://h/a", 10))
    tasks.cancel(1)
    tasks.cancel(1)
    assert await heard.events.get() == TransferFinished(2, b"A")
    tasks.start(StartDownload(3, "http://h/slow", 10))
    ending = tasks.cancel_all()
    await asyncio.gather(*ending, return_exceptions=True)
    assert [task.cancelled() for task in ending] == [True]
    assert heard.events.empty()


def test_no_effect_shows_the_password_in_its_url() -> None:
    for effect in (StartDownload(1, "ftp://u:s3cret@h/", 10), StartUpload(1, "ftp://u:s3cret@h/", b"s3cret")):
        assert "s3cret" not in repr(effect)


@pytest.mark.parametrize("first", [page(b"", "503 Busy"), page(IMAGE)[:-1]], ids=["refused", "cut in the middle"])
async def test_fw_04_a_real_download_succeeds_at_the_second_attempt(first: bytes) -> None:
    bench = Bench()
    async with http_files(first, page(IMAGE)) as server:
        location = f"{server.url}/image.bin"
        bench.ask(
            "UpdateFirmware",
            {"location": location, "retrieveDate": bench.instant_text, "retries": 1, "retryInterval": 5},
        )
        await _move(bench)
        assert bench.transfers == []
        bench.wait(5)
        await _move(bench)
    bench.wait(60)
    statuses = [each["status"] for each in bench.calls("FirmwareStatusNotification")]
    assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]


async def _move(bench: Bench) -> None:
    """Carry out the bench's transfer over the network."""
    effect = bench.transfers[0]
    assert isinstance(effect, StartDownload)
    try:
        content = await NetworkFiles().download(effect.url, effect.size_max, lambda _done, _total: None)
    except TransferFailure as failure:
        bench.transfer_breaks(str(failure))
    else:
        bench.transfer_arrives(content)


class Central:
    """A central system at the other end of a link that takes no time; it accepts everything."""

    is_open = True
    name = "central"

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.versions: list[str] = []
        self.changed = asyncio.Event()
        self._receiver: Receiver | None = None

    async def dial(self, _target: Target, receiver: Receiver) -> DialledLink:
        self._receiver = receiver
        receiver.link_opened(self)
        return self

    def ask(self, action: str, payload: Mapping[str, object]) -> None:
        assert self._receiver is not None
        self._receiver.text_received(json.dumps([2, action, action, payload]).encode())

    def send(self, text: bytes) -> bool:
        frame = json.loads(text)
        if frame[0] == 2 and self._receiver is not None:
            asyncio.get_running_loop().call_soon(self._answer, frame, self._receiver)
        return True

    def _answer(self, frame: list[object], receiver: Receiver) -> None:
        _, message_id, action, payload = frame
        assert isinstance(payload, dict)
        result: dict[str, object] = {}
        if action == "BootNotification":
            self.versions.append(payload["firmwareVersion"])
            result = {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 300}
        if "status" in payload:
            self.told.append((str(action), str(payload["status"])))
            self.changed.set()
        receiver.text_received(json.dumps([3, message_id, result]).encode())

    def close(self, code: int = 1000, reason: str = "") -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.link_closed(Closure(code, reason, clean=True))

    def abort(self) -> None:
        self._receiver = None

    def set_ping_interval(self, interval_s: float) -> None:
        pass

    def peer_chain(self) -> str:
        return ""

    async def hears(self, action: str, status: str) -> None:
        while (action, status) not in self.told:
            self.changed.clear()
            await self.changed.wait()


class LoopClock(ManualClock):
    """Both times are the loop's."""

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time()


def runner_with(central: Central, shelf: Shelf) -> StationRunner:
    settings = StationSettings(model="EVD1S180TBB", serial="SN-1", initial=CONFIGURED)
    rig = Rig([PlugKind.CCS2, PlugKind.CCS2], 6, dice=Dice(1))
    clock = LoopClock(datetime(2026, 1, 1, tzinfo=UTC))
    return StationRunner(load_product(), settings, rig, MemoryStore(), central, clock=clock, dice=Dice(2), files=shelf)


def test_fw_03_fw_08_a_running_station_updates_itself_and_restarts() -> None:
    async def story() -> None:
        central = Central()
        runner = runner_with(central, Shelf(image=IMAGE))
        runner.power_on()
        await central.hears("StatusNotification", "Available")
        central.ask("UpdateFirmware", {"location": "http://h/image", "retrieveDate": "2026-01-01T00:00:00Z"})
        await central.hears("FirmwareStatusNotification", "Installed")
        assert central.versions == ["1.0.0", "2.0.0"]
        await runner.shut_down()

    run_virtually(story())


def test_dg_03_a_running_station_uploads_its_diagnostics() -> None:
    async def story() -> None:
        central, shelf = Central(), Shelf()
        runner = runner_with(central, shelf)
        runner.power_on()
        await central.hears("StatusNotification", "Available")
        central.ask("GetDiagnostics", {"location": "http://h/in"})
        await central.hears("DiagnosticsStatusNotification", "Uploaded")
        (url,) = shelf.put
        assert url.startswith("http://h/in/diagnostics-SN-1-")
        await runner.shut_down()

    run_virtually(story())


def test_fw_10_a_running_station_gives_up_a_download_that_was_replaced_and_one_at_its_end() -> None:
    async def story() -> None:
        central = Central()
        runner = runner_with(central, Shelf(slow=None, image=IMAGE))
        runner.power_on()
        await central.hears("StatusNotification", "Available")
        ask = {"location": "http://h/slow", "retrieveDate": "2026-01-01T00:00:00Z"}
        central.ask("UpdateFirmware", ask)
        await central.hears("FirmwareStatusNotification", "Downloading")
        central.ask("UpdateFirmware", {**ask, "location": "http://h/image"})
        await central.hears("FirmwareStatusNotification", "Installed")
        central.ask("UpdateFirmware", ask)
        central.told.clear()
        await central.hears("FirmwareStatusNotification", "Downloading")
        await runner.shut_down()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_virtually(story())
