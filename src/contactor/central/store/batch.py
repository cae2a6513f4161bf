"""A batch: work of many producers that becomes durable together, in one database transaction.

One bad item must not cost the others: when anything fails, all is rolled back and done again item by item, each
behind a savepoint of its own; where even that takes the whole transaction with it, as SQLite's does when the disk is
full, each in a transaction of its own. So an item's work may run more than once; it must have no effect but on the
connection.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from contactor.base.errors import ContactorError
from contactor.central.store import driver
from contactor.central.store.driver import Row
from contactor.central.store.news import Looked
from contactor.central.store.sqlite import has_lost_transaction
from contactor.central.store.statement import WRITTEN_LAST, Rows, Statement
from contactor.central.store.steps import Stepwise, in_step

Work = Callable[[Connection], object]
Done = Callable[[object], None]
"""Takes what the work returned (None for rows) or the exception that kept it from being durable."""


class Item(Struct, frozen=True):
    """One producer's piece: a function of the connection, or rows for prepared statements, and whom to tell.

    A struct, as in `contactor.central.plan`: one is made for every message.
    """

    work: Work | tuple[Rows, ...]
    done: Done

    def has_news(self, outcome: object) -> bool:
        """Whether somebody may be looking for what it has written."""
        if isinstance(self.work, tuple):
            return any(part.statement.is_news for part in self.work)
        return not isinstance(outcome, Looked)


Outcome = tuple[Item, object]


class TransactionLost(ContactorError):
    """The database has undone the whole transaction, and not only back to a savepoint."""

    def __init__(self) -> None:
        super().__init__("the database has undone the whole batch")


class Batches:
    """Runs batches on one connection, which is theirs alone."""

    def __init__(self, connection: Connection, about_to_commit: Callable[[], None] = lambda: None) -> None:
        """Be ready; `about_to_commit` is called before each commit, which does not happen if it raises."""
        self._about_to_commit = about_to_commit
        self._last: dict[Statement, list[Row]] = {}
        self._connection = connection.execution_options(**{WRITTEN_LAST: self._last})
        self._failed_before = False

    def commit(self, items: Sequence[Item]) -> list[Outcome]:
        """Make the items durable and return each with its outcome, in order; never raises for an item's sake."""
        try:
            return self._in_transaction(self._run_together, items)
        # Whatever an item or the disk may raise: its producer is told, and the writer lives on.
        except Exception:
            return self._commit_one_by_one(items)

    def _in_transaction(self, run: Callable[[Sequence[Item]], list[Outcome]], items: Sequence[Item]) -> list[Outcome]:
        if self._failed_before:
            # A transaction whose COMMIT failed stays open in SQLite, and nobody else would end it.
            self._connection.connection.rollback()
        self._failed_before = True
        with self._connection.begin():
            outcomes = run(items)
            self._about_to_commit()
        self._failed_before = False
        return outcomes

    def _run_each(self, items: Sequence[Item]) -> list[Outcome]:
        return [(item, self._run_alone(item)) for item in items]

    def _run_together(self, items: Sequence[Item]) -> list[Outcome]:
        pending: dict[Statement, list[Row]] = {}
        self._last.clear()
        waiting: dict[int, Stepwise[object]] = {}
        outcomes: list[object] = [None] * len(items)
        for index, item in enumerate(items):
            if isinstance(item.work, tuple):
                for part in item.work:
                    pending.setdefault(part.statement, []).extend(part.rows)
            elif isinstance(item.work, Stepwise):
                waiting[index] = item.work
            else:
                self._catch_up(pending, waiting, outcomes)  # what came before the work must be there when it looks
                outcomes[index] = item.work(self._connection)
        self._catch_up(pending, waiting, outcomes)
        self._insert(self._last)
        return list(zip(items, outcomes, strict=True))

    def _catch_up(
        self, pending: dict[Statement, list[Row]], waiting: dict[int, Stepwise[object]], outcomes: list[object]
    ) -> None:
        self._insert(pending)
        if not waiting:
            return
        for index, outcome in zip(waiting, in_step(self._connection, list(waiting.values())), strict=True):
            outcomes[index] = outcome
        waiting.clear()

    def _commit_one_by_one(self, items: Sequence[Item]) -> list[Outcome]:
        try:
            return self._in_transaction(self._run_each, items)
        except TransactionLost:
            return [outcome for item in items for outcome in self._commit_alone(item)]
        # The commit itself failed, or the database is gone: nobody's work is durable.
        except Exception as error:
            return [(item, error) for item in items]

    def _commit_alone(self, item: Item) -> list[Outcome]:
        try:
            return self._in_transaction(self._run_together, [item])
        # The bad item's own error, for its producer.
        except Exception as error:
            return [(item, error)]

    def _run_alone(self, item: Item) -> object:
        try:
            with self._connection.begin_nested():
                return self._run_together([item])[0][1]
        # The bad item's own error, for its producer, unless it took what the others had done with it.
        except Exception as error:
            if has_lost_transaction(self._connection):
                raise TransactionLost from error
            return error

    def _insert(self, pending: dict[Statement, list[Row]]) -> None:
        for statement, rows in pending.items():
            driver.execute_many(self._connection, statement.spelled_for(self._connection.dialect), rows)
        pending.clear()
