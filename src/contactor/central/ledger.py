"""The ledger: what StartTransaction and StopTransaction mean for the record.

Every start and stop finds its place, once, however often and in whatever order it comes. Recognition is by content and
held by unique keys in the database, so it outlives a restart (CS-03 to CS-06). Nothing is refused and nothing dropped:
a stop without a transaction is kept as a stray, a doubtful transaction is marked with its reasons.

The steps are taken within the writer's database transaction; their result is the answer, and leaves after the commit.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from contactor.central import start_outlook, stop_outlook
from contactor.central.alarms.raising import unknown_tag_shown
from contactor.central.commands.following import remote_start_came_true
from contactor.central.commands.reservations import ReservationState, close_reservation
from contactor.central.ledger_events import tell_start
from contactor.central.marks import is_marked, mark
from contactor.central.meter_gap import review_gaps
from contactor.central.milliseconds import to_ms
from contactor.central.shown_tag import shown_in
from contactor.central.store.prepared import Found, found
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.store.statement import Rows
from contactor.central.store.steps import ALONE, Steps, to_the_end
from contactor.central.stray_rows import adopt_stray, keep_stray, release_stray
from contactor.central.suspicion import Doubt, Suspicion, believable, doubt_start
from contactor.central.tags import Place, judge_tag
from contactor.central.tariffs.pinning import pin_tariff
from contactor.central.transaction_rows import (
    Stop,
    TransactionRow,
    closing,
    find_transaction,
    match_by_time,
    opening,
    same_start,
    same_undated_start,
    settle_connector,
    settle_end,
)
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.ocpp.messages import StartTransaction, StartTransactionResult, StopTransaction, StopTransactionResult

NO_TRANSACTION_ID = -1
"""What a station says whose start could never be delivered (TX-08, CS-13)."""
_NOT_ITS_OWN = (Suspicion.CLOSED_BY_HAND, Suspicion.CLOSED_BY_RULE)
"""Ends that a person or a rule of ours gave a transaction: the station's own takes their place."""


def start_steps(
    connection: Connection,
    station_id: str,
    request: StartTransaction,
    received_at: datetime,
    *,
    is_time_guessed: bool = False,
) -> Steps[StartTransactionResult]:
    """Open a transaction, or recognise one that is open already, and answer with its number (CS-04, CS-07).

    A refused tag gets a number too: the station may have begun offline, and its readings and its stop need a place.
    With `is_time_guessed` the request's timestamp is only that of its receipt: sent again, it has another.
    """
    question = start_outlook.question_of(station_id, request, received_at)
    outlook = found((yield question))
    if outlook.its_group_concurrent_max is not None:
        # Others of the group may be starting in this very batch; each must be counted by the next.
        yield ALONE
        outlook = found((yield question))
    if is_time_guessed or outlook.known_id is not None:
        known = (same_undated_start if is_time_guessed else same_start)(connection, station_id, request)
        if known is not None:
            answer = msgspec.json.decode(known.tag_answer, type=IdTagInfo)
            return StartTransactionResult(transaction_id=known.id, id_tag_info=answer)
    tag, group = shown_in(outlook)
    place = Place(station_id, outlook.open_elsewhere, outlook.open_in_group)
    # Judged as it was when the transaction began: a start may come hours late.
    id_tag_info = judge_tag(tag, place, now=believable(request.timestamp, received_at), group=group)
    command_id = outlook.remote_start_id
    if command_id is not None:
        # Its tag was chosen by an operator, and is as good here as it was in Authorize (RS-13).
        id_tag_info = msgspec.structs.replace(id_tag_info, status=AuthorizationStatus.ACCEPTED)
    elif tag is None:
        unknown_tag_shown(connection, station_id, request.id_tag, received_at)
    number: int = found((yield opening(station_id, request, received_at, id_tag_info))).id
    received_at_ms = to_ms(received_at)
    mark(connection, number, doubt_start(to_ms(request.timestamp), received_at_ms), received_at_ms)
    if is_time_guessed:
        mark(connection, number, [Doubt(Suspicion.START_TIME_UNREADABLE, "")], received_at_ms)
    if outlook.version_id is not None:
        pin_tariff(connection, number, outlook.version_id)
    tell_start(connection, station_id, number, request, id_tag_info, received_at)
    if command_id is not None:
        remote_start_came_true(connection, command_id, request, number, received_at)
    if request.reservation_id is not UNSET:
        used = ReservationState.USED
        close_reservation(connection, station_id, request.reservation_id, used, received_at, transaction_id=number)
    _find_its_place(connection, station_id, number, request, outlook, received_at)
    return StartTransactionResult(transaction_id=number, id_tag_info=id_tag_info)


def stop_steps(
    connection: Connection,
    station_id: str,
    request: StopTransaction,
    received_at: datetime,
    *,
    is_time_guessed: bool = False,
    readings: Callable[[int], Iterable[Rows]] = lambda _connector_id: (),
) -> Steps[StopTransactionResult]:
    """End the transaction the stop belongs to, or keep the stop as a stray; the answer is the same (CS-01, CS-11).

    `readings` gives what the stop brings of them, by the transaction's connector: 0, the station as a whole, if there
    is no such transaction.
    """
    stop = Stop.of(request, received_at, is_time_guessed=is_time_guessed)
    outlook = found((yield stop_outlook.question_of(station_id, stop)))
    for rows in readings(outlook.connector_id or 0):
        rows.execute_last(connection)
    # Kept before, it is a repetition, even if its number has been given since.
    if not outlook.is_known_stray:
        yield from _place(connection, station_id, stop, outlook)
    if request.id_tag is UNSET:
        return StopTransactionResult()
    tag, group = shown_in(outlook)
    judged_at = believable(request.timestamp, received_at)
    return StopTransactionResult(id_tag_info=judge_tag(tag, Place(station_id), now=judged_at, group=group))


def record_start(
    connection: Connection, station_id: str, request: StartTransaction, received_at: datetime
) -> StartTransactionResult:
    """Record a start alone."""
    return to_the_end(connection, start_steps(connection, station_id, request, received_at))


def record_stop(
    connection: Connection, station_id: str, request: StopTransaction, received_at: datetime
) -> StopTransactionResult:
    """Record a stop alone."""
    return to_the_end(connection, stop_steps(connection, station_id, request, received_at))


def _find_its_place(
    connection: Connection,
    station_id: str,
    number: int,
    start: StartTransaction,
    outlook: Found,
    received_at: datetime,
) -> None:
    """Settle what a start meets: transactions on its connector, stops that came before it, registers beside its own."""
    if outlook.has_rivals or outlook.is_overtaken:
        settle_connector(connection, station_id, start.connector_id, received_at)
    if outlook.has_strays:
        opened = find_transaction(connection, station_id, number)
        assert opened is not None
        adopt_stray(connection, opened)
    if start_outlook.may_gap(outlook, start):
        review_gaps(connection, number, to_ms(received_at))


def _place(connection: Connection, station_id: str, stop: Stop, outlook: Found) -> Steps[None]:
    if outlook.id is not None:
        yield from _stop_named(connection, outlook, stop)
    elif stop.claimed_id == NO_TRANSACTION_ID:
        _stop_nameless(connection, station_id, stop)
    else:
        keep_stray(connection, station_id, stop, StrayCause.UNKNOWN_TRANSACTION)


def _stop_named(connection: Connection, transaction: TransactionRow, stop: Stop) -> Steps[None]:
    """The ordinary case: the stop names its transaction."""
    number = transaction.id
    is_open = transaction.state != TransactionState.STOPPED
    if is_open or release_stray(connection, number) or is_marked(connection, number, *_NOT_ITS_OWN):
        # A stop that was only matched by time, or set by us, gives way to the one that names the transaction.
        yield closing(transaction, stop)
        settle_end(connection, transaction, stop, bearings=stop_outlook.bearings_of(transaction))
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
