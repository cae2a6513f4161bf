"""The port to what makes work durable; the thread and the turn of a loop both stand behind it."""

from typing import Protocol

from contactor.base.errors import ContactorError
from contactor.central.store.batch import Done, Work
from contactor.central.store.news import News
from contactor.central.store.statement import Rows
from contactor.central.traffic import Histogram


class WriterFull(ContactorError):
    """More waits for the disk than may wait; the producer must say so to its peer."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} items wait to be written, and no more may")


class WriterStopped(ContactorError):
    """The writer has been stopped; nothing can be written any more."""

    def __init__(self) -> None:
        super().__init__("the writer has been stopped")


class Writer(Protocol):
    """Takes work from the event loop and calls back on the loop when the work is durable."""

    def write(self, work: Work | tuple[Rows, ...], done: Done) -> None:
        """Take a piece of work.

        `done` is called once, on the loop, after the commit: with what the work returned (None for rows), or with the
        exception that kept it from being durable. Work is done in the order in which it was given, but for two kinds:
        rows may be grouped by statement, and works in step may go together with those before and after them, so rows
        and works that depend on one another belong into one work function, or have a key in common.

        Raises:
            WriterFull: too much is waiting.
            WriterStopped: `stop` was called.
        """
        ...

    @property
    def waiting(self) -> int:
        """How many items wait to be written."""
        ...

    @property
    def batches(self) -> Histogram:
        """How many items each commit so far has written."""
        ...

    @property
    def news(self) -> News:
        """What was committed that somebody may be looking for."""
        ...

    async def stop(self) -> None:
        """Write what waits, call everybody back, and let go of the database."""
        ...
