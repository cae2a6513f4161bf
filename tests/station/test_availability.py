"""Taking connectors out of service and back (AVL-01..11)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench

ONE = OutletNumber(1)


def change(bench: Bench, connector: int, kind: str) -> str:
    return bench.status_of_answer("ChangeAvailability", {"connectorId": connector, "type": kind})


def test_avl_01_an_idle_connector_changes_at_once_after_the_answer() -> None:
    """AVL-01, A8, H1, RPC-15, TC_013."""
    bench = Bench()
    assert change(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses(1) == ["Available", "Unavailable"]
    assert change(bench, 1, "Operative") == "Accepted"
    assert bench.statuses(1) == ["Available", "Unavailable", "Available"]
    assert bench.statuses(2) == ["Available"]


def test_avl_02_a_charge_is_not_interrupted() -> None:
    """AVL-02, C6, F8: Scheduled; Finishing while the car stands there; Unavailable when it has left."""
    bench = Bench()
    bench.charge()
    assert change(bench, 1, "Inoperative") == "Scheduled"
    bench.wait(60)
    assert bench.statuses()[-1] == "Charging"
    bench.badge()
    bench.wait(5)
    assert bench.statuses()[-1] == "Finishing"
    bench.unplug()
    assert bench.statuses()[-1] == "Unavailable"


def test_avl_02_nobody_starts_another_charge_before_it_goes_out_of_service() -> None:
    bench = Bench()
    bench.charge()
    change(bench, 1, "Inoperative")
    bench.badge()
    bench.wait(5)
    bench.badge("TAG-2")
    bench.wait(20)
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "A", "connectorId": 1}) == "Rejected"


def test_c8_a_car_that_pulls_off_leaves_an_unavailable_connector() -> None:
    """AVL-02: Finishing passes in no time, F8."""
    bench = Bench()
    bench.charge()
    change(bench, 1, "Inoperative")
    bench.unplug()
    assert bench.statuses()[-2:] == ["Finishing", "Unavailable"]


@pytest.mark.parametrize("kind", ["Operative", "Inoperative"])
def test_avl_03_what_is_already_so_is_accepted_and_not_told(kind: str) -> None:
    bench = Bench()
    if kind == "Inoperative":
        change(bench, 1, kind)
    before = len(bench.frames)
    assert change(bench, 1, kind) == "Accepted"
    assert bench.actions(before) == []


def test_avl_04_connector_0_is_the_station_and_every_connector() -> None:
    bench = Bench()
    assert change(bench, 0, "Inoperative") == "Accepted"
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Unavailable"] * 3
    assert change(bench, 0, "Operative") == "Accepted"
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Available"] * 3


def test_avl_04_idle_connectors_do_not_wait_for_busy_ones() -> None:
    """AVL-04: 2 at once, 0 when the last transaction ends, 1 when its car has left."""
    bench = Bench()
    bench.charge(1)
    assert change(bench, 0, "Inoperative") == "Scheduled"
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Available", "Charging", "Unavailable"]
    bench.badge()
    bench.wait(5)
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Unavailable", "Finishing", "Unavailable"]
    bench.unplug()
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Unavailable"] * 3


def test_avl_04_the_last_of_two_transactions_takes_the_station_along() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2")
    assert change(bench, 0, "Inoperative") == "Scheduled"
    bench.unplug(1)
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Available", "Unavailable", "Charging"]
    bench.unplug(2)
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Unavailable"] * 3


def test_avl_04_both_flags_must_be_up_for_a_connector_to_be_in_service() -> None:
    bench = Bench()
    change(bench, 2, "Inoperative")
    change(bench, 0, "Inoperative")
    assert change(bench, 2, "Operative") == "Accepted"
    assert bench.statuses(2)[-1] == "Unavailable"
    change(bench, 0, "Operative")
    assert bench.statuses(2)[-1] == "Available"


@pytest.mark.parametrize("connector", [3, 99])
def test_avl_05_an_unknown_connector_is_rejected(connector: int) -> None:
    assert change(Bench(), connector, "Inoperative") == "Rejected"


def test_avl_06_the_opposite_request_cancels_what_was_scheduled() -> None:
    bench = Bench()
    bench.charge()
    assert change(bench, 1, "Inoperative") == "Scheduled"
    assert change(bench, 1, "Operative") == "Accepted"
    bench.unplug()
    assert bench.statuses()[-1] == "Available"


def test_avl_06_for_the_station_too() -> None:
    bench = Bench()
    bench.charge()
    assert change(bench, 0, "Inoperative") == "Scheduled"
    assert change(bench, 0, "Operative") == "Accepted"
    bench.unplug()
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Available"] * 3


def test_avl_07_st_10_out_of_service_is_kept_over_a_power_cut() -> None:
    """AVL-07, ST-10, TC_034."""
    bench = Bench()
    change(bench, 1, "Inoperative")
    bench.power_cut()
    assert [bench.statuses(each)[-1] for each in (0, 1, 2)] == ["Available", "Unavailable", "Available"]


def test_avl_07_st_10_and_over_a_reset() -> None:
    bench = Bench()
    change(bench, 0, "Inoperative")
    before = len(bench.frames)
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(60)
    told = {
        frame.payload["connectorId"]: frame.payload["status"]
        for frame in bench.frames[before:]
        if frame.action == "StatusNotification"
    }
    assert told == {0: "Unavailable", 1: "Unavailable", 2: "Unavailable"}


def test_avl_07_what_was_scheduled_is_kept_too() -> None:
    bench = Bench()
    bench.charge()
    change(bench, 1, "Inoperative")
    bench.power_cut()
    bench.wait(5)
    assert bench.calls("StopTransaction")[0]["reason"] == "PowerLoss"
    bench.unplug()
    assert bench.statuses()[-1] == "Unavailable"


def test_avl_08_a_visit_that_has_not_begun_to_charge_is_cancelled() -> None:
    """AVL-08: there is no B8, so with no minimum duration the way leads through Available."""
    bench = Bench()
    bench.plug()
    assert change(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses() == ["Available", "Preparing", "Available", "Unavailable"]
    bench.badge()
    bench.wait(20)
    assert not bench.calls("Authorize")


def test_avl_08_with_a_minimum_duration_the_way_is_not_told() -> None:
    bench = Bench(initial={"MinimumStatusDuration": "1"})
    bench.plug()
    bench.wait(2)
    change(bench, 1, "Inoperative")
    bench.wait(2)
    assert bench.statuses() == ["Available", "Preparing", "Unavailable"]


def test_avl_08_a_remote_start_that_waits_is_given_up() -> None:
    bench = Bench()
    bench.ask("RemoteStartTransaction", {"idTag": "APP", "connectorId": 1})
    assert change(bench, 1, "Inoperative") == "Accepted"
    change(bench, 1, "Operative")
    bench.plug()
    bench.wait(20)
    assert not bench.calls("StartTransaction")


def test_avl_08_finishing_becomes_unavailable_at_once() -> None:
    """AVL-08, F8."""
    bench = Bench()
    bench.charge()
    bench.badge()
    bench.wait(5)
    assert change(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses()[-2:] == ["Finishing", "Unavailable"]


def test_avl_09_a_reservation_ends_with_the_service() -> None:
    """AVL-09, RSV-12, G8, TC_048_3."""
    bench = Bench()
    reserve = {"connectorId": 1, "expiryDate": "2026-03-01T13:00:00Z", "idTag": "TAG-1", "reservationId": 1}
    bench.ask("ReserveNow", reserve)
    assert change(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses() == ["Available", "Reserved", "Unavailable"]
    change(bench, 1, "Operative")
    assert bench.statuses()[-1] == "Available"
    assert bench.status_of_answer("CancelReservation", {"reservationId": 1}) == "Rejected"


def test_avl_10_out_of_service_nobody_starts_and_cables_are_not_told_of() -> None:
    bench = Bench()
    change(bench, 1, "Inoperative")
    before = len(bench.frames)
    bench.plug()
    bench.badge()
    assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "A", "connectorId": 1}) == "Rejected"
    bench.unplug()
    bench.plug()
    bench.wait(200)
    assert [action for action in bench.actions(before) if action != "Heartbeat"] == []


def test_avl_10_the_car_that_waited_is_preparing_when_service_begins() -> None:
    """AVL-10, H2: and it has its whole ConnectionTimeOut from then on."""
    bench = Bench()
    change(bench, 1, "Inoperative")
    bench.plug()
    bench.wait(500)
    change(bench, 1, "Operative")
    bench.wait(119)
    assert bench.statuses() == ["Available", "Unavailable", "Preparing"]
    bench.wait(1)
    assert bench.statuses()[-1] == "Finishing"


@pytest.mark.parametrize(("kind", "status"), [("Operative", "Available"), ("Inoperative", "Unavailable")])
def test_avl_11_a_change_under_a_fault_shows_when_the_fault_is_gone(kind: str, status: str) -> None:
    """AVL-11, I1, I8."""
    bench = Bench()
    change(bench, 1, "Inoperative" if kind == "Operative" else "Operative")
    bench.rig.raise_fault("0x100206", ONE)
    bench.wait(0)
    before = len(bench.frames)
    assert change(bench, 1, kind) == "Accepted"
    assert bench.actions(before) == []
    bench.rig.clear_fault("0x100206", ONE)
    bench.wait(0)
    assert bench.statuses()[-1] == status


def test_avl_02_what_was_scheduled_happens_offline_and_is_told_later() -> None:
    """AVL-02, ST-30."""
    bench = Bench()
    bench.charge()
    change(bench, 1, "Inoperative")
    bench.lose_line()
    bench.unplug()
    bench.repair_line()
    bench.wait(5)
    assert bench.statuses()[-2:] == ["Charging", "Unavailable"]
