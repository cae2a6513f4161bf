"""SHELL: the foreman: goes round the campaigns, looks how their stations are, and tells the next ones to install.

All it goes by stands in the record. It writes down that a station is told before the order is given, and finds the
order again by its key, so that a restart goes on where it was and tells nobody twice.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.campaigns.campaign import (
    Campaign,
    CampaignState,
    Job,
    JobState,
    is_told_signed,
    order_key,
    ordered_by,
)
from contactor.central.campaigns.campaign_rows import end_campaign, find_campaign, find_unended, move_campaign
from contactor.central.campaigns.decision import Decision, Work, decide
from contactor.central.campaigns.job_rows import find_open_waves, move_job
from contactor.central.campaigns.progress import not_known, refused
from contactor.central.campaigns.station_facts import load_station_facts
from contactor.central.commands.command import CommandRefused, Order, QueueFull
from contactor.central.commands.port import Desk
from contactor.central.events.feed import Asking
from contactor.central.files.exchange import Exchange, Via
from contactor.central.files.image_rows import find_image
from contactor.central.files.installation import Installation, installation
from contactor.central.files.place import LIFETIME_MS, PlaceKey
from contactor.central.files.place_rows import add_place, drop_place
from contactor.central.milliseconds import to_ms
from contactor.central.sessions import Sessions
from contactor.central.store.news import Rest
from contactor.central.store.port import Writer, WriterFull, WriterStopped

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ForemanSurroundings:
    """What the foreman works with; `ring` is called whenever events were committed."""

    sessions: Sessions
    desk: Desk
    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    exchange: Exchange
    ring: Callable[[], None]
    log: structlog.typing.FilteringBoundLogger


class Foreman:
    """Carries campaigns out; belongs to the event loop of the central system."""

    def __init__(self, around: ForemanSurroundings) -> None:
        self._around = around
        self._rest = Rest(around.writer.news)
        self._round: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin a round, unless one is going on; for a timer."""
        if self._rest.is_over and (self._round is None or self._round.done()):
            self._rest.end()
            self._round = asyncio.get_running_loop().create_task(self.go_round(), name="contactor-campaigns")

    def stop(self) -> None:
        """Tell nobody more; the next life goes on."""
        if self._round is not None:
            self._round.cancel()

    async def go_round(self) -> None:
        """Look at every campaign once."""
        sessions, exchange, now = self._around.sessions, self._around.exchange, self._around.clock.now()
        served = frozenset(via for via in Via if exchange.serves(via))
        ready = frozenset(each.station_id for each in sessions.presence if sessions.may_order(each.station_id))
        try:
            found = await self._around.asking(lambda: self._look(ready, served, now))
            if not found:
                self._rest.begin()
            for campaign, jobs, decision in found:
                if await self._settled(campaign, jobs, decision, now):
                    for job in decision.tell:
                        await self._tell(campaign, job)
        except (WriterFull, WriterStopped) as error:
            self._around.log.warning("campaigns wait", reason=str(error))
        # The boundary of one round: whatever it runs into, the next begins from the record again.
        except Exception:
            self._around.log.exception("campaigns were not looked at")

    def _look(
        self, ready: frozenset[str], served: frozenset[Via], now: datetime
    ) -> list[tuple[Campaign, list[Job], Decision]]:
        with self._around.engine.connect() as connection:
            found = []
            for campaign in find_unended(connection):
                jobs, is_whole = find_open_waves(connection, campaign.campaign_id)
                facts = load_station_facts(connection, campaign, jobs, ready)
                work = Work(jobs, facts, is_whole, campaign.rules.via in served)
                found.append((campaign, jobs, decide(campaign, work, now)))
            return found

    async def _settled(self, campaign: Campaign, jobs: list[Job], decision: Decision, now: datetime) -> bool:
        """Write a decision down; whether the campaign still stands as it was when it was decided."""
        old = {job.place: job for job in jobs}
        is_over = campaign.state is CampaignState.CANCELLED and not jobs
        if not decision.changed and decision.state is campaign.state and not is_over:
            return True

        def work(connection: Connection) -> bool:
            for job in decision.changed:
                move_job(connection, campaign.campaign_id, job, old[job.place], now)
            if is_over:
                end_campaign(connection, campaign.campaign_id, to_ms(now))
            if decision.state is campaign.state:
                return True
            return move_campaign(connection, campaign, decision.state, decision.detail, now)

        stands = await self._write(work)
        self._around.ring()
        return stands

    async def _tell(self, campaign: Campaign, job: Job) -> None:
        """Make a place, write down that the station is told, and order the update with the place's address."""
        key, now = PlaceKey.fresh(), self._around.clock.now()
        location = self._around.exchange.location(campaign.rules.via, key, campaign.file_name)
        if location is None:
            return
        told = replace(
            job, state=JobState.SENT, orders=job.orders + 1, sent_at_ms=to_ms(now), changed_at_ms=to_ms(now), detail=""
        )

        def work(connection: Connection) -> Installation | None:
            found = find_campaign(connection, campaign.campaign_id)
            if found is None or found.state is not CampaignState.RUNNING or found.image_id is None:
                return None
            image = find_image(connection, found.image_id)
            if image is None or not move_job(connection, campaign.campaign_id, told, job, now):
                return None
            expires_at_ms = to_ms(now) + LIFETIME_MS
            number = add_place(connection, key, job.station_id, expires_at_ms=expires_at_ms, image_id=found.image_id)
            signature = image.signature if is_told_signed(campaign.rules, job) else None
            return installation(location, now.isoformat(), number, signature)

        request = await self._write(work)
        if request is not None:
            await self._order(campaign, told, key, request, now)
            self._around.ring()

    async def _order(self, campaign: Campaign, job: Job, key: PlaceKey, request: Installation, now: datetime) -> None:
        order = Order(
            StationId(job.station_id),
            request.action,
            request.payload,
            by=ordered_by(campaign.campaign_id),
            why=campaign.name,
            idempotency_key=order_key(campaign.campaign_id, job),
        )
        try:
            await self._around.desk.submit(order)
        except QueueFull:
            return  # without an order the next round puts it back into the queue
        except CommandRefused as error:
            after = _not_ordered(campaign, job, error, to_ms(now))

            def work(connection: Connection) -> bool:
                drop_place(connection, key.name)
                return move_job(connection, campaign.campaign_id, after, job, now)

            await self._write(work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        told: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(outcome: object) -> None:
            if told.done():
                return
            if isinstance(outcome, Exception):
                told.set_exception(outcome)
            else:
                told.set_result(outcome)  # type: ignore[arg-type]  # the writer hands back what the work returned

        self._around.writer.write(work, done)
        return await told


def _not_ordered(campaign: Campaign, job: Job, error: CommandRefused, now_ms: int) -> Job:
    """The job after an order that may not be given, be it because its product is known not to have the message."""
    if error.field == "action" and is_told_signed(campaign.rules, job):
        return not_known(job, error.reason, campaign.rules, now_ms)
    return refused(job, f"the order is refused: {error.field}: {error.reason}")
