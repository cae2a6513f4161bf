"""Which readings are a transaction's, in SQL: decided anew at each question, because starts and stops may come late."""

from sqlalchemy import ColumnElement, and_, func, or_, select

from contactor.central.ledger import NO_TRANSACTION_ID
from contactor.central.store import schema

_transactions = schema.transactions
_readings = schema.readings
_END_OF_TIME_MS = 2**62


def belongs() -> ColumnElement[bool]:
    """Whether a reading is a transaction's: it names it, or names none and was taken while that connector had it."""
    by_name = _readings.c.claimed_id == _transactions.c.id
    by_time = and_(
        _readings.c.claimed_id == NO_TRANSACTION_ID,
        _readings.c.connector_id == _transactions.c.connector_id,
        _readings.c.taken_at_ms >= _transactions.c.started_at_ms,
        _readings.c.taken_at_ms <= func.coalesce(_transactions.c.stopped_at_ms, _END_OF_TIME_MS),
        _readings.c.taken_at_ms < func.coalesce(_next_start_ms(), _END_OF_TIME_MS),
    )
    return and_(_readings.c.station_id == _transactions.c.station_id, or_(by_name, by_time))


def _next_start_ms() -> ColumnElement[int | None]:
    following = _transactions.alias("following")
    return (
        select(func.min(following.c.started_at_ms))
        .where(
            following.c.station_id == _transactions.c.station_id,
            following.c.connector_id == _transactions.c.connector_id,
            following.c.started_at_ms > _transactions.c.started_at_ms,
        )
        .correlate(_transactions)
        .scalar_subquery()
    )
