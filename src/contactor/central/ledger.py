"""The ledger: what StartTransaction and StopTransaction mean for the record.

Every start and stop finds its place, once, however often and in whatever order it comes. Recognition is by content and
held by unique keys in the database, so it outlives a restart (CS-03 to CS-06). Nothing is refused and nothing dropped:
a stop without a transaction is kept as a stray, a doubtful transaction is marked with its reasons.

The functions run within the writer's database transaction; their result is the answer, and leaves after the commit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, Row, and_, delete, exists, func, select, update

from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.store.statement import Rows, insert_new
from contactor.central.suspicion import TOLERANCE_MS, Doubt, Span, Suspicion, doubt_start, doubt_stop
from contactor.central.tag_register import find_tag
from contactor.central.tags import judge_tag, tag_key
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import StopReason
from contactor.ocpp.messages import StartTransaction, StartTransactionResult, StopTransaction, StopTransactionResult

NO_TRANSACTION_ID = -1
"""What a station says whose start could never be delivered (TX-08, CS-13)."""

_transactions = schema.transactions
_strays = schema.stray_stops
_readings = schema.readings

_INSERT_STRAY = insert_new(
    _strays,
    "station_id",
    "claimed_id",
    "meter_stop_wh",
    "stopped_at_ms",
    "stop_reason",
    "stop_id_tag",
    "received_at_ms",
    "cause",
)
_INSERT_SUSPICION = insert_new(schema.suspicions, "transaction_id", "reason", "details", "noted_at_ms")

_Transaction = Row[
    *tuple[Any, ...]
]  # Any: SQLAlchemy types a row by its columns only where they are spelled out one by one


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as it is recorded; a missing reason means Local (CS-12)."""

    claimed_id: int
    meter_stop_wh: int
    stopped_at_ms: int
    reason: str
    id_tag: str
    received_at_ms: int

    @classmethod
    def of(cls, request: StopTransaction, received_at: datetime) -> "Stop":
        """What a request says, in the store's terms."""
        return cls(
            claimed_id=request.transaction_id,
            meter_stop_wh=request.meter_stop,
            stopped_at_ms=to_ms(request.timestamp),
            reason=(StopReason.LOCAL if request.reason is UNSET else request.reason).value,
            id_tag="" if request.id_tag is UNSET else request.id_tag,
            received_at_ms=to_ms(received_at),
        )


# --- Starts -------------------------------------------------------------------------------------------------------


def record_start(
    connection: Connection, station_id: str, request: StartTransaction, received_at: datetime
) -> StartTransactionResult:
    """Open a transaction, or recognise one that is open already, and answer with its number (CS-04, CS-07).

    A refused tag gets a number too: the station may have begun offline, and its readings and its stop need a place.
    """
    known = _same_start(connection, station_id, request)
    if known is not None:
        answer = msgspec.json.decode(known.tag_answer, type=IdTagInfo)
        return StartTransactionResult(transaction_id=known.id, id_tag_info=answer)
    id_tag_info = _judge_start(connection, station_id, request, received_at)
    transaction_id = _open(connection, station_id, request, received_at, id_tag_info)
    _settle_connector(connection, station_id, request.connector_id, received_at)
    _adopt_stray(connection, transaction_id)
    return StartTransactionResult(transaction_id=transaction_id, id_tag_info=id_tag_info)


def _same_start(connection: Connection, station_id: str, request: StartTransaction) -> _Transaction | None:
    return connection.execute(
        select(_transactions.c.id, _transactions.c.tag_answer).where(
            _transactions.c.station_id == station_id,
            _transactions.c.connector_id == request.connector_id,
            _transactions.c.started_at_ms == to_ms(request.timestamp),
            _transactions.c.id_tag == request.id_tag,
            _transactions.c.meter_start_wh == request.meter_start,
        )
    ).one_or_none()


def _judge_start(
    connection: Connection, station_id: str, request: StartTransaction, received_at: datetime
) -> IdTagInfo:
    """Judge the tag as it was when the transaction began: a start may come hours late (Q-12)."""
    # What is open on the same connector has ended, whether its stop has come or not (CS-14).
    elsewhere = connection.execute(
        select(func.count()).where(
            _transactions.c.tag_key == tag_key(request.id_tag),
            _transactions.c.state == TransactionState.OPEN,
            ~and_(_transactions.c.station_id == station_id, _transactions.c.connector_id == request.connector_id),
        )
    ).scalar_one()
    judged_at = min(request.timestamp, received_at)
    return judge_tag(find_tag(connection, request.id_tag), open_elsewhere=elsewhere, now=judged_at)


def _open(
    connection: Connection,
    station_id: str,
    request: StartTransaction,
    received_at: datetime,
    id_tag_info: IdTagInfo,
) -> int:
    started_at_ms, received_at_ms = to_ms(request.timestamp), to_ms(received_at)
    transaction_id: int = connection.execute(
        _transactions.insert()
        .values(
            station_id=station_id,
            connector_id=request.connector_id,
            id_tag=request.id_tag,
            tag_key=tag_key(request.id_tag),
            tag_answer=msgspec.json.encode(id_tag_info).decode(),
            reservation_id=None if request.reservation_id is UNSET else request.reservation_id,
            meter_start_wh=request.meter_start,
            started_at_ms=started_at_ms,
            start_received_at_ms=received_at_ms,
            state=TransactionState.OPEN,
        )
        .returning(_transactions.c.id)
    ).scalar_one()
    _mark(connection, transaction_id, list(doubt_start(started_at_ms, received_at_ms)), received_at_ms)
    return transaction_id


def _settle_connector(connection: Connection, station_id: str, connector_id: int, received_at: datetime) -> None:
    """Of the transactions on a connector only the one that began last can be open; the others lack their stop (CS-14).

    Judged by their own timestamps: a start that comes late may be the older one.
    """
    on_connector = (_transactions.c.station_id == station_id) & (_transactions.c.connector_id == connector_id)
    newest = connection.execute(
        select(_transactions.c.id)
        .where(on_connector)
        .order_by(_transactions.c.started_at_ms.desc(), _transactions.c.id.desc())
        .limit(1)
    ).scalar_one()
    abandoned = connection.execute(
        update(_transactions)
        .where(on_connector, _transactions.c.state == TransactionState.OPEN, _transactions.c.id != newest)
        .values(state=TransactionState.STOP_MISSING)
        .returning(_transactions.c.id)
    ).scalars()
    for transaction_id in abandoned.all():
        doubt = Doubt(Suspicion.STOP_MISSING, f"transaction {newest} began on connector {connector_id}")
        _mark(connection, transaction_id, [doubt], to_ms(received_at))


# --- Stops --------------------------------------------------------------------------------------------------------


def record_stop(
    connection: Connection, station_id: str, request: StopTransaction, received_at: datetime
) -> StopTransactionResult:
    """End the transaction the stop belongs to, or keep the stop as a stray; the answer is the same (CS-01, CS-11)."""
    stop = Stop.of(request, received_at)
    if not _is_known_stray(connection, station_id, stop):
        _place_stop(connection, station_id, stop)
    if request.id_tag is UNSET:
        return StopTransactionResult()
    judged_at = min(request.timestamp, received_at)
    tag = find_tag(connection, request.id_tag)
    return StopTransactionResult(id_tag_info=judge_tag(tag, open_elsewhere=0, now=judged_at))


def connector_of(connection: Connection, station_id: str, transaction_id: int) -> int:
    """The connector of a station's transaction; 0, the station as a whole, if there is no such transaction."""
    transaction = _find(connection, station_id, transaction_id)
    return 0 if transaction is None else int(transaction.connector_id)


def _place_stop(connection: Connection, station_id: str, stop: Stop) -> None:
    transaction = _find(connection, station_id, stop.claimed_id)
    if transaction is not None:
        _stop_named(connection, transaction, stop)
        return
    by_time = _match_by_time(connection, station_id, stop) if stop.claimed_id == NO_TRANSACTION_ID else None
    cause = StrayCause.NO_TRANSACTION_ID if stop.claimed_id == NO_TRANSACTION_ID else StrayCause.UNKNOWN_TRANSACTION
    _keep_stray(connection, station_id, stop, cause)
    if by_time is not None:
        _adopt_stray(connection, by_time)


def _stop_named(connection: Connection, transaction: _Transaction, stop: Stop) -> None:
    """The ordinary case: the stop names its transaction."""
    if transaction.state != TransactionState.STOPPED:
        _close(connection, transaction, stop)
    elif _release_stray(connection, transaction.id):
        # A stop that was only matched by time gives way to the one that names the transaction.
        _close(connection, transaction, stop)
    elif (transaction.stopped_at_ms, transaction.meter_stop_wh) != (stop.stopped_at_ms, stop.meter_stop_wh):
        _keep_stray(connection, transaction.station_id, stop, StrayCause.CONTRADICTION)
        details = f"meterStop {stop.meter_stop_wh} Wh after {transaction.meter_stop_wh} Wh"
        _mark(connection, transaction.id, [Doubt(Suspicion.STOP_CONTRADICTED, details)], stop.received_at_ms)


def _close(connection: Connection, transaction: _Transaction, stop: Stop, *doubts: Doubt) -> None:
    connection.execute(
        update(_transactions)
        .where(_transactions.c.id == transaction.id)
        .values(
            state=TransactionState.STOPPED,
            meter_stop_wh=stop.meter_stop_wh,
            stopped_at_ms=stop.stopped_at_ms,
            stop_received_at_ms=stop.received_at_ms,
            stop_reason=stop.reason,
            stop_id_tag=stop.id_tag or None,
        )
    )
    _unmark(
        connection,
        transaction.id,
        # What this stop answers, and what only a stop that gave way was blamed for.
        Suspicion.STOP_MISSING,
        Suspicion.STOP_MATCHED_BY_TIME,
        Suspicion.STOP_IN_FUTURE,
        Suspicion.STOP_BEFORE_START,
        Suspicion.METER_WENT_BACK,
    )
    span = Span(transaction.started_at_ms, stop.stopped_at_ms, transaction.meter_start_wh, stop.meter_stop_wh)
    _mark(connection, transaction.id, [*doubts, *doubt_stop(span, stop.received_at_ms)], stop.received_at_ms)


def _find(connection: Connection, station_id: str, transaction_id: int) -> _Transaction | None:
    """A station's own transaction; the number of another station's is as unknown as any."""
    return connection.execute(
        select(_transactions).where(_transactions.c.id == transaction_id, _transactions.c.station_id == station_id)
    ).one_or_none()


def _match_by_time(connection: Connection, station_id: str, stop: Stop) -> int | None:
    """The one unfinished transaction this nameless stop can belong to, if there is exactly one (CS-13).

    A transaction whose number the station has used in readings is out of the question: it knows that number.
    """
    knows_number = exists().where(_readings.c.station_id == station_id, _readings.c.claimed_id == _transactions.c.id)
    candidates = connection.execute(
        select(_transactions.c.id).where(
            _transactions.c.station_id == station_id,
            _transactions.c.state != TransactionState.STOPPED,
            _transactions.c.started_at_ms <= stop.stopped_at_ms,
            _transactions.c.meter_start_wh <= stop.meter_stop_wh,
            ~knows_number,
        )
    ).scalars()
    found: int | None = _only(list(candidates))
    return found


# --- Strays -------------------------------------------------------------------------------------------------------


def _keep_stray(connection: Connection, station_id: str, stop: Stop, cause: StrayCause) -> None:
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
    Rows(_INSERT_STRAY, (row,)).execute_on(connection)


def _is_known_stray(connection: Connection, station_id: str, stop: Stop) -> bool:
    """Whether this very stop was kept before: then it is a repetition, even if its number has been given since."""
    found = connection.execute(
        select(_strays.c.id).where(
            _strays.c.station_id == station_id,
            _strays.c.claimed_id == stop.claimed_id,
            _strays.c.stopped_at_ms == stop.stopped_at_ms,
            _strays.c.meter_stop_wh == stop.meter_stop_wh,
            _strays.c.stop_reason == stop.reason,
            _strays.c.stop_id_tag == stop.id_tag,
        )
    ).first()
    return found is not None


def _adopt_stray(connection: Connection, transaction_id: int) -> None:
    """End a transaction with the one stray stop that fits it by time and meter, if there is exactly one (CS-13, CS-15).

    A stop that contradicts another transaction has found its place and is not asked.
    """
    transaction = connection.execute(select(_transactions).where(_transactions.c.id == transaction_id)).one()
    strays = connection.execute(
        select(_strays).where(
            _strays.c.station_id == transaction.station_id,
            _strays.c.adopted_by.is_(None),
            _strays.c.cause != StrayCause.CONTRADICTION,
            _strays.c.stopped_at_ms >= transaction.started_at_ms,
            _strays.c.meter_stop_wh >= transaction.meter_start_wh,
            # A stop from a clock that ran ahead would fit whatever begins next.
            _strays.c.stopped_at_ms <= _strays.c.received_at_ms + TOLERANCE_MS,
        )
    ).all()
    stray = _only(list(strays))
    if stray is None:
        return
    connection.execute(update(_strays).where(_strays.c.id == stray.id).values(adopted_by=transaction_id))
    stop = Stop(
        stray.claimed_id,
        stray.meter_stop_wh,
        stray.stopped_at_ms,
        stray.stop_reason,
        stray.stop_id_tag,
        stray.received_at_ms,
    )
    details = f"the stop named transaction {stray.claimed_id}"
    _close(connection, transaction, stop, Doubt(Suspicion.STOP_MATCHED_BY_TIME, details))


def _release_stray(connection: Connection, transaction_id: int) -> bool:
    """Let go of the stray stop a transaction had adopted; say whether there was one."""
    released = connection.execute(update(_strays).where(_strays.c.adopted_by == transaction_id).values(adopted_by=None))
    return released.rowcount > 0


# --- Marks --------------------------------------------------------------------------------------------------------


def _mark(connection: Connection, transaction_id: int, doubts: list[Doubt], noted_at_ms: int) -> None:
    rows = tuple((transaction_id, doubt.reason, doubt.details, noted_at_ms) for doubt in doubts)
    Rows(_INSERT_SUSPICION, rows).execute_on(connection)


def _unmark(connection: Connection, transaction_id: int, *reasons: Suspicion) -> None:
    connection.execute(
        delete(schema.suspicions).where(
            schema.suspicions.c.transaction_id == transaction_id, schema.suspicions.c.reason.in_(reasons)
        )
    )


def _only(candidates: list[Any]) -> Any:  # Any: whatever was selected, if it is the only one
    return candidates[0] if len(candidates) == 1 else None
