"""The guide's offline strategies end to end: which badges may charge while the central system is away (section 11)."""

import pytest

from contactor.guide.load import load_product
from tests.station.bench import Bench, Payload

AN_HOUR_AGO = "2026-03-01T11:00:00Z"  # before the bench begins

# What list and cache know of six badges each: L-GOOD and so on in the list, C-GOOD and so on in the cache.
KNOWN: dict[str, Payload] = {
    "GOOD": {"status": "Accepted"},
    "BUSY": {"status": "ConcurrentTx"},
    "OLD": {"status": "Accepted", "expiryDate": AN_HOUR_AGO},
    "BLOCKED": {"status": "Blocked"},
    "INVALID": {"status": "Invalid"},
    "EXPIRED": {"status": "Expired"},
}
LISTED = [f"L-{name}" for name in KNOWN]
CACHED = [f"C-{name}" for name in KNOWN]
BADGES = [*LISTED, *CACHED, "NOBODY"]

ALLOW_ALL = {"AllowOfflineTxForUnknownId": "true"}
NO_STRANGERS = {"AllowOfflineTxForUnknownId": "false", "LocalAuthorizeOffline": "true"}
GOOD_IN_LIST = {"L-GOOD", "L-BUSY"}
GOOD_IN_CACHE = {"C-GOOD", "C-BUSY"}

# Four strategies of the guide and the two combinations it leaves out, with the badges each lets in.
STRATEGIES = [
    pytest.param(
        "allow_all",
        {**ALLOW_ALL, "LocalAuthListEnabled": "true", "AuthorizationCacheEnabled": "true"},
        GOOD_IN_LIST | GOOD_IN_CACHE | {"NOBODY"},
        id="allow all, but D-27",
    ),
    pytest.param(
        "allow_all",
        {
            **ALLOW_ALL,
            "LocalAuthorizeOffline": "false",
            "LocalAuthListEnabled": "true",
            "AuthorizationCacheEnabled": "true",
        },
        GOOD_IN_LIST | GOOD_IN_CACHE | {"NOBODY"},
        id="allow all, whatever LocalAuthorizeOffline",
    ),
    pytest.param("allow_all", ALLOW_ALL, set(BADGES), id="allow all, by default: nothing is known"),
    pytest.param("cache_only", {**NO_STRANGERS, "AuthorizationCacheEnabled": "true"}, GOOD_IN_CACHE, id="cache only"),
    pytest.param("list_only", {**NO_STRANGERS, "LocalAuthListEnabled": "true"}, GOOD_IN_LIST, id="list only"),
    pytest.param(
        "reject_all",
        {
            "AllowOfflineTxForUnknownId": "false",
            "LocalAuthorizeOffline": "false",
            "LocalAuthListEnabled": "true",
            "AuthorizationCacheEnabled": "true",
        },
        set(),
        id="reject all",
    ),
    pytest.param(
        "list_then_cache",
        {**NO_STRANGERS, "LocalAuthListEnabled": "true", "AuthorizationCacheEnabled": "true"},
        GOOD_IN_LIST | GOOD_IN_CACHE,
        id="derived: list, then cache",
    ),
    pytest.param("nothing_enabled", NO_STRANGERS, set(), id="derived: nothing enabled"),
]
SWITCHES = (
    "AllowOfflineTxForUnknownId",
    "LocalAuthorizeOffline",
    "AuthorizationCacheEnabled",
    "LocalAuthListEnabled",
)


def station_that_knows_its_badges() -> Bench:
    bench = Bench(initial={"LocalAuthListEnabled": "true", "AuthorizationCacheEnabled": "true"})
    entries = [{"idTag": f"L-{name}", "idTagInfo": known} for name, known in KNOWN.items()]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.plug()
    for name, known in KNOWN.items():
        bench.answers["Authorize"] = {"idTagInfo": known}
        bench.answers["StartTransaction"] = {"transactionId": 1, "idTagInfo": known}
        bench.badge(f"C-{name}")
        stop_if_charging(bench, f"C-{name}")
    bench.unplug()
    return bench


def stop_if_charging(bench: Bench, uid: str) -> bool:
    if bench.station.transactions.open_on(1) is None:
        return False
    bench.badge(uid)
    bench.wait(3)
    assert bench.station.transactions.open_on(1) is None
    return True


@pytest.mark.parametrize(("strategy", "switches", "welcome"), STRATEGIES)
def test_offline_only_the_badges_of_the_strategy_charge(
    strategy: str, switches: dict[str, str], welcome: set[str]
) -> None:
    """AllowOfflineTxForUnknownId, LocalAuthorizeOffline, AuthorizationCacheEnabled, LocalAuthListEnabled; CA-02."""
    bench = station_that_knows_its_badges()
    for key in ("LocalAuthListEnabled", "AuthorizationCacheEnabled"):
        bench.set(key, "false")
    for key, value in switches.items():
        bench.set(key, value)
    in_force = {key: bench.station.configuration.report([key])[0][0].value == "true" for key in SWITCHES}
    assert load_product().offline_strategy(in_force).name == strategy
    bench.lose_line()
    bench.plug()
    charged = set()
    for uid in BADGES:
        bench.badge(uid)
        if stop_if_charging(bench, uid):
            charged.add(uid)
    assert charged == welcome


def test_the_keys_of_a_new_station_say_allow_all() -> None:
    """The guide's default option."""
    bench = Bench()
    bench.lose_line()
    bench.plug()
    bench.badge("NOBODY")
    assert bench.station.transactions.open_on(1) is not None


def test_what_was_charged_offline_reaches_the_central_system_with_its_badge() -> None:
    """TC_037_1: the start is delivered late, with the time it happened."""
    bench = Bench()
    bench.lose_line()
    bench.plug()
    bench.wait(10)
    began = bench.instant_text.replace(".000Z", "Z")
    bench.badge("NOBODY")
    bench.wait(30)
    bench.repair_line()
    bench.wait(5)
    (start,) = bench.calls("StartTransaction")
    assert (start["idTag"], start["timestamp"]) == ("NOBODY", began)
    assert not bench.calls("Authorize")


def test_boot_15_a_station_that_was_never_accepted_charges_nobody_offline() -> None:
    """BOOT-15, CLK-04: not even where all badges are welcome."""
    bench = Bench(boot=False)
    bench.line_works = False
    bench.power_on()
    bench.plug()
    bench.badge("NOBODY")
    bench.wait(30)
    assert bench.station.transactions.open_on(1) is None
