"""Diagnostics, from the request to the file at the central system."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from contactor.base.ids import OutletNumber
from contactor.base.instants import to_text
from contactor.station.effects import StartUpload
from tests.station.bench import Bench

FOLDER = "ftp://central.test/diagnostics"
KEY = "00112233445566778899aabbccddeeff00112233"


def ask(bench: Bench, location: str = FOLDER, **more: object) -> str | None:
    """Ask for diagnostics; returns the file name promised."""
    answer = bench.ask("GetDiagnostics", {"location": location, **more})
    assert answer[0] == 3
    name = answer[2].get("fileName")
    return None if name is None else str(name)


def told(bench: Bench) -> list[str]:
    return [str(each["status"]) for each in bench.calls("DiagnosticsStatusNotification")]


def upload(bench: Bench, position: int = 0) -> StartUpload:
    effect = bench.transfers[position]
    assert isinstance(effect, StartUpload)
    return effect


def unpacked(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(archive)) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def records(archive: bytes, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in unpacked(archive)[name].splitlines()]


def urged(bench: Bench) -> str:
    """The status that a TriggerMessage brings."""
    before = len(told(bench))
    bench.status_of_answer("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"})
    (status,) = told(bench)[before:]
    return status


def test_dg_01_the_answer_names_the_file_that_is_then_uploaded() -> None:
    """TC_045_1; DG-02: into the directory that was named."""
    bench = Bench()
    name = ask(bench)
    assert name == "diagnostics-SN-0001-20260301T120000Z-1.zip"
    assert upload(bench).url == f"{FOLDER}/{name}"


def test_dg_01_nothing_in_the_window_means_no_name_and_no_upload() -> None:
    bench = Bench()
    bench.wait(60)
    a_day_ago = bench.instant - timedelta(days=1)
    window = {"startTime": to_text(a_day_ago), "stopTime": to_text(a_day_ago + timedelta(hours=1))}
    assert ask(bench, **window) is None
    bench.wait(600)
    assert (bench.transfers, told(bench)) == ([], [])


def test_dg_01_a_window_that_ends_before_it_begins_holds_nothing() -> None:
    bench = Bench()
    window = {"startTime": to_text(bench.instant), "stopTime": to_text(bench.instant - timedelta(seconds=1))}
    assert ask(bench, **window) is None


def test_dg_01_a_name_is_short_and_has_no_letters_that_a_path_could_mistake() -> None:
    bench = Bench(settings={"serial": "../ä b?#%" + "x" * 16})
    name = ask(bench)
    assert name is not None
    assert name.startswith("diagnostics-..___b___x")
    assert len(name) <= 255


@pytest.mark.parametrize(
    ("location", "start"),
    [
        pytest.param("ftp://user:pw@central.test:2121/in/", "ftp://user:pw@central.test:2121/in/", id="trailing slash"),
        pytest.param("http://central.test", "http://central.test/", id="no path"),
        pytest.param("https://central.test/in", "https://central.test/in/", id="https"),
    ],
)
def test_dg_02_the_location_is_a_directory(location: str, start: str) -> None:
    bench = Bench()
    name = ask(bench, location)
    assert upload(bench).url == f"{start}{name}"


def test_dg_02_a_query_stays_behind_the_file_name() -> None:
    bench = Bench()
    name = ask(bench, "https://central.test/in?token=abc")
    assert upload(bench).url == f"https://central.test/in/{name}?token=abc"


def test_dg_03_uploading_then_uploaded() -> None:
    """TC_045_1."""
    bench = Bench()
    ask(bench)
    assert told(bench) == ["Uploading"]
    bench.transfer_arrives()
    assert told(bench) == ["Uploading", "Uploaded"]


def test_dg_04_a_failing_upload_is_tried_again_as_often_as_asked_and_reported_once() -> None:
    """TC_045_2."""
    bench = Bench()
    ask(bench, retries=1, retryInterval=10)
    first = upload(bench)
    bench.transfer_breaks()
    bench.wait(9.9)
    assert bench.transfers == []
    bench.wait(0.2)
    assert (upload(bench).url, upload(bench).content) == (first.url, first.content)
    bench.transfer_breaks()
    bench.wait(600)
    assert told(bench) == ["Uploading", "UploadFailed"]
    assert bench.transfers == []


def test_dg_04_without_retries_the_first_failure_is_the_last() -> None:
    bench = Bench()
    ask(bench, retries=0)
    bench.transfer_breaks()
    assert told(bench) == ["Uploading", "UploadFailed"]


def test_dg_04_three_retries_a_minute_apart_where_the_request_leaves_it_open() -> None:
    bench = Bench()
    ask(bench)
    for _ in range(3):
        bench.transfer_breaks()
        bench.wait(60)
    bench.transfer_arrives()
    assert told(bench) == ["Uploading", "Uploaded"]


def test_dg_05_the_archive_tells_what_happened() -> None:
    bench = Bench()
    bench.charge(for_s=130)
    bench.rig.raise_fault("0x100009", OutletNumber(2))
    bench.wait(1)
    ask(bench)
    archive = upload(bench).content
    assert sorted(unpacked(archive)) == [
        "about.json",
        "configuration.json",
        "faults.json",
        "log.jsonl",
        "messages.jsonl",
        "security.jsonl",
        "transactions.jsonl",
    ]
    about = json.loads(unpacked(archive)["about.json"])
    assert (about["model"], about["serial"], about["firmware"]) == ("EVD1S180TBB", "SN-0001", "1.0.0")
    frames = [(each["direction"], json.loads(each["text"])) for each in records(archive, "messages.jsonl")]
    assert [frame[2] for direction, frame in frames if direction == "sent" and frame[0] == 2] == [
        frame.action for frame in bench.frames[: -len(told(bench))]
    ]
    assert frames[-1][1][2] == "GetDiagnostics"
    (transaction,) = records(archive, "transactions.jsonl")
    assert (transaction["id"], transaction["id_tag"], transaction["is_open"]) == (101, "TAG-1", True)
    assert [each["event"] for each in records(archive, "security.jsonl")] == ["StartupOfTheDevice"]
    assert json.loads(unpacked(archive)["faults.json"]) == [{"dtc": "0x100009", "outlet": 2}]
    assert json.loads(unpacked(archive)["configuration.json"])["SupervisionUrl"] == "ws://central.test/ocpp"
    assert "transaction started" in [each["event"] for each in records(archive, "log.jsonl")]


def test_dg_05_only_what_happened_between_the_two_times_is_in_it() -> None:
    bench = Bench()
    bench.wait(100)
    bench.badge("EARLY")
    bench.wait(100)
    bench.badge("MIDDLE")
    bench.wait(100)
    bench.badge("LATE")
    window = {
        "startTime": to_text(bench.instant - timedelta(seconds=150)),
        "stopTime": to_text(bench.instant - timedelta(seconds=50)),
    }
    ask(bench, **window)
    log = records(upload(bench).content, "log.jsonl")
    assert [each["id_tag"] for each in log] == ["MIDDLE"]
    assert records(upload(bench).content, "messages.jsonl") == []


def test_dg_05_neither_keys_nor_passwords_are_in_it() -> None:
    """SEC: a key that is set, one that is refused, and the passwords of file servers."""
    bench = Bench(initial={"AuthorizationKey": KEY[::-1]})
    bench.ask("ChangeConfiguration", {"key": "AuthorizationKey", "value": KEY[2:] + "g"})
    bench.ask("ChangeConfiguration", {"key": "authorizationKEY", "value": KEY})
    bench.wait(30)
    bench.ask("GetConfiguration", {"key": ["AuthorizationKey"]})
    ask(bench, "ftp://user:s3cret@central.test/")
    bench.transfer_breaks("no")
    ask(bench)
    bench.wait(600)
    everything = "".join(unpacked(upload(bench).content).values()) + repr([bench.notes, bench.transfers])
    for secret in (KEY, KEY[2:], KEY[::-1], "s3cret"):
        assert secret.casefold() not in everything.casefold()


def test_dg_06_a_second_request_waits_for_the_first_and_has_a_file_of_its_own() -> None:
    bench = Bench()
    first, second = ask(bench), ask(bench)
    assert first != second
    assert [each.url for each in bench.transfers] == [f"{FOLDER}/{first}"]
    bench.transfer_arrives()
    assert [each.url for each in bench.transfers] == [f"{FOLDER}/{second}"]
    bench.transfer_arrives()
    assert told(bench) == ["Uploading", "Uploaded", "Uploading", "Uploaded"]


def test_dg_06_of_those_that_wait_the_newest_stays() -> None:
    bench = Bench()
    ask(bench)
    replaced, newest = ask(bench), ask(bench)
    bench.transfer_arrives()
    assert [each.url for each in bench.transfers] == [f"{FOLDER}/{newest}"]
    assert [each["file"] for each in bench.noted("diagnostics upload replaced")] == [replaced]


def test_dg_07_a_lost_line_stops_no_upload_and_the_last_status_is_told_afterwards() -> None:
    bench = Bench()
    ask(bench)
    bench.lose_line()
    bench.transfer_arrives()
    bench.wait(60)
    assert told(bench) == ["Uploading"]
    bench.repair_line()
    bench.wait(5)
    assert told(bench) == ["Uploading", "Uploaded"]


def test_dg_07_a_status_that_was_on_its_way_when_the_line_broke_is_told_again() -> None:
    bench = Bench()
    ask(bench)
    bench.answers["DiagnosticsStatusNotification"] = None
    bench.transfer_arrives()
    bench.lose_line()
    bench.answers["DiagnosticsStatusNotification"] = {}
    bench.repair_line()
    bench.wait(5)
    assert told(bench) == ["Uploading", "Uploaded", "Uploaded"]


def test_dg_07_a_power_cut_ends_an_upload_and_the_central_system_is_told() -> None:
    bench = Bench()
    ask(bench)
    bench.power_cut(10)
    bench.wait(60)
    assert bench.transfers == []
    assert told(bench) == ["Uploading", "UploadFailed"]
    bench.power_cut(10)
    bench.wait(60)
    assert told(bench) == ["Uploading", "UploadFailed"], "and once is enough"


def test_d_31_a_location_that_cannot_be_used_is_answered_with_a_name_and_fails_without_uploading() -> None:
    bench = Bench()
    assert ask(bench, "ftps://central.test/in") is not None
    bench.wait(600)
    assert told(bench) == ["UploadFailed"]
    assert bench.transfers == []


def test_trg_08_a_trigger_tells_the_current_step() -> None:
    bench = Bench()
    assert urged(bench) == "Idle"
    ask(bench)
    assert urged(bench) == "Uploading"
    bench.transfer_breaks()
    assert urged(bench) == "Uploading", "an attempt that failed is not the end"
    bench.wait(60)
    bench.transfer_arrives()
    assert urged(bench) == "Idle"
