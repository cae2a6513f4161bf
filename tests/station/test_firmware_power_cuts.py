"""The power fails at every single commit of an update and of an upload, and both come to an end all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.station.events import PowerOnCause
from contactor.station.firmware_image import make_image
from tests.station.bench import Bench
from tests.station.power_cuts import CuttableBench, badge, plug, unplug

IMAGE = make_image("EVlink Pro DC", "2.0.0", b"new behaviour")
CAUSES = [PowerOnCause.POWER, PowerOnCause.WATCHDOG]
LONG_S = 2000


def told(bench: Bench, action: str) -> list[str]:
    return [str(each["status"]) for each in bench.calls(action)]


def live_through_update(cuts: list[int], cause: PowerOnCause) -> CuttableBench:
    """A charge runs when the update is asked for; the car is unplugged some time later."""
    bench = CuttableBench(cuts, cause, {})
    plug(bench, 1)
    badge(bench, 1, "TAG-1")
    bench.insist("UpdateFirmware", {"location": "ftp://updates.test/a", "retrieveDate": bench.instant_text})
    for second in range(LONG_S):
        if bench.transfers:
            bench.transfer_arrives(IMAGE)
        if second == 30:
            unplug(bench, 1)
        if "Installed" in told(bench, "FirmwareStatusNotification"):
            break
        bench.wait(1)
    bench.stop_cutting()
    unplug(bench, 1)
    bench.wait(60)
    return bench


def check_update(bench: CuttableBench) -> None:
    statuses = told(bench, "FirmwareStatusNotification")
    assert "Installed" in statuses
    assert not {"DownloadFailed", "InstallationFailed"} & set(statuses)
    # A step may be told twice when the power failed over its answer, and none is told before an earlier one.
    order = ["Downloading", "Downloaded", "Installing", "Installed"]
    assert [status for status in order if status in statuses] == list(dict.fromkeys(statuses))
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert "FirmwareUpdated" in [each["type"] for each in bench.calls("SecurityEventNotification")]
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Available", "Available")
    assert bench.store.rows("firmware_update") == {}
    assert bench.station.messages_owed == 0


def commits_of_the_update() -> int:
    bench = live_through_update([], PowerOnCause.POWER)
    check_update(bench)
    return bench.store.commits


COMMITS = commits_of_the_update()


@pytest.mark.parametrize("cause", CAUSES)
def test_fw_13_a_cut_at_any_commit_only_delays_the_update(cause: PowerOnCause) -> None:
    for cut in range(COMMITS):
        try:
            check_update(live_through_update([cut], cause))
        except AssertionError as error:
            raise AssertionError(f"power cut ({cause}) after commit {cut}: {error}") from error


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, COMMITS // 2), min_size=2, max_size=5), cause=st.sampled_from(CAUSES))
def test_fw_13_several_cuts_only_delay_it_more(cuts: list[int], cause: PowerOnCause) -> None:
    check_update(live_through_update(cuts, cause))


@pytest.mark.parametrize("cause", CAUSES)
def test_dg_03_whatever_the_power_does_an_upload_that_was_promised_ends_in_a_status(cause: PowerOnCause) -> None:
    for cut in range(20):
        bench = CuttableBench([cut], cause, {})
        name = bench.insist("GetDiagnostics", {"location": "ftp://central.test/in"})["fileName"]
        for _ in range(100):
            bench.wait(1)
            if bench.transfers:
                bench.transfer_arrives()
        bench.stop_cutting()
        bench.wait(60)
        ends = set(told(bench, "DiagnosticsStatusNotification")) - {"Uploading"}
        assert ends, f"nothing is known of {name} after a cut at commit {cut}"
        assert bench.store.rows("diagnostics") == {}
