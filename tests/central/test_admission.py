"""Who may open a connection."""

import pytest

from contactor.central.admission import Credentials, Turned, Welcome, judge_handshake
from contactor.central.credentials import KeyDigest
from contactor.central.roster import Member, Roster
from tests.central.bench import OTHER_STATION, STATION

# SEC-06: the key travels as raw bytes, which need not be text.
KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
USER = STATION.encode()


@pytest.fixture
def roster() -> Roster:
    roster = Roster()
    roster.put(Member(STATION, key=KeyDigest.of(KEY, bytes(16))))
    roster.put(Member(OTHER_STATION))
    return roster


def status(verdict: Welcome | Turned) -> int:
    return verdict.status if isinstance(verdict, Turned) else 101


@pytest.mark.parametrize(
    ("user", "password", "expected"),
    [
        (USER, KEY, 101),
        (None, None, 401),
        (USER, KEY[:-1], 401),
        (USER, KEY + b"\x00", 401),
        (USER, KEY.hex().upper().encode(), 401),
        (USER, b"", 401),
        (OTHER_STATION.encode(), KEY, 401),
        (USER.lower(), KEY, 401),
        (b"\xff\xfe", KEY, 401),
    ],
)
def test_tr_08_a_station_with_a_key_must_show_it(
    roster: Roster, user: bytes | None, password: bytes | None, expected: int
) -> None:
    verdict = judge_handshake(Credentials(STATION, user, password), roster, allow_unknown=False)
    assert status(verdict) == expected


def test_a_station_without_a_key_is_let_in_as_it_comes(roster: Roster) -> None:
    for password in (None, b"anything"):
        given = Credentials(OTHER_STATION, OTHER_STATION.encode(), password)
        assert judge_handshake(given, roster, allow_unknown=False) == Welcome(Member(OTHER_STATION))


@pytest.mark.parametrize("identity", ["nobody", "", STATION.lower(), f"{STATION} "])
def test_cs_20_an_unknown_station_is_not_found(roster: Roster, identity: str) -> None:
    verdict = judge_handshake(Credentials(identity, USER, KEY), roster, allow_unknown=False)
    assert status(verdict) == 404


@pytest.mark.parametrize(("identity", "expected"), [("nobody", 101), ("", 404), ("a\nb", 404), ("x" * 256, 404)])
def test_unknown_stations_may_be_allowed_if_their_name_can_be_kept(
    roster: Roster, identity: str, expected: int
) -> None:
    assert status(judge_handshake(Credentials(identity, None, None), roster, allow_unknown=True)) == expected


def test_allowing_unknown_stations_does_not_open_the_known_ones(roster: Roster) -> None:
    assert status(judge_handshake(Credentials(STATION, None, None), roster, allow_unknown=True)) == 401


def test_promise_5_nothing_here_prints_a_password(roster: Roster) -> None:
    given = Credentials(STATION, USER, KEY)
    turned = judge_handshake(Credentials(STATION, USER, KEY[:-1]), roster, allow_unknown=False)
    for shown in (repr(given), repr(turned), repr(roster.find(STATION))):
        assert repr(KEY)[2:-1] not in shown
        assert repr(KEY[:-1])[2:-1] not in shown


def test_sec_09_the_same_key_leaves_another_digest_with_another_salt() -> None:
    one, other = KeyDigest.of(KEY, bytes(16)), KeyDigest.of(KEY, b"\x01" * 16)
    assert one.digest != other.digest
    assert one.matches(KEY)
    assert other.matches(KEY)
