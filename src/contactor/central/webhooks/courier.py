"""SHELL: the courier: brings every webhook its events one after the other, and writes down how far it has come.

Where it stands is in the record, so a restart goes on with the event that was not taken yet. What was taken just
before a crash may be sent once more: a delivery's id tells.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.central.events.feed import Asking
from contactor.central.milliseconds import to_ms
from contactor.central.store.news import Rest
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.webhooks.letter_rows import (
    DeadLetter,
    Letter,
    Mail,
    delete_dead,
    fail_again,
    find_mail,
    insert_dead,
)
from contactor.central.webhooks.signature import DELIVERY_HEADER, SIGNATURE_HEADER, signature_of
from contactor.central.webhooks.webhook import (
    ATTEMPTS_MAX,
    FAILURE_LENGTH_MAX,
    Progress,
    Webhook,
    after_delivery,
    after_failure,
)
from contactor.central.webhooks.webhook_rows import KeptWebhook, find_webhooks, move_on

PAGE = 200
"""Events a webhook is brought in one go; then what is set for it is looked at again."""
SKIP_NOTED_FROM = 1000
"""So many events that a webhook does not want are written down as done, so that they are not looked at again."""

T = TypeVar("T")


class Sending(Protocol):
    """A way to send a body."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Send it; None if it was taken, else what went wrong."""
        ...


@dataclass(frozen=True, slots=True)
class CourierSurroundings:
    """What the courier works with."""

    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    send: Sending
    log: structlog.typing.FilteringBoundLogger


class Courier:
    """Delivers; belongs to the event loop of the central system."""

    def __init__(self, around: CourierSurroundings) -> None:
        self._around = around
        self._rest = Rest(around.writer.news)
        self._round: asyncio.Task[None] | None = None
        self._on_the_way: dict[str, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Look what is to be sent, unless that is being looked at; for a timer."""
        if self._rest.is_over and (self._round is None or self._round.done()):
            self._rest.end()
            self._round = asyncio.get_running_loop().create_task(self._send_out())

    def stop(self) -> None:
        """Send nothing more; what is on its way is sent again in the next life."""
        for task in (self._round, *self._on_the_way.values()):
            if task is not None:
                task.cancel()

    async def settle(self) -> None:
        """Look once, and wait until every webhook has been brought what was due."""
        await self._send_out()
        await asyncio.gather(*self._on_the_way.values())

    async def _send_out(self) -> None:
        """Begin with each webhook that is due; one that is slow holds up nobody else."""
        try:
            found = await self._around.asking(lambda: self._read(find_webhooks))
        except Exception as error:
            # The boundary of one go: whatever a reader runs into, the next go tries again.
            self._around.log.error("webhooks were not read", exc_info=error)
            return
        active, now_ms = [kept for kept in found if kept.webhook.is_active], self._now_ms()
        due = [kept for kept in active if kept.progress.next_try_at_ms <= now_ms]
        if due == active:
            # What is delivered now is written down, and that is news.
            self._rest.begin()
        for kept in due:
            webhook_id = kept.webhook.webhook_id
            if webhook_id not in self._on_the_way:
                task = asyncio.get_running_loop().create_task(self._serve(kept))
                self._on_the_way[webhook_id] = task
                task.add_done_callback(partial(self._arrived, webhook_id))

    def _arrived(self, webhook_id: str, _task: asyncio.Task[None]) -> None:
        self._on_the_way.pop(webhook_id, None)

    async def _serve(self, kept: KeptWebhook) -> None:
        webhook = kept.webhook
        try:
            mail = await self._around.asking(lambda: self._read(lambda each: self._mail(each, kept)))
            progress = kept.progress
            for letter in mail.letters:
                moved = await self._deliver(kept, progress, letter)
                if moved is None:
                    return
                progress = moved
            for dead in mail.asked_again:
                await self._try_again(webhook, dead)
            if mail.looked_to - progress.done_sequence >= SKIP_NOTED_FROM:
                await self._move_on(kept, replace(progress, done_sequence=mail.looked_to))
        except (WriterFull, WriterStopped) as error:
            self._rest.end()
            self._around.log.warning("a webhook was not served", webhook=webhook.webhook_id, reason=str(error))
        except Exception:
            # The boundary of one go: the next begins from the record again.
            self._rest.end()
            self._around.log.exception("a webhook was not served", webhook=webhook.webhook_id)

    async def _deliver(self, kept: KeptWebhook, progress: Progress, letter: Letter) -> Progress | None:
        """Try one event; None when those behind it must wait, or the webhook is no longer set as it was."""
        failure, now_ms = await self._send(kept.webhook, letter), self._now_ms()
        if failure is None:
            moved = after_delivery(progress, letter.sequence, now_ms)
            return moved if await self._move_on(kept, moved) else None
        moved = after_failure(progress, letter.sequence, now_ms, failure)
        is_given_up = moved.done_sequence == letter.sequence
        webhook_id = kept.webhook.webhook_id
        self._around.log.warning(
            "a delivery failed", webhook=webhook_id, sequence=letter.sequence, given_up=is_given_up, why=moved.failure
        )
        is_as_it_was = await self._move_on(kept, moved, letter if is_given_up else None)
        return moved if is_given_up and is_as_it_was else None

    async def _try_again(self, webhook: Webhook, dead: DeadLetter) -> None:
        failure = await self._send(webhook, dead.letter)

        def work(connection: Connection) -> None:
            if failure is None:
                delete_dead(connection, dead.letter_id)
            else:
                fail_again(connection, dead.letter_id, failure[:FAILURE_LENGTH_MAX])

        await self._write(work)

    async def _send(self, webhook: Webhook, letter: Letter) -> str | None:
        headers = {
            DELIVERY_HEADER: f"{webhook.webhook_id}-{letter.sequence}",
            SIGNATURE_HEADER: signature_of(webhook.secret, self._now_ms() // 1000, letter.body),
        }
        return await self._around.send(webhook.url, letter.body, headers)

    async def _move_on(self, kept: KeptWebhook, progress: Progress, given_up: Letter | None = None) -> bool:
        """Write down how far a webhook has come, and what was given up; whether it is still set as it was."""

        def work(connection: Connection) -> bool:
            is_as_it_was = move_on(connection, kept, progress)
            if is_as_it_was and given_up is not None:
                insert_dead(
                    connection,
                    kept.webhook.webhook_id,
                    given_up,
                    attempts=ATTEMPTS_MAX,
                    failure=progress.failure,
                    now_ms=progress.next_try_at_ms,
                )
            return is_as_it_was

        return await self._write(work)

    def _mail(self, connection: Connection, kept: KeptWebhook) -> Mail:
        return find_mail(connection, kept.webhook, kept.progress.done_sequence, PAGE)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        """Have work done by the writer, and wait until it is on disk."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(outcome: object) -> None:
            if future.cancelled():
                return
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)  # type: ignore[arg-type]  # the writer hands back what the work returned

        self._around.writer.write(work, done)
        return await future

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._around.engine.connect() as connection:
            return question(connection)

    def _now_ms(self) -> int:
        return to_ms(self._around.clock.now())
