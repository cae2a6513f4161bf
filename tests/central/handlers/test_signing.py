"""SignCertificate answered: signed and kept for the caretaker, or refused with event and alarm (W A02, TC_074)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from contactor.base.instants import to_text
from contactor.central.alarms.alarm_rows import find_alarms
from contactor.central.authority.certificate_rows import (
    CertificateState,
    certificates_of,
    end_certificate,
    to_deliver,
)
from contactor.central.authority.new_authority import new_authority
from contactor.central.events.event import EventKind
from contactor.central.events.event_rows import EventFilter, EventRecord
from contactor.central.handlers.signing import SIGNED_A_DAY_MAX
from contactor.central.milliseconds import to_ms
from contactor.central.retention import forget_some, rules_of
from contactor.central.security_mode import SecurityMode
from contactor.central.settings import StationSetting
from contactor.central.store.database import for_writing
from tests.central.bench import NOON, STATION, CentralBench, Line, at, central_in, settings
from tests.central.test_station_authority import kept, request

KEY = bytes(range(16))
BOOT = {"chargePointVendor": "Maker", "chargePointModel": "M", "chargePointSerialNumber": "SN-1"}
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


@contextmanager
def signing(
    database: str, place: Path, security: SecurityMode | None = None, key: bytes | None = KEY
) -> Iterator[tuple[CentralBench, Line]]:
    made = new_authority("Chargers Ltd", "Stations", NOON - timedelta(days=1), timedelta(days=3650))
    certificate, authority_key = kept(place, made)
    with central_in(
        database,
        stations=(StationSetting(STATION, key, security=security),),
        station_authority_certificate=certificate,
        station_authority_key=authority_key,
    ) as central:
        line = central.connect()
        assert line.ask("BootNotification", dict(BOOT))["status"] == "Accepted"
        yield central, line


def refusals(central: CentralBench) -> list[str]:
    """What the events of refused requests say; each has raised the one alarm, or was seen by it again."""
    wanted = EventFilter(kinds=(EventKind.SECURITY_EVENT,))
    told = [event.facts for event in EventRecord(central.engine).read(0, 100, wanted)]
    assert all(facts["type"] == "CertificateRequestRefused" for facts in told)
    with central.engine.connect() as connection:
        alarms = [view for view in find_alarms(connection, limit=9) if view.subject == "CertificateRequestRefused"]
    assert [view.times for view in alarms] == ([len(told)] if told else [])
    return [str(facts["details"]) for facts in told]


def states(central: CentralBench) -> list[str]:
    with central.engine.connect() as connection:
        return [row.state for row in certificates_of(connection, STATION, None, 100)]


def test_w_a02_a_good_request_is_accepted_and_its_certificate_kept_for_the_station(
    database: str, tmp_path: Path
) -> None:
    with signing(database, tmp_path) as (central, line):
        assert line.ask("SignCertificate", {"csr": request()}) == ACCEPTED
        with central.engine.connect() as connection:
            found = to_deliver(connection, STATION, NOON)
            assert found is not None
            assert found.chain.startswith("-----BEGIN CERTIFICATE-----")
            assert to_deliver(connection, STATION, NOON + timedelta(days=1)) is None
        assert refusals(central) == []


def test_a_second_request_takes_the_place_of_the_first(database: str, tmp_path: Path) -> None:
    with signing(database, tmp_path) as (central, line):
        for _ in range(2):
            assert line.ask("SignCertificate", {"csr": request()}) == ACCEPTED
        assert states(central) == ["signed", "rejected"]


def test_a_bad_request_is_refused_with_an_event_and_an_alarm_that_say_why(database: str, tmp_path: Path) -> None:
    with signing(database, tmp_path) as (central, line):
        assert line.ask("SignCertificate", {"csr": "-----BEGIN"}) == REJECTED
        assert line.ask("SignCertificate", {"csr": "-----END"}) == REJECTED
        assert refusals(central) == ["it is no PKCS 10 request in PEM that can be read"] * 2
        assert states(central) == []


@pytest.mark.parametrize(
    ("kind", "said_at_s", "expected"),
    [
        ("InvalidChargePointCertificate", 60, ["abandoned", "installed"]),
        ("InvalidChargePointCertificate", -60, ["installed", "installed"]),  # about one from before
        ("InvalidTLSVersion", 60, ["installed", "installed"]),
    ],
)
def test_w_a02_a_certificate_that_its_station_gave_up_is_told_as_abandoned_and_the_one_before_stays(
    database: str, tmp_path: Path, kind: str, said_at_s: int, expected: list[str]
) -> None:
    """The security event is all that is heard of it; it came after the certificate was asked for (SE-05)."""
    with signing(database, tmp_path) as (central, line):
        for number in (1, 2):
            assert line.ask("SignCertificate", {"csr": request()}) == ACCEPTED
            with for_writing(central.engine).begin() as connection:
                end_certificate(connection, number, CertificateState.INSTALLED, "", NOON)
        told: dict[str, object] = {
            "type": kind,
            "timestamp": to_text(at(said_at_s)),
            "techInfo": "the one before is shown again",
        }
        line.ask("SecurityEventNotification", told)
        assert states(central) == expected
        with central.engine.connect() as connection:
            details = [row.detail for row in certificates_of(connection, STATION, None, 1)]
        assert details == ["the one before is shown again" if expected[0] == "abandoned" else ""]


def test_w_a02_a_certificate_that_its_station_does_not_accept_takes_none_from_the_one_before(
    database: str, tmp_path: Path
) -> None:
    """The same event is told of a CertificateSigned that was Rejected; what was accepted before is still shown."""
    with signing(database, tmp_path) as (central, line):
        line.ask("SignCertificate", {"csr": request()})
        with for_writing(central.engine).begin() as connection:
            end_certificate(connection, 1, CertificateState.INSTALLED, "", NOON)
        line.ask("SignCertificate", {"csr": request()})
        line.ask("SecurityEventNotification", {"type": "InvalidChargePointCertificate", "timestamp": to_text(at(60))})
        assert states(central) == ["signed", "installed"]


def test_without_an_authority_every_request_is_refused_with_an_event_and_an_alarm(database: str) -> None:
    with central_in(database) as central:
        line = central.connect_accepted()
        assert line.ask("SignCertificate", {"csr": request()}) == REJECTED
        (told,) = refusals(central)
        assert "no authority" in told


@pytest.mark.parametrize(
    ("security", "key", "expected"),
    [
        (None, KEY, ACCEPTED),
        (None, None, REJECTED),
        (SecurityMode.NONE, KEY, REJECTED),
        (SecurityMode.TLS, KEY, REJECTED),
        (SecurityMode.TLS_BASIC, KEY, ACCEPTED),
        (SecurityMode.TLS_CERTIFICATE, None, ACCEPTED),
    ],
)
def test_only_a_station_that_had_to_prove_who_it_is_gets_a_certificate(
    new_sqlite: str, tmp_path: Path, security: SecurityMode | None, key: bytes | None, expected: dict[str, str]
) -> None:
    with signing(new_sqlite, tmp_path, security, key) as (central, line):
        assert line.ask("SignCertificate", {"csr": request()}) == expected
        assert [each for each in refusals(central) if "anybody could ask" not in each] == []


@pytest.fixture
def new_sqlite(tmp_path: Path) -> str:
    return str(tmp_path / "central.db")


def test_a_station_that_asks_again_and_again_is_refused_for_the_rest_of_a_day(database: str, tmp_path: Path) -> None:
    with signing(database, tmp_path) as (central, line):
        answers = [line.ask("SignCertificate", {"csr": request()}) for _ in range(SIGNED_A_DAY_MAX + 1)]
        assert answers == [ACCEPTED] * SIGNED_A_DAY_MAX + [REJECTED]
        central.clock.set_wall_clock(at(86_401))
        assert line.ask("SignCertificate", {"csr": request()}) == ACCEPTED


def test_certificates_are_forgotten_so_long_after_they_have_run_out(database: str, tmp_path: Path) -> None:
    """`keep_events_days` after their end: until then they may be shown at any connection."""
    with signing(database, tmp_path) as (central, line):
        line.ask("SignCertificate", {"csr": request()})
        (rule,) = (each for each in rules_of(settings()) if each.table.name == "station_certificates")
        ends = NOON + timedelta(days=365)
        with for_writing(central.engine).begin() as connection:
            kept_still = forget_some(connection, rule, after_id=0, before_ms=to_ms(ends))
            gone = forget_some(connection, rule, after_id=0, before_ms=to_ms(ends) + 1)
        assert (kept_still.forgotten, gone.forgotten) == (0, 1)
