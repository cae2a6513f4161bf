"""Forgets what is older than the operator wants to keep, a few rows at a time, in between what stations wait for.

Only readings, past statuses, times of presence, events, alarms, campaigns, logged messages, diagnostics and stations'
certificates that have run out grow old. Transactions are the ledger and stay for ever, and with one that has no stop
yet stay its readings, because they are all that is known of its energy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import structlog
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, exists, func, not_, select, true

from contactor.base.clock import Clock
from contactor.central.belonging import belongs
from contactor.central.milliseconds import to_ms
from contactor.central.settings import CentralSettings
from contactor.central.store import file_tables, operation_tables, presence_tables, schema
from contactor.central.store.alarm_tables import alarms
from contactor.central.store.campaign_tables import campaigns
from contactor.central.store.certificate_tables import station_certificates
from contactor.central.store.news import Looked
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.prepared import Prepared
from contactor.central.store.schema import TransactionState
from contactor.central.store.webhook_tables import dead_letters
from contactor.central.tariffs.cost_orders import is_cost_order

BATCH_ROWS = 500
"""Rows looked at in one piece of work: the writer is held up for a few milliseconds."""
PAUSE_S = 0.05
"""Between two pieces of work, so that a first clearing of a large table leaves most of the writer to stations."""

_events = operation_tables.events
_contents = file_tables.file_contents
_presence = presence_tables.presence_periods
_DAY_MS = 86_400_000

Later = Callable[[float, Callable[[], None]], None]
"""Does something after so many seconds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A table whose rows are forgotten so long after they came, where `may_go` holds.

    `number` and `came_at_ms` name the columns that say in which order its rows came, and when.
    """

    table: Table
    keep_days: int
    may_go: ColumnElement[bool]
    number: str = "id"
    came_at_ms: str = "received_at_ms"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of work has done; `go_on_after` is None when all rows that are old enough were looked at."""

    forgotten: int
    go_on_after: int | None


_NOTHING_OLD = Piece(0, None)


@dataclass(frozen=True, slots=True)
class Went:
    """How far one piece of work went: so many rules had nothing to forget, and then one had."""

    done: int
    last: Piece


def rules_of(settings: CentralSettings) -> list[Rule]:
    """What the settings let go; nothing where they say 0."""
    rules = (
        Rule(schema.readings, settings.keep_readings_days, _is_settled()),
        Rule(schema.statuses, settings.keep_statuses_days, true()),
        Rule(_events, settings.keep_events_days, _is_not_newest(), "sequence", "at_ms"),
        Rule(station_certificates, settings.keep_events_days, true(), came_at_ms="valid_until_ms"),
        Rule(dead_letters, settings.keep_events_days, true(), came_at_ms="failed_at_ms"),
        Rule(_presence, settings.keep_presence_days, _presence.c.until_at_ms.is_not(None), came_at_ms="since_at_ms"),
        Rule(alarms, settings.keep_alarms_days, alarms.c.open_key.is_(None), came_at_ms="opened_at_ms"),
        Rule(campaigns, settings.keep_campaigns_days, campaigns.c.ended_at_ms.is_not(None), came_at_ms="created_at_ms"),
        Rule(operation_tables.commands, settings.keep_cost_orders_days, is_cost_order(), came_at_ms="queued_at_ms"),
        Rule(operation_tables.messages, settings.keep_messages_days, true(), came_at_ms="at_ms"),
        Rule(file_tables.diagnostics, settings.keep_files_days, true(), came_at_ms="ordered_at_ms"),
        Rule(_contents, settings.keep_files_days, _is_no_image(), came_at_ms="begun_at_ms"),
        Rule(file_tables.file_places, settings.keep_files_days, true(), came_at_ms="expires_at_ms"),
    )
    return [rule for rule in rules if rule.keep_days]


def forget_some(connection: Connection, rule: Rule, *, after_id: int, before_ms: int) -> Piece:
    """Delete, of the next rows by id, those that came before an instant and may go.

    Ids are given in the order of arrival, so that the first batch with a young row at its end is the last.
    """
    if not _has_old_rows(connection, rule, after_id, before_ms):
        return _NOTHING_OLD
    number, came_at_ms = rule.table.c[rule.number], rule.table.c[rule.came_at_ms]
    query = select(number, came_at_ms).where(number > after_id).order_by(number).limit(BATCH_ROWS)
    found = connection.execute(query).all()
    newest_number, newest_came_at_ms = found[-1]
    old = and_(number > after_id, number <= newest_number, came_at_ms < before_ms)
    forgotten = connection.execute(delete(rule.table).where(old, rule.may_go)).rowcount
    is_last = len(found) < BATCH_ROWS or newest_came_at_ms >= before_ms
    return Piece(forgotten, None if is_last else newest_number)


def forget_next(connection: Connection, rules: Sequence[Rule], *, after_id: int, now_ms: int) -> "Went | Looked":
    """Go from rule to rule until something was forgotten; the first goes on after an id."""
    for done, rule in enumerate(rules):
        piece = forget_some(connection, rule, after_id=after_id, before_ms=now_ms - rule.keep_days * _DAY_MS)
        if piece != _NOTHING_OLD:
            return Went(done, piece)
        after_id = 0
    return Looked.NOTHING


def _has_old_rows(connection: Connection, rule: Rule, after_id: int, before_ms: int) -> bool:
    oldest = _oldest(rule.table, rule.number, rule.came_at_ms).first(connection, {"after_id": after_id})
    return oldest is not None and oldest.came_at_ms is not None and oldest.came_at_ms < before_ms


@cache
def _oldest(table: Table, number: str, came_at_ms: str) -> Prepared:
    """When the oldest of the next rows came; None where there are none."""
    key, came = table.c[number], table.c[came_at_ms].label("came_at_ms")
    following = select(came).where(key > bindparam("after_id")).order_by(key).limit(BATCH_ROWS).subquery()
    return Prepared(select(func.min(following.c.came_at_ms).label("came_at_ms")))


def _is_not_newest() -> ColumnElement[bool]:
    """The newest event stays: readers compare the number they came to with it."""
    return _events.c.sequence < select(func.max(_events.c.sequence)).scalar_subquery()


def _is_no_image() -> ColumnElement[bool]:
    """Diagnostics grow old, firmware images do not."""
    return not_(exists().where(file_tables.firmware_images.c.content_id == _contents.c.id))


def _is_settled() -> ColumnElement[bool]:
    unfinished = schema.transactions.c.state.in_((TransactionState.OPEN, TransactionState.STOP_MISSING))
    return not_(exists().where(belongs(), unfinished))


class Retention:
    """Goes through the rules once for each `begin`, by pieces of work for the writer, with a pause after each."""

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        writer: Writer,
        clock: Clock,
        later: Later,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._rules = rules
        self._writer = writer
        self._clock = clock
        self._later = later
        self._log = log
        self._to_do: list[Rule] = []
        self._after_id = 0
        self._forgotten = 0
        self._is_stopped = False

    def begin(self) -> None:
        """Start a round, unless one is going on."""
        if not self._to_do and not self._is_stopped:
            self._to_do = list(self._rules)
            self._after_id = self._forgotten = 0
            self._next()

    def stop(self) -> None:
        """Begin no further piece; what is left is done in the next life."""
        self._is_stopped = True
        self._to_do = []

    def _next(self) -> None:
        if not self._to_do:
            return
        work = partial(forget_next, rules=self._to_do, after_id=self._after_id, now_ms=to_ms(self._clock.now()))
        try:
            self._writer.write(work, self._done)
        except (WriterFull, WriterStopped):
            self._to_do = []  # stations come first; a later round does it

    def _done(self, outcome: object) -> None:
        if isinstance(outcome, Went):
            self._forgotten += outcome.last.forgotten
            self._after_id = outcome.last.go_on_after or 0
            self._to_do = self._to_do[outcome.done + (outcome.last.go_on_after is None) :]
        else:
            self._to_do = []
            if outcome is not Looked.NOTHING:
                self._log.error("old rows were not forgotten", exc_info=outcome)
        if self._to_do:
            self._later(PAUSE_S, self._next)
        elif self._forgotten:
            self._log.info("old rows forgotten", rows=self._forgotten)
