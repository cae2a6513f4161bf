"""Knows every transaction-related message the central system has not confirmed, in order (Q-01..13)."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from contactor.ocpp.actions import ACTIONS
from contactor.ocpp.codec import Written, write, write_payload
from contactor.ocpp.messages import MeterValues, Result, StartTransaction, StopTransaction
from contactor.station.calls import Errand, Failure, FailureKind
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.store.port import Shelf, Store, StoreError

CAPACITY = 10_000
UNKNOWN_TRANSACTION = -1
"""Stands for the id of a transaction whose start could never be delivered (TX-08)."""


class Entry(msgspec.Struct):
    """One message owed. `transaction` is the local key, resolved to the central system's id when it is sent."""

    number: int
    action: str
    payload: msgspec.Raw
    message_id: str
    transaction: int | None = None
    attempts: int = 0

    @property
    def is_reading(self) -> bool:
        """Whether losing it loses no money: the register in the stop message still tells the energy."""
        return self.action == "MeterValues"


class TransactionBook(Protocol):
    """What the outbox needs of whoever keeps the transactions."""

    def central_id(self, transaction: int) -> int:
        """The central system's id, or UNKNOWN_TRANSACTION if its start was given up."""
        ...

    def start_answered(self, transaction: int, result: Result, now: Moment) -> None:
        """The central system has answered a start."""
        ...

    def start_given_up(self, transaction: int, now: Moment) -> None:
        """A start was refused too often."""
        ...

    def stop_settled(self, transaction: int, result: Result | None, now: Moment) -> None:
        """A stop was answered, or (None) given up: nothing more follows of that transaction."""
        ...


_OUTBOX = Shelf("outbox", Entry)
_UNADDRESSED = b'"transactionId":%d' % UNKNOWN_TRANSACTION


class Outbox:
    """One queue for the whole station, in the order things happened; persistent; one message in flight."""

    __slots__ = ("_configuration", "_entries", "_in_flight", "_next_number", "_not_before_s", "_store", "new_id")

    def __init__(self, store: Store, configuration: Configuration, new_id: Callable[[], str]) -> None:
        self._store = store
        self._configuration = configuration
        self.new_id = new_id
        self._entries = [_as_written_now(entry) for entry in _OUTBOX.records(store).values()]  # lighter than a deque
        self._next_number = self._entries[-1].number + 1 if self._entries else 1
        self._not_before_s = 0.0
        self._in_flight = False

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, request: StartTransaction | StopTransaction | MeterValues | Written, transaction: int | None) -> None:
        """Owe one more message; it is on disk before the event that caused it has any effect."""
        written = request if isinstance(request, Written) else write(request)
        if len(self._entries) >= CAPACITY:
            self._thin_out()
        entry = Entry(
            number=self._next_number,
            action=written.action.name,
            payload=msgspec.Raw(written.payload),
            message_id=self.new_id(),
            transaction=transaction,
        )
        self._next_number += 1
        self._entries.append(entry)
        self._keep(entry)

    @property
    def deadline_s(self) -> float | None:
        """When the head may be sent again after a failure; None if nothing waits for time."""
        return self._not_before_s if self._entries and not self._in_flight else None

    def next(self, book: TransactionBook, now: Moment) -> Errand | None:
        """The head of the queue as a call, if it may go now."""
        if self._in_flight or not self._entries or now.s < self._not_before_s:
            return None
        entry = self._entries[0]
        self._in_flight = True
        return Errand(
            request=self._addressed(entry, book),
            message_id=entry.message_id,
            answered=lambda result, at: self._answered(entry, book, result, at),
            failed=lambda failure, at: self._failed(entry, book, failure, at),
            is_report=entry.is_reading,
        )

    def has_stop_of(self, transaction: int) -> bool:
        """Whether the stop of a transaction is still owed."""
        return any(entry.transaction == transaction and entry.action == "StopTransaction" for entry in self._entries)

    def _addressed(self, entry: Entry, book: TransactionBook) -> Written:
        payload = bytes(entry.payload)
        if entry.transaction is not None:
            # Within a text the quotes would be escaped, so this is the field; a start has none.
            payload = payload.replace(_UNADDRESSED, b'"transactionId":%d' % book.central_id(entry.transaction), 1)
        return Written(ACTIONS[entry.action], payload)

    def _answered(self, entry: Entry, book: TransactionBook, result: Result, now: Moment) -> None:
        self._remove_head(entry)
        if entry.transaction is None:
            return
        if entry.action == "StartTransaction":
            book.start_answered(entry.transaction, result, now)
        elif entry.action == "StopTransaction":
            book.stop_settled(entry.transaction, result, now)

    def _failed(self, entry: Entry, book: TransactionBook, failure: Failure, now: Moment) -> None:
        self._in_flight = False
        if failure.kind is FailureKind.LINK_LOST:
            return  # not an attempt: the message keeps its place
        entry.attempts += 1
        # 0 attempts would mean that nothing is ever reported; the key's meaning is taken as at least one.
        if entry.attempts < max(1, self._configuration.number(Key.TRANSACTION_MESSAGE_ATTEMPTS)):
            # Each refusal waits longer: the interval times the transmissions so far (section 3.7.1).
            interval_s = self._configuration.number(Key.TRANSACTION_MESSAGE_RETRY_INTERVAL)
            self._not_before_s = now.s + interval_s * entry.attempts
            self._keep(entry)
            return
        self._remove_head(entry)
        if entry.transaction is None:
            return
        if entry.action == "StartTransaction":
            book.start_given_up(entry.transaction, now)
        elif entry.action == "StopTransaction":
            book.stop_settled(entry.transaction, None, now)

    def _remove_head(self, entry: Entry) -> None:
        head = self._entries.pop(0)
        assert head is entry, "only the head is ever in flight"
        self._in_flight = False
        self._not_before_s = 0.0
        _OUTBOX.delete(self._store, _key(entry))

    def _thin_out(self) -> None:
        """Drop every second reading of the oldest transaction that has any; starts and stops stay (Q-10)."""
        waiting = [entry for entry in self._entries[1:] if entry.is_reading]
        if not waiting:
            return
        oldest = waiting[0].transaction
        dropped = [entry for entry in waiting if entry.transaction == oldest][::2]
        for entry in dropped:
            _OUTBOX.delete(self._store, _key(entry))
        gone = {entry.number for entry in dropped}
        self._entries = [entry for entry in self._entries if entry.number not in gone]

    def _keep(self, entry: Entry) -> None:
        _OUTBOX.put(self._store, _key(entry), entry)


def _as_written_now(entry: Entry) -> Entry:
    """What an earlier version kept spells its instants otherwise than the wire wants them (RPC-13).

    Raises:
        StoreError: it is no message that a station owes.
    """
    try:
        request = msgspec.json.decode(entry.payload, type=ACTIONS[entry.action].request)
    except (KeyError, msgspec.MsgspecError) as error:
        raise StoreError(f"stored outbox {_key(entry)!r} cannot be read: {error}") from error
    entry.payload = msgspec.Raw(write_payload(request))
    return entry


def _key(entry: Entry) -> str:
    # Padded, so that the store's order by key is the order of the queue.
    return f"{entry.number:012d}"
