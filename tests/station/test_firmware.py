"""Firmware updates, from the request to the new version's first words."""

from datetime import timedelta

import pytest

from contactor.base.instants import to_text
from contactor.station.effects import StartDownload
from contactor.station.events import PowerOnCause
from contactor.station.firmware_image import make_image
from tests.station.bench import Bench, Payload, Refusal

IMAGE = make_image("EVlink Pro DC", "2.0.0", b"new behaviour")
LOCATION = "ftp://updates.test/image.bin"


def update(bench: Bench, location: str = LOCATION, *, in_s: float = 0.0, **more: int) -> list[Payload]:
    """Ask for an update; returns the answer frame."""
    return bench.ask(
        "UpdateFirmware",
        {"location": location, "retrieveDate": to_text(bench.instant + timedelta(seconds=in_s)), **more},
    )


def told(bench: Bench) -> list[str]:
    """The firmware statuses the central system has heard, in order."""
    return [str(each["status"]) for each in bench.calls("FirmwareStatusNotification")]


def is_urged(bench: Bench) -> str:
    """The status that a TriggerMessage brings."""
    before = len(told(bench))
    bench.status_of_answer("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"})
    (status,) = told(bench)[before:]
    return status


def test_fw_01_the_answer_is_empty_and_comes_before_any_status() -> None:
    bench = Bench()
    answered_before: list[int] = []

    def note(_payload: Payload) -> Payload:
        answered_before.append(len(bench.answers_to_central))
        return {}

    bench.answers["FirmwareStatusNotification"] = note
    assert update(bench) == [3, "central-1", {}]
    assert answered_before == [1]


def test_fw_02_the_download_begins_at_the_retrieve_date_and_not_before() -> None:
    bench = Bench()
    update(bench, in_s=30)
    bench.wait(29.9)
    assert (bench.transfers, told(bench)) == ([], [])
    bench.wait(0.2)
    assert bench.transfers == [StartDownload(1, LOCATION, 64 * 1024 * 1024)]
    assert told(bench) == ["Downloading"]


def test_fw_02_a_retrieve_date_in_the_past_means_now() -> None:
    bench = Bench()
    update(bench, in_s=-86_400)
    assert len(bench.transfers) == 1


def test_fw_02_a_clock_set_forward_brings_the_retrieve_date_nearer() -> None:
    bench = Bench()
    update(bench, in_s=3600)
    bench.answers["Heartbeat"] = lambda _: {"currentTime": to_text(bench.instant + timedelta(hours=1))}
    bench.status_of_answer("TriggerMessage", {"requestedMessage": "Heartbeat"})
    assert len(bench.transfers) == 1


def test_fw_03_fw_08_fw_09_fw_12_an_update_from_request_to_installed() -> None:
    """TC_044_1: the four statuses in order, a restart, the new version in the boot, all as before, and the event."""
    bench = Bench()
    before = len(bench.frames)
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert [restart.cause for restart in bench.restarts] == [PowerOnCause.REBOOT]
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert bench.statuses(1) == bench.statuses(2) == ["Available", "Unavailable", "Available"]
    after_boot = bench.actions(before)[bench.actions(before).index("BootNotification") :]
    assert after_boot == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
        "StatusNotification",
        "FirmwareStatusNotification",
        *["SecurityEventNotification"] * 3,
    ]
    assert [each["type"] for each in bench.calls("SecurityEventNotification")][-3:] == [
        "ResetOrReboot",
        "StartupOfTheDevice",
        "FirmwareUpdated",
    ]


def test_fw_03_the_default_version_is_the_factorys() -> None:
    bench = Bench(settings={"firmware_version": "1.4.2"})
    assert bench.calls("BootNotification")[0]["firmwareVersion"] == "1.4.2"


def test_fw_04_a_failing_download_is_tried_again_as_often_as_asked_and_reported_once() -> None:
    """TC_044_2."""
    bench = Bench()
    update(bench, retries=2, retryInterval=10)
    for _ in range(2):
        bench.transfer_breaks()
        bench.wait(9.9)
        assert bench.transfers == []
        bench.wait(0.2)
    assert told(bench) == ["Downloading"]
    bench.transfer_breaks()
    bench.wait(1000)
    assert told(bench) == ["Downloading", "DownloadFailed"]
    assert bench.transfers == []
    assert bench.restarts == []


def test_fw_04_without_retries_the_first_failure_is_the_last() -> None:
    bench = Bench()
    update(bench, retries=0)
    bench.transfer_breaks()
    assert told(bench) == ["Downloading", "DownloadFailed"]


def test_fw_04_three_retries_a_minute_apart_where_the_request_leaves_it_open() -> None:
    bench = Bench()
    update(bench)
    for _ in range(3):
        bench.transfer_breaks()
        bench.wait(59.9)
        assert bench.transfers == []
        bench.wait(0.2)
    bench.transfer_breaks()
    assert told(bench) == ["Downloading", "DownloadFailed"]


def test_fw_04_the_second_attempt_may_succeed() -> None:
    bench = Bench()
    update(bench, retries=1, retryInterval=5)
    bench.transfer_breaks()
    bench.wait(5)
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>404</html>", id="something else"),
        pytest.param(IMAGE[:-1], id="cut short"),
        pytest.param(IMAGE[:-1] + b"!", id="changed on its way"),
        pytest.param(make_image("Another charger", "2.0.0"), id="another product's"),
    ],
)
def test_fw_05_a_bad_image_is_not_installed_and_disturbs_nobody(image: bytes) -> None:
    """TC_044_3."""
    bench = Bench()
    update(bench)
    bench.transfer_arrives(image)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "InstallationFailed"]
    assert bench.statuses(1) == ["Available"]
    assert bench.restarts == []
    bench.charge()
    assert bench.statuses(1)[-1] == "Charging"


def test_fw_06_fw_07_an_update_waits_for_the_charge_and_keeps_idle_connectors_out_of_use() -> None:
    bench = Bench()
    bench.charge(1)
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(300)
    assert told(bench) == ["Downloading", "Downloaded"]
    assert bench.statuses(1)[-1] == "Charging"
    assert bench.statuses(2)[-1] == "Unavailable"
    bench.badge()
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert bench.statuses(2)[-1] == "Available"
    assert len(bench.calls("StopTransaction")) == 1


def test_fw_07_while_it_waits_nothing_begins_on_the_idle_connector() -> None:
    bench = Bench()
    bench.charge(1)
    update(bench)
    bench.transfer_arrives(IMAGE)
    start = {"connectorId": 2, "idTag": "TAG-2"}
    assert bench.status_of_answer("RemoteStartTransaction", start) == "Rejected"
    expiry = to_text(bench.instant + timedelta(hours=1))
    reserve = {"connectorId": 2, "expiryDate": expiry, "idTag": "TAG-2", "reservationId": 1}
    assert bench.status_of_answer("ReserveNow", reserve) == "Unavailable"
    bench.plug(2)
    bench.badge("TAG-2")
    bench.wait(30)
    assert [each["connectorId"] for each in bench.calls("StartTransaction")] == [1]


def test_fw_07_st_11_being_out_of_use_for_an_update_is_not_stored_as_a_change_of_availability() -> None:
    bench = Bench()
    bench.charge(1)
    bench.status_of_answer("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    update(bench)
    bench.transfer_arrives(IMAGE)
    kept = bench.store.rows("availability")
    bench.badge()
    bench.wait(60)
    assert bench.store.rows("availability") == kept
    assert bench.statuses(2)[-1] == "Unavailable", "FW-09: as it was before"
    assert bench.statuses(1)[-1] in ("Preparing", "Finishing", "Available")


def test_fw_07_a_reservation_outlives_the_update() -> None:
    bench = Bench()
    expiry = to_text(bench.instant + timedelta(hours=1))
    bench.status_of_answer("ReserveNow", {"connectorId": 2, "expiryDate": expiry, "idTag": "TAG-2", "reservationId": 1})
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert bench.statuses(2)[-1] == "Reserved"


def test_fw_10_a_second_request_replaces_one_that_is_not_being_installed() -> None:
    bench = Bench()
    update(bench)
    update(bench, "http://updates.test/other.bin")
    assert [transfer.url for transfer in bench.transfers] == ["http://updates.test/other.bin"]
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloading", "Downloaded", "Installing", "Installed"]
    assert len(bench.restarts) == 1


def test_fw_10_a_second_request_during_the_installation_is_ignored_and_noted() -> None:
    bench = Bench()
    update(bench)
    bench.transfer_arrives(IMAGE)
    assert update(bench, "http://updates.test/other.bin")[2] == {}
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert bench.transfers == []
    assert len(bench.noted("firmware update ignored")) == 1


@pytest.mark.parametrize(
    "location",
    [
        "ftps://updates.test/image.bin",
        "sftp://updates.test/image.bin",
        "file:///etc/passwd",
        "updates.test/image.bin",
        "http://",
        "http://[::1/image.bin",
        "http://updates.test:99999/image.bin",
        "http://updates.test/image.bin\nX: y",
        "",
    ],
)
def test_d_31_a_location_that_cannot_be_used_fails_without_downloading(location: str) -> None:
    """FW-11: FTPS is not among the guide's three protocols."""
    bench = Bench()
    assert update(bench, location)[2] == {}
    bench.wait(600)
    assert told(bench) == ["DownloadFailed"]
    assert bench.transfers == []


@pytest.mark.parametrize(
    "location",
    [
        "ftp://user:secret@updates.test:2121/a/image.bin",
        "http://updates.test/image.bin?token=abc",
        "https://updates.test:8443/image.bin",
        "HTTPS://UPDATES.TEST/image.bin",
    ],
)
def test_fw_11_ftp_http_and_https_are_used_as_they_are_given(location: str) -> None:
    bench = Bench()
    update(bench, location)
    assert [transfer.url for transfer in bench.transfers] == [location]


def test_fw_13_a_power_cut_during_the_download_starts_it_again() -> None:
    bench = Bench()
    update(bench)
    bench.power_cut(60)
    assert [transfer.url for transfer in bench.transfers] == [LOCATION]
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]


def test_fw_13_a_power_cut_before_the_retrieve_date_forgets_nothing() -> None:
    bench = Bench()
    update(bench, in_s=600)
    bench.power_cut(60)
    bench.wait(539)
    assert bench.transfers == []
    bench.wait(2)
    assert len(bench.transfers) == 1


def test_fw_13_a_power_cut_during_the_installation_starts_it_again() -> None:
    bench = Bench()
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(10)
    bench.power_cut(60)
    assert bench.statuses(1)[-1] == "Unavailable"
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "1.0.0"
    bench.wait(60)
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]


def test_fw_13_a_power_cut_while_waiting_for_quiet_needs_no_second_download() -> None:
    bench = Bench()
    bench.charge(1)
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.power_cut(60)
    bench.wait(60)
    assert bench.transfers == []
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert bench.calls("StopTransaction")[0]["reason"] == "PowerLoss"


def test_fw_13_the_version_stays_over_later_power_cuts() -> None:
    bench = Bench()
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    bench.power_cut(5)
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert told(bench).count("Installed") == 1


def test_installed_is_told_once_the_line_is_back_and_what_lies_before_it_is_not() -> None:
    """DG-07 says the same of diagnostics: of what a lost line held up, the newest is told."""
    bench = Bench()
    update(bench)
    bench.lose_line()
    bench.transfer_arrives(IMAGE)
    bench.wait(120)
    bench.repair_line()
    bench.wait(10)
    assert told(bench) == ["Downloading", "Installed"]


def test_a_refused_status_does_not_stop_the_update() -> None:
    bench = Bench()
    bench.answers["FirmwareStatusNotification"] = Refusal("NotSupported")
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.wait(60)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]


def test_rst_01_a_reset_is_refused_only_while_installing() -> None:
    bench = Bench()
    bench.charge(1)
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.badge()
    bench.wait(5)
    assert told(bench)[-1] == "Installing"
    assert bench.status_of_answer("Reset", {"type": "Hard"}) == "Rejected"
    bench.wait(60)
    assert bench.status_of_answer("Reset", {"type": "Soft"}) == "Accepted"


def test_rst_01_a_reset_during_the_download_is_accepted_and_the_download_starts_again() -> None:
    bench = Bench()
    update(bench)
    assert bench.status_of_answer("Reset", {"type": "Hard"}) == "Accepted"
    bench.wait(60)
    assert len(bench.restarts) == 1
    assert [transfer.url for transfer in bench.transfers] == [LOCATION]


def test_trg_08_a_trigger_tells_the_current_step() -> None:
    bench = Bench()
    assert is_urged(bench) == "Idle"
    bench.charge(1)
    update(bench, in_s=30)
    assert is_urged(bench) == "Idle"
    bench.wait(31)
    assert is_urged(bench) == "Downloading"
    bench.transfer_arrives(IMAGE)
    assert is_urged(bench) == "Downloaded"
    bench.badge()
    bench.wait(5)
    assert is_urged(bench) == "Installing"
    bench.wait(60)
    assert is_urged(bench) == "Idle"


def test_a_car_that_is_plugged_all_the_while_charges_after_the_update_in_free_mode() -> None:
    bench = Bench()
    update(bench)
    bench.transfer_arrives(IMAGE)
    bench.set("AuthenticationOCPPMode", "false")
    bench.plug()
    bench.wait(15)
    assert bench.calls("StartTransaction") == []
    bench.wait(60)
    assert len(bench.calls("StartTransaction")) == 1
