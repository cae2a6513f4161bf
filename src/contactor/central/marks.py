"""The marks of suspect transactions: set with an event, and taken away by what settles them."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from contactor.central.ledger_events import tell_doubt
from contactor.central.store import schema
from contactor.central.store.statement import Rows, insert_new
from contactor.central.suspicion import Doubt, Suspicion

_marks = schema.suspicions.c
_its = (_marks.transaction_id == bindparam("number")) & (_marks.reason == bindparam("reason"))

_MARK = insert_new(schema.suspicions, "transaction_id", "reason", "details", "noted_at_ms")
_UNMARK = delete(schema.suspicions).where(_its)
_DETAILS = select(_marks.details).where(_its)


def mark(connection: Connection, number: int, doubts: Iterable[Doubt], noted_at_ms: int) -> None:
    """Mark a transaction suspect; a reason that stands already stays as it was."""
    for doubt in doubts:
        if Rows(_MARK, ((number, doubt.reason, doubt.details, noted_at_ms),)).changes(connection):
            tell_doubt(connection, number, doubt, noted_at_ms)


def unmark(connection: Connection, number: int, reasons: Iterable[Suspicion]) -> None:
    """Take marks away that are settled."""
    for reason in reasons:
        connection.execute(_UNMARK, {"number": number, "reason": reason})


def is_marked(connection: Connection, number: int, *reasons: Suspicion) -> bool:
    """Whether a transaction bears one of these marks."""
    return any(
        connection.execute(_DETAILS, {"number": number, "reason": reason}).first() is not None for reason in reasons
    )


def review(connection: Connection, number: int, reason: Suspicion, doubt: Doubt | None, noted_at_ms: int) -> None:
    """Make one mark be what it is found to be now: set, set anew with other values, or gone."""
    found = connection.execute(_DETAILS, {"number": number, "reason": reason}).scalar_one_or_none()
    if found == (None if doubt is None else doubt.details):
        return
    unmark(connection, number, (reason,))
    if doubt is not None:
        mark(connection, number, (doubt,), noted_at_ms)
