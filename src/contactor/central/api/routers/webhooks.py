"""Webhooks: where events are sent, and what could not be delivered."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, IfMatch, Limit, NumberPath, Page, require_match
from contactor.central.api.webhook_shapes import (
    DeadLetterBody,
    NewWebhook,
    Replayed,
    SecretChange,
    SecretShown,
    WebhookBody,
    WebhookChange,
    WebhookShown,
    WebhookText,
    etag_of,
)
from contactor.central.webhooks.letter_rows import ask_again, delete_dead, find_dead, find_letter
from contactor.central.webhooks.signature import new_secret
from contactor.central.webhooks.webhook import WEBHOOKS_MAX
from contactor.central.webhooks.webhook_rows import (
    KeptWebhook,
    change_secret,
    delete_webhook,
    find_webhook,
    find_webhooks,
    insert_webhook,
    update_webhook,
)

router = APIRouter(prefix=f"{API}/webhooks", tags=["webhooks"])

WebhookPath = Annotated[WebhookText, Path(examples=["billing"])]


@router.get("")
async def list_webhooks(office: TheOffice) -> list[WebhookBody]:
    """List webhooks and how far each has come; secrets are not shown."""
    return [WebhookBody.of_kept(each) for each in await office.read(find_webhooks)]


@router.post("", status_code=201)
async def add_webhook(office: TheOffice, person: ThePerson, new: NewWebhook, response: Response) -> WebhookShown:
    """Add a webhook; it begins with the next event."""
    made = new_secret() if new.secret is None else None
    webhook, now_ms = new.of(new.webhook_id, new.secret or made or ""), office.now_ms()

    def work(connection: Connection) -> KeptWebhook | Problem:
        known = find_webhooks(connection)
        if any(each.webhook.webhook_id == webhook.webhook_id for each in known):
            return Problem(409, "there is a webhook of that id already", field="webhook_id", value=webhook.webhook_id)
        if len(known) >= WEBHOOKS_MAX:
            return Problem(409, f"there are {WEBHOOKS_MAX} webhooks already, and no more may be")
        kept = insert_webhook(connection, webhook, now_ms)
        note_deed(connection, person.did(now_ms, "webhook.add", f"webhook {webhook.webhook_id}"))
        return kept

    kept = await office.write(work)
    response.headers["ETag"] = etag_of(kept.version)
    return WebhookShown(**WebhookBody.of_kept(kept).model_dump(), secret=made)


@router.get("/{webhook_id}")
async def get_webhook(office: TheOffice, webhook_id: WebhookPath, response: Response) -> WebhookBody:
    """Show a webhook and how far it has come."""
    kept = await office.read(lambda connection: find_webhook(connection, webhook_id))
    if kept is None:
        raise missing("webhook", "webhook_id", webhook_id)
    response.headers["ETag"] = etag_of(kept.version)
    return WebhookBody.of_kept(kept)


@router.put("/{webhook_id}")
async def change_webhook(
    office: TheOffice,
    person: ThePerson,
    webhook_id: WebhookPath,
    change: WebhookChange,
    response: Response,
    if_match: IfMatch = None,
) -> WebhookBody:
    """Replace what is set for a webhook but its secret; what waits for its next try is tried at once."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> KeptWebhook | Problem:
        known = _matched(connection, webhook_id, if_match)
        if isinstance(known, Problem):
            return known
        changed = change.of(webhook_id, known.webhook.secret)
        update_webhook(connection, changed, version=known.version + 1, now_ms=now_ms)
        facts = {"is_active": change.is_active, "is_other_url": change.url != known.webhook.url}
        note_deed(connection, person.did(now_ms, "webhook.change", f"webhook {webhook_id}", **facts))
        return replace(known, webhook=changed, version=known.version + 1)

    kept = await office.write(work)
    response.headers["ETag"] = etag_of(kept.version)
    return WebhookBody.of_kept(kept)


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(
    office: TheOffice, person: ThePerson, webhook_id: WebhookPath, if_match: IfMatch = None
) -> None:
    """Remove a webhook with its dead letters."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = _matched(connection, webhook_id, if_match)
        if isinstance(known, Problem):
            return known
        delete_webhook(connection, webhook_id)
        note_deed(connection, person.did(now_ms, "webhook.remove", f"webhook {webhook_id}"))
        return None

    await office.write(work)


@router.post("/{webhook_id}/secret")
async def set_secret(
    office: TheOffice, person: ThePerson, webhook_id: WebhookPath, change: SecretChange
) -> SecretShown:
    """Give a webhook another secret; the next delivery is signed with it."""
    made, now_ms = new_secret() if change.secret is None else None, office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = find_webhook(connection, webhook_id)
        if known is None:
            return missing("webhook", "webhook_id", webhook_id)
        change_secret(connection, webhook_id, change.secret or made or "", version=known.version + 1)
        note_deed(connection, person.did(now_ms, "webhook.secret", f"webhook {webhook_id}"))
        return None

    await office.write(work)
    return SecretShown(secret=made)


@router.get("/{webhook_id}/dead-letters")
async def list_dead_letters(
    office: TheOffice,
    webhook_id: WebhookPath,
    after: Annotated[int, Query(ge=0, le=ROW_NUMBER_MAX, description="Go on where a page ended: its `next`.")] = 0,
    limit: Limit = 100,
) -> Page[DeadLetterBody]:
    """List what was given up, the oldest first."""

    def question(connection: Connection) -> list[DeadLetterBody] | None:
        if find_webhook(connection, webhook_id) is None:
            return None
        found = find_dead(connection, webhook_id, after=after, limit=limit + 1)
        return [DeadLetterBody.of(each) for each in found]

    items = await office.read(question)
    if items is None:
        raise missing("webhook", "webhook_id", webhook_id)
    return Page(items=items[:limit], next=items[limit - 1].letter_id if len(items) > limit else None)


@router.post("/{webhook_id}/dead-letters/replay")
async def replay_all(office: TheOffice, person: ThePerson, webhook_id: WebhookPath) -> Replayed:
    """Try all dead letters of a webhook once more."""
    return await _replay(office, person, webhook_id, None)


@router.post("/{webhook_id}/dead-letters/{letter_id}/replay")
async def replay_one(office: TheOffice, person: ThePerson, webhook_id: WebhookPath, letter_id: NumberPath) -> Replayed:
    """Try a dead letter once more; one that is taken is listed no longer."""
    return await _replay(office, person, webhook_id, letter_id)


@router.delete("/{webhook_id}/dead-letters/{letter_id}", status_code=204)
async def discard(office: TheOffice, person: ThePerson, webhook_id: WebhookPath, letter_id: NumberPath) -> None:
    """Keep a dead letter no more."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        dead = find_letter(connection, webhook_id, letter_id)
        if dead is None:
            return missing("dead letter", "letter_id", letter_id)
        delete_dead(connection, letter_id)
        facts = {"letter_id": letter_id, "sequence": dead.letter.sequence}
        note_deed(connection, person.did(now_ms, "webhook.discard", f"webhook {webhook_id}", **facts))
        return None

    await office.write(work)


async def _replay(office: TheOffice, person: ThePerson, webhook_id: str, letter_id: int | None) -> Replayed:
    now_ms = office.now_ms()

    def work(connection: Connection) -> int | Problem:
        if find_webhook(connection, webhook_id) is None:
            return missing("webhook", "webhook_id", webhook_id)
        letters = ask_again(connection, webhook_id, letter_id)
        if letter_id is not None and not letters:
            return missing("dead letter", "letter_id", letter_id)
        facts = {"letter_id": letter_id, "letters": letters}
        note_deed(connection, person.did(now_ms, "webhook.replay", f"webhook {webhook_id}", **facts))
        return letters

    return Replayed(letters=await office.write(work))


def _matched(connection: Connection, webhook_id: str, if_match: str | None) -> KeptWebhook | Problem:
    """The webhook, if it is the version that was meant."""
    known = find_webhook(connection, webhook_id)
    if known is None:
        return missing("webhook", "webhook_id", webhook_id)
    return require_match(if_match, etag_of(known.version)) or known
