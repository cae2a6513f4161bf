"""The stops that stand beside the transactions: kept for good, and matched by time where exactly one fits."""

from sqlalchemy import Boolean, Connection, bindparam, or_, select, update

from contactor.central.store import schema
from contactor.central.store.schema import StrayCause
from contactor.central.store.statement import Rows, insert_new
from contactor.central.suspicion import TOLERANCE_MS, Doubt, Suspicion
from contactor.central.transaction_rows import Stop, TransactionRow, close_transaction

_rows = schema.stray_stops.c

_KEEP = insert_new(
    schema.stray_stops,
    "station_id",
    "claimed_id",
    "meter_stop_wh",
    "stopped_at_ms",
    "stop_reason",
    "stop_id_tag",
    "received_at_ms",
    "cause",
)
SAME_STOP = select(_rows.id).where(
    _rows.station_id == bindparam("station"),
    _rows.claimed_id == bindparam("claimed_id"),
    or_(_rows.stopped_at_ms == bindparam("stopped_at_ms"), bindparam("is_time_guessed", type_=Boolean)),
    _rows.meter_stop_wh == bindparam("meter_stop_wh"),
    _rows.stop_reason == bindparam("reason"),
    _rows.stop_id_tag == bindparam("tag"),
)
FITTING = select(schema.stray_stops).where(
    _rows.station_id == bindparam("station"),
    _rows.adopted_by.is_(None),
    # A stop that contradicts another transaction has found its place.
    _rows.cause != StrayCause.CONTRADICTION,
    _rows.stopped_at_ms >= bindparam("started_at_ms"),
    _rows.meter_stop_wh >= bindparam("meter_start_wh"),
    # A stop from a clock that ran ahead would fit whatever begins next.
    _rows.stopped_at_ms <= _rows.received_at_ms + TOLERANCE_MS,
)
_ADOPT = update(schema.stray_stops).where(_rows.id == bindparam("stray")).values(adopted_by=bindparam("number"))
_RELEASE = update(schema.stray_stops).where(_rows.adopted_by == bindparam("number")).values(adopted_by=None)


def keep_stray(connection: Connection, station_id: str, stop: Stop, cause: StrayCause) -> None:
    """Keep a stop that ends no transaction."""
    row = (
        station_id,
        stop.claimed_id,
        stop.meter_stop_wh,
        stop.stopped_at_ms,
        stop.reason,
        stop.id_tag,
        stop.received_at_ms,
        cause,
    )
    Rows(_KEEP, (row,)).execute_on(connection)


def adopt_stray(connection: Connection, transaction: TransactionRow) -> None:
    """End a transaction with the one stray stop that fits it by time and meter, if exactly one does (CS-13, CS-15)."""
    given = {
        "station": transaction.station_id,
        "started_at_ms": transaction.started_at_ms,
        "meter_start_wh": transaction.meter_start_wh,
    }
    strays = connection.execute(FITTING, given).all()
    if len(strays) != 1:
        return
    stray = strays[0]
    connection.execute(_ADOPT, {"stray": stray.id, "number": transaction.id})
    stop = Stop(
        claimed_id=stray.claimed_id,
        meter_stop_wh=stray.meter_stop_wh,
        stopped_at_ms=stray.stopped_at_ms,
        reason=stray.stop_reason,
        id_tag=stray.stop_id_tag,
        received_at_ms=stray.received_at_ms,
    )
    details = f"the stop named transaction {stray.claimed_id}"
    close_transaction(connection, transaction, stop, Doubt(Suspicion.STOP_MATCHED_BY_TIME, details))


def release_stray(connection: Connection, transaction_id: int) -> bool:
    """Let go of the stray stop a transaction had adopted; say whether there was one."""
    return connection.execute(_RELEASE, {"number": transaction_id}).rowcount > 0
