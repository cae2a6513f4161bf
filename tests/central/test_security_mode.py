"""What each security mode demands of a station (guide, section 9; SEC-01), and what a refusal leaves behind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine

from contactor.base.clock import ManualClock
from contactor.base.ids import StationId
from contactor.central.admission import Credentials, Turned, Welcome, judge_handshake
from contactor.central.credentials import KeyDigest
from contactor.central.doorman import Doorman
from contactor.central.roster import Member, Roster
from contactor.central.security_mode import SecurityMode
from contactor.central.settings import CentralSettings
from contactor.central.store import operation_tables
from contactor.link.link import ClientCertificate
from tests.central.bench import NOON, STATION, HeldWriter, settings, store_in

KEY = bytes(range(20))
DIGEST = KeyDigest.of(KEY, bytes(16))
OWN, FOREIGN = ClientCertificate((STATION,)), ClientCertificate(("RDAM-99",), ("rdam-98",))

# What the station brings: TLS, its key, a certificate; and what each mode answers.
BARE, WITH_KEY = (False, False, None), (False, True, None)
OVER_TLS, TLS_AND_KEY = (True, False, None), (True, True, None)
CERTIFIED, MISNAMED = (True, False, OWN), (True, True, FOREIGN)
ANSWERS = {
    SecurityMode.BY_KEY: {BARE: 401, WITH_KEY: 101, OVER_TLS: 401, TLS_AND_KEY: 101, CERTIFIED: 401, MISNAMED: 101},
    SecurityMode.NONE: {BARE: 101, WITH_KEY: 101, OVER_TLS: 101, TLS_AND_KEY: 101, CERTIFIED: 101, MISNAMED: 101},
    SecurityMode.BASIC: {BARE: 401, WITH_KEY: 101, OVER_TLS: 401, TLS_AND_KEY: 101, CERTIFIED: 401, MISNAMED: 101},
    SecurityMode.TLS: {BARE: 403, WITH_KEY: 403, OVER_TLS: 101, TLS_AND_KEY: 101, CERTIFIED: 101, MISNAMED: 101},
    SecurityMode.TLS_BASIC: {BARE: 403, WITH_KEY: 403, OVER_TLS: 401, TLS_AND_KEY: 101, CERTIFIED: 401, MISNAMED: 101},
    SecurityMode.TLS_CERTIFICATE: {
        BARE: 403,
        WITH_KEY: 403,
        OVER_TLS: 403,
        TLS_AND_KEY: 403,
        CERTIFIED: 101,
        MISNAMED: 403,
    },
}
Brought = tuple[bool, bool, ClientCertificate | None]


def brings(what: Brought) -> Credentials:
    is_encrypted, has_key, certificate = what
    user, password = (STATION.encode(), KEY) if has_key else (None, None)
    return Credentials(STATION, user, password, is_encrypted, certificate)


def roster_of(member: Member) -> Roster:
    roster = Roster()
    roster.put(member)
    return roster


@pytest.mark.parametrize("is_own", [True, False], ids=["the station's own", "the one of all"])
@pytest.mark.parametrize(
    ("mode", "brought", "status"),
    [(mode, what, status) for mode, row in ANSWERS.items() for what, status in row.items()],
)
def test_sec_01_each_mode_demands_what_its_row_says(
    mode: SecurityMode, brought: Brought, status: int, is_own: bool
) -> None:
    roster = roster_of(Member(STATION, key=DIGEST, security=mode if is_own else None))
    least = SecurityMode.BY_KEY if is_own else mode
    verdict = judge_handshake(brings(brought), roster, allow_unknown=False, least=least)
    assert (verdict.status if isinstance(verdict, Turned) else 101) == status


def test_a_mode_that_demands_a_key_lets_nobody_in_where_none_is_set() -> None:
    roster = roster_of(Member(STATION, security=SecurityMode.BASIC))
    verdict = judge_handshake(brings(WITH_KEY), roster, allow_unknown=False)
    assert verdict == Turned(401, "no key is set for the station")


def test_stations_nobody_announced_must_show_what_all_must() -> None:
    verdict = judge_handshake(brings(BARE), Roster(), allow_unknown=True, least=SecurityMode.TLS)
    assert verdict == Turned(403, "no TLS")


@pytest.mark.parametrize(
    ("certificate", "is_its_own"),
    [
        (ClientCertificate((STATION,)), True),
        (ClientCertificate((STATION.lower(),)), False),
        (ClientCertificate(("other",), (STATION.lower(),)), True),
        (ClientCertificate((), ("*",)), False),
        # What our authority signs for another station has its claimed serial number there: it must open nobody's door.
        (ClientCertificate((STATION,), ("RDAM-66",)), False),
        (ClientCertificate(()), False),
    ],
)
def test_a_certificate_belongs_to_the_station_it_names(certificate: ClientCertificate, is_its_own: bool) -> None:
    """By common name as it is spelled, or by alternative name, in which case does not count (RFC 4343)."""
    assert certificate.names(STATION) is is_its_own


class DoormanBench:
    """A doorman with a database behind, and a clock in hand."""

    def __init__(self, engine: Engine, writer: HeldWriter, given: CentralSettings) -> None:
        self.engine = engine
        self.clock = ManualClock(NOON)
        roster = roster_of(Member(STATION, key=DIGEST))
        self.doorman = Doorman(given, roster, writer, self.clock, structlog.get_logger())

    def comes(self, identity: str = STATION, password: bytes | None = None) -> Welcome | Turned:
        return self.doorman.judge(Credentials(StationId(identity), identity.encode(), password), "203.0.113.7:4711")

    def told(self) -> list[tuple[str | None, str]]:
        table = operation_tables.events
        with self.engine.connect() as connection:
            rows = connection.execute(table.select().order_by(table.c.sequence)).all()
        return [(row.station_id, row.facts) for row in rows if row.kind == "security_event"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DoormanBench]:
    given = settings(station_connections_per_min=0.2)
    with store_in(tmp_path, given) as engine, closing(HeldWriter(engine)) as writer:
        yield DoormanBench(engine, writer, given)


def test_a_refusal_is_counted_each_time_and_told_once_a_minute_for_each_station_and_reason(bench: DoormanBench) -> None:
    for identity in (STATION, STATION, "nobody", "nobody-else", STATION):
        assert isinstance(bench.comes(identity), Turned)
    assert isinstance(bench.comes(STATION, b"wrong"), Turned)
    assert bench.doorman.refusals.counts == {
        "no Basic credentials": 3,
        "unknown station": 2,
        "wrong AuthorizationKey": 1,
    }
    assert [station for station, _ in bench.told()] == [STATION, None, STATION]
    assert "no Basic credentials; RDAM-01 from 203.0.113.7:4711" in bench.told()[0][1]
    bench.clock.advance(60)
    bench.comes(STATION)
    assert len(bench.told()) == 4


def test_a_refused_tls_handshake_is_told_although_nobody_knows_whose(bench: DoormanBench) -> None:
    """SEC-26."""
    for _ in range(3):
        bench.doorman.tls_refused("certificate verify failed")
    assert bench.doorman.refusals.counts == {"TLS handshake refused": 3}
    assert len(bench.told()) == 1
    assert "certificate verify failed" in bench.told()[0][1]


def test_a_station_that_connects_too_often_is_told_when_to_come_again(bench: DoormanBench) -> None:
    # Who does not know the key must not use up what the station is granted.
    for _ in range(5):
        assert isinstance(bench.comes(password=b"wrong"), Turned)
    for _ in range(2):
        assert isinstance(bench.comes(password=KEY), Welcome)
    bench.clock.advance(1)
    assert bench.comes(password=KEY) == Turned(429, "it connects too often", retry_after_s=600)
    bench.clock.advance(600)
    assert isinstance(bench.comes(password=KEY), Welcome)
