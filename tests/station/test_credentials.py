"""Keys and addresses: how they change, and the way back from ones that do not work (SEC-05..11, D-22, D-23, D-34)."""

from dataclasses import dataclass

import pytest

from contactor.guide.load import load_product
from contactor.station.configuration import Configuration
from contactor.station.credentials import Address, Credentials
from contactor.station.events import DialFailed, Moment
from contactor.station.store.memory import MemoryStore
from tests.station.bench import START, Bench

OLD_KEY = "000102030405060708090A0B0C0D0E0F"
NEW_KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"
REFUSED = DialFailed("HTTP 401", 401, "FailedToAuthenticateAtCentralSystem")


def with_key(key: str = OLD_KEY) -> Bench:
    return Bench(initial={"AuthorizationKey": key})


def keys_dialled(bench: Bench, since: int = 0) -> list[str | None]:
    return [None if dial.password is None else dial.password.hex().upper() for dial in bench.dials[since:]]


def refuse_until(bench: Bench, attempts: int) -> None:
    """The central system answers 401 until so many attempts were made since the start of the bench."""
    bench.line_works = False
    bench.refusal = REFUSED
    while len(bench.dials) < attempts:
        bench.wait(1)


def test_sec_05_every_attempt_carries_the_key() -> None:
    """SEC-05: identity as it is, un-encoded, and the key's bytes; reconnections as well."""
    bench = with_key()
    bench.lose_line()
    bench.repair_line()
    assert [(dial.identity, dial.password) for dial in bench.dials] == [("CP-1", bytes(range(16)))] * 2


def test_sec_06_the_password_is_the_bytes_behind_the_hex() -> None:
    """SEC-06: the known vector, 20 bytes that are no UTF-8."""
    assert keys_dialled(with_key(NEW_KEY)) == [NEW_KEY]
    assert with_key(NEW_KEY).dials[0].password == bytes([0, 1, 2, 3, 4, 5, 6, 7]) + b"\xff" * 12


@pytest.mark.parametrize("digits", [32, 34, 36, 38, 40])
def test_sec_07_a_good_key_is_accepted_and_used_at_once(digits: int) -> None:
    """SEC-07, D-34: conf first, then the line is closed and dialled anew with the new key; nothing owed is lost."""
    bench = with_key()
    bench.answers["StartTransaction"] = None
    bench.charge(for_s=1)
    key = "4F" * (digits // 2)
    bench.set("AuthorizationKey", key)
    bench.wait(1)
    assert keys_dialled(bench) == [OLD_KEY, key]
    assert bench.is_connected
    assert bench.hang_ups[0].code == 1000
    assert bench.calls("BootNotification") == bench.calls("BootNotification")[:1]  # TR-14
    assert bench.station.messages_owed == 1


@pytest.mark.parametrize("value", ["", "4F" * 15, "4F" * 21, "4F" * 16 + "4", "XY" * 16, " " + "4F" * 16, "é" * 16])
def test_sec_07_a_bad_key_is_rejected_and_the_old_one_stays(value: str) -> None:
    """SEC-07, D-22: too short, too long, odd or no hex; an empty key would lower the security and is refused."""
    bench = with_key()
    assert bench.status_of_answer("ChangeConfiguration", {"key": "AuthorizationKey", "value": value}) == "Rejected"
    bench.lose_line()
    bench.repair_line()
    assert keys_dialled(bench) == [OLD_KEY, OLD_KEY]


def test_sec_07_the_key_is_logged_as_an_event_and_never_itself() -> None:
    """SEC-07: neither log, nor note, nor answer holds it."""
    bench = with_key()
    bench.set("AuthorizationKey", NEW_KEY)
    bench.wait(1)
    assert bench.logged().count("ReconfigurationOfSecurityParameters") == 1
    told = f"{bench.notes} {bench.answers_to_central} {bench.dials} {bench.store.rows('security_log')}".upper()
    assert NEW_KEY not in told


def test_sec_10_after_three_refusals_the_previous_key_has_its_turn() -> None:
    """SEC-10: new, new, new, previous, new, previous, ...; each refusal is logged."""
    bench = with_key()
    bench.line_works = False
    bench.refusal = REFUSED
    bench.set("AuthorizationKey", NEW_KEY)
    refuse_until(bench, 8)
    assert keys_dialled(bench, 1) == [NEW_KEY, NEW_KEY, NEW_KEY, OLD_KEY, NEW_KEY, OLD_KEY, NEW_KEY]
    assert bench.logged().count("FailedToAuthenticateAtCentralSystem") >= 6


def test_sec_10_the_key_that_works_is_used_first_from_then_on() -> None:
    """SEC-10: the central system only knows the previous key; later connections do not try the other one first."""
    bench = with_key()
    bench.refusal = REFUSED
    bench.admits = lambda dial: dial.password == bytes.fromhex(OLD_KEY)
    bench.set("AuthorizationKey", NEW_KEY)
    bench.wait(100)
    assert keys_dialled(bench, 1) == [NEW_KEY, NEW_KEY, NEW_KEY, OLD_KEY]
    bench.lose_line()
    bench.repair_line()
    bench.power_cut()
    assert keys_dialled(bench, 5) == [OLD_KEY, OLD_KEY]


def test_sec_10_the_new_key_may_still_win() -> None:
    """SEC-10: once the central system has caught up the new key is used, and the old one forgotten."""
    bench = with_key()
    bench.refusal = REFUSED
    bench.admits = lambda dial: dial.password == bytes.fromhex(OLD_KEY)
    bench.set("AuthorizationKey", NEW_KEY)
    bench.wait(100)
    bench.admits = lambda dial: dial.password == bytes.fromhex(NEW_KEY)
    bench.lose_line()
    bench.line_works = True
    bench.wait(100)
    assert keys_dialled(bench, 5) == [OLD_KEY, OLD_KEY, OLD_KEY, NEW_KEY]
    bench.lose_line()
    bench.repair_line()
    assert keys_dialled(bench, 9) == [NEW_KEY]


def test_sec_10_a_power_cut_does_not_forget_the_previous_key() -> None:
    """SEC-10: the conf of the new key may have been lost with the power, so the old one must still be at hand."""
    bench = with_key()
    bench.line_works = False
    bench.refusal = REFUSED
    bench.set("AuthorizationKey", NEW_KEY)
    bench.power_cut()
    since = len(bench.dials) - 1
    refuse_until(bench, since + 4)
    assert keys_dialled(bench, since) == [NEW_KEY, NEW_KEY, NEW_KEY, OLD_KEY]


def test_sec_10_once_the_new_key_has_worked_the_previous_one_is_forgotten() -> None:
    """SEC-08 seen from the station: refused later on, it does not go back to a key that was replaced for good."""
    bench = with_key()
    bench.set("AuthorizationKey", NEW_KEY)
    bench.wait(1)
    bench.lose_line()
    refuse_until(bench, 8)
    assert set(keys_dialled(bench, 2)) == {NEW_KEY}


def test_sec_10_other_failures_are_no_refusals() -> None:
    """SEC-10: a central system that is away has not judged the key."""
    bench = with_key()
    bench.line_works = False
    bench.set("AuthorizationKey", NEW_KEY)
    while len(bench.dials) < 8:
        bench.wait(1)
    assert set(keys_dialled(bench, 1)) == {NEW_KEY}


def test_sec_11_the_first_key_begins_basic_authentication() -> None:
    """SEC-11, D-22: none before, the key from the next connection on, which is made at once."""
    bench = Bench()
    bench.set("AuthorizationKey", OLD_KEY)
    bench.wait(1)
    assert keys_dialled(bench) == [None, OLD_KEY]


@pytest.mark.parametrize("lower", ["ws://central.test/ocpp", "WS://central.test/ocpp"])
@pytest.mark.parametrize("present", ["wss://central.test/ocpp", "WSS://central.test/ocpp"])
def test_sec_03_d_22_tls_is_not_given_up_over_ocpp(present: str, lower: str) -> None:
    """SEC-03, D-22: wss to ws is refused however the schemes are written; ws to wss is welcome."""
    bench = Bench(initial={"SupervisionUrl": present})
    assert bench.status_of_answer("ChangeConfiguration", {"key": "SupervisionUrl", "value": lower}) == "Rejected"


def test_d_22_there_is_no_security_profile_key() -> None:
    """D-22, SEC-12: the mode follows from URL and key; the white paper's key is unknown."""
    bench = Bench()
    request = {"key": "SecurityProfile", "value": "2"}
    assert bench.status_of_answer("ChangeConfiguration", request) == "NotSupported"
    assert bench.ask("GetConfiguration", {"key": ["SecurityProfile"]})[2] == {"unknownKey": ["SecurityProfile"]}


@pytest.mark.parametrize(
    ("url", "key", "mode"),
    [
        ("ws://central.test", None, "SEC-01 mode 1"),
        ("wss://central.test", None, "SEC-01 mode 2"),
        ("ws://central.test", OLD_KEY, "SEC-01 mode 3"),
        ("wss://central.test", OLD_KEY, "SEC-01 mode 4"),
    ],
    ids=lambda value: value if str(value).startswith("SEC") else "",
)
def test_sec_01_d_22_the_four_modes_of_the_guide(url: str, key: str | None, mode: str) -> None:
    """SEC-01, D-22: TLS by the URL's scheme, Basic by the key."""
    initial = {"SupervisionUrl": url} | ({} if key is None else {"AuthorizationKey": key})
    (dial,) = Bench(initial=initial).dials
    assert (dial.url, dial.password is not None) == (url, key is not None), mode


# The address


@pytest.mark.parametrize(
    ("key", "value"), [("SupervisionUrl", "wss://New.test:8443/Ocpp"), ("BoxIdentifier", "Box-7 Nord")]
)
def test_d_23_cf_02_an_address_waits_for_the_restart(key: str, value: str) -> None:
    """D-23, CF-02: RebootRequired; reported at once, case kept, used after a reset and not before."""
    bench = Bench()
    assert bench.status_of_answer("ChangeConfiguration", {"key": key, "value": value}) == "RebootRequired"
    bench.lose_line()
    bench.repair_line()
    assert bench.restarts == []
    assert value not in (bench.dials[-1].url, bench.dials[-1].identity)
    assert bench.ask("GetConfiguration", {"key": [key]})[2]["configurationKey"][0]["value"] == value
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(1)
    assert value in (bench.dials[-1].url, bench.dials[-1].identity)


def move(bench: Bench, url: str = "wss://new.test") -> int:
    """Send the station to another central system that cannot be reached; returns how often it had dialled."""
    for key, value in (("SupervisionUrl", url), ("BoxIdentifier", "CP-NEW")):
        assert bench.status_of_answer("ChangeConfiguration", {"key": key, "value": value}) == "RebootRequired"
    dialled = len(bench.dials)
    bench.line_works = False
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(1)
    return dialled


def test_d_23_an_address_that_cannot_be_reached_is_given_up() -> None:
    """D-23: not before three attempts and five minutes; then the last good pair is in force and reported again."""
    bench = Bench()
    dialled = move(bench)
    began_s = bench.now_s
    while bench.dials[-1].url == "wss://new.test":
        bench.wait(1)
    assert bench.now_s - began_s >= 300
    assert len(bench.dials) - dialled >= 4
    assert (bench.dials[-1].url, bench.dials[-1].identity) == ("ws://central.test/ocpp", "CP-1")
    assert bench.noted("fell back") == [{"from_url": "wss://new.test", "from_identity": "CP-NEW"}]
    bench.repair_line()
    assert bench.station.is_online
    answer = bench.ask("GetConfiguration", {"key": ["SupervisionUrl", "BoxIdentifier"]})
    values = [each["value"] for each in answer[2]["configurationKey"]]
    assert values == ["ws://central.test/ocpp", "CP-1"]


def test_d_23_back_at_the_last_good_address_it_may_charge_offline_again() -> None:
    """D-23, BOOT-15: at the new address nobody charged; the old one had accepted this station."""
    bench = Bench()
    move(bench)
    bench.plug()
    bench.badge()
    assert list(bench.station.transactions.all_open()) == []
    bench.wait(700)
    bench.badge()
    bench.wait(1)
    assert [each.id_tag for each in bench.station.transactions.all_open()] == ["TAG-1"]


def test_d_23_an_address_that_accepts_becomes_the_good_one() -> None:
    """D-23: later outages there, however long, are no reason to go back."""
    bench = Bench()
    move(bench)
    bench.repair_line()
    assert bench.station.is_online
    bench.lose_line()
    bench.wait(3000)
    assert {dial.url for dial in bench.dials[-5:]} == {"wss://new.test"}


def test_d_23_an_outage_of_the_first_address_is_no_reason_to_fall_back() -> None:
    bench = Bench()
    bench.lose_line()
    bench.wait(3000)
    assert bench.noted("fell back") == []
    assert {dial.url for dial in bench.dials} == {"ws://central.test/ocpp"}


def test_boot_19_a_key_set_while_pending() -> None:
    """BOOT-19, CF-22: on-boarding: the station comes back with the key and stays Pending until it is accepted."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": bench.instant_text,
        "interval": 120,
    }
    bench.power_on()
    bench.set("AuthorizationKey", NEW_KEY)
    bench.wait(100)
    assert keys_dialled(bench) == [None, NEW_KEY]
    assert bench.actions() == ["BootNotification"]
    bench.answers["BootNotification"] = {"status": "Accepted", "currentTime": bench.instant_text, "interval": 60}
    bench.wait(30)
    assert bench.station.is_online


def test_d_23_time_alone_is_no_reason_to_fall_back() -> None:
    """D-23: two attempts in an hour are not three; and three within five minutes are not five minutes."""
    product = load_product()
    configuration = Configuration(product, product.models["EVD1S60TBB"], {"SupervisionUrl": "wss://b"}, MemoryStore())
    good = Address("ws://a", "CP-1")
    slow, quick = (Credentials(MemoryStore(), configuration, Accepted(good)) for _ in range(2))
    assert [slow.missed(None, at(second)) for second in (0, 3600)] == [None, None]
    assert [quick.missed(None, at(second)) for second in (0, 1, 2, 299)] == [None] * 4
    assert slow.missed(None, at(3601)) == Address("wss://b", None)
    assert slow.address == good


@dataclass(frozen=True)
class Accepted:
    """Where the station was last accepted."""

    last_good: Address


def at(second: float) -> Moment:
    return Moment(second, START)
