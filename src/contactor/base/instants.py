"""Instants: wall-clock moments, always in UTC, and their spelling on the wire (RPC-13)."""

from datetime import UTC, datetime


def from_text(text: str) -> datetime:
    """Read an ISO 8601 instant with any offset.

    Raises:
        ValueError: the text is no instant, or names no offset and so could be anywhere.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no UTC offset")
    return instant.astimezone(UTC)


def to_text(instant: datetime) -> str:
    """Write an instant as `2024-05-01T10:00:00Z`, with three fraction digits only where they are needed."""
    utc = instant.astimezone(UTC)
    whole = utc.strftime("%Y-%m-%dT%H:%M:%S")
    milliseconds = utc.microsecond // 1000
    return f"{whole}.{milliseconds:03d}Z" if milliseconds else f"{whole}Z"


def to_milliseconds(instant: datetime) -> datetime:
    """Drop what is finer than a millisecond: the wire has no place for it, so neither has what we remember."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
