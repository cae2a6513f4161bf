"""The ledger: what StartTransaction and StopTransaction mean for the record.

Every start and stop finds its place, once, however often and in whatever order it comes. Recognition is by content and
held by unique keys in the database, so it outlives a restart (CS-03 to CS-06). Nothing is refused and nothing dropped:
a stop without a transaction is kept as a stray, a doubtful transaction is marked with its reasons.

The functions run within the writer's database transaction; their result is the answer, and leaves after the commit.
"""

from datetime import datetime

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from contactor.central.alarms.raising import unknown_tag_shown
from contactor.central.commands.following import find_remote_start, remote_start_came_true
from contactor.central.commands.reservations import ReservationState, close_reservation
from contactor.central.ledger_events import tell_start
from contactor.central.marks import is_marked, mark
from contactor.central.meter_gap import review_gaps
from contactor.central.milliseconds import to_ms
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.stray_rows import adopt_stray, is_known_stray, keep_stray, release_stray
from contactor.central.suspicion import Doubt, Suspicion, believable
from contactor.central.tag_register import find_tag, judge
from contactor.central.tariffs.pinning import pin_tariff
from contactor.central.transaction_rows import (
    Stop,
    TransactionRow,
    close_transaction,
    find_transaction,
    match_by_time,
    open_transaction,
    same_start,
    same_undated_start,
    settle_connector,
)
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.ocpp.messages import StartTransaction, StartTransactionResult, StopTransaction, StopTransactionResult

NO_TRANSACTION_ID = -1
"""What a station says whose start could never be delivered (TX-08, CS-13)."""
_NOT_ITS_OWN = (Suspicion.CLOSED_BY_HAND, Suspicion.CLOSED_BY_RULE)
"""Ends that a person or a rule of ours gave a transaction: the station's own takes their place."""


def record_start(
    connection: Connection,
    station_id: str,
    request: StartTransaction,
    received_at: datetime,
    *,
    is_time_guessed: bool = False,
) -> StartTransactionResult:
    """Open a transaction, or recognise one that is open already, and answer with its number (CS-04, CS-07).

    A refused tag gets a number too: the station may have begun offline, and its readings and its stop need a place.
    With `is_time_guessed` the request's timestamp is only that of its receipt: sent again, it has another.
    """
    known = (same_undated_start if is_time_guessed else same_start)(connection, station_id, request)
    if known is not None:
        answer = msgspec.json.decode(known.tag_answer, type=IdTagInfo)
        return StartTransactionResult(transaction_id=known.id, id_tag_info=answer)
    # Judged as it was when the transaction began: a start may come hours late.
    began_at = believable(request.timestamp, received_at)
    tag = find_tag(connection, request.id_tag)
    id_tag_info = judge(connection, tag, station_id, began_at, starts_on=request.connector_id)
    command_id = find_remote_start(connection, station_id, request)
    if command_id is not None:
        # Its tag was chosen by an operator, and is as good here as it was in Authorize (RS-13).
        id_tag_info = msgspec.structs.replace(id_tag_info, status=AuthorizationStatus.ACCEPTED)
    elif tag is None:
        unknown_tag_shown(connection, station_id, request.id_tag, received_at)
    number = open_transaction(connection, station_id, request, received_at, id_tag_info)
    if is_time_guessed:
        mark(connection, number, [Doubt(Suspicion.START_TIME_UNREADABLE, "")], to_ms(received_at))
    pin_tariff(connection, number, station_id, tag, began_at)
    tell_start(connection, station_id, number, request, id_tag_info, received_at)
    if command_id is not None:
        remote_start_came_true(connection, command_id, request, number, received_at)
    if request.reservation_id is not UNSET:
        used = ReservationState.USED
        close_reservation(connection, station_id, request.reservation_id, used, received_at, transaction_id=number)
    settle_connector(connection, station_id, request.connector_id, received_at)
    opened = find_transaction(connection, station_id, number)
    assert opened is not None
    adopt_stray(connection, opened)
    review_gaps(connection, number, to_ms(received_at))
    return StartTransactionResult(transaction_id=number, id_tag_info=id_tag_info)


def record_stop(
    connection: Connection,
    station_id: str,
    request: StopTransaction,
    received_at: datetime,
    *,
    is_time_guessed: bool = False,
) -> StopTransactionResult:
    """End the transaction the stop belongs to, or keep the stop as a stray; the answer is the same (CS-01, CS-11)."""
    stop = Stop.of(request, received_at, is_time_guessed=is_time_guessed)
    if not is_known_stray(connection, station_id, stop):
        _place(connection, station_id, stop)
    if request.id_tag is UNSET:
        return StopTransactionResult()
    judged_at = believable(request.timestamp, received_at)
    tag = find_tag(connection, request.id_tag)
    return StopTransactionResult(id_tag_info=judge(connection, tag, station_id, judged_at))


def connector_of(connection: Connection, station_id: str, number: int) -> int:
    """The connector of a station's transaction; 0, the station as a whole, if there is no such transaction."""
    transaction = find_transaction(connection, station_id, number)
    return 0 if transaction is None else int(transaction.connector_id)


def _place(connection: Connection, station_id: str, stop: Stop) -> None:
    transaction = find_transaction(connection, station_id, stop.claimed_id)
    if transaction is not None:
        _stop_named(connection, transaction, stop)
    elif stop.claimed_id == NO_TRANSACTION_ID:
        _stop_nameless(connection, station_id, stop)
    else:
        keep_stray(connection, station_id, stop, StrayCause.UNKNOWN_TRANSACTION)


def _stop_named(connection: Connection, transaction: TransactionRow, stop: Stop) -> None:
    """The ordinary case: the stop names its transaction."""
    number = transaction.id
    is_open = transaction.state != TransactionState.STOPPED
    if is_open or release_stray(connection, number) or is_marked(connection, number, *_NOT_ITS_OWN):
        # A stop that was only matched by time, or set by us, gives way to the one that names the transaction.
        close_transaction(connection, transaction, stop)
    elif not stop.repeats(transaction.stopped_at_ms, transaction.meter_stop_wh):
        keep_stray(connection, transaction.station_id, stop, StrayCause.CONTRADICTION)
        details = f"meterStop {stop.meter_stop_wh} Wh after {transaction.meter_stop_wh} Wh"
        mark(connection, transaction.id, [Doubt(Suspicion.STOP_CONTRADICTED, details)], stop.received_at_ms)


def _stop_nameless(connection: Connection, station_id: str, stop: Stop) -> None:
    """The station never learned the number: a stray first, and then perhaps somebody's (CS-13)."""
    keep_stray(connection, station_id, stop, StrayCause.NO_TRANSACTION_ID)
    transaction = match_by_time(connection, station_id, stop)
    if transaction is not None:
        adopt_stray(connection, transaction)
