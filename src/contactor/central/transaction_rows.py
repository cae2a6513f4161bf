"""The ledger's rows of transactions and their marks: how they are found, opened, closed and doubted.

The statements are made once: building one costs several times as much as running it.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, bindparam, case, exists, insert, or_, select, update

from contactor.central.commands.installed import transaction_over
from contactor.central.ledger_events import tell_stop
from contactor.central.marks import mark, settle
from contactor.central.meter_gap import review_end
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.schema import STOP_REASON_LENGTH, TransactionState
from contactor.central.store.survey import ASKER, Kind, Question, Survey, given_table
from contactor.central.suspicion import CLOCK_SET_AFTER, Doubt, Span, Suspicion, doubt_stop
from contactor.central.tags import tag_key
from contactor.central.tariffs.pinning import cost_is_due
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import StopReason
from contactor.ocpp.messages import StartTransaction, StopTransaction

TransactionRow = Found

_rows = schema.transactions.c
_is_open = _rows.state == TransactionState.OPEN
_on_connector = (_rows.station_id == bindparam("station")) & (_rows.connector_id == bindparam("connector"))

_SAME_START = select(_rows.id, _rows.tag_answer).where(
    _on_connector,
    _rows.started_at_ms == bindparam("started_at_ms"),
    _rows.id_tag == bindparam("tag"),
    _rows.meter_start_wh == bindparam("meter_start_wh"),
)
_SAME_UNDATED_START = (
    select(_rows.id, _rows.tag_answer)
    .where(
        _on_connector,
        _rows.id_tag == bindparam("tag"),
        _rows.meter_start_wh == bindparam("meter_start_wh"),
        or_(_rows.state != TransactionState.STOPPED, _rows.meter_stop_wh > _rows.meter_start_wh),
        exists().where(
            schema.suspicions.c.transaction_id == _rows.id,
            schema.suspicions.c.reason == Suspicion.START_TIME_UNREADABLE,
        ),
    )
    .order_by(_rows.id.desc())
    .limit(1)
)
_OPENED: dict[str, Kind] = {
    "station_id": Kind.TEXT,
    "connector_id": Kind.NUMBER,
    "id_tag": Kind.TEXT,
    "tag_key": Kind.TEXT,
    "tag_answer": Kind.TEXT,
    "reservation_id": Kind.NUMBER,
    "meter_start_wh": Kind.NUMBER,
    "started_at_ms": Kind.NUMBER,
    "start_received_at_ms": Kind.NUMBER,
    "state": Kind.TEXT,
}
_OPEN = Survey(
    insert(schema.transactions)
    .from_select(list(_OPENED), select(*given_table(*_OPENED).c[*_OPENED]), include_defaults=False)
    .returning(_rows.id, _rows.station_id.label(ASKER)),
    **_OPENED,
)
_FIND = Prepared(
    select(schema.transactions).where(_rows.id == bindparam("number"), _rows.station_id == bindparam("station"))
)
_UNFINISHED_BEFORE = (
    select(schema.transactions)
    .where(
        _rows.station_id == bindparam("station"),
        _rows.state.in_((TransactionState.OPEN, TransactionState.STOP_MISSING)),
        _rows.started_at_ms <= bindparam("stopped_at_ms"),
        _rows.meter_start_wh <= bindparam("meter_stop_wh"),
    )
    .where(
        # Whose number the station has used in readings, it would have named.
        ~exists().where(schema.readings.c.claimed_id == _rows.id, schema.readings.c.station_id == _rows.station_id)
    )
)
# A clock that is ahead or was never set must not make every later start, or this one, look abandoned.
began_at_ms = case(
    (_rows.started_at_ms.between(to_ms(CLOCK_SET_AFTER), _rows.start_received_at_ms), _rows.started_at_ms),
    else_=_rows.start_received_at_ms,
)
_NEWEST = select(_rows.id).where(_on_connector).order_by(began_at_ms.desc(), _rows.id.desc()).limit(1)
_OTHERS_OPEN = select(_rows.id).where(_on_connector, _is_open, _rows.id != bindparam("number"))
_GIVE_UP = (
    update(schema.transactions).where(_rows.id == bindparam("number")).values(state=TransactionState.STOP_MISSING)
)
_CLOSED: dict[str, Kind] = {
    "number": Kind.NUMBER,
    "meter": Kind.NUMBER,
    "stopped": Kind.NUMBER,
    "received": Kind.NUMBER,
    "reason": Kind.TEXT,
    "tag": Kind.TEXT,
}
_closed = given_table(*_CLOSED).c
_CLOSE = Survey(
    update(schema.transactions)
    .where(_rows.id == _closed.number)
    .values(
        state=TransactionState.STOPPED,
        meter_stop_wh=_closed.meter,
        stopped_at_ms=_closed.stopped,
        stop_received_at_ms=_closed.received,
        stop_reason=_closed.reason,
        stop_id_tag=_closed.tag,
    ),
    **_CLOSED,
)
# What a stop answers, and what only an earlier stop that gave way to it can be blamed for.
_SETTLED_BY_STOP = (
    Suspicion.STOP_MISSING,
    Suspicion.STOP_MATCHED_BY_TIME,
    Suspicion.STOP_IN_FUTURE,
    Suspicion.STOP_TIME_UNREADABLE,
    Suspicion.CLOSED_BY_HAND,
    Suspicion.CLOSED_BY_RULE,
    Suspicion.STOP_BEFORE_START,
    Suspicion.METER_WENT_BACK,
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as it is recorded; a missing reason means Local (CS-12), an empty `id_tag` that none was given.

    With `is_time_guessed` its instant is only that of its receipt.
    """

    claimed_id: int
    meter_stop_wh: int
    stopped_at_ms: int
    reason: str
    id_tag: str
    received_at_ms: int
    is_time_guessed: bool = False

    @classmethod
    def of(cls, request: StopTransaction, received_at: datetime, *, is_time_guessed: bool = False) -> "Stop":
        """What a request says, in the store's terms."""
        return cls(
            claimed_id=request.transaction_id,
            meter_stop_wh=request.meter_stop,
            stopped_at_ms=to_ms(request.timestamp),
            reason=(StopReason.LOCAL if request.reason is UNSET else request.reason).value[:STOP_REASON_LENGTH],
            id_tag="" if request.id_tag is UNSET else request.id_tag,
            received_at_ms=to_ms(received_at),
            is_time_guessed=is_time_guessed,
        )

    def repeats(self, stopped_at_ms: int, meter_stop_wh: int) -> bool:
        """Whether it says what was recorded; one without a readable instant cannot say another."""
        is_then = self.is_time_guessed or self.stopped_at_ms == stopped_at_ms
        return is_then and self.meter_stop_wh == meter_stop_wh


def same_start(connection: Connection, station_id: str, request: StartTransaction) -> TransactionRow | None:
    """The transaction that this very start opened before: its `id`, and the `tag_answer` it got (CS-04)."""
    return connection.execute(
        _SAME_START,
        {
            "station": station_id,
            "connector": request.connector_id,
            "started_at_ms": to_ms(request.timestamp),
            "tag": request.id_tag,
            "meter_start_wh": request.meter_start,
        },
    ).one_or_none()


def same_undated_start(connection: Connection, station_id: str, request: StartTransaction) -> TransactionRow | None:
    """The same for a start whose timestamp cannot be read: known by everything else it says.

    Once the register has moved on, a start at the old register can only be the old one; while it has not, what has
    stopped without a watt-hour may well be tried again.
    """
    given = {
        "station": station_id,
        "connector": request.connector_id,
        "tag": request.id_tag,
        "meter_start_wh": request.meter_start,
    }
    return connection.execute(_SAME_UNDATED_START, given).one_or_none()


def opening(station_id: str, request: StartTransaction, received_at: datetime, answer: IdTagInfo) -> Question:
    """What writes an open transaction and finds its number."""
    return _OPEN.asked(
        station_id,
        station_id=station_id,
        connector_id=request.connector_id,
        id_tag=request.id_tag,
        tag_key=tag_key(request.id_tag),
        tag_answer=msgspec.json.encode(answer).decode(),
        reservation_id=None if request.reservation_id is UNSET else request.reservation_id,
        meter_start_wh=request.meter_start,
        started_at_ms=to_ms(request.timestamp),
        start_received_at_ms=to_ms(received_at),
        state=TransactionState.OPEN,
    )


def settle_connector(connection: Connection, station_id: str, connector_id: int, received_at: datetime) -> None:
    """Of the transactions on a connector only the one that began last can be open; others lack their stop (CS-14).

    Judged by their own timestamps, where they can be believed: the start that has just come may be the older.
    """
    place = {"station": station_id, "connector": connector_id}
    newest: int = connection.execute(_NEWEST, place).scalar_one()
    abandoned = list(connection.execute(_OTHERS_OPEN, {**place, "number": newest}).scalars())
    for each in abandoned:
        connection.execute(_GIVE_UP, {"number": each})
        doubt = Doubt(Suspicion.STOP_MISSING, f"transaction {newest} began on connector {connector_id}")
        mark(connection, each, [doubt], to_ms(received_at))


def find_transaction(connection: Connection, station_id: str, number: int) -> TransactionRow | None:
    """A station's own transaction; the number of another station's is as unknown as any."""
    return _FIND.first(connection, {"number": number, "station": station_id})


def match_by_time(connection: Connection, station_id: str, stop: Stop) -> TransactionRow | None:
    """The one unfinished transaction that a nameless stop can belong to, if there is exactly one (CS-13)."""
    given = {"station": station_id, "stopped_at_ms": stop.stopped_at_ms, "meter_stop_wh": stop.meter_stop_wh}
    candidates = connection.execute(_UNFINISHED_BEFORE, given).all()
    return candidates[0] if len(candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class Bearings:
    """What hangs on a transaction that ends, as far as it is known; what may be there is looked for."""

    is_marked: bool = True
    is_charged: bool = True
    has_profile: bool = True
    has_followers: bool = True


ANYTHING = Bearings()


def close_transaction(connection: Connection, transaction: TransactionRow, stop: Stop, *doubts: Doubt) -> None:
    """End a transaction with a stop, and mark what is doubtful about the two together (CS-16)."""
    closing(transaction, stop).ask(connection)
    settle_end(connection, transaction, stop, *doubts)


def closing(transaction: TransactionRow, stop: Stop) -> Question:
    """What writes the end of a transaction; `settle_end` has to follow."""
    return _CLOSE.asked(
        transaction.station_id,
        number=transaction.id,
        meter=stop.meter_stop_wh,
        stopped=stop.stopped_at_ms,
        received=stop.received_at_ms,
        reason=stop.reason,
        tag=stop.id_tag or None,
    )


def settle_end(
    connection: Connection, transaction: TransactionRow, stop: Stop, *doubts: Doubt, bearings: Bearings = ANYTHING
) -> None:
    """See to all that hangs on a transaction whose end has been written."""
    if bearings.is_marked:
        settle(connection, transaction.id, _SETTLED_BY_STOP, stop.received_at_ms)
    if bearings.is_charged:
        cost_is_due(connection, transaction.id)
    if bearings.has_profile:
        transaction_over(connection, transaction.station_id, transaction.connector_id)
    span = Span(transaction.started_at_ms, stop.stopped_at_ms, transaction.meter_start_wh, stop.meter_stop_wh)
    who = (transaction.id, transaction.connector_id, transaction.id_tag)
    tell_stop(connection, transaction.station_id, who, span, stop.reason, stop.received_at_ms)
    if stop.is_time_guessed:
        doubts = (*doubts, Doubt(Suspicion.STOP_TIME_UNREADABLE, ""))
    mark(connection, transaction.id, [*doubts, *doubt_stop(span, stop.received_at_ms)], stop.received_at_ms)
    if bearings.has_followers:
        review_end(connection, transaction, stop.meter_stop_wh, stop.received_at_ms)
