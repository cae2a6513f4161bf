"""What the central system is told of each connector, and when (ST-01..09, ST-30, ST-31)."""

from datetime import datetime
from itertools import pairwise

import pytest

from contactor.base.ids import OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.status_matrix import MOVES
from contactor.station.status_reports import WAITING_MAX
from tests.station.bench import Bench, Payload, Refusal

DISCONNECTED = "EV side disconnected"


def told(bench: Bench, connector: int = 1) -> list[Payload]:
    return [each for each in bench.calls("StatusNotification") if each["connectorId"] == connector]


def instant(bench: Bench) -> str:
    return bench.instant_text.replace(".000Z", "Z")


def test_st_01_every_change_of_a_visit_is_told_once_and_in_order() -> None:
    """ST-01, TX-13, TC_003: A2, B3, C6, F1."""
    bench = Bench()
    bench.charge()
    bench.badge()
    bench.wait(5)
    bench.unplug()
    assert bench.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert bench.statuses(2) == ["Available"]


def test_st_05_every_report_has_the_four_fields_and_no_other_while_nothing_is_wrong() -> None:
    bench = Bench()
    bench.charge()
    assert len(bench.calls("StatusNotification")) == 5
    for report in bench.calls("StatusNotification"):
        assert set(report) == {"connectorId", "errorCode", "status", "timestamp"}
        assert report["errorCode"] == "NoError"


def test_st_02_the_station_and_its_connectors_have_statuses_of_their_own() -> None:
    """ST-02: a charging car leaves connector 0 Available; one Unavailable connector does too."""
    bench = Bench()
    bench.charge()
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    assert bench.statuses(0) == ["Available"]
    assert bench.statuses(2) == ["Available", "Unavailable"]


def test_st_03_a_status_is_told_when_it_has_lasted_minimum_status_duration() -> None:
    """ST-03, ST-04: 10 s by default, and the timestamp is that of the change. Key: MinimumStatusDuration."""
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.wait(5)
    changed = instant(bench)
    bench.plug()
    bench.wait(9)
    assert bench.statuses() == ["Available"]
    bench.wait(1)
    assert told(bench)[-1] == {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Preparing",
        "timestamp": changed,
    }


def test_st_03_a_status_that_does_not_last_is_not_told() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.plug()
    bench.wait(5)
    bench.unplug()
    bench.wait(60)
    assert bench.statuses() == ["Available"]


def test_st_03_a_status_that_is_left_early_is_skipped_and_the_next_one_counts_anew() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.plug()
    bench.badge()
    bench.wait(14)  # Charging since about the fifth second
    assert bench.statuses() == ["Available"]
    bench.wait(3)
    assert bench.statuses() == ["Available", "Charging"]


def test_st_03_a_new_duration_holds_for_the_next_change() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.set("MinimumStatusDuration", "0")
    bench.plug()
    assert bench.statuses() == ["Available", "Preparing"]


def test_st_04_a_fault_is_told_without_delay_and_so_is_its_end() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.rig.raise_fault("0x100206", OutletNumber(1))
    bench.wait(0)
    assert bench.statuses() == ["Available", "Faulted"]
    bench.rig.clear_fault("0x100206", OutletNumber(1))
    bench.wait(0)
    assert bench.statuses() == ["Available", "Faulted", "Available"]


def test_st_04_a_report_that_was_asked_for_comes_at_once() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.plug()
    bench.ask("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    assert bench.statuses() == ["Available", "Preparing"]
    bench.wait(30)
    assert bench.statuses() == ["Available", "Preparing"]


def test_st_06_a_charge_that_car_and_station_suspend_counts_as_suspended_by_the_station() -> None:
    bench = Bench(initial={"StopTransactionOnInvalidId": "false"})
    bench.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}
    bench.charge()
    bench.rig.limit_vehicle(OutletNumber(1), 0.0)
    bench.wait(60)
    assert bench.statuses()[-1] == "SuspendedEVSE"


def test_st_07_the_car_leaves_and_the_transaction_stays() -> None:
    """ST-07, STP-07, TC_005_3: SuspendedEV, NoError, and the text that says why."""
    bench = Bench(initial={"StopTransactionOnEVSideDisconnect": "false"})
    bench.charge()
    bench.unplug()
    assert told(bench)[-1] == {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "SuspendedEV",
        "timestamp": instant(bench),
        "info": DISCONNECTED,
    }
    assert not bench.calls("StopTransaction")
    bench.plug()
    bench.wait(30)
    assert bench.statuses()[-1] == "Charging"
    assert "info" not in told(bench)[-1]


def test_st_07_a_car_that_leaves_a_paused_charge_is_told_too() -> None:
    """ST-07: the status was SuspendedEV already; the text is news."""
    bench = Bench(initial={"StopTransactionOnEVSideDisconnect": "false"})
    bench.charge()
    bench.rig.limit_vehicle(OutletNumber(1), 0.0)
    bench.wait(10)
    bench.unplug()
    assert [each.get("info") for each in told(bench) if each["status"] == "SuspendedEV"] == [None, DISCONNECTED]
    bench.plug()
    bench.ask("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    assert "info" not in told(bench)[-1]


def test_st_08_the_car_leaves_and_the_transaction_ends() -> None:
    """ST-08, STP-06, TC_005_2: Finishing with the text, then Available, for the cable is the station's own."""
    bench = Bench()
    bench.charge()
    bench.unplug()
    assert [(each["status"], each.get("info")) for each in told(bench)[-2:]] == [
        ("Finishing", DISCONNECTED),
        ("Available", None),
    ]
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"


def test_st_09_a_car_that_draws_little_is_charging() -> None:
    """ST-09: 100 W for five minutes is not SuspendedEV; nothing at all is."""
    bench = Bench()
    bench.charge()
    bench.rig.limit_vehicle(OutletNumber(1), 100.0)
    bench.wait(300)
    assert bench.statuses() == ["Available", "Preparing", "Charging"]
    bench.rig.limit_vehicle(OutletNumber(1), 0.0)
    bench.wait(10)
    assert bench.statuses()[-1] == "SuspendedEV"
    bench.rig.limit_vehicle(OutletNumber(1), 50_000.0)
    bench.wait(10)
    assert bench.statuses()[-1] == "Charging"


def test_st_30_after_a_short_outage_only_what_differs_is_told() -> None:
    """ST-30, TR-14: no boot, connector 1 changed, 0 and 2 did not."""
    bench = Bench()
    before = len(bench.frames)
    bench.lose_line()
    bench.plug()
    changed = instant(bench)
    bench.wait(20)
    bench.repair_line()
    bench.wait(5)
    assert bench.actions(before) == ["StatusNotification"]
    assert told(bench)[-1] == {"connectorId": 1, "errorCode": "NoError", "status": "Preparing", "timestamp": changed}


@pytest.mark.parametrize("duration_s", ["0", "10"])
def test_st_30_what_came_and_went_meanwhile_is_history_and_not_told(duration_s: str) -> None:
    bench = Bench(initial={"MinimumStatusDuration": duration_s})
    before = len(bench.frames)
    bench.lose_line()
    bench.plug()
    bench.wait(30)
    bench.unplug()
    bench.wait(30)
    bench.repair_line()
    bench.wait(30)
    assert bench.actions(before) == []


def test_st_30_a_report_lost_with_the_line_is_told_again() -> None:
    bench = Bench()
    bench.answers["StatusNotification"] = None
    bench.plug()
    assert bench.statuses()[-1] == "Preparing"
    bench.lose_line()
    bench.answers["StatusNotification"] = {}
    bench.repair_line()
    bench.wait(1)
    assert bench.statuses() == ["Available", "Preparing", "Preparing"]


def test_st_30_after_a_report_that_was_perhaps_heard_the_present_status_is_told_though_it_is_the_one_before() -> None:
    """The answer was lost with the line: the central system takes the connector for Preparing."""
    bench = Bench()
    bench.answers["StatusNotification"] = None
    bench.plug()
    bench.lose_line()
    bench.unplug()
    bench.answers["StatusNotification"] = {}
    bench.repair_line()
    bench.wait(1)
    assert bench.statuses() == ["Available", "Preparing", "Available"]


def test_st_03_after_a_report_that_was_perhaps_heard_the_status_before_is_told_again_when_it_has_lasted() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.answers["StatusNotification"] = None
    bench.plug()
    bench.wait(45)  # told after ten seconds, given up thirty later
    bench.answers["StatusNotification"] = {}
    bench.unplug()
    bench.wait(11)
    assert bench.statuses() == ["Available", "Preparing", "Available"]


def test_err_13_a_report_that_was_refused_is_not_repeated() -> None:
    bench = Bench()
    bench.answers["StatusNotification"] = Refusal()
    bench.plug()
    bench.wait(120)
    assert bench.statuses() == ["Available", "Preparing", "Finishing"]


def test_boot_04_a_boot_tells_every_status_whatever_was_told_before() -> None:
    """BOOT-04, RST-05."""
    bench = Bench()
    before = len(bench.frames)
    bench.power_cut()
    connectors = [
        frame.payload["connectorId"] for frame in bench.frames[before:] if frame.action == "StatusNotification"
    ]
    assert connectors == [0, 1, 2]


@pytest.mark.parametrize(
    ("status", "is_operative"),
    [
        ("Available", True),
        ("Preparing", True),
        ("Finishing", True),
        ("Unavailable", False),
        ("Faulted", False),
    ],
)
def test_st_31_operative_statuses_take_a_remote_start_and_inoperative_ones_do_not(
    status: str, is_operative: bool
) -> None:
    bench = Bench()
    if status in ("Preparing", "Finishing"):
        bench.plug()
    if status == "Finishing":
        bench.wait(120)
    elif status == "Unavailable":
        bench.ask("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    elif status == "Faulted":
        bench.rig.raise_fault("0x100206", OutletNumber(1))
        bench.wait(0)
    assert bench.statuses()[-1] == status
    answer = bench.status_of_answer("RemoteStartTransaction", {"idTag": "T", "connectorId": 1})
    assert answer == ("Accepted" if is_operative else "Rejected")


def test_timestamps_of_reports_never_go_back() -> None:
    bench = Bench()
    bench.charge()
    bench.badge()
    bench.wait(5)
    bench.unplug()
    stamps = [datetime.fromisoformat(each["timestamp"]) for each in told(bench)]
    assert stamps == sorted(stamps)


def test_st_30_a_status_that_nobody_answered_is_told_again() -> None:
    """ST-30, RPC-04: a call may time out on a dead line before the line is found dead."""
    bench = Bench()
    bench.answers["StatusNotification"] = None
    bench.plug()
    bench.wait(45)
    bench.lose_line()
    bench.answers["StatusNotification"] = {}
    bench.repair_line()
    bench.wait(90)
    assert bench.statuses()[:3] == ["Available", "Preparing", "Preparing"]


def test_st_30_a_status_that_nobody_answered_is_told_again_on_a_line_that_stands() -> None:
    bench = Bench()
    bench.answers["StatusNotification"] = None
    bench.plug()
    bench.wait(45)
    bench.answers["StatusNotification"] = {}
    bench.wait(120)
    assert bench.statuses()[:3] == ["Available", "Preparing", "Preparing"]


def test_err_13_a_status_that_was_refused_is_not_told_again() -> None:
    bench = Bench()
    bench.answers["StatusNotification"] = Refusal("InternalError", "")
    bench.plug()
    bench.wait(45)
    bench.answers["StatusNotification"] = {}
    bench.wait(60)
    assert bench.statuses() == ["Available", "Preparing"]


def unhurried() -> Bench:
    """A station whose reports of status nobody answers for the time being; it knows the badge and need not ask."""
    bench = Bench(initial={"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "true"})
    visit(bench)
    bench.answers["StatusNotification"] = None
    return bench


def visit(bench: Bench) -> None:
    """Preparing, Charging, Finishing, and Available again."""
    bench.charge(for_s=8)
    bench.badge()
    bench.wait(1)
    bench.unplug()
    bench.wait(1)


def is_legal(statuses: list[str]) -> bool:
    known = [ChargePointStatus(each) for each in statuses]
    return all(start is end or (start, end) in MOVES for start, end in pairwise(known))


def test_st_01_every_status_is_told_in_its_turn_to_a_central_system_that_is_slow() -> None:
    bench = unhurried()
    for _ in range(5):
        visit(bench)
    bench.answers["StatusNotification"] = {}
    bench.wait(60)
    assert bench.statuses() == ["Available", *("Preparing", "Charging", "Finishing", "Available") * 6]


@pytest.mark.parametrize("visits", [54, 55, 56, 57])  # wherever in a visit there is no more room
def test_st_01_of_very_many_statuses_that_wait_each_that_is_told_follows_the_last_one(visits: int) -> None:
    """Section 4.9: with hundreds waiting, what came and went is left out, and no step between two is missing."""
    bench = unhurried()
    for _ in range(visits):
        visit(bench)
    bench.plug()
    told_late = len(bench.statuses())
    bench.answers["StatusNotification"] = {}
    bench.wait(60)
    assert is_legal(bench.statuses())
    assert bench.statuses()[-2:] == ["Available", "Preparing"]
    assert len(bench.statuses()) - told_late <= WAITING_MAX


def test_trg_07_a_report_that_was_asked_for_does_not_overtake_what_waits_to_be_told_of_its_connector() -> None:
    bench = unhurried()
    visit(bench)
    bench.charge()
    bench.ask("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    bench.answers["StatusNotification"] = {}
    bench.wait(60)
    assert is_legal(bench.statuses())
    assert bench.statuses()[-3:] == ["Preparing", "Charging", "Charging"]


def test_st_03_a_status_that_waits_to_last_is_told_although_another_one_was_not_answered() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "40"})
    bench.answers["StatusNotification"] = None
    bench.plug()
    bench.wait(45)  # Preparing was told, and nobody answers
    bench.unplug()
    bench.wait(35)  # the call has timed out; Available has not lasted long enough
    bench.answers["StatusNotification"] = {}
    bench.wait(6)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
