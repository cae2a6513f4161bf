"""Reservations (RSV-01..17)."""

from datetime import timedelta

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import START, Bench, Payload

ONE, TWO = OutletNumber(1), OutletNumber(2)
HOUR_S = 3600
FAMILY = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}


def reserve(
    bench: Bench,
    connector: int = 1,
    *,
    tag: str = "GUEST",
    number: int = 1,
    for_s: float = HOUR_S,
    parent: str | None = None,
) -> str:
    request: Payload = {
        "connectorId": connector,
        "expiryDate": (START + timedelta(seconds=bench.now_s + for_s)).isoformat(),
        "idTag": tag,
        "reservationId": number,
    }
    if parent is not None:
        request["parentIdTag"] = parent
    return bench.status_of_answer("ReserveNow", request)


def cancel(bench: Bench, number: int = 1) -> str:
    return bench.status_of_answer("CancelReservation", {"reservationId": number})


def remote(bench: Bench, tag: str, connector: int | None = None) -> str:
    request: Payload = {"idTag": tag} if connector is None else {"idTag": tag, "connectorId": connector}
    return bench.status_of_answer("RemoteStartTransaction", request)


def inoperative(bench: Bench, connector: int) -> None:
    bench.ask("ChangeAvailability", {"connectorId": connector, "type": "Inoperative"})


def raise_fault(bench: Bench, dtc: str, outlet: OutletNumber | None = None) -> None:
    bench.rig.raise_fault(dtc, outlet)
    bench.wait(0)


# Judging


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


# Who may start


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


# Connector 0


def test_rsv_09_a_reservation_of_any_connector_shows_on_none_while_more_are_free() -> None:
    """RSV-09. Key: ReserveConnectorZeroSupported."""
    bench = Bench()
    assert reserve(bench, 0) == "Accepted"
    assert (bench.statuses(1), bench.statuses(2)) == (["Available"], ["Available"])


@pytest.mark.parametrize("how", ["Unavailable", "Faulted", "plugged", "remote start"])
def test_rsv_09_the_last_connector_that_keeps_the_promise_shows_reserved(how: str) -> None:
    """RSV-09, TC_049: whatever happened to the other one."""
    bench = Bench()
    reserve(bench, 0)
    occupy = {
        "Unavailable": lambda: inoperative(bench, 2),
        "Faulted": lambda: raise_fault(bench, "0x100206", TWO),
        "plugged": lambda: bench.plug(2),
        "remote start": lambda: remote(bench, "APP", 2),
    }
    occupy[how]()
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


# How a reservation ends


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


# Remote starts


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


# Outages


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
