"""SHELL: plays a scenario on a virtual station, step by step, and comes to a verdict."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contactor.base.clock import Clock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.guide.load import load_product
from contactor.link.link import Dialer
from contactor.link.memory import MemoryNetwork
from contactor.station.effects import Note
from contactor.station.store.memory import MemoryStore
from contactor.station.watcher import Watcher
from contactor.virtual.control.bodies import Form
from contactor.virtual.control.state_view import state_of, statuses_of
from contactor.virtual.network import Network
from contactor.virtual.scenario.cast import Cast
from contactor.virtual.scenario.central import ScriptedCentral
from contactor.virtual.scenario.checks import Sight, shortfall
from contactor.virtual.scenario.deeds import SCRIPTED, Order, Wait
from contactor.virtual.scenario.expectations import NoFrameComes
from contactor.virtual.scenario.files import ScriptedFiles
from contactor.virtual.scenario.frame_log import FrameLog, says
from contactor.virtual.scenario.scenario import Scenario, Step
from contactor.virtual.scenario.verdict import Played, Verdict
from contactor.virtual.virtual_station import VirtualStation

LOOK_PERIOD_S = 1.0
"""How often it is looked at what changes without an event: meters."""
STATION_ID = "SCENARIO"
MEMORY_URL = "ws://central/ocpp"
MEMORY_TLS_URL = "wss://central/ocpp"
"""Where it is found by a station that was told to use TLS; in memory there is nothing to encrypt."""


@dataclass(frozen=True, slots=True)
class Opposite:
    """A real central system to play against, instead of the scripted one: its URL and the way to it."""

    url: str
    station_id: str
    dialer: Dialer
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Playing:
    """How a scenario is played, and who looks on."""

    clock: Clock
    dice: Dice
    opposite: Opposite | None = None
    watch: Callable[[str], Watcher] | None = None
    """Makes somebody who looks on, for a station of that name."""
    observe: Callable[[Note], None] | None = None
    begun: Callable[[Step], None] = lambda _step: None
    """Told each step when its turn has come."""
    told: Callable[[Played], None] = lambda _played: None
    """Told each step when it is over."""


async def play(scenario: Scenario, playing: Playing) -> Verdict:
    """Play a scenario to its end.

    Raises:
        BadSetting: it cannot be played against a real central system, or its settings do not fit.
    """
    if playing.opposite is not None:
        for step in scenario.steps:
            if isinstance(step.form, SCRIPTED):
                field = f"{scenario.name}: step {step.number}"
                raise BadSetting(field, step.name, "a real central system has its own mind; play it without --url")
    async with _stage(scenario, playing) as stage:
        return await stage.play()


@asynccontextmanager
async def _stage(scenario: Scenario, playing: Playing) -> AsyncIterator["_Stage"]:
    central, listeners, opposite = None, [], playing.opposite
    if opposite is None:
        network = MemoryNetwork()

        def reach(is_reachable: bool) -> None:
            network.is_reachable = is_reachable

        central = ScriptedCentral(scenario.script, playing.clock, reach)
        listeners = [network.listen(url, central.admit) for url in (MEMORY_URL, MEMORY_TLS_URL)]
        for listener in listeners:
            await listener.start()
        opposite = Opposite(MEMORY_URL, STATION_ID, network.dialer())
    initial = {"SupervisionUrl": opposite.url, "BoxIdentifier": opposite.station_id}
    if opposite.key is not None:
        initial["AuthorizationKey"] = opposite.key
    factory = scenario.factory.differing(product=None, model=None, serial=None, initial=initial)
    product = load_product(factory.product)
    virtual = VirtualStation(
        opposite.station_id,
        product,
        factory.settings(),
        MemoryStore(),
        Network(opposite.dialer, playing.dice),
        clock=playing.clock,
        dice=playing.dice,
        hardware_speed=scenario.speed,
        files=None if central is None else ScriptedFiles(product.name, scenario.script.firmware),
        observe=playing.observe,
    )
    stage = _Stage(scenario, playing, virtual, Cast(virtual, central))
    virtual.watchers.append(stage.log)
    if playing.watch is not None:
        virtual.watchers.append(playing.watch(virtual.name))
    virtual.switch_on()
    try:
        yield stage
    finally:
        await virtual.shut_down()
        for listener in listeners:
            await listener.close()


class _Stage:
    """A scenario while it is played."""

    def __init__(self, scenario: Scenario, playing: Playing, virtual: VirtualStation, cast: Cast) -> None:
        self._scenario = scenario
        self._playing = playing
        self._virtual = virtual
        self._cast = cast
        self._began_s = playing.clock.monotonic_s()
        self._changed = asyncio.Event()
        self.log = FrameLog(virtual.name, playing.clock, self._changed.set)

    async def play(self) -> Verdict:
        """Play the steps until one fails."""
        played = []
        for step in self._scenario.steps:
            self._playing.begun(step)
            failure = await self._play(step)
            played.append(Played(step, self._elapsed_s(), failure))
            self._playing.told(played[-1])
            if failure is not None:
                break
        return Verdict(self._scenario, played, len(self.log.frames), self._elapsed_s())

    async def _play(self, step: Step) -> str | None:
        if isinstance(step.form, Wait):
            await asyncio.sleep(step.form.seconds)
            return None
        if isinstance(step.form, NoFrameComes):
            return await self._never(step.form)
        if step.is_expectation:
            within_s = getattr(step.form, "within_s")  # noqa: B009 - every other expectation has one
            return await self._before(within_s, lambda: shortfall(step.form, self._sight()))
        self.log.forget()
        try:
            if isinstance(step.form, Order):
                return await self._order(step.form)
            self._cast.do(step.form)
        except BadSetting as error:
            return str(error)
        return None

    async def _order(self, order: Order) -> str | None:
        message_id = self._cast.order(order)
        if message_id is None:
            return "the station is not connected"

        def missing() -> str | None:
            is_there = self.log.answer_to(message_id) is not None
            return None if is_there else f"the station did not answer {order.action}"

        failure = await self._before(order.within_s, missing)
        answer = self.log.answer_to(message_id)
        if answer is None or order.answer is None or says(answer.payload, order.answer):
            return failure
        return f"{order.action} was answered {answer.payload}"

    async def _never(self, form: NoFrameComes) -> str | None:
        came = await self._before(form.for_s, lambda: None if self._seen(form) else "it did not come")
        return None if came is not None else f"a {form.action} {form.kind} was {form.direction}"

    def _seen(self, form: Form) -> bool:
        return shortfall(form, self._sight()) is not None

    async def _before(self, within_s: float, missing: Callable[[], str | None]) -> str | None:
        """Wait until nothing is missing; what is missing in the end."""
        deadline_s = self._playing.clock.monotonic_s() + within_s
        while (failure := missing()) is not None:
            left_s = deadline_s - self._playing.clock.monotonic_s()
            if left_s <= 0:
                return f"{failure} (after {within_s:g} s)"
            self._changed.clear()
            try:
                async with asyncio.timeout(min(left_s, LOOK_PERIOD_S)):
                    await self._changed.wait()
            except TimeoutError:
                pass
        return None

    def _sight(self) -> Sight:
        self._virtual.look()
        return Sight(state_of(self._virtual), statuses_of(self._virtual), self.log)

    def _elapsed_s(self) -> float:
        return self._playing.clock.monotonic_s() - self._began_s
