"""The courier on real sockets and both databases: signed, in order, tried again, given up, and asked for once more."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import structlog
import trustme
from sqlalchemy import Connection, Engine

from contactor.base.clock import ManualClock
from contactor.central.events.event import EventKind
from contactor.central.events.feed import at_once
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.retention import forget_some, rules_of
from contactor.central.store.batch import Done, Work
from contactor.central.store.database import for_writing
from contactor.central.store.statement import Rows
from contactor.central.webhooks.courier import SKIP_NOTED_FROM, Courier, CourierSurroundings
from contactor.central.webhooks.destination import networks_of
from contactor.central.webhooks.letter_rows import DeadLetter, Letter, ask_again, find_dead, insert_dead
from contactor.central.webhooks.post import Post
from contactor.central.webhooks.webhook import ATTEMPTS_MAX, Webhook
from contactor.central.webhooks.webhook_rows import KeptWebhook, find_webhook, insert_webhook, update_webhook
from tests.central.bench import NOON, OTHER_STATION, STATION, HeldWriter, settings, store_in
from tests.central.webhooks.receiver import Receiver, receiving

SECRET = "a secret of the test's own"
DAY_MS = 86_400_000
LOOPBACK = ("127.0.0.0/8",)


class TellingWriter(HeldWriter):
    """One that tells when it was given something."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.given = asyncio.Event()

    def write(self, work: Work | tuple[Rows, ...], done: Done) -> None:
        super().write(work, done)
        self.given.set()


class Bench:
    """A record with one webhook, and the courier that serves it."""

    def __init__(self, writer: TellingWriter, around: CourierSurroundings, clock: ManualClock) -> None:
        self.writer = writer
        self.around = around
        self.clock = clock
        self.courier = Courier(around)

    def happen(self, *stations: str | None, kind: EventKind = EventKind.STATION_ONLINE) -> None:
        with for_writing(self.around.engine).begin() as connection:
            for station in stations:
                record_event(connection, kind, station, NOON, {"what": "<é>"})

    def hook(self, webhook: Webhook) -> None:
        with for_writing(self.around.engine).begin() as connection:
            insert_webhook(connection, webhook, 0)

    def change(self, webhook: Webhook) -> None:
        with for_writing(self.around.engine).begin() as connection:
            update_webhook(connection, webhook, version=2, now_ms=0)

    @property
    def kept(self) -> KeptWebhook:
        with self.around.engine.connect() as connection:
            kept = find_webhook(connection, "billing")
            assert kept is not None
            return kept

    @property
    def dead(self) -> list[DeadLetter]:
        with self.around.engine.connect() as connection:
            return find_dead(connection, "billing", limit=500)

    def restart(self) -> None:
        self.courier = Courier(self.around)


@asynccontextmanager
async def bench_on(database: str, allowed: tuple[str, ...] = LOOPBACK) -> AsyncIterator[Bench]:
    with store_in(database) as engine:
        writer, clock = TellingWriter(engine), ManualClock(NOON)
        send = Post(networks_of(allowed)).send
        around = CourierSurroundings(writer, engine, at_once, clock, send, structlog.get_logger())
        try:
            yield Bench(writer, around, clock)
        finally:
            writer.close()


def hook_of(receiver: Receiver, **changes: object) -> Webhook:
    return replace(Webhook("billing", receiver.url, SECRET), **changes)  # type: ignore[arg-type]  # its own fields


async def test_events_come_in_order_signed_and_from_the_next_one_on(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.happen(STATION)  # before the webhook was: not told
        bench.hook(hook_of(receiver))
        bench.happen(STATION, OTHER_STATION, None)
        await bench.courier.settle()
        await bench.courier.settle()
        first = receiver.got[0]
        assert receiver.sequences == [2, 3, 4]
        assert json.loads(first.body) == {
            "webhook_id": "billing",
            "sequence": 2,
            "at": "2026-05-01T12:00:00Z",
            "station_id": STATION,
            "kind": "station_online",
            "facts": {"what": "<é>"},
        }
        assert all(each.is_signed_with(SECRET) for each in receiver.got)
        assert not first.is_signed_with("another secret")
        assert first.headers["contactor-delivery"] == "billing-2"
        assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert first.headers["contactor-signature"].startswith(f"t={int(NOON.timestamp())},v1=")


async def test_only_the_kinds_and_stations_that_are_wanted_come(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.hook(hook_of(receiver, kinds=(EventKind.STATION_ONLINE,), stations=(STATION,)))
        bench.happen(STATION, OTHER_STATION)
        bench.happen(STATION, kind=EventKind.STATION_OFFLINE)
        bench.happen(None)
        await bench.courier.settle()
        assert receiver.sequences == [1, 4]


async def test_what_fails_is_tried_again_later_before_anything_behind_it_even_after_a_restart(database: str) -> None:
    async with bench_on(database) as bench, receiving("500 Oops", "302 Found") as receiver:
        bench.hook(hook_of(receiver))
        bench.happen(STATION, STATION)
        await bench.courier.settle()
        assert receiver.sequences == [1]
        assert (bench.kept.progress.failure, bench.kept.progress.attempts) == ("HTTP 500", 1)
        bench.restart()
        await bench.courier.settle()
        assert receiver.sequences == [1]  # its time has not come
        bench.clock.advance(2)
        await bench.courier.settle()
        assert bench.kept.progress.failure == "HTTP 302; redirects are not followed"
        bench.clock.advance(8)
        await bench.courier.settle()
        assert receiver.sequences == [1, 1, 1, 2]
        assert (bench.kept.progress.failure, bench.kept.progress.done_sequence) == ("", 2)


async def test_what_was_sent_but_not_written_down_before_a_crash_is_sent_again(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.hook(hook_of(receiver))
        bench.happen(STATION)
        bench.writer.is_held = True
        bench.courier.begin()
        await bench.writer.given.wait()
        bench.courier.stop()
        bench.restart()
        bench.writer.is_held = False
        await bench.courier.settle()
        assert [each.headers["contactor-delivery"] for each in receiver.got] == ["billing-1", "billing-1"]


async def test_after_the_last_attempt_it_is_a_dead_letter_and_the_next_event_goes_on(database: str) -> None:
    refusals = ["503 Busy"] * ATTEMPTS_MAX
    async with bench_on(database) as bench, receiving(*refusals) as receiver:
        bench.hook(hook_of(receiver))
        bench.happen(STATION, STATION)
        for _ in range(ATTEMPTS_MAX):
            await bench.courier.settle()
            bench.clock.advance(3600)
        await bench.courier.settle()
        assert receiver.sequences == [1] * ATTEMPTS_MAX + [2]
        assert [(each.letter.sequence, each.attempts, each.failure) for each in bench.dead] == [
            (1, ATTEMPTS_MAX, "HTTP 503")
        ]


async def test_a_dead_letter_is_tried_once_more_when_asked_for_and_is_gone_when_it_is_taken(database: str) -> None:
    refusals = ["503 Busy"] * (ATTEMPTS_MAX + 1)
    async with bench_on(database) as bench, receiving(*refusals) as receiver:
        bench.hook(hook_of(receiver))
        bench.happen(STATION)
        for _ in range(ATTEMPTS_MAX):
            await bench.courier.settle()
            bench.clock.advance(3600)

        def ask(connection: Connection) -> int:
            return ask_again(connection, "billing", None)

        for left in (1, 0):
            with for_writing(bench.around.engine).begin() as connection:
                assert ask(connection) == 1
            await bench.courier.settle()
            assert [(each.attempts, each.is_asked_again) for each in bench.dead] == [(ATTEMPTS_MAX + 1, False)] * left
        assert receiver.sequences == [1] * (ATTEMPTS_MAX + 2)
        assert receiver.got[-1].is_signed_with(SECRET)


async def test_a_paused_webhook_is_sent_nothing_and_then_what_happened_meanwhile(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.hook(hook_of(receiver, is_active=False))
        bench.happen(STATION)
        await bench.courier.settle()
        assert receiver.got == []
        bench.change(hook_of(receiver))
        await bench.courier.settle()
        assert receiver.sequences == [1]


async def test_one_target_that_is_away_holds_up_no_other(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.hook(Webhook("away", "http://127.0.0.1:1/", SECRET))
        bench.hook(hook_of(receiver))
        bench.happen(STATION)
        await bench.courier.settle()
        assert receiver.sequences == [1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
async def test_this_machine_is_not_sent_to_unless_that_is_stated(database: str, host: str) -> None:
    async with bench_on(database, allowed=()) as bench, receiving() as receiver:
        bench.hook(replace(hook_of(receiver), url=f"http://{host}:{receiver.port}/"))
        bench.happen(STATION)
        await bench.courier.settle()
        assert receiver.got == []
        assert "not in webhook_networks" in bench.kept.progress.failure


async def test_many_events_that_nobody_wants_are_not_looked_at_again(database: str) -> None:
    async with bench_on(database) as bench, receiving() as receiver:
        bench.hook(hook_of(receiver, kinds=(EventKind.STATION_BOOTED,)))
        bench.happen(*[STATION] * SKIP_NOTED_FROM)
        await bench.courier.settle()
        assert bench.kept.progress.done_sequence == SKIP_NOTED_FROM
        assert receiver.got == []


async def test_events_come_by_https_where_the_certificate_is_trusted_and_not_otherwise(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    contexts = []
    for issuer in (authority, stranger):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert("127.0.0.1").configure_cert(context)
        contexts.append(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: trusting)
    async with bench_on(database) as bench, receiving(tls=contexts[0]) as good, receiving(tls=contexts[1]) as bad:
        bench.hook(hook_of(bad))
        bench.happen(STATION)
        await bench.courier.settle()
        assert bad.got == []
        assert "CERTIFICATE_VERIFY_FAILED" in bench.kept.progress.failure
        bench.change(hook_of(good))
        await bench.courier.settle()
        assert good.sequences == [1]
        assert good.got[0].is_signed_with(SECRET)


async def test_dead_letters_are_forgotten_with_the_events_they_are_of(database: str) -> None:
    async with bench_on(database) as bench:
        bench.hook(Webhook("billing", "http://127.0.0.1:9/", SECRET))
        with for_writing(bench.around.engine).begin() as connection:
            for day in (0, 2):
                failed_at_ms = to_ms(NOON) + day * DAY_MS
                letter = Letter(day, b"{}")
                insert_dead(connection, "billing", letter, attempts=9, failure="HTTP 500", now_ms=failed_at_ms)
        (rule,) = [each for each in rules_of(settings(keep_events_days=1)) if each.table.name == "dead_letters"]
        with for_writing(bench.around.engine).begin() as connection:
            piece = forget_some(connection, rule, after_id=0, before_ms=to_ms(NOON) + DAY_MS)
        assert piece.forgotten == 1
        assert [each.letter.sequence for each in bench.dead] == [2]
        assert "dead_letters" not in [each.table.name for each in rules_of(settings(keep_events_days=0))]
