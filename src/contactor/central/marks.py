"""The marks of suspect transactions: set with an event, and taken away by what settles them."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from contactor.central.ledger_events import tell_doubt, tell_settled
from contactor.central.store import schema
from contactor.central.store.statement import Rows, insert_new
from contactor.central.suspicion import Doubt, Suspicion

_marks = schema.suspicions.c
_its = (_marks.transaction_id == bindparam("number")) & (_marks.reason == bindparam("reason"))

_MARK = insert_new(schema.suspicions, "transaction_id", "reason", "details", "noted_at_ms")
_UNMARK = delete(schema.suspicions).where(
    _marks.transaction_id == bindparam("number"), _marks.reason.in_(bindparam("reasons", expanding=True))
)
_ANY = select(_marks.reason).where(_marks.transaction_id == bindparam("number")).limit(1)
_DETAILS = select(_marks.details).where(_its)


def mark(connection: Connection, number: int, doubts: Iterable[Doubt], noted_at_ms: int) -> None:
    """Mark a transaction suspect; a reason that stands already stays as it was."""
    for doubt in doubts:
        if Rows(_MARK, ((number, doubt.reason, doubt.details, noted_at_ms),)).changes(connection):
            tell_doubt(connection, number, doubt, noted_at_ms)


def unmark(connection: Connection, number: int, reasons: Iterable[Suspicion]) -> None:
    """Take marks away, to put others in their place."""
    connection.execute(_UNMARK, {"number": number, "reasons": tuple(reasons)})


def settle(connection: Connection, number: int, reasons: Iterable[Suspicion], at_ms: int) -> None:
    """Take marks away that are settled; with the last one, nothing is suspect any more."""
    unmark(connection, number, reasons)
    if connection.execute(_ANY, {"number": number}).first() is None:
        tell_settled(connection, number, at_ms)


def is_marked(connection: Connection, number: int, *reasons: Suspicion) -> bool:
    """Whether a transaction bears one of these marks."""
    return any(
        connection.execute(_DETAILS, {"number": number, "reason": reason}).first() is not None for reason in reasons
    )
