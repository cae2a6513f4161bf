"""What can be said of a log on the command line; how logs are written is in `logs`, which takes longer to load."""

from enum import StrEnum


class LogFormat(StrEnum):
    """Who reads the log."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """From which importance on."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
