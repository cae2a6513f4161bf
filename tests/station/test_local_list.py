"""The local authorization list (LL-01..12)."""

from typing import Any

import pytest

from contactor.station.store.memory import ForgetfulStore
from contactor.station.store.port import StoreError
from tests.station.bench import Bench, Payload

ENABLED = {"LocalAuthListEnabled": "true"}
ONLY_LIST = {**ENABLED, "AllowOfflineTxForUnknownId": "false"}


def entry(uid: str, status: str | None = "Accepted") -> Payload:
    return {"idTag": uid} if status is None else {"idTag": uid, "idTagInfo": {"status": status}}


def send(bench: Bench, version: int, kind: str, entries: list[Payload] | None) -> str:
    request: Payload = {"listVersion": version, "updateType": kind}
    if entries is not None:
        request["localAuthorizationList"] = entries
    return bench.status_of_answer("SendLocalList", request)


def version(bench: Bench) -> Any:  # a number of the wire
    return bench.ask("GetLocalListVersion")[2]["listVersion"]


def charges_offline(bench: Bench, uid: str) -> bool:
    bench.lose_line()
    bench.plug()
    bench.badge(uid)
    charges = bench.station.transactions.open_on(1) is not None
    bench.unplug()
    bench.repair_line()
    bench.wait(5)
    return charges


def test_ll_01_an_empty_list_has_version_0_whatever_was_sent() -> None:
    """LL-01, TC_042_2."""
    bench = Bench(initial=ENABLED)
    assert version(bench) == 0
    assert send(bench, 5, "Full", []) == "Accepted"
    assert version(bench) == 0


def test_ll_01_a_list_that_is_switched_off_has_version_minus_1() -> None:
    """LL-01, TC_042_1. Key: LocalAuthListEnabled."""
    assert version(Bench()) == -1


def test_ll_02_a_full_list_replaces_the_old_one() -> None:
    """LL-02, TC_043."""
    bench = Bench(initial=ONLY_LIST)
    assert send(bench, 1, "Full", [entry("A"), entry("B")]) == "Accepted"
    assert send(bench, 2, "Full", [entry("C")]) == "Accepted"
    assert version(bench) == 2
    assert [charges_offline(bench, uid) for uid in "ABC"] == [False, False, True]


@pytest.mark.parametrize("entries", [None, []])
def test_ll_02_a_full_list_of_nothing_removes_everything(entries: list[Payload] | None) -> None:
    bench = Bench(initial=ONLY_LIST)
    send(bench, 1, "Full", [entry("A")])
    assert send(bench, 2, "Full", entries) == "Accepted"
    assert version(bench) == 0
    assert not charges_offline(bench, "A")


def test_ll_02_a_full_list_may_have_any_version() -> None:
    bench = Bench(initial=ENABLED)
    send(bench, 9, "Full", [entry("A")])
    assert send(bench, 3, "Full", [entry("A")]) == "Accepted"
    assert version(bench) == 3


def test_ll_03_a_full_list_says_something_of_every_badge_or_fails() -> None:
    bench = Bench(initial=ONLY_LIST)
    send(bench, 1, "Full", [entry("A")])
    assert send(bench, 2, "Full", [entry("B"), entry("C", None)]) == "Failed"
    assert version(bench) == 1
    assert [charges_offline(bench, uid) for uid in "AB"] == [True, False]


def test_ll_04_a_differential_update_adds_replaces_and_removes() -> None:
    """LL-04: and a badge that is not there needs no removing."""
    bench = Bench(initial=ONLY_LIST)
    send(bench, 2, "Full", [entry("A"), entry("B"), entry("C", "Blocked")])
    changes = [entry("a", None), entry("C"), entry("D"), entry("X", None)]
    assert send(bench, 5, "Differential", changes) == "Accepted"
    assert version(bench) == 5
    assert [charges_offline(bench, uid) for uid in "ABCD"] == [False, True, True, True]


@pytest.mark.parametrize("number", [1, 4, 5])
def test_ll_04_a_differential_update_must_be_newer(number: int) -> None:
    """LL-04, TC_043_2: VersionMismatch, and nothing has changed."""
    bench = Bench(initial=ONLY_LIST)
    send(bench, 5, "Full", [entry("A")])
    assert send(bench, number, "Differential", [entry("A", None)]) == "VersionMismatch"
    assert version(bench) == 5
    assert charges_offline(bench, "A")


def test_ll_04_newer_than_what_the_station_says_of_itself() -> None:
    """LL-01, LL-04: a list that was emptied has version 0, so 1 is newer."""
    bench = Bench(initial=ENABLED)
    send(bench, 7, "Full", [])
    assert send(bench, 1, "Differential", [entry("A")]) == "Accepted"
    assert version(bench) == 1


def test_ll_05_a_differential_update_of_nothing_changes_only_the_version() -> None:
    bench = Bench(initial=ONLY_LIST)
    send(bench, 5, "Full", [entry("A")])
    assert send(bench, 6, "Differential", None) == "Accepted"
    assert version(bench) == 6
    assert charges_offline(bench, "A")


@pytest.mark.parametrize("kind", ["Full", "Differential"])
def test_ll_06_a_badge_named_twice_fails_the_request(kind: str) -> None:
    bench = Bench(initial=ENABLED)
    assert send(bench, 1, kind, [entry("AA"), entry("aa")]) == "Failed"
    assert version(bench) == 0


def test_ll_07_one_request_holds_400_entries() -> None:
    """LL-07. Key: SendLocalListMaxLength."""
    bench = Bench(initial=ENABLED)
    assert send(bench, 1, "Full", [entry(f"T{number}") for number in range(401)]) == "Failed"
    assert version(bench) == 0
    assert send(bench, 1, "Full", [entry(f"T{number}") for number in range(400)]) == "Accepted"
    assert version(bench) == 1


def test_ll_07_the_whole_list_holds_4000() -> None:
    """LL-07: one Full and nine Differentials fill it; the 4001st fails whole. Key: LocalAuthListMaxLength."""
    bench = Bench(initial=ONLY_LIST)
    for part in range(10):
        kind = "Differential" if part else "Full"
        entries = [entry(f"T{part * 400 + number}") for number in range(400)]
        assert send(bench, part + 1, kind, entries) == "Accepted"
    assert send(bench, 11, "Differential", [entry("ONE-MORE"), entry("T0", "Blocked")]) == "Failed"
    assert version(bench) == 10
    assert charges_offline(bench, "T0")
    assert charges_offline(bench, "T3999")
    assert send(bench, 11, "Differential", [entry("ONE-MORE"), entry("T0", None)]) == "Accepted"


@pytest.mark.parametrize("number", [0, -1])
def test_ll_09_a_version_that_means_something_else_fails(number: int) -> None:
    bench = Bench(initial=ENABLED)
    assert send(bench, number, "Full", [entry("A")]) == "Failed"


def test_ll_10_a_list_that_is_switched_off_takes_nothing_and_keeps_what_it_has() -> None:
    bench = Bench(initial=ONLY_LIST)
    send(bench, 3, "Full", [entry("A")])
    bench.set("LocalAuthListEnabled", "false")
    assert send(bench, 4, "Full", [entry("B")]) == "NotSupported"
    assert version(bench) == -1
    assert not charges_offline(bench, "A")
    bench.set("LocalAuthListEnabled", "true")
    assert version(bench) == 3
    assert charges_offline(bench, "A")


def test_ll_11_the_list_survives_a_power_cut() -> None:
    bench = Bench(initial=ONLY_LIST)
    send(bench, 3, "Full", [entry("A"), entry("B", "Blocked")])
    bench.power_cut()
    assert version(bench) == 3
    assert [charges_offline(bench, uid) for uid in "AB"] == [True, False]


def test_ll_11_an_update_that_the_power_cut_interrupts_has_not_happened() -> None:
    """LL-11: old list and old version, and no answer that says otherwise."""
    store = ForgetfulStore(commits_left=1_000)
    bench = Bench(initial=ONLY_LIST, store=store)
    send(bench, 3, "Full", [entry("A")])
    store.commits_left = 0
    answers = len(bench.answers_to_central)
    with pytest.raises(StoreError):
        send(bench, 4, "Full", [entry("B"), entry("C")])
    assert len(bench.answers_to_central) == answers
    store.commits_left = 1_000
    revived = Bench(initial=ONLY_LIST, store=store)
    assert version(revived) == 3
    assert [charges_offline(revived, uid) for uid in "ABC"] == [True, False, False]


@pytest.mark.parametrize(("listed", "told"), [("Accepted", "Invalid"), ("Blocked", "Accepted")])
def test_ll_12_where_the_central_system_says_otherwise_its_word_counts_and_the_conflict_is_told(
    listed: str, told: str
) -> None:
    """LL-12, FLT-08, TC: either way round."""
    bench = Bench(initial=ENABLED)
    send(bench, 1, "Full", [entry("TAG-1", listed)])
    bench.answers["Authorize"] = {"idTagInfo": {"status": told}}
    bench.plug()
    bench.badge()
    conflicts = [each for each in bench.calls("StatusNotification") if each["errorCode"] == "LocalListConflict"]
    assert {each["connectorId"] for each in conflicts} == {0}
    assert bool(bench.calls("StartTransaction")) is (told == "Accepted")


def test_ll_12_the_answer_to_a_start_can_contradict_too() -> None:
    bench = Bench(initial={**ENABLED, "LocalPreAuthorize": "true"})
    send(bench, 1, "Full", [entry("TAG-1")])
    bench.answers["StartTransaction"] = {"transactionId": 1, "idTagInfo": {"status": "Expired"}}
    bench.charge()
    assert "LocalListConflict" in [each["errorCode"] for each in bench.calls("StatusNotification")]
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"


def test_ll_12_agreement_is_no_conflict_and_a_busy_badge_is_no_contradiction() -> None:
    bench = Bench(initial=ENABLED)
    send(bench, 1, "Full", [entry("TAG-1"), entry("TAG-2", "ConcurrentTx")])
    bench.charge(1, "TAG-1")
    bench.answers["Authorize"] = {"idTagInfo": {"status": "ConcurrentTx"}}
    bench.plug(2)
    bench.badge("TAG-2")
    assert {each["errorCode"] for each in bench.calls("StatusNotification")} == {"NoError"}
