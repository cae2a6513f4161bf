"""Every trouble code of the guide, raised under a charging car and beside it (FLT-01..12, D-19, D-20)."""

import pytest

from contactor.base.ids import OutletNumber
from contactor.guide.load import load_product
from tests.station.bench import Bench, Payload
from tests.station.trouble_codes import ROWS, TAMPERING, Row

ONE, TWO = OutletNumber(1), OutletNumber(2)

every_code = pytest.mark.parametrize("row", [pytest.param(row, id=row.dtc) for row in ROWS])


def raise_fault(bench: Bench, dtc: str, outlet: OutletNumber | None = None) -> None:
    bench.rig.raise_fault(dtc, outlet)
    bench.wait(0)


def clear_fault(bench: Bench, dtc: str, outlet: OutletNumber | None = None) -> None:
    bench.rig.clear_fault(dtc, outlet)
    bench.wait(0)


def reports(bench: Bench, since: int = 0) -> list[Payload]:
    return [frame.payload for frame in bench.frames[since:] if frame.action == "StatusNotification"]


def brief(bench: Bench, since: int = 0) -> list[tuple[int, str, str, str | None]]:
    """Connector, status, errorCode and vendorErrorCode of each report."""
    return [
        (each["connectorId"], each["status"], each["errorCode"], each.get("vendorErrorCode"))
        for each in reports(bench, since)
    ]


def test_the_guide_has_these_42_codes() -> None:
    assert [row.dtc for row in ROWS] == list(load_product().vendor_errors)
    assert len(ROWS) == 42


@every_code
def test_flt_01_a_code_is_told_where_it_belongs(row: Row) -> None:
    """FLT-01, FLT-10, D-19, A9: with errorCode, vendorErrorCode, the guide's words, and the time it came."""
    bench = Bench()
    bench.wait(7)
    before = len(bench.frames)
    raise_fault(bench, row.dtc, row.outlet)
    stamp = bench.instant_text.replace(".000Z", "Z")
    expected = [
        {
            "connectorId": connector,
            "errorCode": row.error_code,
            "status": "Available" if row.reason is None else "Faulted",
            "timestamp": stamp,
            "info": row.text,
            "vendorErrorCode": row.dtc,
        }
        for connector in row.scope
    ]
    assert sorted(reports(bench, before), key=lambda each: int(each["connectorId"])) == expected


@every_code
def test_flt_02_flt_03_a_warning_lets_a_charge_go_on_and_a_fault_ends_it(row: Row) -> None:
    """FLT-02, FLT-03, FLT-06, D-20: the stop has the guide's reason; once mended the plugged car is Finishing."""
    bench = Bench()
    bench.charge()
    raise_fault(bench, row.dtc, row.outlet)
    bench.wait(1)
    stops = [each["reason"] for each in bench.calls("StopTransaction")]
    assert stops == ([] if row.reason is None else [row.reason])
    assert bench.statuses()[-1] == ("Charging" if row.reason is None else "Faulted")
    clear_fault(bench, row.dtc, row.outlet)
    assert bench.statuses()[-1] == ("Charging" if row.reason is None else "Finishing")
    assert reports(bench)[-1]["errorCode"] == "NoError"


@every_code
def test_flt_07_when_a_code_is_over_everyone_who_heard_of_it_hears_so(row: Row) -> None:
    bench = Bench()
    raise_fault(bench, row.dtc, row.outlet)
    before = len(bench.frames)
    clear_fault(bench, row.dtc, row.outlet)
    assert sorted(brief(bench, before)) == [(connector, "Available", "NoError", None) for connector in row.scope]


@every_code
def test_flt_03_no_charge_begins_under_a_fault_and_none_is_kept_from_beginning_by_a_warning(row: Row) -> None:
    bench = Bench()
    raise_fault(bench, row.dtc, row.outlet)
    bench.plug()
    answer = bench.status_of_answer("RemoteStartTransaction", {"idTag": "T", "connectorId": 1})
    bench.wait(20)
    assert answer == ("Accepted" if row.reason is None else "Rejected")
    assert len(bench.calls("StartTransaction")) == (1 if row.reason is None else 0)


@every_code
def test_only_codes_of_the_whole_station_disturb_the_other_connector(row: Row) -> None:
    """TX-10, FLT-03: a charge on connector 2 does not care what happens at outlet 1."""
    bench = Bench()
    bench.charge(2)
    raise_fault(bench, row.dtc, row.outlet)
    bench.wait(1)
    ended = row.reason is not None and 2 in row.scope
    assert len(bench.calls("StopTransaction")) == (1 if ended else 0)


@every_code
def test_codes_that_mean_somebody_was_at_the_cabinet_are_security_events(row: Row) -> None:
    """TamperDetectionActivated, with the code as its remark."""
    bench = Bench()
    raise_fault(bench, row.dtc, row.outlet)
    bench.wait(1)
    events = [
        each["techInfo"]
        for each in bench.calls("SecurityEventNotification")
        if each["type"] == "TamperDetectionActivated"
    ]
    assert events == ([row.dtc] if row.dtc in TAMPERING else [])


def test_flt_04_no_code_is_a_communication_error_of_the_vehicle() -> None:
    assert "EVCommunicationError" not in {row.error_code for row in ROWS}


def test_flt_05_several_codes_at_once_are_told_one_by_one_and_the_newest_counts() -> None:
    bench = Bench()
    before = len(bench.frames)
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100007", ONE)
    assert brief(bench, before) == [
        (1, "Faulted", "GroundFailure", "0x100206"),
        (1, "Faulted", "OtherError", "0x100007"),
    ]
    bench.ask("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    assert brief(bench)[-1] == (1, "Faulted", "OtherError", "0x100007")


def test_flt_05_a_connector_stays_faulted_as_long_as_one_fault_is_left() -> None:
    """FLT-05, FLT-07: the newest is mended, the next remaining one is told; then the last one."""
    bench = Bench()
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100213", ONE)
    before = len(bench.frames)
    clear_fault(bench, "0x100213", ONE)
    clear_fault(bench, "0x100206", ONE)
    assert brief(bench, before) == [
        (1, "Faulted", "GroundFailure", "0x100206"),
        (1, "Available", "NoError", None),
    ]


def test_flt_05_mending_an_older_code_changes_nothing_that_is_told() -> None:
    bench = Bench()
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100213", ONE)
    before = len(bench.frames)
    clear_fault(bench, "0x100206", ONE)
    assert brief(bench, before) == []
    assert bench.statuses()[-1] == "Faulted"


def test_flt_07_a_mended_fault_leaves_the_warning_that_came_with_it() -> None:
    bench = Bench()
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100007", ONE)
    clear_fault(bench, "0x100206", ONE)
    assert brief(bench)[-1] == (1, "Available", "OtherError", "0x100007")


def test_a_code_on_both_outlets_is_two_codes() -> None:
    """FLT-05: one of several is cleared."""
    bench = Bench()
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100206", TWO)
    clear_fault(bench, "0x100206", ONE)
    assert bench.statuses(1)[-1] == "Available"
    assert bench.statuses(2)[-1] == "Faulted"


def test_a_code_of_the_station_and_one_of_a_connector_end_apart() -> None:
    bench = Bench()
    raise_fault(bench, "0x100202")
    raise_fault(bench, "0x100206", ONE)
    clear_fault(bench, "0x100202")
    assert (bench.statuses(0)[-1], bench.statuses(1)[-1], bench.statuses(2)[-1]) == (
        "Available",
        "Faulted",
        "Available",
    )


@pytest.mark.parametrize(
    ("unplugs", "is_operative", "status"),
    [
        (False, True, "Finishing"),
        (True, True, "Available"),
        (False, False, "Unavailable"),
        (True, False, "Unavailable"),
    ],
)
def test_flt_06_after_a_fault_that_ended_a_charge_comes_what_now_fits(
    unplugs: bool, is_operative: bool, status: str
) -> None:
    bench = Bench()
    bench.charge()
    raise_fault(bench, "0x100206", ONE)
    bench.wait(1)
    if unplugs:
        bench.unplug()
    if not is_operative:
        bench.ask("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    clear_fault(bench, "0x100206", ONE)
    assert bench.statuses()[-2:] == ["Faulted", status]


def test_flt_06_a_car_that_was_only_plugged_goes_back_to_preparing() -> None:
    """I2: nothing had ended."""
    bench = Bench()
    bench.plug()
    raise_fault(bench, "0x100206", ONE)
    clear_fault(bench, "0x100206", ONE)
    assert bench.statuses() == ["Available", "Preparing", "Faulted", "Preparing"]


def test_a_fault_before_the_answer_about_the_badge_ends_the_attempt() -> None:
    """FLT-03, B9: the driver has to present the badge again when the fault is gone."""
    bench = Bench()
    bench.answers["Authorize"] = None
    bench.plug()
    bench.badge()
    raise_fault(bench, "0x100206", ONE)
    clear_fault(bench, "0x100206", ONE)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Accepted"}}
    bench.wait(60)
    assert not bench.calls("StartTransaction")
    bench.badge()
    assert bench.calls("StartTransaction")


def test_tx_14_a_lock_that_fails_at_the_plug_lets_no_transaction_begin() -> None:
    """TX-14, TC_024: 0x100205 is ConnectorLockFailure."""
    bench = Bench()
    raise_fault(bench, "0x100205", ONE)
    bench.plug()
    bench.badge()
    bench.wait(30)
    assert not bench.calls("StartTransaction")
    assert brief(bench)[-1] == (1, "Faulted", "ConnectorLockFailure", "0x100205")


def test_flt_08_a_contradiction_of_the_list_is_told_of_the_station() -> None:
    """FLT-08, LL-12: LocalListConflict on connector 0, whose status stays."""
    bench = Bench(initial={"LocalAuthListEnabled": "true"})
    bench.ask(
        "SendLocalList",
        {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}],
        },
    )
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.plug()
    bench.badge()
    assert (0, "Available", "LocalListConflict", None) in brief(bench)


def test_flt_10_a_code_the_guide_does_not_have_is_a_warning_named_by_its_number() -> None:
    bench = Bench()
    bench.charge()
    raise_fault(bench, "0x1002FF", TWO)
    assert brief(bench)[-1] == (2, "Available", "OtherError", "0x1002FF")
    assert bench.statuses(1)[-1] == "Charging"


def test_flt_12_a_code_that_is_still_active_is_told_when_the_line_is_back() -> None:
    bench = Bench()
    bench.lose_line()
    raise_fault(bench, "0x100206", ONE)
    stamp = bench.instant_text.replace(".000Z", "Z")
    before = len(bench.frames)
    bench.wait(30)
    bench.repair_line()
    bench.wait(5)
    assert brief(bench, before) == [(1, "Faulted", "GroundFailure", "0x100206")]
    assert reports(bench, before)[0]["timestamp"] == stamp


def test_flt_12_a_code_that_came_and_went_offline_is_not_told() -> None:
    """At most one report is allowed; ours are about what is so now, for nobody could close the other kind."""
    bench = Bench()
    bench.lose_line()
    raise_fault(bench, "0x100206", ONE)
    clear_fault(bench, "0x100206", ONE)
    before = len(bench.frames)
    bench.repair_line()
    bench.wait(5)
    assert brief(bench, before) == []


def test_flt_03_a_charge_that_a_fault_ends_offline_is_told_later_with_its_reason() -> None:
    """FLT-03, STP-10: EmergencyStop 0x100202."""
    bench = Bench()
    bench.charge()
    bench.lose_line()
    raise_fault(bench, "0x100202")
    bench.wait(2)
    clear_fault(bench, "0x100202")
    before = len(bench.frames)
    bench.repair_line()
    bench.wait(5)
    assert bench.calls("StopTransaction")[0]["reason"] == "EmergencyStop"
    assert brief(bench, before) == [(1, "Finishing", "NoError", None)]


def test_a_fault_outlives_a_power_cut() -> None:
    """BOOT-04: the statuses after the boot are those of the faults the hardware still has."""
    bench = Bench()
    raise_fault(bench, "0x200204")
    before = len(bench.frames)
    bench.power_cut()
    assert brief(bench, before) == [(each, "Faulted", "OtherError", "0x200204") for each in (0, 1, 2)]


def test_0x100005_takes_the_badges_and_leaves_the_remote_start() -> None:
    bench = Bench()
    raise_fault(bench, "0x100005")
    bench.plug()
    bench.badge()
    assert not bench.calls("Authorize")
    assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "T"}) == "Accepted"
    bench.wait(20)
    assert bench.statuses()[-1] == "Charging"


@pytest.mark.parametrize("dtc", ["0x200001", "0x200002"])
def test_a_lost_module_takes_its_power_and_no_more(dtc: str) -> None:
    """0x200001, 0x200002: the charge goes on with the five modules left of six."""
    bench = Bench()
    bench.charge(for_s=60)
    raise_fault(bench, dtc)
    bench.wait(60)
    assert bench.statuses()[-1] == "Charging"
    assert bench.rig.modules_healthy == 5
