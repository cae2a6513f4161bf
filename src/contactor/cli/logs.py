"""How the processes log: lines for people on a terminal, JSON for machines; to stderr, so that stdout stays data."""

import logging
import sys
from typing import TextIO, cast

import structlog

from contactor.cli.log_words import LogFormat as LogFormat
from contactor.cli.log_words import LogLevel as LogLevel


class _Stderr:
    """Whatever is stderr at the moment: a process may put another stream there after the log was configured."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _in_a_line(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An outage of the database ends every request of every station: each says so in a line, without its stack."""
    told = event.get("exc_info")
    error = sys.exc_info()[1] if told is True else told
    if isinstance(error, BaseException):
        from contactor.central.store.outage import outage_of  # most processes have no database

        outage = outage_of(error)
        if outage is not None:
            del event["exc_info"]
            event["database"] = outage
    return event


def configure(level: LogLevel = LogLevel.INFO, form: LogFormat = LogFormat.TEXT) -> None:
    """Send every log line of the process to stderr in one form."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(
        stream=sys.stderr, level=max(number, logging.WARNING), format="%(levelname)s %(name)s %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _in_a_line,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, _Stderr())),  # all that it uses of a file,
    )
