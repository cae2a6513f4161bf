"""The white paper's logs and trigger at a product that offers them."""

import io
import json
import zipfile

import pytest

from contactor.station.effects import StartUpload
from contactor.station.events import PowerOnCause
from tests.station.bench import Bench, Payload
from tests.station.generic.spelling import generic


def log_of(kind: str, request: int = 7, location: str = "http://logs.test/in") -> Payload:
    return {"logType": kind, "requestId": request, "log": {"remoteLocation": location}, "retries": 0}


def ready() -> Bench:
    bench = generic()
    bench.answers |= {"LogStatusNotification": {}, "SignedFirmwareStatusNotification": {}}
    return bench


def told(bench: Bench) -> list[tuple[str, int]]:
    return [(each["status"], each["requestId"]) for each in bench.calls("LogStatusNotification")]


@pytest.mark.parametrize("kind", ["SecurityLog", "DiagnosticsLog"])
def test_tc_079_a_log_is_uploaded_and_its_way_is_told_with_the_number_of_the_request(kind: str) -> None:
    bench = ready()
    answer = bench.ask("GetLog", log_of(kind))
    assert answer[2]["status"] == "Accepted"
    upload = bench.transfers[0]
    assert isinstance(upload, StartUpload)
    assert upload.url == f"http://logs.test/in/{answer[2]['filename']}"
    with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
        events = [json.loads(line)["event"] for line in archive.read("security.jsonl").splitlines()]
    assert "StartupOfTheDevice" in events
    bench.transfer_arrives()
    assert told(bench) == [("Uploading", 7), ("Uploaded", 7)]


def test_a_newer_request_cancels_an_upload_that_runs() -> None:
    bench = ready()
    bench.ask("GetLog", log_of("SecurityLog", 1))
    assert bench.status_of_answer("GetLog", log_of("SecurityLog", 2)) == "AcceptedCanceled"
    assert len(bench.transfers) == 1
    bench.transfer_breaks()
    assert told(bench) == [("Uploading", 1), ("Uploading", 2), ("UploadFailure", 2)]


def test_a_location_that_cannot_be_used_is_rejected() -> None:
    assert ready().status_of_answer("GetLog", log_of("SecurityLog", location="gopher://logs.test")) == "Rejected"


def test_a_restart_in_the_middle_ends_in_upload_failure() -> None:
    bench = ready()
    bench.ask("GetLog", log_of("SecurityLog"))
    bench.restart(PowerOnCause.RESET)
    bench.wait(1)
    assert told(bench) == [("Uploading", 7), ("UploadFailure", 7)]


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
        ("LogStatusNotification", "LogStatusNotification"),
        ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
    ],
)
def test_an_extended_trigger_brings_its_message_after_the_answer(message: str, action: str) -> None:
    bench = ready()
    before = len(bench.calls(action))
    assert bench.status_of_answer("ExtendedTriggerMessage", {"requestedMessage": message}) == "Accepted"
    assert len(bench.calls(action)) > before


def test_trg_05_an_extended_trigger_is_judged_like_a_plain_one() -> None:
    bench = ready()
    for message, status in (("BootNotification", "Rejected"), ("SignChargePointCertificate", "Rejected")):
        assert bench.status_of_answer("ExtendedTriggerMessage", {"requestedMessage": message}) == status
