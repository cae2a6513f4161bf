"""The central system's log as a storm reads it: errors of ours are evidence, those of a full disk or a kill are not."""

import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from contactor.central.store.port import WriterFull, WriterStopped

_ERRORS = frozenset({"error", "exception", "critical"})
_OUTSIDE = (SQLAlchemyError, WriterFull, WriterStopped)
"""What the storm itself does to the database; whatever else fails is a mistake of ours."""


@contextmanager
def watched_log(tell: Callable[[str], None]) -> Iterator[None]:
    """Let `tell` hear of every error in the log, as one line; nothing is printed meanwhile."""
    before = structlog.get_config()

    def take(_logger: object, method: str, event: MutableMapping[str, Any]) -> str:
        if event.get("exc_info") is True:  # what is being handled where this is logged
            event["exc_info"] = sys.exc_info()[1]
        if method in _ERRORS and not _is_of_storm(event.get("exc_info")):
            tell(" ".join(f"{key}={value!r}" for key, value in event.items()))
        raise structlog.DropEvent

    structlog.configure(processors=[take], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


def _is_of_storm(error: object) -> bool:
    return isinstance(error, _OUTSIDE)
