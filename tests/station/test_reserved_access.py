"""Who may start where somebody else is expected (RSV-07, RSV-08, RSV-11, RSV-14..16)."""

import pytest

from tests.station.bench import Bench, Payload
from tests.station.reserving import FAMILY, cancel, remote, reserve


def test_rsv_07_everybody_else_is_refused_and_nobody_is_asked() -> None:
    """RSV-07, TC_046_1."""
    bench = Bench()
    reserve(bench)
    bench.plug()
    bench.badge("OTHER")
    bench.wait(5)
    assert not bench.calls("Authorize")
    assert bench.statuses() == ["Available", "Reserved"]
    assert bench.noted("badge refused")[0]["reason"] == "reserved"


def test_rsv_11_rsv_16_the_reserved_badge_is_authorised_and_starts() -> None:
    """RSV-11, RSV-16, RSV-07: case does not count; Preparing, Charging; the number goes out once."""
    bench = Bench()
    reserve(bench, number=77)
    bench.plug()
    before = len(bench.frames)
    bench.badge("guest")
    bench.wait(10)
    owed = [action for action in bench.actions(before) if action != "StatusNotification"]
    assert owed == ["Authorize", "StartTransaction"]
    assert bench.statuses() == ["Available", "Reserved", "Preparing", "Charging"]
    bench.badge("guest")
    bench.wait(5)
    bench.badge("guest")
    bench.wait(5)
    assert [each.get("reservationId") for each in bench.calls("StartTransaction")] == [77, None]
    assert cancel(bench, 77) == "Rejected"


def test_rsv_08_a_badge_of_the_reserved_family_is_asked_about_and_starts() -> None:
    """RSV-08, TC_053: and until the answer is here the connector stays Reserved."""
    bench = Bench()
    reserve(bench, tag="MOTHER", parent="FAMILY")
    bench.plug()
    bench.answers["Authorize"] = None
    bench.badge("CHILD")
    assert bench.calls("Authorize") == [{"idTag": "CHILD"}]
    assert bench.statuses()[-1] == "Reserved"
    bench.wait(31)  # no answer: offline nobody can tell whose child it is
    assert bench.statuses()[-1] == "Reserved"
    bench.answers["Authorize"] = FAMILY
    bench.badge("CHILD")
    bench.wait(10)
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1
    assert bench.statuses() == ["Available", "Reserved", "Preparing", "Charging"]


@pytest.mark.parametrize("info", [{"status": "Accepted"}, {"status": "Accepted", "parentIdTag": "OTHERS"}])
def test_rsv_08_a_good_badge_of_another_family_does_not_start(info: Payload) -> None:
    bench = Bench()
    reserve(bench, tag="MOTHER", parent="FAMILY")
    bench.plug()
    bench.answers["Authorize"] = {"idTagInfo": info}
    bench.badge("STRANGER")
    bench.wait(10)
    assert bench.calls("Authorize") == [{"idTag": "STRANGER"}]
    assert not bench.calls("StartTransaction")
    assert bench.statuses() == ["Available", "Reserved"]


def knows_parents(bench: Bench, **parents: str) -> None:
    entries = [
        {"idTag": uid, "idTagInfo": {"status": "Accepted", "parentIdTag": parent}} for uid, parent in parents.items()
    ]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})


def test_rsv_08_a_parent_known_from_the_list_is_enough() -> None:
    """RSV-08: with LocalPreAuthorize nobody is asked."""
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": "true"})
    knows_parents(bench, CHILD="FAMILY", STRANGER="OTHERS")
    reserve(bench, tag="MOTHER", parent="family")
    bench.plug()
    bench.badge("STRANGER")
    assert not bench.calls("StartTransaction")
    bench.badge("CHILD")
    assert not bench.calls("Authorize")
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1


def test_rsv_08_a_badge_known_without_its_parent_is_asked_about_even_then() -> None:
    """RSV-08: SHALL send Authorize, although LocalPreAuthorize would let the badge pass anywhere else."""
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": "true"})
    entries = [{"idTag": "CHILD", "idTagInfo": {"status": "Accepted"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.answers["Authorize"] = FAMILY
    reserve(bench, tag="MOTHER", parent="FAMILY")
    bench.plug()
    bench.badge("CHILD")
    assert bench.calls("Authorize") == [{"idTag": "CHILD"}]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1


def test_rsv_07_offline_the_reserved_badge_starts_and_a_stranger_does_not() -> None:
    """RSV-07, RSV-11: the number is queued with the start."""
    bench = Bench()
    reserve(bench, tag="MOTHER", parent="FAMILY")
    bench.lose_line()
    bench.plug()
    bench.badge("STRANGER")
    assert bench.station.transactions.open_on(1) is None
    bench.badge("MOTHER")
    bench.wait(30)
    bench.repair_line()
    bench.wait(5)
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1


def test_rsv_15_plugging_in_says_nothing() -> None:
    """RSV-15: Reserved until the right identity, whatever ConnectionTimeOut is."""
    bench = Bench()
    reserve(bench)
    before = len(bench.frames)
    bench.plug()
    bench.wait(200)
    bench.unplug()
    assert [action for action in bench.actions(before) if action != "Heartbeat"] == []


def test_rsv_14_the_reserved_tag_may_start_from_afar() -> None:
    bench = Bench()
    reserve(bench)
    bench.plug()
    assert remote(bench, "GUEST", 1) == "Accepted"
    bench.wait(10)
    assert bench.calls("StartTransaction")[0]["reservationId"] == 1
    assert bench.statuses() == ["Available", "Reserved", "Preparing", "Charging"]


def test_rsv_14_a_tag_that_cannot_be_meant_is_rejected() -> None:
    bench = Bench(initial={"LocalAuthListEnabled": "true"})
    knows_parents(bench, STRANGER="OTHERS")
    reserve(bench, 1, number=1)
    reserve(bench, 2, number=2, tag="MOTHER", parent="FAMILY")
    assert remote(bench, "OTHER", 1) == "Rejected"
    assert remote(bench, "STRANGER", 2) == "Rejected"


@pytest.mark.parametrize(("answer", "starts"), [(FAMILY, True), ({"idTagInfo": {"status": "Accepted"}}, False)])
def test_rsv_14_a_tag_of_unknown_family_is_accepted_and_then_asked_about(answer: Payload, starts: bool) -> None:
    """RSV-14, RSV-08: even where AuthorizeRemoteTxRequests is false."""
    bench = Bench(initial={"AuthorizeRemoteTxRequests": "false"})
    reserve(bench, tag="MOTHER", parent="FAMILY")
    bench.plug()
    bench.answers["Authorize"] = answer
    assert remote(bench, "CHILD", 1) == "Accepted"
    bench.wait(10)
    assert bench.calls("Authorize") == [{"idTag": "CHILD"}]
    assert bool(bench.calls("StartTransaction")) is starts
    assert bench.statuses()[-1] == ("Charging" if starts else "Reserved")


def test_rsv_14_without_a_connector_the_reserved_one_is_passed_over_by_others() -> None:
    """D-29."""
    bench = Bench()
    reserve(bench, 1)
    assert remote(bench, "OTHER") == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Reserved", "Preparing")


def test_rsv_14_without_a_connector_the_guest_is_expected_where_it_is_kept_for_them() -> None:
    bench = Bench()
    reserve(bench, 2)
    assert remote(bench, "GUEST") == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Available", "Preparing")


def test_rsv_14_a_start_does_not_follow_a_car_to_somebody_elses_connector() -> None:
    bench = Bench()
    reserve(bench, 2)
    remote(bench, "OTHER")
    bench.plug(2)
    bench.wait(5)
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Reserved")


def test_rsv_14_a_start_that_nobody_comes_for_leaves_the_reservation_standing() -> None:
    """ConnectionTimeOut is over long before the reservation."""
    bench = Bench()
    reserve(bench)
    remote(bench, "GUEST", 1)
    bench.wait(120)
    assert bench.statuses() == ["Available", "Reserved", "Preparing", "Available", "Reserved"]
    assert cancel(bench) == "Accepted"


def test_rsv_07_free_charging_does_not_break_a_promise() -> None:
    """D-26: SIMTAG is not the guest."""
    bench = Bench(initial={"AuthenticationOCPPMode": "false"})
    reserve(bench)
    bench.plug()
    bench.wait(20)
    assert not bench.calls("Authorize")
    assert bench.statuses() == ["Available", "Reserved"]
    cancel(bench)
    bench.wait(20)
    assert bench.statuses()[-1] == "Charging"
