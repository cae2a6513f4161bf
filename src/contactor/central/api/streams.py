"""How many streams of events are open, so that there is an end to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from contactor.central.api.problem import Problem

STREAMS_MAX = 100


class Streams:
    """Counts the streams that are open, so that there is an end to them."""

    def __init__(self) -> None:
        self._open = 0

    def require_room(self) -> None:
        """Make sure that one more may be opened.

        Raises:
            Problem: there are too many.
        """
        if self._open >= STREAMS_MAX:
            raise Problem(503, f"{STREAMS_MAX} streams are open, and no more may be", headers={"Retry-After": "10"})

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one for as long as it is open."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
