"""How a reservation is made, and how it ends (RSV-01..06, RSV-12, RSV-13, RSV-17)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench
from tests.station.reserving import ONE, cancel, inoperative, raise_fault, remote, reserve


def test_rsv_01_a_free_connector_is_reserved() -> None:
    """RSV-01, A7, TC_046."""
    bench = Bench()
    assert reserve(bench, 1) == "Accepted"
    assert bench.statuses(1) == ["Available", "Reserved"]
    assert bench.statuses(2) == ["Available"]


def test_rsv_02_the_same_number_replaces_the_reservation() -> None:
    """RSV-02: badge and expiry."""
    bench = Bench()
    reserve(bench, tag="OLD", for_s=60)
    assert reserve(bench, tag="NEW", for_s=600) == "Accepted"
    bench.wait(120)
    assert bench.statuses() == ["Available", "Reserved"]
    bench.plug()
    bench.badge("OLD")
    assert not bench.calls("StartTransaction")
    bench.badge("NEW")
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1


def test_rsv_02_the_same_number_may_move_to_another_connector() -> None:
    bench = Bench()
    reserve(bench, 1)
    assert reserve(bench, 2) == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Available", "Reserved")


def test_rsv_02_where_the_new_place_is_taken_the_old_reservation_stays() -> None:
    bench = Bench()
    bench.plug(2)
    reserve(bench, 1)
    assert reserve(bench, 2) == "Occupied"
    assert bench.statuses(1)[-1] == "Reserved"


@pytest.mark.parametrize("occupied_by", ["Preparing", "Charging", "SuspendedEV", "Finishing", "RemoteStart"])
def test_rsv_03_a_connector_in_use_is_occupied(occupied_by: str) -> None:
    """RSV-03, TC_048_2."""
    bench = Bench()
    if occupied_by == "RemoteStart":
        remote(bench, "APP", 1)
    elif occupied_by == "Preparing":
        bench.plug()
    else:
        bench.charge()
    if occupied_by == "SuspendedEV":
        bench.rig.limit_vehicle(ONE, 0.0)
        bench.wait(10)
    if occupied_by == "Finishing":
        bench.badge()
        bench.wait(5)
    assert bench.statuses()[-1] == ("Preparing" if occupied_by == "RemoteStart" else occupied_by)
    assert reserve(bench, 1) == "Occupied"


@pytest.mark.parametrize("tag", ["GUEST", "OTHER"])
def test_rsv_03_a_reserved_connector_is_occupied_for_everybody(tag: str) -> None:
    bench = Bench()
    reserve(bench, number=1)
    assert reserve(bench, number=2, tag=tag) == "Occupied"


@pytest.mark.parametrize(("dtc", "outlet"), [("0x100206", ONE), ("0x100202", None)])
def test_rsv_04_what_is_out_of_order_is_faulted(dtc: str, outlet: OutletNumber | None) -> None:
    """RSV-04, TC_048_1."""
    bench = Bench()
    raise_fault(bench, dtc, outlet)
    assert reserve(bench, 1) == "Faulted"


@pytest.mark.parametrize("connector", [0, 1])
def test_rsv_04_what_is_out_of_service_is_unavailable(connector: int) -> None:
    """RSV-04, TC_048_3."""
    bench = Bench()
    inoperative(bench, connector)
    assert reserve(bench, 1) == "Unavailable"


def test_rsv_05_an_unknown_connector_or_a_date_that_is_over_is_rejected() -> None:
    bench = Bench()
    assert reserve(bench, 9) == "Rejected"
    assert reserve(bench, 1, for_s=0) == "Rejected"
    assert reserve(bench, 1, for_s=-86_400) == "Rejected"
    assert bench.statuses() == ["Available"]


def test_rsv_06_this_product_always_takes_reservations() -> None:
    """RSV-06: free connectors are never Rejected."""
    bench = Bench()
    assert [reserve(bench, 1, number=1), reserve(bench, 2, number=2)] == ["Accepted", "Accepted"]


def test_rsv_12_it_expires() -> None:
    """RSV-12, G1, TC_047."""
    bench = Bench()
    reserve(bench, for_s=300)
    bench.wait(299)
    assert bench.statuses()[-1] == "Reserved"
    bench.wait(1)
    assert bench.statuses() == ["Available", "Reserved", "Available"]
    assert cancel(bench) == "Rejected"


def test_rsv_12_the_car_that_waited_has_its_time_from_the_expiry_on() -> None:
    """G2 without an identity is Preparing; B6 counts from then."""
    bench = Bench()
    reserve(bench, for_s=300)
    bench.plug()
    bench.wait(300)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(119)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(1)
    assert bench.statuses()[-1] == "Finishing"


def test_rsv_12_a_fault_ends_it() -> None:
    """RSV-12, G9."""
    bench = Bench()
    reserve(bench)
    raise_fault(bench, "0x100206", ONE)
    bench.rig.clear_fault("0x100206", ONE)
    bench.wait(0)
    assert bench.statuses() == ["Available", "Reserved", "Faulted", "Available"]


def test_rsv_13_it_is_cancelled() -> None:
    """RSV-13, TC_051, RPC-15."""
    bench = Bench()
    reserve(bench)
    assert cancel(bench) == "Accepted"
    assert bench.statuses() == ["Available", "Reserved", "Available"]


def test_rsv_13_an_unknown_one_is_not() -> None:
    """RSV-13, TC_052."""
    bench = Bench()
    reserve(bench, number=1)
    assert cancel(bench, 2) == "Rejected"
    cancel(bench, 1)
    assert cancel(bench, 1) == "Rejected"


def test_rsv_17_it_survives_a_power_cut() -> None:
    bench = Bench()
    reserve(bench, for_s=600)
    before = len(bench.frames)
    bench.power_cut(away_s=300)
    statuses = [
        frame.payload["status"]
        for frame in bench.frames[before:]
        if frame.action == "StatusNotification" and frame.payload["connectorId"] == 1
    ]
    assert statuses == ["Reserved"]
    bench.wait(300)
    assert bench.statuses()[-1] == "Available"


def test_rsv_17_one_that_expired_meanwhile_is_gone() -> None:
    bench = Bench()
    reserve(bench, for_s=600)
    bench.power_cut(away_s=700)
    assert bench.statuses()[-1] == "Available"
    assert cancel(bench) == "Rejected"


def test_rsv_12_it_expires_offline_and_only_the_difference_is_told() -> None:
    """ST-30."""
    bench = Bench()
    reserve(bench, for_s=60)
    bench.lose_line()
    bench.wait(100)
    bench.repair_line()
    bench.wait(5)
    assert bench.statuses() == ["Available", "Reserved", "Available"]
