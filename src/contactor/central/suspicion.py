"""The reasons for which a transaction's record is marked suspect: kept, answered normally, and shown to a person.

A mark never changes what was reported, and nothing is refused for one (CS-01, CS-16).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from contactor.central.milliseconds import from_ms, to_ms

CLOCK_SET_AFTER = datetime(2015, 1, 1, tzinfo=UTC)
"""No station of OCPP 1.6 lived before: an instant below comes from a clock that was never set."""
TOLERANCE_MS = 5 * 60 * 1000
"""How far a station's clock may run ahead of ours before its timestamps are doubted."""
GAP_TOLERANCE_WH = 100
"""How much a register may move between two transactions: cooling, and what a vehicle draws while it is let go."""
GAP_BACK_TOLERANCE_WH = 1
"""How much it may go back, by rounding."""


class Suspicion(StrEnum):
    """What is doubtful about a transaction."""

    STOP_MISSING = "stop_missing"
    STOP_MATCHED_BY_TIME = "stop_matched_by_time"
    STOP_CONTRADICTED = "stop_contradicted"
    STOP_BEFORE_START = "stop_before_start"
    METER_WENT_BACK = "meter_went_back"
    START_IN_FUTURE = "start_in_future"
    CLOCK_NOT_SET = "clock_not_set"
    STOP_IN_FUTURE = "stop_in_future"
    CLOSED_BY_HAND = "closed_by_hand"
    CLOSED_BY_RULE = "closed_by_rule"
    METER_GAP = "meter_gap"
    START_TIME_UNREADABLE = "start_time_unreadable"
    STOP_TIME_UNREADABLE = "stop_time_unreadable"


MEANINGS: dict[Suspicion, str] = {
    Suspicion.STOP_MISSING: "another transaction began on the connector before a stop came (CS-14)",
    Suspicion.STOP_MATCHED_BY_TIME: "the stop named no known transaction and was matched by time (CS-13, CS-15)",
    Suspicion.STOP_CONTRADICTED: "a second stop came with other values; the first is kept (CS-05)",
    Suspicion.STOP_BEFORE_START: "the stop's timestamp lies before the start's (CS-16)",
    Suspicion.METER_WENT_BACK: "meterStop is below meterStart; the energy counts as 0 (CS-16)",
    Suspicion.START_IN_FUTURE: "the start's timestamp was ahead of our clock when it came (CS-16)",
    Suspicion.CLOCK_NOT_SET: "the start's timestamp is older than OCPP 1.6; the station's clock was not set (CS-16)",
    Suspicion.STOP_IN_FUTURE: "the stop's timestamp was ahead of our clock when it came (CS-16)",
    Suspicion.CLOSED_BY_HAND: "no stop came, and a person closed the record; the station's own stop would replace it",
    Suspicion.CLOSED_BY_RULE: "no stop came, and the record was closed by `close_ghosts_after_hours`, like by hand",
    Suspicion.METER_GAP: "meterStart is not where the connector's transaction before it ended (TX-02)",
    Suspicion.START_TIME_UNREADABLE: "the start's timestamp could not be read; the time of its receipt stands in",
    Suspicion.STOP_TIME_UNREADABLE: "the stop's timestamp could not be read; the time of its receipt stands in",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason, with the values that raised it."""

    reason: Suspicion
    details: str


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends of a transaction, in milliseconds and Wh."""

    started_at_ms: int
    stopped_at_ms: int
    meter_start_wh: int
    meter_stop_wh: int


def believable(reported_at: datetime, received_at: datetime) -> datetime:
    """The instant to judge by: a clock that is ahead of ours, or was never set, counts as the receipt."""
    return reported_at if CLOCK_SET_AFTER <= reported_at <= received_at else received_at


def doubt_start(started_at_ms: int, received_at_ms: int) -> Iterator[Doubt]:
    """What is doubtful about a start."""
    if _is_future(started_at_ms, received_at_ms):
        yield Doubt(Suspicion.START_IN_FUTURE, _ahead(started_at_ms, received_at_ms))
    if started_at_ms < to_ms(CLOCK_SET_AFTER):
        yield Doubt(Suspicion.CLOCK_NOT_SET, f"reported {from_ms(started_at_ms)}")


def doubt_stop(span: Span, received_at_ms: int) -> Iterator[Doubt]:
    """What is doubtful about a stop, given the start it belongs to."""
    if _is_future(span.stopped_at_ms, received_at_ms):
        yield Doubt(Suspicion.STOP_IN_FUTURE, _ahead(span.stopped_at_ms, received_at_ms))
    if span.stopped_at_ms < span.started_at_ms:
        yield Doubt(
            Suspicion.STOP_BEFORE_START,
            f"started {from_ms(span.started_at_ms)}, stopped {from_ms(span.stopped_at_ms)}",
        )
    if span.meter_stop_wh < span.meter_start_wh:
        yield Doubt(
            Suspicion.METER_WENT_BACK, f"meterStart {span.meter_start_wh} Wh, meterStop {span.meter_stop_wh} Wh"
        )


def doubt_gap(earlier: int, meter_stop_wh: int | None, next_meter_start_wh: int) -> Doubt | None:
    """What is doubtful about a start's register, given where the transaction before it ended, if that is known."""
    if meter_stop_wh is None or -GAP_BACK_TOLERANCE_WH <= next_meter_start_wh - meter_stop_wh <= GAP_TOLERANCE_WH:
        return None
    return Doubt(
        Suspicion.METER_GAP,
        f"transaction {earlier} ended at {meter_stop_wh} Wh, this one began at {next_meter_start_wh} Wh",
    )


def _is_future(reported_at_ms: int, received_at_ms: int) -> bool:
    return reported_at_ms > received_at_ms + TOLERANCE_MS


def _ahead(reported_at_ms: int, received_at_ms: int) -> str:
    return f"reported {from_ms(reported_at_ms)}, received {from_ms(received_at_ms)}"
