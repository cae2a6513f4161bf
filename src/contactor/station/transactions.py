"""Keeps the station's transactions from their start until the central system has their stop (TX, STP)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import cast

import msgspec

from contactor.base.ids import ConnectorId, IdTag
from contactor.ocpp.datatypes import IdTagInfo, MeterValue
from contactor.ocpp.enumerations import AuthorizationStatus, StopReason
from contactor.ocpp.messages import (
    Result,
    StartTransaction,
    StartTransactionResult,
    StopTransaction,
    StopTransactionResult,
)
from contactor.station.events import Moment
from contactor.station.outbox import UNKNOWN_TRANSACTION, Outbox
from contactor.station.store.port import Shelf, Store


class Transaction(msgspec.Struct):
    """One charge. `key` is this station's own number; `central_id` the central system's, once it is known.

    `alive_at` and `register_wh` are the newest proof of life: what a stop after a power cut reports at least.
    """

    key: int
    connector_id: ConnectorId
    id_tag: IdTag
    started_at: datetime
    meter_start_wh: int
    alive_at: datetime
    register_wh: int
    parent: str | None = None
    central_id: int | None = None
    is_start_settled: bool = False
    is_held_back: bool = False
    is_stopped: bool = False
    stop_id_tag: IdTag | None = None


_TRANSACTIONS = Shelf("transactions", Transaction)
_TRANSACTION_COUNTER = Shelf("transaction_counter", int)


class Transactions:
    """Every transaction that is open, or closed with messages still owed."""

    __slots__ = ("_by_key", "_last_key", "_open", "_outbox", "_store", "learned", "refused")

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox
        self._by_key = {transaction.key: transaction for transaction in _TRANSACTIONS.records(store).values()}
        self._last_key = _TRANSACTION_COUNTER.records(store).get("last", 0)
        self._open: dict[int, Transaction] = {}
        for transaction in self._by_key.values():
            if not transaction.is_stopped:
                self._put_in_order(transaction)
        self.refused: Callable[[Transaction, Moment], None] = lambda _transaction, _now: None
        self.learned: Callable[[IdTag, IdTagInfo, Moment], None] = lambda _tag, _info, _now: None

    # What is open

    def open_on(self, connector_id: int) -> Transaction | None:
        """The open transaction of a connector."""
        return self._open.get(connector_id)

    def all_open(self) -> Sequence[Transaction]:
        """Every open transaction, by connector."""
        return list(self._open.values())

    @property
    def open_count(self) -> int:
        """How many are open."""
        return len(self._open)

    def all_known(self) -> Iterable[Transaction]:
        """Every transaction that is open or still owes a message, oldest first."""
        return [self._by_key[key] for key in sorted(self._by_key)]

    def open_with_central_id(self, central_id: int) -> Transaction | None:
        """The open transaction the central system knows by an id (RemoteStop, TX-11)."""
        for transaction in self._open.values():
            if transaction.is_start_settled and transaction.central_id == central_id:
                return transaction
        return None

    # Life of one

    def start(
        self,
        connector_id: ConnectorId,
        id_tag: IdTag,
        parent: str | None,
        register_wh: int,
        now: Moment,
        reservation_id: int | None = None,
    ) -> Transaction:
        """Open a transaction and owe its StartTransaction (TX-01, TX-02)."""
        assert connector_id not in self._open, "one transaction per connector (TX-12)"
        self._last_key += 1
        _TRANSACTION_COUNTER.put(self._store, "last", self._last_key)
        transaction = Transaction(
            key=self._last_key,
            connector_id=connector_id,
            id_tag=id_tag,
            started_at=now.instant,
            meter_start_wh=register_wh,
            alive_at=now.instant,
            register_wh=register_wh,
            parent=parent,
        )
        self._by_key[transaction.key] = transaction
        self._put_in_order(transaction)
        self._keep(transaction)
        request = StartTransaction(
            connector_id=connector_id,
            id_tag=id_tag,
            meter_start=register_wh,
            timestamp=now.instant,
            reservation_id=msgspec.UNSET if reservation_id is None else reservation_id,
        )
        self._outbox.put(request, transaction.key)
        return transaction

    def note_life(self, transaction: Transaction, register_wh: int, now: Moment) -> None:
        """Keep the newest register and instant, so that a power cut costs no more than what came after (PW-05)."""
        transaction.register_wh = max(transaction.register_wh, register_wh)
        transaction.alive_at = max(transaction.alive_at, now.instant)
        self._keep(transaction)

    def stop(
        self,
        transaction: Transaction,
        reason: StopReason,
        register_wh: int,
        instant: datetime,
        id_tag: IdTag | None = None,
        data: tuple[MeterValue, ...] = (),
    ) -> None:
        """Close a transaction and owe its StopTransaction (STP-01); the register and time never go back (CLK-03)."""
        transaction.is_stopped = True
        transaction.register_wh = max(transaction.register_wh, register_wh)
        transaction.alive_at = max(transaction.alive_at, instant)
        transaction.stop_id_tag = id_tag
        del self._open[transaction.connector_id]
        self._keep(transaction)
        request = StopTransaction(
            # Replaced by the central system's id when it is sent (TX-07).
            transaction_id=UNKNOWN_TRANSACTION,
            meter_stop=transaction.register_wh,
            timestamp=transaction.alive_at,
            reason=reason,
            id_tag=msgspec.UNSET if id_tag is None else id_tag,
            transaction_data=data or msgspec.UNSET,
        )
        self._outbox.put(request, transaction.key)

    def hold_back(self, transaction: Transaction) -> None:
        """Give no more energy in this transaction, which stays open (TX-04, TX-05)."""
        transaction.is_held_back = True
        self._keep(transaction)

    # What the outbox reports (it knows this class as its TransactionBook)

    def central_id(self, transaction: int) -> int:
        """The id to put into a message of a transaction; UNKNOWN_TRANSACTION if its start was lost (TX-08)."""
        known = self._by_key.get(transaction)
        return UNKNOWN_TRANSACTION if known is None or known.central_id is None else known.central_id

    def start_answered(self, transaction: int, result: Result, now: Moment) -> None:
        """Learn id and standing from StartTransaction.conf (TX-03), and act on a refusal (TX-04)."""
        answer = cast(StartTransactionResult, result)  # the actions table pairs request and result
        known = self._by_key[transaction]
        known.central_id = answer.transaction_id
        known.is_start_settled = True
        if answer.id_tag_info.parent_id_tag is not msgspec.UNSET:
            known.parent = answer.id_tag_info.parent_id_tag  # the latest word wins (AU-13)
        self._keep(known)
        self.learned(known.id_tag, answer.id_tag_info, now)
        if answer.id_tag_info.status is not AuthorizationStatus.ACCEPTED and not known.is_stopped:
            self.refused(known, now)

    def start_given_up(self, transaction: int, _now: Moment) -> None:
        """The start was lost for good: what follows of the transaction goes out with id -1."""
        self._by_key[transaction].is_start_settled = True
        self._keep(self._by_key[transaction])

    def stop_settled(self, transaction: int, result: Result | None, now: Moment) -> None:
        """The stop was answered or given up: the record has served its purpose."""
        known = self._by_key.pop(transaction)
        _TRANSACTIONS.delete(self._store, _key(known))
        answer = cast(StopTransactionResult | None, result)
        if answer is not None and answer.id_tag_info is not msgspec.UNSET and known.stop_id_tag is not None:
            self.learned(known.stop_id_tag, answer.id_tag_info, now)

    def _put_in_order(self, transaction: Transaction) -> None:
        """Open ones stand by their connector: they are gone through at every event, and begun once."""
        self._open = dict(sorted({**self._open, transaction.connector_id: transaction}.items()))

    def _keep(self, transaction: Transaction) -> None:
        _TRANSACTIONS.put(self._store, _key(transaction), transaction)


def _key(transaction: Transaction) -> str:
    return f"{transaction.key:012d}"
