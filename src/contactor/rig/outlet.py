"""One outlet: from the plug to the last ampere. Follows vehicle, grant, modules and rating; keeps its own time table.

Current and voltage are constant from one moment of its time table to the next. That table depends on what happened
and never on how often somebody looks, so many small advances and one large one give the same, to the last digit.
"""

import math
from collections.abc import Callable, Sequence

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.hardware.port import Reading
from contactor.hardware.signals import DemandChanged, Signal
from contactor.rig.cabinet import NO_FEED, Feed
from contactor.rig.cable_lock import CableLock
from contactor.rig.meter import SECONDS_PER_HOUR, Meter
from contactor.rig.outlet_moves import CLOSED, Cause, OutletState, next_move
from contactor.rig.plug import CableRating, PlugKind
from contactor.rig.power_module import MODULE, ModuleKind
from contactor.rig.settings import RigSettings
from contactor.rig.vehicle import Vehicle

NEVER_S = math.inf
LONG_AGO_S = -math.inf

DEMAND_HOLD_S = 1.0
"""Between two DemandChanged: sharing anew moves relays, which nobody wants to hear rattle."""

SMALLEST_RAMP_A = 0.01
"""A target this near is reached at once: voltage creeps up while a vehicle charges, and that is no ramp."""

SHORTEST_STEP_S = 1e-3
"""Keeps a step that ends at a computed moment from shrinking to nothing."""


class Outlet:
    """Plug, latch, insulation check, precharge, contactor and meter of one outlet.

    `due_s` says when it must be worked on next. A limit that falls (grant, modules, heat, the vehicle's wish) binds at
    once, for modules cut current within milliseconds; current rises at the ramp rate, and falls at one on StopEnergy.
    """

    __slots__ = ("_cap_a", "_cap_w", "_demand_told_at_s", "_derating", "_dice", "_is_ramping", "_module",
                 "_modules_told", "_open_circuit_v", "_rating", "_rests", "_settings", "_tell", "due_s", "feed",
                 "is_blocked", "limit_a", "limit_w", "lock", "meter", "number", "plug", "state", "vehicle")  # fmt: skip

    def __init__(
        self,
        number: OutletNumber,
        plug: PlugKind,
        rating: CableRating,
        *,
        meter: Meter,
        settings: RigSettings,
        dice: Dice,
        tell: Callable[[Signal], None],
        lock: CableLock | None = None,
        module: ModuleKind = MODULE,
    ) -> None:
        self.number = number
        self.plug = plug
        self.meter = meter
        self.state = OutletState.FREE
        self.due_s = NEVER_S
        self.vehicle: Vehicle | None = None
        self.feed = NO_FEED
        self.lock = lock
        self._module = module
        self.limit_w = 0.0
        self.limit_a = math.inf
        self.is_blocked = False
        self._derating = 1.0
        self._rating = rating
        self._settings = settings
        self._dice = dice
        self._tell = tell
        self._is_ramping = False
        self._open_circuit_v = 0.0
        self._rests: Sequence[tuple[float, float]] = ()
        self._modules_told = 0
        self._demand_told_at_s = LONG_AGO_S
        self._cap_w = self._cap_a = 0.0
        self._find_caps()

    def connect(self, vehicle: Vehicle) -> None:
        """Take a vehicle; there is none yet."""
        self.vehicle = vehicle
        self._open_circuit_v = vehicle.open_circuit_v
        self._move(Cause.PLUG)

    def disconnect(self, now_s: float) -> Vehicle:
        """Give the vehicle back; current is cut first."""
        assert self.vehicle is not None
        self._cut(now_s)
        self._move(Cause.UNPLUG)
        vehicle, self.vehicle = self.vehicle, None
        return vehicle

    def allow(self, now_s: float) -> None:
        """Begin, if a vehicle is there and no fault forbids it; asked while stopping: begin again afterwards."""
        if self.is_blocked:
            return
        before = self.state
        if self.lock is not None and self.vehicle is not None:
            self.lock.shut()
        self._move(Cause.ALLOW)
        if before is OutletState.PLUGGED:
            self._begin(now_s)

    def stop(self, now_s: float) -> None:
        """Ramp down and open; answered by EnergyOff, at once where no current flows."""
        was_closed = self.state in CLOSED
        self._move(Cause.STOP)
        if was_closed:
            self._settle(now_s)
            self.due_s = now_s + self._settings.ramp_step_s
            if self.meter.current_a == 0:
                self._ramp_down(now_s)
        elif self.state is OutletState.PLUGGED:
            self.due_s = NEVER_S

    def trip(self, now_s: float) -> None:
        """Drop the contactor, whatever was going on."""
        self._cut(now_s)
        self._move(Cause.TRIP)

    def limit(self, limit_w: float, limit_a: float, now_s: float) -> None:
        """Obey new limits of power and current."""
        if (limit_w, limit_a) != (self.limit_w, self.limit_a):
            self.limit_w, self.limit_a = limit_w, limit_a
            self._find_caps()
            self.reconsider(now_s)

    def be_fed(self, feed: Feed, now_s: float) -> None:
        """Be connected to other modules than before."""
        if feed != self.feed:
            self.feed = feed
            self._find_caps()
            self.reconsider(now_s)

    def derate(self, factor: float, now_s: float) -> None:
        """Use only a share of the rating."""
        if factor != self._derating:
            self._derating = factor
            self._find_caps()
            self.reconsider(now_s)

    def reconsider(self, now_s: float) -> None:
        """Look again at what may flow, because something changed."""
        if self.state in CLOSED:
            self._steer(now_s)
        elif self.state in (OutletState.STOPPING, OutletState.TURNING):
            self._settle(now_s)
            self._flow(min(self.meter.current_a, self._ceiling_a()))
        elif self.state in (OutletState.CHECKING, OutletState.PRECHARGING):
            self._tell_demand(now_s, self.wish_w(now_s))

    def work(self, now_s: float) -> None:
        """Do what was due."""
        _WORK[self.state](self, now_s)

    def wish_w(self, now_s: float) -> float:
        """What the vehicle asks for now, or would ask for if it were allowed."""
        if self.vehicle is None or (self._rests and self._is_resting(now_s)):
            return 0.0
        return self.vehicle.wish_w()

    def _is_resting(self, now_s: float) -> bool:
        return any(begin_s <= now_s < end_s for begin_s, end_s in self._rests)

    def gained_wh(self, now_s: float) -> float:
        """What the battery has gained since the vehicle's own count was last brought up to date."""
        stored_w = self._open_circuit_v * self.meter.current_a
        return stored_w * (now_s - self.meter.since_s) / SECONDS_PER_HOUR

    def read(self, now_s: float) -> Reading:
        """Sample everything at one moment; leaves no trace."""
        meter = self.meter
        offered_w, offered_a = self._offered()
        return Reading(
            register_wh=meter.register_wh(now_s),
            power_w=meter.power_w,
            current_a=meter.current_a,
            voltage_v=meter.voltage_v,
            offered_w=offered_w,
            offered_a=offered_a,
            soc_percent=None if self.vehicle is None else self.vehicle.soc_percent_after(self.gained_wh(now_s)),
        )

    # What an outlet does at the moments of its time table.

    def _begin(self, now_s: float) -> None:
        settings = self._settings
        check_s = self._dice.between(settings.insulation_check_min_s, settings.insulation_check_max_s)
        self.due_s = now_s + check_s
        # Whoever allows energy can read the wish at that moment; only what changes from there on is news.
        self._modules_told = self._modules_for(self.wish_w(now_s))

    def _finish_check(self, now_s: float) -> None:
        self._move(Cause.CHECKED)
        self.due_s = now_s + self._settings.precharge_s

    def _close(self, now_s: float) -> None:
        assert self.vehicle is not None
        self._move(Cause.PRECHARGED)
        self._rests = self.vehicle.rests_from(now_s)
        self._steer(now_s)

    def _steer(self, now_s: float) -> None:
        """Set the current that flows from now on, and say how long it may."""
        vehicle = self.vehicle
        assert vehicle is not None
        stretch_s = now_s - self.meter.since_s
        self._settle(now_s)
        if vehicle.is_done and vehicle.ends_when_done:
            self._cut(now_s)
            self._move(Cause.VEHICLE_ENDS)
            return
        wish_w = self.wish_w(now_s)
        self._flow(self._ramped_a(self._target_a(wish_w), stretch_s))
        if wish_w <= 0:
            self._move(Cause.VEHICLE_RESTS)
        else:
            self._move(Cause.CURRENT if self.meter.current_a > 0 else Cause.NO_CURRENT)
        demand_due_s = self._tell_demand(now_s, wish_w)
        self.due_s = min(self._stretch_ends_s(now_s), demand_due_s)

    def _ramp_down(self, now_s: float) -> None:
        fallen_a = self.meter.current_a - self._settings.ramp_down_a_per_s * (now_s - self.meter.since_s)
        if fallen_a > 0:
            self._settle(now_s)
            self._flow(min(fallen_a, self._ceiling_a()))
            self.due_s = now_s + self._settings.ramp_step_s
            return
        self._cut(now_s)
        self._move(Cause.RAMPED_DOWN)
        if self.state is OutletState.CHECKING:
            self._begin(now_s)

    # What current is right, and for how long.

    def _find_caps(self) -> None:
        """The power and the current that grant, modules and rating leave together."""
        self._cap_w = min(self.feed.power_w, self._rating.power_max_w * self._derating)
        self._cap_a = min(self.feed.current_a, self._rating.current_max_a * self._derating)
        if self.plug.follows_limit:
            self._cap_w, self._cap_a = min(self._cap_w, self.limit_w), min(self._cap_a, self.limit_a)

    def _ceiling_a(self) -> float:
        """The most that may flow; on CCS2 never less than what the connected modules let through (D-16)."""
        assert self.vehicle is not None
        current_a = self.vehicle.model.current_for_a(self._cap_w, self._open_circuit_v)
        ceiling_a = min(current_a, self._cap_a)
        return max(ceiling_a, self._module.residual_a * self.feed.modules) if self.plug.follows_limit else ceiling_a

    def _target_a(self, wish_w: float) -> float:
        if wish_w <= 0:
            return 0.0
        assert self.vehicle is not None
        return min(self.vehicle.model.current_for_a(wish_w, self._open_circuit_v), self._ceiling_a())

    def _ramped_a(self, target_a: float, stretch_s: float) -> float:
        """The current on the way to its target: down at once, up no faster than the ramp."""
        current_a = self.meter.current_a
        if target_a <= current_a + SMALLEST_RAMP_A:
            self._is_ramping = False
            return target_a
        # A stretch that was not part of a ramp has earned no rise: the target was only now found to be higher.
        reached_a = current_a + self._settings.ramp_up_a_per_s * stretch_s if self._is_ramping else current_a
        self._is_ramping = reached_a < target_a
        return min(reached_a, target_a)

    def _stretch_ends_s(self, now_s: float) -> float:
        """When the current has to be looked at again; never, if nothing but a command can change it."""
        assert self.vehicle is not None
        ends_s = min((edge_s for rest in self._rests for edge_s in rest if edge_s > now_s), default=NEVER_S)
        if self._is_ramping:
            ends_s = min(ends_s, now_s + self._settings.ramp_step_s)
        if self.meter.current_a > 0:
            stored_w = self._open_circuit_v * self.meter.current_a
            done_in_s = self.vehicle.missing_wh * SECONDS_PER_HOUR / stored_w
            ends_s = min(ends_s, now_s + self._settings.step_s, now_s + max(done_in_s, SHORTEST_STEP_S))
        return ends_s

    def _tell_demand(self, now_s: float, wish_w: float) -> float:
        """Tell a wish for more or fewer modules than told last; return when to try again if it is too soon."""
        modules = self._modules_for(wish_w)
        if modules == self._modules_told:
            return NEVER_S
        allowed_at_s = self._demand_told_at_s + DEMAND_HOLD_S
        if now_s < allowed_at_s:
            return allowed_at_s
        self._modules_told = modules
        self._demand_told_at_s = now_s
        self._tell(DemandChanged(self.number))
        return NEVER_S

    def _offered(self) -> tuple[float, float]:
        """Power and current the vehicle may take now (MV-14); without a vehicle, what any vehicle might."""
        if self.is_blocked:
            return 0.0, 0.0
        power_w, current_a = self._cap_w, self._cap_a
        if self.vehicle is None:
            return power_w, current_a if power_w > 0 else 0.0
        model, open_circuit_v = self.vehicle.model, self._open_circuit_v
        current_a = min(current_a, model.current_for_a(power_w, open_circuit_v))
        return (open_circuit_v + model.resistance_ohm * current_a) * current_a, current_a

    def _modules_for(self, power_w: float) -> int:
        """How many modules a power needs; a millionth of one does not make another."""
        return math.ceil(power_w / self._module.power_w - 1e-6)

    # The three things that change what is.

    def _settle(self, now_s: float) -> None:
        """Put into battery and register what flowed until now."""
        assert self.vehicle is not None
        self.vehicle.charge_wh += self.gained_wh(now_s)
        self.meter.settle(now_s)
        self._open_circuit_v = self.vehicle.open_circuit_v

    def _flow(self, current_a: float) -> None:
        assert self.vehicle is not None
        self.meter.flow(self._open_circuit_v + self.vehicle.model.resistance_ohm * current_a, current_a)

    def _cut(self, now_s: float) -> None:
        """Open the contactor; the time table is empty afterwards."""
        if self.vehicle is not None:
            self._settle(now_s)
        self.meter.flow(0.0, 0.0)
        self.due_s = NEVER_S
        self._is_ramping = False
        self._rests = ()

    def _move(self, cause: Cause) -> None:
        move = next_move(self.state, cause)
        self.state = move.state
        for signal in move.tells:
            self._tell(signal(self.number))


_WORK: dict[OutletState, Callable[[Outlet, float], None]] = {
    OutletState.CHECKING: Outlet._finish_check,
    OutletState.PRECHARGING: Outlet._close,
    OutletState.READY: Outlet._steer,
    OutletState.FLOWING: Outlet._steer,
    OutletState.PAUSED: Outlet._steer,
    OutletState.STOPPING: Outlet._ramp_down,
    OutletState.TURNING: Outlet._ramp_down,
}
