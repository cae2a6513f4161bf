"""Stopping with a badge of the same group (AU-10..14), and transactions that were refused (TX-04, TX-05)."""

from collections.abc import Callable

import pytest

from tests.station.bench import Answer, Bench, Payload

FAMILY = {"status": "Accepted", "parentIdTag": "FAMILY"}


def answers(parents: dict[str, str]) -> Callable[[Payload], Payload]:
    """A central system that accepts everyone and knows some parents."""

    def answer(payload: Payload) -> Payload:
        parent = parents.get(payload["idTag"])
        return {"idTagInfo": {"status": "Accepted", **({"parentIdTag": parent} if parent else {})}}

    return answer


def charging(answer: Answer) -> Bench:
    bench = Bench()
    bench.answers["Authorize"] = answer
    bench.charge(uid="MOTHER")
    bench.frames.clear()
    return bench


@pytest.mark.parametrize("uid", ["MOTHER", "mother"])
def test_au_10_the_badge_that_started_stops_and_nobody_is_asked(uid: str) -> None:
    """AU-10, TC_068."""
    bench = charging(answers({}))
    bench.badge(uid)
    bench.wait(5)
    assert not bench.calls("Authorize")
    (stop,) = bench.calls("StopTransaction")
    assert (stop["idTag"], stop["reason"]) == (uid, "Local")


def test_au_11_a_badge_with_the_same_parent_stops_and_is_named() -> None:
    """AU-11, TC_069: StopTransaction.idTag is the badge presented."""
    bench = charging(answers({"MOTHER": "FAMILY", "CHILD": "FAMILY"}))
    bench.badge("CHILD")
    bench.wait(5)
    assert bench.calls("Authorize") == [{"idTag": "CHILD"}]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["idTag"], stop["reason"]) == ("CHILD", "Local")


def test_au_11_another_parent_stops_nothing() -> None:
    bench = charging(answers({"MOTHER": "FAMILY", "STRANGER": "OTHERS"}))
    bench.badge("STRANGER")
    bench.wait(5)
    assert bench.calls("Authorize") == [{"idTag": "STRANGER"}]
    assert not bench.calls("StopTransaction")


def test_au_11_a_badge_of_the_family_that_is_blocked_stops_nothing() -> None:
    bench = charging(answers({"MOTHER": "FAMILY"}))
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked", "parentIdTag": "FAMILY"}}
    bench.badge("CHILD")
    bench.wait(5)
    assert not bench.calls("StopTransaction")


@pytest.mark.parametrize("is_online", [True, False])
def test_au_11_a_parent_known_here_is_enough(is_online: bool) -> None:
    """AU-11: with LocalPreAuthorize, or offline."""
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": str(is_online).lower()})
    entries = [{"idTag": "CHILD", "idTagInfo": FAMILY}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.answers["Authorize"] = answers({"MOTHER": "FAMILY"})
    bench.charge(uid="MOTHER")
    bench.frames.clear()
    if not is_online:
        bench.lose_line()
    bench.badge("CHILD")
    bench.wait(5)
    assert bench.station.transactions.open_on(1) is None
    assert not bench.calls("Authorize")


def test_au_11_offline_a_stranger_of_unknown_parent_stops_nothing() -> None:
    """Even where unknown badges may start (AllowOfflineTxForUnknownId), they have no group."""
    bench = charging(answers({"MOTHER": "FAMILY"}))
    bench.lose_line()
    bench.badge("STRANGER")
    bench.wait(5)
    assert bench.station.transactions.open_on(1) is not None


def test_au_12_without_a_parent_no_other_badge_stops_and_nobody_is_asked() -> None:
    """AU-12, TC_068 step 1."""
    bench = charging(answers({"CHILD": "FAMILY"}))
    bench.badge("CHILD")
    bench.wait(5)
    assert not bench.calls("Authorize")
    assert not bench.calls("StopTransaction")


def test_au_13_the_parent_may_come_with_the_answer_to_the_start() -> None:
    """AU-13: and the latest word wins."""
    bench = Bench()
    bench.answers["Authorize"] = answers({"MOTHER": "OTHERS", "CHILD": "FAMILY"})
    bench.answers["StartTransaction"] = {"transactionId": 5, "idTagInfo": FAMILY}
    bench.charge(uid="MOTHER")
    bench.badge("CHILD")
    bench.wait(5)
    assert bench.calls("StopTransaction")[0]["idTag"] == "CHILD"


def test_au_13_the_parent_may_come_from_the_local_list() -> None:
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": "true"})
    entries = [{"idTag": uid, "idTagInfo": FAMILY} for uid in ("MOTHER", "CHILD")]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.charge(uid="MOTHER")
    bench.badge("CHILD")
    bench.wait(5)
    assert not bench.calls("Authorize")
    assert bench.calls("StopTransaction")[0]["idTag"] == "CHILD"


def test_au_14_parents_are_compared_without_regard_to_case() -> None:
    bench = charging(answers({"MOTHER": "FAMILY", "CHILD": "family"}))
    bench.badge("CHILD")
    bench.wait(5)
    assert bench.calls("StopTransaction")


def test_au_14_a_badge_spelled_like_the_parent_is_no_member_of_the_family() -> None:
    """AU-14: parents are not badges; this one has no parent."""
    bench = charging(answers({"MOTHER": "FAMILY"}))
    bench.badge("FAMILY")
    bench.wait(5)
    assert not bench.calls("StopTransaction")


def test_au_14_unless_it_is_a_badge_with_that_parent_as_well() -> None:
    bench = charging(answers({"MOTHER": "FAMILY", "FAMILY": "FAMILY"}))
    bench.badge("FAMILY")
    bench.wait(5)
    assert bench.calls("StopTransaction")


def test_the_stop_button_ends_a_charge_and_names_nobody() -> None:
    """Reason Local, no idTag."""
    bench = charging(answers({}))
    bench.rig.press_stop(bench.rig.outlets[0])
    bench.wait(5)
    (stop,) = bench.calls("StopTransaction")
    assert stop["reason"] == "Local"
    assert "idTag" not in stop


# StopTransactionOnInvalidId


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
def test_tx_04_a_refused_start_is_stopped_if_the_key_says_so(status: str) -> None:
    """TX-04, TC_037_3: DeAuthorized. Key: StopTransactionOnInvalidId."""
    bench = Bench()
    bench.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": status}}
    bench.charge()
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"]) == ("DeAuthorized", 9)
    assert "idTag" not in stop
    assert bench.statuses()[-1] == "Finishing"


def refused() -> Bench:
    bench = Bench(initial={"StopTransactionOnInvalidId": "false"})
    bench.answers["Authorize"] = answers({"MOTHER": "FAMILY", "CHILD": "FAMILY"})
    bench.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Invalid"}}
    bench.charge(uid="MOTHER")
    return bench


def test_tx_04_otherwise_only_the_energy_stops() -> None:
    """TX-04, TC_037_2: B5, and the register stands still."""
    bench = refused()
    before_wh = bench.register_wh()
    bench.wait(300)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.register_wh() == before_wh
    assert not bench.calls("StopTransaction")


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda bench: bench.badge("MOTHER"), "Local"),
        (lambda bench: bench.badge("CHILD"), "Local"),
        (lambda bench: bench.ask("RemoteStopTransaction", {"transactionId": 9}), "Remote"),
        (lambda bench: bench.unplug(), "EVDisconnected"),
        (lambda bench: bench.ask("Reset", {"type": "Soft"}), "SoftReset"),
    ],
    ids=["same badge", "group badge", "remote stop", "unplug", "reset"],
)
def test_tx_05_what_ends_a_transaction_without_energy(end: Callable[[Bench], object], reason: str) -> None:
    bench = refused()
    end(bench)
    bench.wait(40)
    assert [each["reason"] for each in bench.calls("StopTransaction")] == [reason]


def test_tx_04_a_refusal_that_comes_late_counts_as_well() -> None:
    """TX-04 after an offline start: the answer arrives while the car charges."""
    bench = Bench()
    bench.lose_line()
    bench.plug()
    bench.badge("NOBODY")
    bench.wait(60)
    bench.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Invalid"}}
    bench.repair_line()
    bench.wait(5)
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"
