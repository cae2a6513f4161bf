"""Tariffs are pinned at the start and results kept with their history, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from contactor.base.ids import IdTag
from contactor.central.correcting import Author, Correction, correct
from contactor.central.milliseconds import to_ms
from contactor.central.store.database import for_writing
from contactor.central.tags import Tag
from contactor.central.tariffs.cost_rows import (
    Computed,
    CostResult,
    ask_for_belated,
    compute,
    due_costs,
    find_belated,
    results,
    settle,
)
from contactor.central.tariffs.tariff import Rate, Tariff
from contactor.central.tariffs.tariff_rows import (
    Assignment,
    Scope,
    TariffVersion,
    Terms,
    add_tariff,
    change_tariff,
    find_tariff,
    retire_tariff,
)
from tests.central.bench import OTHER_STATION, STATION, LedgerBench, at, open_store, settings

ALL = Assignment(Scope.ALL)
EARLY_S = -86_400.0


class CostBench(LedgerBench):
    """A ledger, with tariffs and somebody who settles."""

    def tariff(
        self, price: str, *assigned_to: Assignment, when: float = EARLY_S, night: str | None = None, **terms: object
    ) -> TariffVersion:
        """A tariff that is kept at an instant; with `night` another price from one at noon on."""
        with self._write() as connection:
            known = _terms(price, assigned_to or (ALL,), night, terms)
            return add_tariff(connection, f"at {price}", known, "anna", to_ms(at(when)))

    def change(self, known: TariffVersion, price: str, when: float = 0) -> None:
        with self._write() as connection:
            terms = _terms(price, known.terms.assigned_to, None, {})
            change_tariff(connection, known, known.name, terms, "anna", to_ms(at(when)))

    def retire(self, known: TariffVersion, when: float = 0) -> None:
        with self._write() as connection:
            retire_tariff(connection, known.tariff_id, to_ms(at(when)))

    def settle(self, when: float = 900) -> list[int]:
        """Settle all that is due; which transactions have a new result."""
        with self._write() as connection:
            found = due_costs(connection, 50)
            now_ms = to_ms(at(when))
            return [
                due.number
                for due in found
                if settle(connection, due, compute(connection, due.number, now_ms), at(when))
            ]

    def look_for_belated(self) -> int:
        """Ask again for what late readings may change; how many transactions that are."""
        with self._write() as connection:
            belated = find_belated(connection)
            if belated is None:
                return 0
            ask_for_belated(connection, belated)
            return len(belated.numbers)

    def computed(self, number: int, when: float = 900) -> Computed | None:
        with self.engine.connect() as connection:
            return compute(connection, number, to_ms(at(when)))

    def results(self, number: int) -> list[CostResult]:
        with self.engine.connect() as connection:
            return results(connection, number)

    def total(self, number: int) -> Decimal | None:
        found = self.results(number)
        return found[0].cost.total if found else None

    def status(self, word: str, when: float) -> None:
        with self._write() as connection:
            row = {"station": STATION, "status": word, "at_ms": to_ms(at(when))}
            connection.execute(
                text(
                    "INSERT INTO statuses (station_id, connector_id, status, error_code, reported_at_ms,"
                    " received_at_ms) VALUES (:station, 1, :status, 'NoError', :at_ms, :at_ms)"
                ),
                row,
            )


def _terms(price: str, assigned_to: tuple[Assignment, ...], night: str | None, terms: dict[str, object]) -> Terms:
    plain = Rate(per_kwh=Decimal(price), idle_per_minute=Decimal("0.10"))
    rates = (plain,) if night is None else (Rate(per_kwh=Decimal(night), from_hour=13), plain)
    return Terms(Tariff("EUR", "UTC", rates), assigned_to, **terms)  # type: ignore[arg-type]  # terms' own fields


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    tags = (Tag(IdTag("TAG-1"), IdTag("Fleet-7")), Tag(IdTag("TAG-2")))
    engine = open_store(database, settings(tags=tags))
    yield engine
    engine.dispose()


@pytest.fixture
def bench(engine: Engine) -> CostBench:
    return CostBench(engine)


def test_a_charge_is_settled_once_its_stop_has_come(bench: CostBench) -> None:
    bench.tariff("0.50")
    number = bench.start().transaction_id
    assert bench.settle() == []
    bench.stop(number, meter=5000)
    assert bench.settle() == [number]
    (result,) = bench.results(number)
    assert (result.cost.total, result.settled_for, result.readings) == (Decimal("2.00"), "stopped", 0)
    assert bench.settle() == []


def test_without_a_tariff_nothing_is_owed(bench: CostBench) -> None:
    number = bench.start().transaction_id
    bench.stop(number)
    bench.tariff("0.50")
    assert bench.settle() == []
    assert bench.computed(number) is None


def test_a_change_of_the_tariff_touches_no_charge_that_has_begun(bench: CostBench) -> None:
    known = bench.tariff("0.50")
    running = bench.start().transaction_id
    bench.change(known, "9.99", when=60)
    following = bench.start(connector=2, tag="TAG-2", when=120).transaction_id
    bench.retire(known, when=180)
    after = bench.start(connector=1, tag="TAG-2", when=240, station=OTHER_STATION).transaction_id
    for number, station in ((running, STATION), (following, STATION), (after, OTHER_STATION)):
        bench.stop(number, meter=2000, station=station)
    bench.settle()
    assert [bench.total(number) for number in (running, following, after)] == [Decimal("0.50"), Decimal("9.99"), None]


def test_a_start_that_comes_late_goes_by_the_version_of_its_time(bench: CostBench) -> None:
    known = bench.tariff("0.50")
    bench.change(known, "9.99", when=600)
    number = bench.start(when=0, received=3600).transaction_id
    bench.stop(number, meter=2000, when=300, received=3660)
    bench.settle()
    assert bench.total(number) == Decimal("0.50")


def test_the_narrowest_tariff_counts_group_before_station_before_all(bench: CostBench) -> None:
    """The group of a badge is compared without regard to case (RPC-14)."""
    bench.tariff("1", ALL)
    bench.tariff("2", Assignment(Scope.STATION, STATION))
    bench.tariff("3", Assignment(Scope.GROUP, "FLEET-7"))
    grouped = bench.start(connector=1, tag="tag-1").transaction_id
    stationed = bench.start(connector=2, tag="TAG-2").transaction_id
    elsewhere = bench.start(connector=1, tag="UNKNOWN", station=OTHER_STATION).transaction_id
    prices = [found.version.name for number in (grouped, stationed, elsewhere) if (found := bench.computed(number))]
    assert prices == ["at 3", "at 2", "at 1"]


def test_among_equals_the_one_that_became_valid_last_counts_while_it_is_valid(bench: CostBench) -> None:
    bench.tariff("1")
    bench.tariff("2", valid_from=at(-3600), valid_until=at(60))
    bench.tariff("3", valid_from=at(-7200))
    first = bench.start(when=59).transaction_id
    later = bench.start(connector=2, when=60).transaction_id
    found = [bench.computed(number) for number in (first, later)]
    assert [each.version.name for each in found if each] == ["at 2", "at 3"]


def test_late_readings_correct_the_result_and_the_old_one_is_kept(bench: CostBench) -> None:
    """Without readings the energy counts as spread evenly; a reading may tell that most of it flowed by day."""
    bench.tariff("1", night="3")
    number = bench.start(when=1800, meter=0).transaction_id
    bench.stop(number, meter=4000, when=5400)
    bench.look_for_belated()
    assert bench.settle(5500) == [number]
    assert bench.total(number) == 8
    bench.read(number, when=3600, energy="4000")
    assert bench.look_for_belated() == 1
    assert bench.settle(5600) == [number]
    assert [(each.cost.total, each.settled_for, each.readings) for each in bench.results(number)] == [
        (Decimal(4), "late readings", 1),
        (Decimal(8), "stopped", 0),
    ]
    assert bench.look_for_belated() == 0


def test_a_late_reading_that_changes_nothing_leaves_the_result_as_it_is(bench: CostBench) -> None:
    bench.tariff("1")
    number = bench.start(meter=0).transaction_id
    bench.stop(number, meter=4000)
    bench.look_for_belated()
    bench.settle()
    bench.read(number, when=300, energy="1000")
    bench.look_for_belated()
    assert bench.settle() == []
    assert len(bench.results(number)) == 1


def test_cs_05_another_stop_that_takes_its_place_is_settled_anew(bench: CostBench) -> None:
    bench.tariff("1")
    number = bench.start(meter=0).transaction_id
    bench.stop(-1, meter=4000)  # matched by time
    bench.settle()
    assert bench.total(number) == 4
    bench.stop(number, meter=5000, when=700)
    bench.settle()
    assert [each.cost.total for each in bench.results(number)] == [5, 4]


def test_a_correction_by_a_person_is_paid(bench: CostBench) -> None:
    bench.tariff("1")
    number = bench.start(meter=0).transaction_id
    bench.stop(number, meter=4000)
    bench.settle()
    with for_writing(bench.engine).begin() as connection:
        correct(connection, number, Correction(meter_stop_wh=3000), Author("anna", "misread", to_ms(at(900))))
    assert bench.settle() == [number]
    assert [(each.cost.total, each.settled_for) for each in bench.results(number)] == [
        (Decimal(3), "corrected"),
        (Decimal(4), "stopped"),
    ]


def test_a_question_asked_while_an_answer_was_computed_stays_open(bench: CostBench) -> None:
    bench.tariff("1")
    number = bench.start(meter=0).transaction_id
    bench.stop(-1, meter=4000)
    with for_writing(bench.engine).begin() as connection:
        (seen,) = due_costs(connection, 50)
        old = compute(connection, number, to_ms(at(900)))
    bench.stop(number, meter=5000, when=700)
    with for_writing(bench.engine).begin() as connection:
        assert not settle(connection, seen, old, at(900))
    assert bench.settle() == [number]
    assert bench.total(number) == 5


def test_a_charge_that_runs_is_reckoned_up_to_now_and_so_is_the_stay_of_a_full_car(bench: CostBench) -> None:
    bench.tariff("1")
    number = bench.start(meter=0).transaction_id
    bench.status("Charging", 10)
    bench.read(number, when=300, energy="2000.5")
    bench.status("SuspendedEV", 300)
    found = bench.computed(number, when=900)
    assert found is not None
    assert (found.cost.total, found.known.idle_spans, found.known.is_over) == (Decimal("3.00"), 1, False)


def test_a_clock_that_was_never_set_does_not_cost_decades(bench: CostBench) -> None:
    bench.tariff("1")
    begun = (at(0).replace(year=1970) - at(0)) / timedelta(seconds=1)
    number = bench.start(meter=0, when=begun, received=0).transaction_id
    bench.status("Charging", begun)
    bench.status("SuspendedEV", begun + 60)
    bench.stop(number, meter=1000, when=begun + 600, received=600)
    bench.settle()
    assert bench.total(number) == Decimal("1.00")


def test_every_version_of_a_tariff_is_kept_as_it_was(bench: CostBench) -> None:
    known = bench.tariff("0.50")
    bench.change(known, "0.60")
    with bench.engine.connect() as connection:
        newest = find_tariff(connection, known.tariff_id)
        (kept,) = connection.execute(text("SELECT content FROM tariff_versions WHERE version = 1")).one()
    assert newest is not None
    assert (newest.version, newest.terms.tariff.rates[0].per_kwh) == (2, Decimal("0.60"))
    assert '"0.50"' in kept
