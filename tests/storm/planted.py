"""Bugs on purpose: each a patch of the product that lasts as long as its `with` block; a hunt must find every one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from contactor.central import ledger
from contactor.central.commands import command_rows, steps
from contactor.central.outbound import CallOutcome
from contactor.central.presence import Presence
from contactor.central.sites.balancer import Balancer
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.ocpp.messages import MeterValues, StartTransaction, StopTransaction
from contactor.ocpp.peer import CallAnswered
from contactor.station import authorization, connector
from contactor.station.authorization import Verdict
from contactor.station.calls import Failure
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.local_list import LOCAL_LIST, LocalList
from contactor.station.outbox import Entry, Outbox, TransactionBook
from contactor.station.reservations import Claim, Reservations
from contactor.station.smart_charging.ceilings import Ceilings, Outlook
from contactor.station.transactions import Transactions
from contactor.storm.storm_writer import Fate, StormWriter

Any_ = Any  # a patch takes and gives whatever the patched function does


@contextmanager
def skip_deduplication() -> Iterator[None]:
    """The ledger does not recognise a start that it has."""
    with patch.object(ledger, "same_start", lambda *_: None):
        yield


@contextmanager
def answer_before_commit() -> Iterator[None]:
    """Answers leave before the commit, so a kill between the two takes back what was answered."""
    turn = StormWriter._turn

    def answering(self: StormWriter) -> None:
        if self._is_dead or self._disk.fate not in (Fate.BEFORE_COMMIT, Fate.IN_COMMIT):
            turn(self)
            return
        self._disk.fate = None
        taken, self._gathering = self._gathering, []
        transaction = self._connection.begin()
        self._tell([(item, self._batches._run_together([item])[0][1]) for item in taken])
        transaction.rollback()
        self._disk.killed()

    with patch.object(StormWriter, "_turn", answering):
        yield


@contextmanager
def newest_first() -> Iterator[None]:
    """The outbox sends what it owes last before what it owes first."""
    send_next = Outbox.next

    def newest(self: Outbox, book: TransactionBook, now: Moment) -> Any_:
        if not self._in_flight and self._entries and now.s >= self._not_before_s:
            self._entries.insert(0, self._entries.pop())
        return send_next(self, book, now)

    with patch.object(Outbox, "next", newest):
        yield


@contextmanager
def forget_a_retry() -> Iterator[None]:
    """A message that was not answered is not sent again."""

    def failed(self: Outbox, entry: Entry, _book: TransactionBook, _failure: Failure, _now: Moment) -> None:
        self._remove_head(entry)

    with patch.object(Outbox, "_failed", failed):
        yield


@contextmanager
def lose_reading_on_power_cut() -> Iterator[None]:
    """The newest reading that is owed does not survive a power cut."""
    begin = Outbox.__init__

    def begin_without(self: Outbox, *given: Any_) -> None:
        begin(self, *given)
        if self._entries and self._entries[-1].is_reading:
            self._store.delete("outbox", f"{self._entries.pop().number:012d}")

    with patch.object(Outbox, "__init__", begin_without):
        yield


@contextmanager
def second_stop() -> Iterator[None]:
    """A charge is stopped twice."""
    put, settled = Outbox.put, Transactions.stop_settled

    def settle_once(self: Transactions, charge: int, *what: Any_) -> None:
        if charge in self._by_key:
            settled(self, charge, *what)

    def put_twice(self: Outbox, request: StartTransaction | StopTransaction | MeterValues, charge: int | None) -> None:
        put(self, request, charge)
        if isinstance(request, StopTransaction):
            put(self, request, charge)

    with patch.object(Outbox, "put", put_twice), patch.object(Transactions, "stop_settled", settle_once):
        yield


@contextmanager
def mix_up_connectors() -> Iterator[None]:
    """Messages of one connector's charge carry the number of the other's."""
    number_of = Transactions.central_id

    def number_of_other(self: Transactions, charge: int) -> int:
        others = [each.central_id for each in self.all_open() if each.key != charge and each.central_id is not None]
        return others[0] if others else number_of(self, charge)

    with patch.object(Transactions, "central_id", number_of_other):
        yield


@contextmanager
def stale_close_ends_new_session() -> Iterator[None]:
    """The end of a replaced connection takes the newer one's place away."""

    def closed(self: Presence[Any_], session: Any_) -> bool:
        return self._sessions.pop(session.station_id, None) is not None

    with patch.object(Presence, "closed", closed):
        yield


@contextmanager
def acknowledge_without_keeping() -> Iterator[None]:
    """A configuration write is acknowledged, and not on disk."""
    change = Configuration.change

    def change_only_in_memory(self: Configuration, name: str, text: str) -> Any_:
        status = change(self, name, text)
        key = self._product.key(name)
        if key is not None:
            self._store.delete("configuration", key.key)
        return status

    with patch.object(Configuration, "change", change_only_in_memory):
        yield


@contextmanager
def welcome_everybody() -> Iterator[None]:
    """Every badge may charge."""
    with patch.object(authorization, "judge", lambda **_: Verdict.ACCEPT):
        yield


@contextmanager
def ignore_reservations() -> Iterator[None]:
    """A reserved connector is given to whoever comes first."""
    with (
        patch.object(Reservations, "admits", lambda *_: True),
        patch.object(Reservations, "claim", lambda *_: Claim.OWN),
        patch.object(Reservations, "use", lambda *_: None),
    ):
        yield


@contextmanager
def ignore_profiles() -> Iterator[None]:
    """Charging profiles are accepted, and not obeyed."""
    with patch.object(Ceilings, "outlook", lambda self, connector_id, _now: Outlook(self.local_w(connector_id), None)):
        yield


@contextmanager
def keep_secrets_in_the_open() -> Iterator[None]:
    """Commands are recorded as they were sent, keys and all."""
    with patch.object(command_rows, "mask", lambda text: text):
        yield


@contextmanager
def jump_over_statuses() -> Iterator[None]:
    """A connector goes straight to its next status, whatever the matrix says."""

    def straight(start: ChargePointStatus, end: ChargePointStatus) -> tuple[ChargePointStatus, ...]:
        return () if start is end else (end,)

    with patch.object(connector, "route", straight):
        yield


@contextmanager
def never_forget_a_badge() -> Iterator[None]:
    """A badge that was taken off the list stays on it in the store."""
    with patch.object(LocalList, "_become", _become_without_deleting):
        yield


def _become_without_deleting(self: LocalList, wanted: dict[str, Any_], version: int) -> None:
    for key, entry in wanted.items():
        LOCAL_LIST.put(self._store, key, entry)
    self._entries = wanted
    self._version = version


@contextmanager
def forget_lost_commands() -> Iterator[None]:
    """Only a command that was answered is ever concluded."""
    conclude = steps.conclude

    def conclude_answered(connection: Connection, command: Any_, outcome: CallOutcome, now: Any_) -> Any_:
        return conclude(connection, command, outcome, now) if isinstance(outcome, CallAnswered) else None

    with patch.object(steps, "conclude", conclude_answered):
        yield


@contextmanager
def leave_sites_alone() -> Iterator[None]:
    """The shares of a site are worked out, and never sent."""

    async def send_nothing(*_: Any_) -> None:
        return

    with patch.object(Balancer, "_send", send_nothing):
        yield


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug, and the storm that a hunter would look for it in."""

    bug: Callable[[], Any_]
    storm: str


PLANTED = (
    Planted(skip_deduplication, "lost_answers"),
    Planted(answer_before_commit, "central_kills"),
    Planted(newest_first, "bad_lines"),
    Planted(forget_a_retry, "bad_lines"),
    Planted(lose_reading_on_power_cut, "power_cuts"),
    Planted(second_stop, "crowded_forecourt"),
    Planted(mix_up_connectors, "crowded_forecourt"),
    Planted(stale_close_ends_new_session, "half_open"),
    Planted(acknowledge_without_keeping, "power_cuts"),
    Planted(welcome_everybody, "crowded_forecourt"),
    Planted(ignore_reservations, "busy_operators"),
    Planted(ignore_profiles, "busy_operators"),
    Planted(keep_secrets_in_the_open, "busy_operators"),
    Planted(jump_over_statuses, "busy_operators"),
    Planted(never_forget_a_badge, "busy_operators"),
    Planted(forget_lost_commands, "deaf_peers"),
    Planted(leave_sites_alone, "shared_connection"),
)
