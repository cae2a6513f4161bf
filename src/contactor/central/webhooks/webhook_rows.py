"""The rows of webhooks: kept, changed, found, and moved on."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from contactor.base.ids import StationId
from contactor.central.events.event import EventKind
from contactor.central.store.operation_tables import events
from contactor.central.store.webhook_tables import dead_letters, webhooks
from contactor.central.webhooks.webhook import Progress, Webhook

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one


@dataclass(frozen=True, slots=True)
class KeptWebhook:
    """A webhook as it stands in the record."""

    webhook: Webhook
    progress: Progress
    version: int


def find_webhooks(connection: Connection) -> list[KeptWebhook]:
    """All webhooks in the order of their ids; there are never many."""
    return [_kept(row) for row in connection.execute(select(webhooks).order_by(webhooks.c.id))]


def find_webhook(connection: Connection, webhook_id: str) -> KeptWebhook | None:
    """A webhook."""
    row = connection.execute(select(webhooks).where(webhooks.c.id == webhook_id)).one_or_none()
    return None if row is None else _kept(row)


def insert_webhook(connection: Connection, webhook: Webhook, now_ms: int) -> KeptWebhook:
    """Keep a new webhook; it begins with the next event."""
    latest = connection.execute(select(func.max(events.c.sequence))).scalar() or 0
    progress = Progress(done_sequence=latest, next_try_at_ms=now_ms)
    values = {**_values(webhook), **_progress_values(progress), "secret": webhook.secret, "version": 1}
    connection.execute(insert(webhooks).values(id=webhook.webhook_id, **values))
    return KeptWebhook(webhook, progress, 1)


def update_webhook(connection: Connection, webhook: Webhook, *, version: int, now_ms: int) -> None:
    """Change what is set for a webhook, but its secret; what waited for its next try is tried at once."""
    values = {**_values(webhook), "version": version, "attempts": 0, "next_try_at_ms": now_ms}
    connection.execute(update(webhooks).where(webhooks.c.id == webhook.webhook_id).values(**values))


def change_secret(connection: Connection, webhook_id: str, secret: str, *, version: int) -> None:
    """Give a webhook another secret."""
    changed = {"secret": secret, "version": version}
    connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**changed))


def delete_webhook(connection: Connection, webhook_id: str) -> None:
    """Remove a webhook with its dead letters."""
    connection.execute(delete(dead_letters).where(dead_letters.c.webhook_id == webhook_id))
    connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))


def move_on(connection: Connection, kept: KeptWebhook, progress: Progress) -> bool:
    """Write down how far a webhook has come; whether it is still set as it was."""
    ours = webhooks.c.id == kept.webhook.webhook_id
    connection.execute(update(webhooks).where(ours).values(**_progress_values(progress)))
    return connection.execute(select(webhooks.c.version).where(ours)).scalar() == kept.version


def _values(webhook: Webhook) -> dict[str, object]:
    return {
        "url": webhook.url,
        "kinds": msgspec.json.encode([kind.value for kind in webhook.kinds]).decode(),
        "stations": msgspec.json.encode(list(webhook.stations)).decode(),
        "is_active": webhook.is_active,
    }


def _progress_values(progress: Progress) -> dict[str, object]:
    return {
        "done_sequence": progress.done_sequence,
        "attempts": progress.attempts,
        "next_try_at_ms": progress.next_try_at_ms,
        "delivered_at_ms": progress.delivered_at_ms,
        "failure": progress.failure,
    }


def _kept(row: _Row) -> KeptWebhook:
    webhook = Webhook(
        webhook_id=row.id,
        url=row.url,
        secret=row.secret,
        kinds=tuple(EventKind(kind) for kind in msgspec.json.decode(row.kinds, type=list[str])),
        stations=tuple(StationId(each) for each in msgspec.json.decode(row.stations, type=list[str])),
        is_active=row.is_active,
    )
    progress = Progress(row.done_sequence, row.attempts, row.next_try_at_ms, row.delivered_at_ms, row.failure)
    return KeptWebhook(webhook, progress, row.version)
