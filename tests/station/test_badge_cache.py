"""What the station remembers of badges (CA-01..09)."""

from datetime import UTC, datetime, timedelta

import pytest

from contactor.base.ids import IdTag
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.station.badge_cache import CAPACITY, BadgeCache
from contactor.station.store.memory import MemoryStore
from tests.station.bench import START, Bench

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CACHE = {"AuthorizationCacheEnabled": "true"}
ONLY_CACHE = {**CACHE, "AllowOfflineTxForUnknownId": "false"}


def charges_offline(bench: Bench, uid: str) -> bool:
    """Whether a badge may charge at connector 2 while the line is cut."""
    bench.lose_line()
    bench.plug(2)
    bench.badge(uid)
    charges = bench.station.transactions.open_on(2) is not None
    bench.unplug(2)
    bench.repair_line()
    bench.wait(5)
    return charges


def put(cache: BadgeCache, uid: str, status: str = "Accepted", at: datetime = NOON) -> None:
    cache.put(IdTag(uid), IdTagInfo(status=AuthorizationStatus(status)), at)


def test_ca_01_an_answer_to_authorize_is_remembered_good_or_bad() -> None:
    """CA-01. Key: AuthorizationCacheEnabled."""
    bench = Bench(initial={**CACHE, "LocalPreAuthorize": "true"})
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.plug()
    bench.badge("BAD")
    assert not charges_offline(bench, "BAD")  # although unknown badges may: AllowOfflineTxForUnknownId is true
    assert charges_offline(bench, "NOBODY")


def test_ca_01_an_answer_to_a_start_is_remembered() -> None:
    bench = Bench(initial=ONLY_CACHE)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    bench.ask("ChangeConfiguration", {"key": "AuthorizeRemoteTxRequests", "value": "false"})
    bench.plug()
    bench.ask("RemoteStartTransaction", {"idTag": "APP"})
    bench.wait(5)
    assert not bench.calls("Authorize")
    assert charges_offline(bench, "APP")


def test_stp_05_an_answer_to_a_stop_is_remembered_and_stops_nothing() -> None:
    """CA-01, STP-05: Blocked from the next time on."""
    bench = Bench(initial=CACHE)
    bench.answers["StopTransaction"] = {"idTagInfo": {"status": "Blocked"}}
    bench.charge()
    bench.badge()
    bench.wait(5)
    assert bench.calls("StopTransaction")[0]["idTag"] == "TAG-1"
    assert not charges_offline(bench, "TAG-1")


def test_ca_01_ca_07_a_badge_of_the_list_never_enters_the_cache() -> None:
    bench = Bench(initial={**ONLY_CACHE, "LocalAuthListEnabled": "true"})
    entries = [{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.charge()
    bench.set("LocalAuthListEnabled", "false")
    assert not charges_offline(bench, "TAG-1")


def test_ca_02_a_badge_past_its_date_is_expired() -> None:
    bench = Bench(initial=ONLY_CACHE)
    in_an_hour = (START + timedelta(hours=1)).isoformat()
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Accepted", "expiryDate": in_an_hour}}
    bench.answers["StartTransaction"] = lambda _: {
        "transactionId": 1,
        "idTagInfo": {"status": "Accepted", "expiryDate": in_an_hour},
    }
    bench.plug()
    bench.badge()
    bench.wait(600)
    bench.unplug()
    assert charges_offline(bench, "TAG-1")
    bench.wait(3600)
    assert not charges_offline(bench, "TAG-1")


def test_ca_03_a_full_cache_forgets_a_bad_badge_first_and_then_the_oldest() -> None:
    cache = BadgeCache(MemoryStore())
    for number in range(CAPACITY):
        put(cache, f"T{number}", "Blocked" if number == 17 else "Accepted", NOON + timedelta(seconds=number))
    assert len(cache) == CAPACITY == 4000
    put(cache, "NEW-1", at=NOON + timedelta(hours=2))
    assert cache.look_up(IdTag("T17"), NOON) is None
    assert cache.look_up(IdTag("T0"), NOON) is not None
    put(cache, "NEW-2", at=NOON + timedelta(hours=2))
    assert cache.look_up(IdTag("T0"), NOON) is None
    assert cache.look_up(IdTag("T1"), NOON) is not None
    assert len(cache) == CAPACITY


def test_ca_03_a_badge_that_is_known_takes_no_new_place() -> None:
    cache = BadgeCache(MemoryStore())
    for number in range(CAPACITY):
        put(cache, f"T{number}")
    put(cache, "t5", "Blocked")
    assert len(cache) == CAPACITY
    known = cache.look_up(IdTag("T5"), NOON)
    assert known is not None
    assert known.status == "Blocked"


def test_ca_04_the_cache_survives_a_power_cut() -> None:
    bench = Bench(initial=ONLY_CACHE)
    bench.charge()
    bench.power_cut()
    bench.unplug()
    assert charges_offline(bench, "TAG-1")


def test_ca_04_and_a_reset() -> None:
    bench = Bench(initial=ONLY_CACHE)
    bench.charge()
    bench.ask("Reset", {"type": "Hard"})
    bench.wait(60)
    assert bench.restarts
    bench.unplug()
    assert charges_offline(bench, "TAG-1")


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_ca_05_clear_cache_empties_it_enabled_or_not(enabled: str) -> None:
    """CA-05, TC_061."""
    bench = Bench(initial=ONLY_CACHE)
    bench.charge()
    bench.set("AuthorizationCacheEnabled", enabled)
    assert bench.status_of_answer("ClearCache") == "Accepted"
    bench.set("AuthorizationCacheEnabled", "true")
    assert not charges_offline(bench, "TAG-1")


def test_ca_06_a_cache_that_is_switched_off_is_neither_read_nor_written_and_keeps_what_it_has() -> None:
    bench = Bench(initial=ONLY_CACHE)
    bench.charge(uid="BEFORE")
    bench.unplug()
    bench.set("AuthorizationCacheEnabled", "false")
    bench.charge(uid="MEANWHILE")
    assert not charges_offline(bench, "BEFORE")
    bench.set("AuthorizationCacheEnabled", "true")
    assert charges_offline(bench, "BEFORE")
    assert not charges_offline(bench, "MEANWHILE")


def test_ca_07_ca_08_the_list_speaks_for_a_badge_that_was_cached() -> None:
    """CA-07: Blocked by the list, Accepted in the cache; CA-08: the cached word is gone for good."""
    bench = Bench(initial={**ONLY_CACHE, "LocalAuthListEnabled": "true"})
    bench.charge()
    entries = [{"idTag": "tag-1", "idTagInfo": {"status": "Blocked"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    assert not charges_offline(bench, "TAG-1")
    bench.set("LocalAuthListEnabled", "false")
    assert not charges_offline(bench, "TAG-1")


def test_ca_08_taking_a_badge_off_the_list_leaves_the_cache_alone() -> None:
    bench = Bench(initial={**ONLY_CACHE, "LocalAuthListEnabled": "true"})
    bench.charge()
    update = {"listVersion": 1, "updateType": "Differential", "localAuthorizationList": [{"idTag": "TAG-1"}]}
    assert bench.status_of_answer("SendLocalList", update) == "Accepted"
    assert charges_offline(bench, "TAG-1")


def test_ca_09_a_reservation_teaches_the_cache_nothing() -> None:
    """CA-09: the answer to ReserveNow says nothing of the badge."""
    bench = Bench(initial=ONLY_CACHE)
    reserve = {"connectorId": 1, "expiryDate": "2026-03-01T13:00:00Z", "idTag": "TAG-1", "reservationId": 1}
    assert bench.status_of_answer("ReserveNow", reserve) == "Accepted"
    assert not charges_offline(bench, "TAG-1")
