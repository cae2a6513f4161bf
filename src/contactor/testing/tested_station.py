"""SHELL: a virtual station in a test: what people do to it, what is to be seen of it, and what it says on the wire."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.store.memory import MemoryStore
from contactor.station.trace import Direction
from contactor.testing.stage import Pending, Stage, until
from contactor.virtual.control.bodies import Badge, Form, Mains, Speed, Touch, Trouble
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.control.shapes import StationState
from contactor.virtual.control.state_view import state_of
from contactor.virtual.factory_file import Factory
from contactor.virtual.network import Network
from contactor.virtual.scenario import deeds
from contactor.virtual.scenario.cast import Cast
from contactor.virtual.scenario.expectations import FramePattern
from contactor.virtual.scenario.fitness import unfit
from contactor.virtual.scenario.frame_log import FrameLog
from contactor.virtual.trace.traced import Traced
from contactor.virtual.virtual_station import VirtualStation

WITHIN_S = 10.0
QUICK = {"MinimumStatusDuration": "0"}
"""A test need not wait until a status has lasted for a while."""


@dataclass(frozen=True, slots=True)
class StationOptions:
    """What is chosen about a station; `settings` are first values of configuration keys, as texts on the wire."""

    url: str
    station_id: str = "CP-1"
    product: str = "evlink_pro_dc"
    model: str | None = None
    serial: str = "TEST-0001"
    key: str | None = None
    speed: float = 60.0
    settings: Mapping[str, str] = field(default_factory=dict)

    def factory(self) -> Factory:
        """What it is when it leaves the factory."""
        initial = {**QUICK, "SupervisionUrl": self.url, "BoxIdentifier": self.station_id, **self.settings}
        if self.key is not None:
            initial["AuthorizationKey"] = self.key
        return Factory().differing(product=self.product, model=self.model, serial=self.serial, initial=initial)


class TestedStation:
    """One station; what people do takes effect at once, what is waited for is awaited or asked for its `result()`."""

    __test__ = False  # pytest takes what is called Test... for tests

    def __init__(self, stage: Stage, options: StationOptions) -> None:
        self.name = options.station_id
        self._stage = stage
        self._virtual, self._log, self._changed = stage.do(lambda: _made(options))
        self._cast = Cast(self._virtual, None)
        stage.at_end(self._virtual.shut_down)
        stage.do(self._virtual.switch_on)

    # People and surroundings

    def plug(self, outlet: int = 1, **car: object) -> None:
        """Connect a car; `car` has the fields of the control API: soc_percent, vehicle, max_power_w and more."""
        self._do(deeds.Plug, outlet=outlet, **car)

    def unplug(self, outlet: int = 1) -> None:
        """Disconnect the car."""
        self._do(deeds.Unplug, outlet=outlet)

    def car(self, outlet: int = 1, **wish: object) -> None:
        """Have the driver tell the car something: max_power_w (0 pauses it), stop_at_soc_percent."""
        self._do(deeds.CarWish, outlet=outlet, **wish)

    def badge(self, uid: str, outlet: int | None = None) -> None:
        """Hold a badge to the reader, after a touch on the outlet's part of the screen if one is named."""
        self._do(Badge, uid=uid, outlet=outlet)

    def touch(self, outlet: int | None = None) -> None:
        """Touch the screen."""
        self._do(Touch, outlet=outlet)

    def stop(self, outlet: int = 1) -> None:
        """Press the stop button on the screen."""
        self._do(deeds.Stop, outlet=outlet)

    def raise_fault(self, dtc: str, outlet: int | None = None) -> None:
        """Make a trouble code active."""
        self._do(Trouble, dtc=dtc, outlet=outlet)

    def clear_fault(self, dtc: str, outlet: int | None = None) -> None:
        """Repair what a trouble code stands for."""
        self._do(deeds.Repair, dtc=dtc, outlet=outlet)

    def emergency_stop(self, place: str = "terminal", *, is_pressed: bool = True) -> None:
        """Press the emergency stop of the "terminal" or the "power cabinet", or release it."""
        self._do(deeds.EmergencyStop, place=place, is_pressed=is_pressed)

    def door(self, place: str = "terminal", *, is_open: bool = True) -> None:
        """Open the door of the "terminal" or the "power cabinet", or close it."""
        self._do(deeds.Door, place=place, is_open=is_open)

    def supply(self, voltage_v: float = 400.0, available_w: float | None = None) -> None:
        """Change the mains: their voltage, and the power the site leaves, None for no limit."""
        self._do(Mains, voltage_v=voltage_v, available_w=available_w)

    def speed(self, factor: float) -> None:
        """Let so many seconds of charging pass in one."""
        self._do(Speed, speed=factor)

    def power(self, move: str) -> None:
        """Cut the power ("cut") or give it back ("return")."""
        self._do(deeds.PowerChange, power=move)

    def network(self, move: str) -> None:
        """Cut the network ("clean", "reset", "silent", "half-open") or restore it ("restore")."""
        self._do(deeds.NetworkChange, way=move)

    def restart(self) -> None:
        """Start the software again."""
        self._do(deeds.Restart)

    # What is to be seen

    @property
    def state(self) -> StationState:
        """Everything, as of now."""
        return self._stage.do(self._state)

    @property
    def frames(self) -> Sequence[Traced]:
        """Every frame so far, both ways."""
        return self._stage.do(lambda: tuple(self._log.frames))

    def frame(
        self,
        action: str,
        *,
        within_s: float = WITHIN_S,
        direction: str = "sent",
        kind: str = "call",
        fields: Mapping[str, object] | None = None,
    ) -> Pending[Traced]:
        """Wait for the next frame of a kind; each is handed out once. `fields` are what it has to say, as in scenarios.

        Raises:
            NotInTime: (when awaited) none came.
        """
        pattern = FramePattern(
            action=action, direction=Direction(direction), kind=FrameKind(kind), fields=dict(fields or {})
        )

        async def found() -> Traced | None:
            taken = self._log.take([pattern])
            return taken[0] if taken else None

        def instead() -> str:
            others = "; ".join(str(each.payload)[:300] for each in self._log.alike(pattern))
            return f"{self.name}: no such {action} {kind} was {direction}" + (f", but {others}" if others else "")

        return self._stage.awaited(f"{self.name}: {action}", until(found, within_s, instead, self._changed))

    def status(self, connector: int, status: str, *, within_s: float = WITHIN_S) -> Pending[StationState]:
        """Wait until a connector has a status."""
        wanted = ChargePointStatus(status)
        return self.until(lambda state: _status(state, connector) == wanted, f"{connector} {wanted}", within_s=within_s)

    def online(self, *, within_s: float = WITHIN_S) -> Pending[StationState]:
        """Wait until it is connected and accepted."""
        return self.until(
            lambda state: bool(state.connection and state.connection.is_online), "online", within_s=within_s
        )

    def until(
        self, condition: Callable[[StationState], bool], what: str = "as wanted", *, within_s: float = WITHIN_S
    ) -> Pending[StationState]:
        """Wait until the state is as wanted."""

        async def found() -> StationState | None:
            state = self._state()
            return state if condition(state) else None

        def instead() -> str:
            state = self._state()
            statuses = ", ".join(f"{number} {_status(state, number)}" for number in state.outlets)
            return f"{self.name} did not become {what}: connectors are {statuses}"

        return self._stage.awaited(f"{self.name}: {what}", until(found, within_s, instead, self._changed))

    def _do(self, form: type[Form], **fields: object) -> None:
        """Do a deed that takes no time.

        Raises:
            BadSetting: a field is wrong, or it cannot be done now.
        """
        try:
            deed = form.model_validate(fields)
        except ValidationError as error:
            wrong = error.errors()[0]
            name = ".".join(map(str, wrong["loc"])) or form.__name__
            raise BadSetting(name, wrong["input"], wrong["msg"]) from None
        flaw = unfit(deed, self._virtual.product, self._virtual.model)
        if flaw is not None:
            raise BadSetting(flaw.field, flaw.value, flaw.expected)
        self._stage.do(lambda: self._cast.do(deed))

    def _state(self) -> StationState:
        self._virtual.look()
        return state_of(self._virtual)


def _status(state: StationState, connector: int) -> ChargePointStatus | None:
    outlet = state.outlets.get(connector)
    return None if outlet is None or outlet.connector is None else outlet.connector.status


def _made(options: StationOptions) -> tuple[VirtualStation, FrameLog, asyncio.Event]:
    factory, clock, dice, changed = options.factory(), SystemClock(), Dice.unpredictable(), asyncio.Event()
    virtual = VirtualStation(
        options.station_id,
        load_product(factory.product),
        factory.settings(),
        MemoryStore(),
        Network(WebSocketDialer(), dice),
        clock=clock,
        dice=dice,
        hardware_speed=options.speed,
    )
    log = FrameLog(options.station_id, clock, changed.set)
    virtual.watchers.append(log)
    return virtual, log, changed
