"""The forms of webhooks: what an operator sets, how far each has come, and what could not be delivered."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from contactor.base.ids import StationId
from contactor.central.api.shapes import Body, StationText
from contactor.central.events.event import EventKind
from contactor.central.milliseconds import from_ms
from contactor.central.webhooks.destination import URL_LENGTH_MAX, flaw_of_url
from contactor.central.webhooks.letter_rows import DeadLetter
from contactor.central.webhooks.webhook import Webhook
from contactor.central.webhooks.webhook_rows import KeptWebhook

STATIONS_MAX = 500


def _url(text: str) -> str:
    flaw = flaw_of_url(text)
    if flaw is not None:
        raise ValueError(flaw)
    return text


WebhookText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
UrlText = Annotated[str, StringConstraints(max_length=URL_LENGTH_MAX), AfterValidator(_url)]
SecretText = Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class WebhookChange(Body):
    """What an operator sets."""

    url: UrlText = Field(examples=["https://billing.example.com/contactor"])
    kinds: Annotated[list[EventKind], Field(max_length=len(EventKind))] = Field(
        default_factory=list, description="Which kinds of events; none means all.", examples=[["transaction_stopped"]]
    )
    stations: Annotated[list[StationText], Field(max_length=STATIONS_MAX)] = Field(
        default_factory=list,
        description="Events of these stations, and those of no single station; none means all.",
    )
    is_active: bool = Field(True, description="False: nothing is sent, and what happens meanwhile waits.")

    def of(self, webhook_id: str, secret: str) -> Webhook:
        """The webhook."""
        kinds, stations = tuple(dict.fromkeys(self.kinds)), tuple(dict.fromkeys(map(StationId, self.stations)))
        return Webhook(webhook_id, self.url, secret, kinds, stations, self.is_active)


class NewWebhook(WebhookChange):
    """A webhook to add."""

    webhook_id: WebhookText = Field(examples=["billing"])
    secret: SecretText | None = Field(None, description="What signs; null for one that is made, and told once.")


class SecretChange(Body):
    """Another secret."""

    secret: SecretText | None = Field(None, description="Null for one that is made, and told once.")


class WebhookBody(WebhookChange):
    """A webhook, without its secret."""

    webhook_id: str
    done_sequence: int = Field(description="The last event that needs nothing more.")
    attempts: int = Field(description="How often the next one was tried in vain.")
    next_try_at: datetime | None = Field(description="When it is tried again; null while nothing has failed.")
    delivered_at: datetime | None
    failure: str = Field(description="Why the last attempt failed; empty after one that did not.")
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of_kept(cls, kept: KeptWebhook) -> Self:
        """The body of a webhook."""
        webhook, progress = kept.webhook, kept.progress
        return cls(
            webhook_id=webhook.webhook_id,
            url=webhook.url,
            kinds=list(webhook.kinds),
            stations=list(webhook.stations),
            is_active=webhook.is_active,
            done_sequence=progress.done_sequence,
            attempts=progress.attempts,
            next_try_at=from_ms(progress.next_try_at_ms) if progress.attempts else None,
            delivered_at=None if progress.delivered_at_ms is None else from_ms(progress.delivered_at_ms),
            failure=progress.failure,
            etag=etag_of(kept.version),
        )


class WebhookShown(WebhookBody):
    """A webhook just added: the only time that a secret made here is shown."""

    secret: str | None = Field(description="Null if you gave one.")


class SecretShown(BaseModel):
    """A secret just made."""

    secret: str | None = Field(description="Null if you gave one.")


class DeadLetterBody(BaseModel):
    """A delivery that was given up."""

    letter_id: int
    sequence: int = Field(description="The event's.")
    attempts: int
    failure: str
    failed_at: datetime
    is_asked_again: bool = Field(description="Whether it is about to be tried once more.")
    body: str = Field(description="What was to be sent.")

    @classmethod
    def of(cls, dead: DeadLetter) -> Self:
        """The body of a dead letter."""
        return cls(
            letter_id=dead.letter_id,
            sequence=dead.letter.sequence,
            attempts=dead.attempts,
            failure=dead.failure,
            failed_at=from_ms(dead.failed_at_ms),
            is_asked_again=dead.is_asked_again,
            body=dead.letter.body.decode(),
        )


class Replayed(BaseModel):
    """What was asked for once more."""

    letters: int = Field(description="How many dead letters are tried once more.")


def etag_of(version: int) -> str:
    """The version of a webhook."""
    return f'"{version}"'
