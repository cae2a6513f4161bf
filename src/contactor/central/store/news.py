"""News: something was committed that somebody may be looking for; and the rest of who has found nothing to do.

A round that looks in the record every few seconds finds nothing most of the time, and nothing can have come as long as
nothing was committed. What is written for every message (readings, when a station was heard) is no news to anybody.
"""

from enum import Enum, auto


class Looked(Enum):
    """What a work returns that has only looked, and changed nothing."""

    NOTHING = auto()
    """Nor is anything left that time alone would bring."""
    NOT_YET = auto()
    """It may have to, as time goes by."""


class News:
    """Counts what was committed; belongs to the event loop of its writer."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def come(self) -> None:
        """Something was committed, or may have been by somebody else."""
        self.number += 1


class Rest:
    """One round's rest: begins when it has found nothing to do, now or later, and ends with the next news."""

    __slots__ = ("_is_resting", "_known", "_news")

    def __init__(self, news: News) -> None:
        self._news = news
        self._known = news.number
        self._is_resting = False

    @property
    def is_over(self) -> bool:
        """Whether there may be something to find."""
        return not self._is_resting or self._known != self._news.number

    def end(self) -> None:
        """Somebody begins to look: whatever is committed from now on is news."""
        self._known = self._news.number
        self._is_resting = False

    def begin(self) -> None:
        """There was nothing, and nothing will come by time alone; what was committed meanwhile ends it at once."""
        self._is_resting = True
