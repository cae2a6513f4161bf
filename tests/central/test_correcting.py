"""Corrections put a closed transaction right, and lose nothing of what the station reported."""

from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import select

from contactor.central.correcting import Author, Correction, NotCorrectable, NotEnded, correct
from contactor.central.milliseconds import to_ms
from contactor.central.store import operation_tables
from contactor.central.store.database import for_writing
from contactor.central.store.ledger_tables import corrections
from contactor.central.suspicion import Suspicion
from tests.central.bench import LedgerBench, at, store_in

ANNA = Author("anna", "the meter was read on site", to_ms(at(9000)))


@pytest.fixture
def ledger(database: str) -> Iterator[LedgerBench]:
    with store_in(database) as engine:
        yield LedgerBench(engine)


def _correct(ledger: LedgerBench, number: int, **values: object) -> None:
    with for_writing(ledger.engine).begin() as connection:
        correct(connection, number, Correction(**values), ANNA)  # type: ignore[arg-type]  # a correction's own fields


def _rows(ledger: LedgerBench) -> list[tuple[str, str, str, str]]:
    with ledger.engine.connect() as connection:
        query = select(corrections).order_by(corrections.c.id)
        return [(row.field, row.old_value, row.new_value, row.who) for row in connection.execute(query)]


def test_what_is_corrected_is_in_force_and_the_reported_values_stay_recognised(ledger: LedgerBench) -> None:
    answer = ledger.start(tag="TAG-1", meter=1000)
    number = answer.transaction_id
    ledger.stop(number, meter=5000, when=600)
    _correct(ledger, number, id_tag="TAG-9", meter_stop_wh=4000, stopped_at_ms=to_ms(at(500)))
    (view,) = ledger.queries.transactions()
    assert (view.id_tag, view.energy_wh, view.stopped_at, view.is_corrected) == ("TAG-9", 3000, at(500), True)
    assert _rows(ledger) == [
        ("id_tag", "TAG-1", "TAG-9", "anna"),
        ("meter_stop_wh", "5000", "4000", "anna"),
        ("stopped_at", "2026-05-01T12:10:00Z", "2026-05-01T12:08:20Z", "anna"),
    ]
    assert ledger.start(tag="TAG-1", meter=1000) == answer
    ledger.stop(number, meter=5000, when=600)
    assert ledger.queries.stray_stops() == []
    assert ledger.queries.transactions() == [view]


def test_a_second_correction_starts_from_the_first(ledger: LedgerBench) -> None:
    number = ledger.start(meter=1000).transaction_id
    ledger.stop(number, meter=5000)
    _correct(ledger, number, meter_stop_wh=4000)
    _correct(ledger, number, meter_stop_wh=5000)
    assert [row[1:3] for row in _rows(ledger)] == [("5000", "4000"), ("4000", "5000")]
    assert ledger.queries.transactions()[0].energy_wh == 4000


def test_cs_16_a_correction_settles_the_doubt_it_answers(ledger: LedgerBench) -> None:
    number = ledger.start(meter=100).transaction_id
    ledger.stop(number, meter=0, when=-5, received=10)
    assert ledger.queries.transactions()[0].suspicions == (Suspicion.METER_WENT_BACK, Suspicion.STOP_BEFORE_START)
    _correct(ledger, number, meter_stop_wh=2100, stopped_at_ms=to_ms(at(600)))
    (view,) = ledger.queries.transactions()
    assert (view.energy_wh, view.suspicions) == (2000, ())


def test_tx_02_a_correction_can_close_the_gap_to_the_next_transaction(ledger: LedgerBench) -> None:
    first = ledger.start(when=0, meter=1000).transaction_id
    ledger.stop(first, meter=5000, when=600)
    ledger.start(when=700, meter=7000)
    assert ledger.queries.transactions()[1].suspicions == (Suspicion.METER_GAP,)
    _correct(ledger, first, meter_stop_wh=7000)
    assert ledger.queries.transactions()[1].suspicions == ()


def test_a_correction_is_told_as_an_event(ledger: LedgerBench) -> None:
    number = ledger.start(meter=1000).transaction_id
    ledger.stop(number, meter=5000)
    _correct(ledger, number, meter_stop_wh=4000)
    with ledger.engine.connect() as connection:
        events = operation_tables.events
        query = select(events.c.facts).where(events.c.kind == "transaction_corrected")
        facts = msgspec.json.decode(connection.execute(query).scalar_one())
    assert facts["changes"] == {"meter_stop_wh": {"old": "5000", "new": "4000"}}
    assert (facts["energy_wh"], facts["by"], facts["why"]) == (3000, "anna", ANNA.why)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "correction"),
        ({"meter_stop_wh": 5000}, "correction"),
        ({"meter_stop_wh": 999}, "meter_stop_wh"),
        ({"meter_start_wh": 5001}, "meter_start_wh"),
        ({"stopped_at_ms": to_ms(at(-1))}, "stopped_at"),
        ({"stopped_at_ms": to_ms(at(9001))}, "stopped_at"),
    ],
)
def test_a_correction_that_contradicts_itself_is_refused_and_changes_nothing(
    ledger: LedgerBench, values: dict[str, object], field: str
) -> None:
    number = ledger.start(meter=1000).transaction_id
    ledger.stop(number, meter=5000)
    before = ledger.queries.transactions()
    with pytest.raises(NotCorrectable) as caught:
        _correct(ledger, number, **values)
    assert caught.value.field == field
    assert (ledger.queries.transactions(), _rows(ledger)) == (before, [])


def test_what_has_not_ended_is_not_corrected(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    with pytest.raises(NotEnded, match=f"transaction {number} has not ended"):
        _correct(ledger, number, meter_stop_wh=9000)
