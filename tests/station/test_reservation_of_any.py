"""Reservations of connector 0: any connector, but one must be left (RSV-09, RSV-10)."""

from collections.abc import Callable

import pytest

from tests.station.bench import Bench
from tests.station.reserving import ONE, TWO, cancel, inoperative, raise_fault, remote, reserve


def test_rsv_09_a_reservation_of_any_connector_shows_on_none_while_more_are_free() -> None:
    """RSV-09. Key: ReserveConnectorZeroSupported."""
    bench = Bench()
    assert reserve(bench, 0) == "Accepted"
    assert (bench.statuses(1), bench.statuses(2)) == (["Available"], ["Available"])


@pytest.mark.parametrize(
    "occupy",
    [
        pytest.param(lambda bench: inoperative(bench, 2), id="Unavailable"),
        pytest.param(lambda bench: raise_fault(bench, "0x100206", TWO), id="Faulted"),
        pytest.param(lambda bench: bench.plug(2), id="plugged"),
        pytest.param(lambda bench: remote(bench, "APP", 2), id="remote start"),
    ],
)
def test_rsv_09_the_last_connector_that_keeps_the_promise_shows_reserved(occupy: Callable[[Bench], object]) -> None:
    """RSV-09, TC_049: whatever happened to the other one."""
    bench = Bench()
    reserve(bench, 0)
    occupy(bench)
    assert bench.statuses(1) == ["Available", "Reserved"]


def test_rsv_09_it_is_available_again_when_another_one_is_free() -> None:
    bench = Bench()
    reserve(bench, 0)
    bench.plug(2)
    bench.unplug(2)
    assert bench.statuses(1) == ["Available", "Reserved", "Available"]


def test_rsv_09_others_charge_as_long_as_one_connector_is_left() -> None:
    bench = Bench()
    reserve(bench, 0)
    bench.charge(1, "OTHER")
    assert "reservationId" not in bench.calls("StartTransaction")[0]
    bench.plug(2)
    bench.badge("ANOTHER")
    bench.wait(5)
    assert len(bench.calls("StartTransaction")) == 1
    bench.badge("GUEST")
    assert bench.calls("StartTransaction")[1]["reservationId"] == 1


def test_rsv_09_the_guest_may_take_any_connector() -> None:
    """RSV-09, RSV-11: and the other one is everybody's again."""
    bench = Bench()
    reserve(bench, 0)
    bench.plug(1)
    assert bench.statuses(2)[-1] == "Reserved"
    bench.badge("GUEST")
    bench.wait(10)
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1
    assert bench.statuses(2)[-1] == "Available"


def test_rsv_09_a_guest_who_is_waited_for_keeps_no_second_connector() -> None:
    bench = Bench()
    reserve(bench, 0)
    assert remote(bench, "GUEST", 1) == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Available")


def test_rsv_09_when_every_connector_has_a_car_the_one_that_came_last_waits_for_the_guest() -> None:
    bench = Bench()
    reserve(bench, 0)
    bench.plug(1)
    bench.wait(10)
    bench.plug(2)
    bench.wait(10)
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Reserved")
    bench.badge("OTHER")  # the screen shows connector 2
    bench.wait(5)
    assert not bench.calls("StartTransaction")


def test_rsv_09_two_promises_keep_two_connectors() -> None:
    bench = Bench()
    reserve(bench, 0, number=1)
    assert reserve(bench, 0, number=2, tag="SECOND") == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Reserved", "Reserved")


def test_rsv_10_no_more_promises_than_connectors() -> None:
    bench = Bench()
    answers = [reserve(bench, 0, number=number) for number in (1, 2, 3)]
    assert answers == ["Accepted", "Accepted", "Occupied"]


def test_rsv_10_a_connector_reserved_by_number_is_none_of_the_others() -> None:
    bench = Bench()
    reserve(bench, 1, number=1)
    assert [reserve(bench, 0, number=2), reserve(bench, 0, number=3)] == ["Accepted", "Occupied"]
    assert bench.statuses(2)[-1] == "Reserved"


def test_rsv_10_the_last_connector_of_a_promise_cannot_be_reserved_by_number() -> None:
    bench = Bench()
    reserve(bench, 0, number=1)
    assert reserve(bench, 1, number=2) == "Accepted"
    assert reserve(bench, 2, number=3) == "Occupied"


def test_rsv_10_all_occupied() -> None:
    """RSV-10, TC_050_2."""
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    assert reserve(bench, 0) == "Occupied"


def test_rsv_10_all_faulted() -> None:
    """RSV-10, TC_050_1."""
    bench = Bench()
    raise_fault(bench, "0x100206", ONE)
    raise_fault(bench, "0x100206", TWO)
    assert reserve(bench, 0) == "Faulted"
    raise_fault(bench, "0x100202")
    assert reserve(bench, 0) == "Faulted"


def test_rsv_10_all_unavailable() -> None:
    """RSV-10, TC_050_3."""
    bench = Bench()
    inoperative(bench, 1)
    inoperative(bench, 2)
    assert reserve(bench, 0) == "Unavailable"
    inoperative(bench, 0)
    assert reserve(bench, 0) == "Unavailable"


def test_rsv_12_a_promise_of_any_connector_ends_when_none_is_left_in_service() -> None:
    bench = Bench()
    reserve(bench, 0)
    inoperative(bench, 1)
    assert cancel(bench, 99) == "Rejected"
    inoperative(bench, 2)
    assert cancel(bench, 1) == "Rejected"


def test_i7_a_fault_of_the_connector_that_is_kept_leads_back_to_reserved() -> None:
    """FLT-06, I7, RSV-12: the promise stands as long as the other connector may yet keep it."""
    bench = Bench()
    reserve(bench, 0)
    bench.charge(2, "OTHER")
    raise_fault(bench, "0x100206", ONE)
    bench.rig.clear_fault("0x100206", ONE)
    bench.wait(0)
    assert bench.statuses(1) == ["Available", "Reserved", "Faulted", "Reserved"]
