"""Ghosts are closed by the operator's rule only, at what is known of them, and the station's own stop wins."""

from collections.abc import Iterator

import pytest
import structlog

from contactor.central.ghosts import GhostRule
from contactor.central.store.schema import TransactionState
from contactor.central.suspicion import Suspicion
from contactor.ocpp.enumerations import StopReason
from tests.central.bench import CentralBench, Line, at, central_in, wire_time

HOUR_S = 3600


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database) as central:
        yield central


def _start(line: Line, second: int, meter: int) -> int:
    number = line.ask(
        "StartTransaction", {"connectorId": 1, "idTag": "T", "meterStart": meter, "timestamp": wire_time(second)}
    )["transactionId"]
    assert isinstance(number, int)
    return number


def _read(line: Line, number: int, second: int, register: int) -> None:
    reading = {"timestamp": wire_time(second), "sampledValue": [{"value": str(register)}]}
    line.ask("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [reading]})


def _apply(central: CentralBench, hours: int) -> None:
    GhostRule(hours, central.writer, central.clock, lambda: None, structlog.get_logger()).apply()


def test_a_ghost_is_closed_at_its_latest_reading_when_its_time_is_over(central: CentralBench) -> None:
    line = central.connect_accepted()
    ghost = _start(line, 0, 1000)
    _read(line, ghost, 300, 4000)
    central.clock.advance(600)
    _start(line, 600, 4000)
    central.clock.advance(2 * HOUR_S - 1)
    _apply(central, hours=2)
    assert central.queries.transactions()[0].state is TransactionState.STOP_MISSING
    central.clock.advance(2)
    _apply(central, hours=2)
    closed, running = central.queries.transactions()
    assert (closed.state, closed.energy_wh, closed.stopped_at) == (TransactionState.STOPPED, 3000, at(300))
    assert (closed.stop_reason, closed.suspicions) == (StopReason.OTHER, (Suspicion.CLOSED_BY_RULE,))
    assert running.state is TransactionState.OPEN


def test_without_a_reading_a_ghost_ends_where_it_began(central: CentralBench) -> None:
    line = central.connect_accepted()
    _start(line, 0, 1000)
    _start(line, 60, 1000)
    central.clock.advance(2 * HOUR_S)
    _apply(central, hours=1)
    closed = central.queries.transactions()[0]
    assert (closed.energy_wh, closed.stopped_at) == (0, at(0))


def test_no_rule_is_the_default_and_none_closes_what_may_still_be_charging(central: CentralBench) -> None:
    line = central.connect_accepted()
    _start(line, 0, 1000)
    central.clock.advance(1000 * HOUR_S)
    _apply(central, hours=1)
    _start(line, 60, 1000)
    central.clock.advance(1000 * HOUR_S)
    _apply(central, hours=0)
    states = [view.state for view in central.queries.transactions()]
    assert states == [TransactionState.STOP_MISSING, TransactionState.OPEN]


def test_the_station_s_own_stop_takes_the_place_of_the_rule_s(central: CentralBench) -> None:
    line = central.connect_accepted()
    ghost = _start(line, 0, 1000)
    _start(line, 600, 3000)
    central.clock.advance(2 * HOUR_S)
    _apply(central, hours=1)
    line.ask("StopTransaction", {"transactionId": ghost, "meterStop": 3000, "timestamp": wire_time(500)})
    view = central.queries.transactions()[0]
    assert (view.energy_wh, view.stopped_at, view.suspicions) == (2000, at(500), ())


def test_a_rule_that_cannot_be_written_waits_for_the_next_round(central: CentralBench) -> None:
    line = central.connect_accepted()
    _start(line, 0, 1000)
    _start(line, 60, 1000)
    central.clock.advance(2 * HOUR_S)
    central.writer.is_held = True
    _apply(central, hours=1)
    assert central.queries.transactions()[0].state is TransactionState.STOP_MISSING
    central.writer.is_held = False
    central.writer.commit()
    assert central.queries.transactions()[0].state is TransactionState.STOPPED
