"""Instants: wall-clock moments, always in UTC, and their spelling on the wire (RPC-13)."""

from datetime import UTC, datetime

_WHOLE = len("2024-05-01T10:00:00")
_MILLISECONDS = _WHOLE + len(".000")


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
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{text[:_WHOLE]}Z" if text.startswith(".000", _WHOLE) else f"{text[:_MILLISECONDS]}Z"


def to_milliseconds(instant: datetime) -> datetime:
    """Drop what is finer than a millisecond: the wire has no place for it, so neither has what we remember."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
