"""SHELL: keeps the running cost on stations' screens up to date, by orders to the desk like anybody else's.

Only stations that are there, accepted and understand it are told; who answers UnknownVendorId is left alone for a day.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.commands.command import CommandRefused, CommandState, CommandView, Order, QueueFull
from contactor.central.commands.port import Desk
from contactor.central.events.feed import Asking
from contactor.central.milliseconds import to_ms
from contactor.central.settings import CentralSettings
from contactor.central.store.news import News, Rest
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.central.tariffs.cost import rate_at
from contactor.central.tariffs.cost_message import Spelling, cost_request
from contactor.central.tariffs.cost_orders import ACTION, TELLER, WHY
from contactor.central.tariffs.cost_rows import compute
from contactor.central.tariffs.pace import Situation, Told, is_due, is_news
from contactor.central.tariffs.running_rows import RunningCharge, running_charges
from contactor.guide.entries import CostMessage
from contactor.guide.load import load_product
from contactor.ocpp.enumerations import DataTransferStatus

T = TypeVar("T")

LEFT_ALONE_S = 86_400.0
ANSWER_WAIT_S = 120.0
NOT_UNDERSTOOD = (DataTransferStatus.UNKNOWN_VENDOR_ID, DataTransferStatus.UNKNOWN_MESSAGE_ID)


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How often screens are told, in which spelling."""

    interval_s: float
    message: CostMessage
    spelling: Spelling


def screen_settings(settings: CentralSettings) -> ScreenSettings:
    """What the settings say, in the guide's own form."""
    spelling = Spelling(settings.cost_total_field, settings.cost_transaction_field)
    message = load_product().cost_message
    assert message is not None  # the product of the guide shows costs
    return ScreenSettings(settings.cost_update_interval_s, message, spelling)


class Attendance(Protocol):
    """Who is there to be told."""

    def __call__(self, station_id: StationId) -> bool:
        """Whether a station is connected and accepted."""
        ...


@dataclass(frozen=True, slots=True)
class ScreenSurroundings:
    """What the screens are kept up to date with."""

    desk: Desk
    is_there: Attendance
    engine: Engine
    asking: Asking
    clock: Clock
    news: News
    log: structlog.typing.FilteringBoundLogger


class CostScreens:
    """Tells screens; belongs to the event loop of the central system."""

    def __init__(self, settings: ScreenSettings, around: ScreenSurroundings) -> None:
        self._settings = settings
        self._around = around
        self._rest = Rest(around.news)
        self._told: dict[int, Told] = {}
        self._left_alone_until_s: dict[StationId, float] = {}
        self._round: asyncio.Task[None] | None = None
        self._orders: dict[int, asyncio.Task[None]] = {}

    def tick(self) -> None:
        """Tell what has changed or is due, unless the last round still goes on."""
        is_wanted = self._settings.interval_s and self._rest.is_over
        if is_wanted and (self._round is None or self._round.done()):
            self._rest.end()
            self._round = asyncio.get_running_loop().create_task(self._go_round())

    def stop(self) -> None:
        """Tell nothing more."""
        for task in (self._round, *self._orders.values()):
            if task is not None:
                task.cancel()

    async def _go_round(self) -> None:
        try:
            running = await self._around.asking(lambda: self._read(running_charges))
            self._forget_others({charge.number for charge in running})
            if not running:
                self._rest.begin()
                return
            due = [charge for charge in running if self._wants_look(charge)]
            totals = await self._around.asking(lambda: self._read(lambda c: self._totals(c, due)))
        # The boundary of one round: whatever a reader runs into, the next round tries again.
        except Exception as error:
            self._around.log.error("running costs were not computed", exc_info=error)
            return
        for charge in due:
            total = totals.get(charge.number)
            told = self._told.get(charge.number)
            if total is not None and is_news(told, self._situation(charge), total):
                self._orders[charge.number] = asyncio.get_running_loop().create_task(self._tell(charge, total))
            elif told is not None:
                self._told[charge.number] = replace(told, at_s=self._around.clock.monotonic_s())

    def _wants_look(self, charge: RunningCharge) -> bool:
        now_s = self._around.clock.monotonic_s()
        if charge.number in self._orders or now_s < self._left_alone_until_s.get(charge.station_id, now_s):
            return False
        told = self._told.get(charge.number)
        is_time = is_due(told, self._situation(charge), now_s, self._settings.interval_s)
        return is_time and self._around.is_there(charge.station_id)

    def _situation(self, charge: RunningCharge) -> Situation:
        return Situation(rate_at(charge.tariff, to_ms(self._around.clock.now())), charge.is_suspended)

    def _totals(self, connection: Connection, due: list[RunningCharge]) -> dict[int, Decimal]:
        now_ms = to_ms(self._around.clock.now())
        computed = {charge.number: compute(connection, charge.number, now_ms) for charge in due}
        return {number: found.cost.total for number, found in computed.items() if found is not None}

    async def _tell(self, charge: RunningCharge, total: Decimal) -> None:
        request = cost_request(
            self._settings.message,
            self._settings.spelling,
            currency=charge.tariff.currency,
            connector_id=charge.connector_id,
            total=total,
            number=charge.number,
        )
        situation, desk = self._situation(charge), self._around.desk
        try:
            view = await desk.submit(Order(charge.station_id, ACTION, request, TELLER, WHY))
            view = await desk.settled(view.command_id, wait_s=ANSWER_WAIT_S)
        except (CommandRefused, QueueFull, WriterFull, WriterStopped) as error:
            self._around.log.info("a cost was not told", transaction=charge.number, reason=str(error))
            view = None
        finally:
            self._orders.pop(charge.number, None)
        self._note(charge, situation, total, view)

    def _note(self, charge: RunningCharge, situation: Situation, total: Decimal, view: CommandView | None) -> None:
        now_s = self._around.clock.monotonic_s()
        is_taken = view is not None and view.status == DataTransferStatus.ACCEPTED
        self._told[charge.number] = Told(situation, total if is_taken else None, now_s)
        if view is not None and (view.status in NOT_UNDERSTOOD or view.state is CommandState.REFUSED):
            self._left_alone_until_s[charge.station_id] = now_s + LEFT_ALONE_S
            self._around.log.info("a station shows no costs", station=charge.station_id, answer=view.status)

    def _forget_others(self, running: set[int]) -> None:
        for number in self._told.keys() - running:
            del self._told[number]

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._around.engine.connect() as connection:
            return question(connection)
