"""Reset, soft and hard: what is stopped, what is waited for, and in which order it goes (RST)."""

import json

import pytest

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import StopEnergy
from contactor.station.effects import RestartKind, SendText
from contactor.station.events import RestartFailed, TextReceived
from tests.station.bench import Bench


def frames_since(bench: Bench, since: int) -> list[str]:
    """Actions with what tells them apart: the status, or the type of a security event."""
    told = []
    for frame in bench.frames[since:]:
        detail = frame.payload.get("status") or frame.payload.get("type") or frame.payload.get("reason") or ""
        told.append(f"{frame.action} {detail}".strip())
    return told


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
def test_rst_01_the_answer_comes_first(kind: str) -> None:
    """RST-01, RST-07: Accepted is on the wire before anything else happens; a second one meanwhile is Rejected."""
    bench = Bench()
    bench.answers["StopTransaction"] = None
    bench.charge(for_s=20)
    effects = bench.station.handle(TextReceived(json.dumps([2, "1", "Reset", {"type": kind}]).encode()), bench.moment)
    assert effects[0] == SendText(b'[3,"1",{"status":"Accepted"}]')
    assert StopEnergy(OutletNumber(1)) in effects[1:]
    if kind == "Soft":
        assert bench.status_of_answer("Reset", {"type": kind}) == "Rejected"


def test_rst_02_rst_07_a_soft_reset_ends_everything_in_good_order() -> None:
    """RST-02, RST-07: stops, Finishing and ResetOrReboot before the line closes; then boot and StartupOfTheDevice."""
    bench = Bench()
    bench.charge(1, "TAG-1", for_s=20)
    bench.charge(2, "TAG-2", for_s=20)
    since = len(bench.frames)
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(15)
    assert frames_since(bench, since) == [
        "StopTransaction SoftReset",
        "StatusNotification Finishing",
        "StopTransaction SoftReset",
        "StatusNotification Finishing",
        "SecurityEventNotification ResetOrReboot",
        "BootNotification",
        "StatusNotification Available",
        "StatusNotification Finishing",
        "StatusNotification Finishing",
        "SecurityEventNotification StartupOfTheDevice",
    ]
    assert [each.kind for each in bench.restarts] == [RestartKind.SOFT]
    assert [each.code for each in bench.hang_ups] == [1001]


def test_rst_02_the_wait_for_an_answer_is_bounded() -> None:
    """RST-02, RST-04: a silent central system delays a soft reset by 30 s; its stop is delivered by the next life."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.answers["StopTransaction"] = None
    began_s = bench.now_s
    bench.ask("Reset", {"type": "Soft"})
    while not bench.restarts:
        bench.wait(0.5)
    assert 30 <= bench.now_s - began_s <= 31
    bench.answers["StopTransaction"] = {}
    bench.wait(60)
    stops = [frame for frame in bench.frames if frame.action == "StopTransaction"]
    assert len({frame.message_id for frame in stops}) == 1
    assert bench.station.messages_owed == 0


def test_rst_03_a_hard_reset_waits_for_the_current_only() -> None:
    """RST-03: HardReset for each, the restart within seconds, and nothing is lost although nobody answers."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.answers["StopTransaction"] = None
    began_s = bench.now_s
    bench.ask("Reset", {"type": "Hard"})
    bench.wait(5)
    assert [each.kind for each in bench.restarts] == [RestartKind.HARD]
    bench.answers["StopTransaction"] = {}
    bench.wait(40)
    stop = bench.calls("StopTransaction")[-1]
    assert (stop["reason"], stop["meterStop"]) == ("HardReset", bench.register_wh())
    assert bench.station.messages_owed == 0
    assert bench.now_s - began_s < 60


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
def test_rst_04_a_line_that_breaks_during_a_reset_costs_nothing(kind: str) -> None:
    """RST-04: the stop is kept and delivered after the boot."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.ask("Reset", {"type": kind})
    bench.lose_line()
    bench.wait(40)
    assert len(bench.restarts) == 1
    assert bench.calls("StopTransaction") == []
    bench.repair_line()
    bench.wait(2)
    assert len(bench.calls("StopTransaction")) == 1


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
@pytest.mark.parametrize("free", ["true", "false"], ids=["badges", "free mode"])
def test_rst_05_after_a_reset(kind: str, free: str) -> None:
    """RST-05, ST-10: boot, statuses of 0, 1 and 2; Unavailable is kept, the car that charged stands in Finishing."""
    bench = Bench(initial={"AuthenticationOCPPMode": free})
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    bench.plug()
    bench.badge()
    bench.wait(20)
    since = len(bench.frames)
    bench.ask("Reset", {"type": kind})
    bench.wait(300)
    boot = bench.actions().index("BootNotification", since)
    reported = [(frame.payload["connectorId"], frame.payload["status"]) for frame in bench.frames[boot + 1 : boot + 4]]
    assert reported == [(0, "Available"), (1, "Finishing"), (2, "Unavailable")]
    assert len(bench.calls("StartTransaction")) == 1


def test_rst_05_a_car_that_had_not_charged_is_preparing_again() -> None:
    bench = Bench()
    bench.plug()
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(5)
    assert bench.statuses(1)[-1] == "Preparing"


def test_rst_02_nobody_begins_while_a_reset_is_on_its_way() -> None:
    """RST-02: a remote start is Rejected and a badge has no effect."""
    bench = Bench()
    bench.charge(1, for_s=20)
    bench.answers["StopTransaction"] = None
    bench.ask("Reset", {"type": "Soft"})
    bench.plug(2)
    assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "TAG-2", "connectorId": 2}) == "Rejected"
    bench.badge("TAG-2")
    bench.wait(10)
    assert len(bench.calls("StartTransaction")) == 1


def test_rst_02_a_reset_while_offline_waits_for_nobody() -> None:
    """RST-02: there is nobody to wait for, so the restart comes with the end of the current."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.ask("Reset", {"type": "Soft"})
    bench.lose_line()
    bench.wait(5)
    assert len(bench.restarts) == 1


@pytest.mark.parametrize("retries", [0, 2, 3])
def test_rst_06_flt_09_a_reset_that_fails_is_tried_again_and_then_told(retries: int) -> None:
    """RST-06, FLT-09, ResetRetries: so many more attempts, then ResetFailure on connector 0, and service goes on."""
    bench = Bench(initial={"ResetRetries": str(retries)})
    bench.restarts_to_fail = 99
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(60)
    assert len(bench.restarts) == 1 + retries
    last = [each for each in bench.calls("StatusNotification") if each["connectorId"] == 0][-1]
    assert (last["status"], last["errorCode"]) == ("Available", "ResetFailure")
    assert len(bench.calls("BootNotification")) == 1
    bench.charge(for_s=20)
    assert bench.statuses()[-1] == "Charging"


def test_rst_06_the_next_reset_that_works_clears_the_failure() -> None:
    bench = Bench(initial={"ResetRetries": "0"})
    bench.restarts_to_fail = 1
    bench.ask("Reset", {"type": "Hard"})
    bench.wait(60)
    assert bench.status_of_answer("Reset", {"type": "Hard"}) == "Accepted"
    bench.wait(60)
    last = [each for each in bench.calls("StatusNotification") if each["connectorId"] == 0][-1]
    assert last["errorCode"] == "NoError"
    assert len(bench.calls("BootNotification")) == 2


def test_rst_06_a_retry_may_work() -> None:
    """RST-06: two failures, ResetRetries 2: the third attempt restarts, and nobody hears of a failure."""
    bench = Bench()
    bench.restarts_to_fail = 2
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(60)
    assert len(bench.calls("BootNotification")) == 2
    assert {each["errorCode"] for each in bench.calls("StatusNotification")} == {"NoError"}


def test_rst_06_a_failure_nobody_waits_for_means_nothing() -> None:
    bench = Bench()
    bench.handle(RestartFailed("out of the blue"))
    bench.wait(10)
    assert bench.restarts == []
    assert {each["errorCode"] for each in bench.calls("StatusNotification")} == {"NoError"}


def test_rst_03_the_current_is_not_waited_for_beyond_five_seconds() -> None:
    """RST-03: the meter is read when the contactors report, at the latest after five seconds."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.rig.press_stop(OutletNumber(1))
    bench.wait(0)
    bench.ask("Reset", {"type": "Hard"})
    bench.wait(6)
    assert len(bench.restarts) == 1
    (reason,) = {each["reason"] for each in bench.calls("StopTransaction")}
    assert reason == "Local"  # the first reason counts
