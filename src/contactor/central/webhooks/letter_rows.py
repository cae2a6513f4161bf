"""What waits for a webhook, and what could not be delivered."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from contactor.central.milliseconds import from_ms
from contactor.central.store.operation_tables import events
from contactor.central.store.webhook_tables import dead_letters
from contactor.central.webhooks.webhook import Webhook

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Letter:
    """An event on its way to a webhook."""

    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One that was given up; `is_asked_again` while somebody wants it tried once more."""

    letter_id: int
    letter: Letter
    attempts: int
    failure: str
    failed_at_ms: int
    is_asked_again: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """What a webhook is to be sent now, in this order; `looked_to` is the last event that was looked at."""

    asked_again: tuple[DeadLetter, ...]
    letters: tuple[Letter, ...]
    looked_to: int


def find_mail(connection: Connection, webhook: Webhook, after: int, limit: int) -> Mail:
    """What is to be sent to a webhook."""
    # Before the events themselves: what is committed in between is then looked at again, and never skipped.
    latest = connection.execute(select(func.max(events.c.sequence))).scalar() or 0
    query = select(events).where(events.c.sequence > after, events.c.sequence <= latest)
    if webhook.kinds:
        query = query.where(events.c.kind.in_([kind.value for kind in webhook.kinds]))
    if webhook.stations:
        query = query.where(or_(events.c.station_id.in_(list(webhook.stations)), events.c.station_id.is_(None)))
    rows = connection.execute(query.order_by(events.c.sequence).limit(limit)).all()
    letters = tuple(_letter(webhook, row) for row in rows)
    asked = tuple(find_dead(connection, webhook.webhook_id, limit=limit, only_asked_again=True))
    return Mail(asked, letters, letters[-1].sequence if len(rows) == limit else max(latest, after))


def find_dead(
    connection: Connection, webhook_id: str, *, after: int = 0, limit: int, only_asked_again: bool = False
) -> list[DeadLetter]:
    """Dead letters of a webhook, oldest first."""
    query = select(dead_letters).where(dead_letters.c.webhook_id == webhook_id, dead_letters.c.id > after)
    if only_asked_again:
        query = query.where(dead_letters.c.is_asked_again)
    return [_dead(row) for row in connection.execute(query.order_by(dead_letters.c.id).limit(limit))]


def find_letter(connection: Connection, webhook_id: str, letter_id: int) -> DeadLetter | None:
    """A dead letter of a webhook."""
    query = select(dead_letters).where(dead_letters.c.webhook_id == webhook_id, dead_letters.c.id == letter_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _dead(row)


def insert_dead(
    connection: Connection, webhook_id: str, letter: Letter, *, attempts: int, failure: str, now_ms: int
) -> None:
    """Keep a letter that was given up."""
    connection.execute(
        insert(dead_letters).values(
            webhook_id=webhook_id,
            sequence=letter.sequence,
            body=letter.body.decode(),
            attempts=attempts,
            failure=failure,
            failed_at_ms=now_ms,
            is_asked_again=False,
        )
    )


def ask_again(connection: Connection, webhook_id: str, letter_id: int | None) -> int:
    """Have a dead letter tried once more, or all of a webhook; how many there are."""
    ours = dead_letters.c.webhook_id == webhook_id
    query = update(dead_letters).where(ours).values(is_asked_again=True)
    return connection.execute(query if letter_id is None else query.where(dead_letters.c.id == letter_id)).rowcount


def fail_again(connection: Connection, letter_id: int, failure: str) -> None:
    """One that was tried once more was not taken."""
    changed = {"attempts": dead_letters.c.attempts + 1, "failure": failure, "is_asked_again": False}
    connection.execute(update(dead_letters).where(dead_letters.c.id == letter_id).values(**changed))


def delete_dead(connection: Connection, letter_id: int) -> None:
    """Keep a dead letter no more."""
    connection.execute(delete(dead_letters).where(dead_letters.c.id == letter_id))


def _letter(webhook: Webhook, row: _Row) -> Letter:
    told = {
        "webhook_id": webhook.webhook_id,
        "sequence": row.sequence,
        "at": from_ms(row.at_ms),
        "station_id": row.station_id,
        "kind": row.kind,
        "facts": msgspec.Raw(row.facts.encode()),
    }
    return Letter(row.sequence, _encode(told))


def _dead(row: _Row) -> DeadLetter:
    letter = Letter(row.sequence, row.body.encode())
    return DeadLetter(row.id, letter, row.attempts, row.failure, row.failed_at_ms, row.is_asked_again)
