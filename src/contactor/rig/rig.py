"""The rig: a charger's hardware put together, driven by the station's commands, by time, and by people.

Everything here happens at the moment last advanced to. Commands and what people do never answer: their signals are
collected, in order, and the next `advance` hands them out; until then `deadline_s` is now.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting, BrokenPromise
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import Command, GrantPower
from contactor.hardware.port import Reading
from contactor.hardware.signals import (
    ScreenTouched,
    Signal,
    StopPressed,
)
from contactor.rig.badge_reader import read_badge
from contactor.rig.cabinet import Cabinet
from contactor.rig.cable_lock import CableLock
from contactor.rig.meter import Meter
from contactor.rig.outlet import NEVER_S, Outlet
from contactor.rig.outlet_moves import OutletState
from contactor.rig.outlet_orders import carry_out, feed_all
from contactor.rig.outlet_record import restore_outlet
from contactor.rig.plug import RATINGS, CableRating, PlugKind
from contactor.rig.power_module import MODULE, ModuleKind
from contactor.rig.rig_record import faults_from, rig_record
from contactor.rig.settings import RigSettings
from contactor.rig.snapshot import RigSnapshot
from contactor.rig.supply import Supply, supply_from
from contactor.rig.troubles import Troubles
from contactor.rig.vehicle import Vehicle

DEFAULTS = RigSettings()
_DUE_S = attrgetter("due_s")


class Rig:
    """Simulated hardware of one charger; implements `contactor.hardware.port.Hardware`.

    Power modules stay with an outlet until the station grants otherwise, even when its vehicle leaves: sharing is the
    software's decision. `registers_wh` are the meters' first readings, in order, 0 where not given. With `has_locks`
    the cables are detachable, each held in its outlet by a lock.

    Raises:
        BadSetting: no outlet, no module, or more registers than outlets.
    """

    __slots__ = ("_cabinet", "_is_powered", "_now_s", "_outlets", "_signals", "_troubles")

    def __init__(
        self,
        model_outlets: Sequence[PlugKind],
        module_count: int,
        *,
        dice: Dice,
        settings: RigSettings = DEFAULTS,
        registers_wh: Sequence[int] = (),
        ratings: Mapping[PlugKind, CableRating] = RATINGS,
        has_locks: bool = False,
        module: ModuleKind = MODULE,
        start_s: float = 0.0,
    ) -> None:
        if not model_outlets:
            raise BadSetting("outlets", list(model_outlets), "a charger has at least 1")
        if len(registers_wh) > len(model_outlets):
            raise BadSetting("meter registers", list(registers_wh), f"this charger has {len(model_outlets)} outlets")
        self._now_s = start_s
        self._is_powered = True
        self._signals: list[Signal] = []
        self._cabinet = Cabinet(module_count, module)
        self._outlets: dict[OutletNumber, Outlet] = {}
        tell = self._tell
        self._troubles = Troubles(self._outlets, self._cabinet, dice, tell)
        first_readings_wh = (*registers_wh, *([0] * len(model_outlets)))
        for number, (plug, first_wh) in enumerate(zip(model_outlets, first_readings_wh, strict=False), start=1):
            self._outlets[OutletNumber(number)] = Outlet(
                OutletNumber(number),
                plug,
                ratings[plug],
                meter=Meter(first_wh, now_s=start_s),
                settings=settings,
                dice=dice,
                tell=tell,
                lock=CableLock() if has_locks else None,
                module=module,
            )

    # Time.

    @property
    def now_s(self) -> float:
        """The rig second last advanced to."""
        return self._now_s

    @property
    def deadline_s(self) -> float | None:
        """When `advance` is due: now if signals wait, None if nothing can happen by itself."""
        if self._signals:
            return self._now_s
        due_s = min(self._outlets.values(), key=_DUE_S).due_s
        return None if due_s == NEVER_S else due_s

    def advance(self, to_s: float) -> list[Signal]:
        """Let time pass, and return what hardware and people told since the last advance, in order.

        Raises:
            BrokenPromise: `to_s` lies before the second last advanced to.
        """
        if not to_s >= self._now_s:
            raise BrokenPromise(f"rig time cannot go back from {self._now_s} s to {to_s} s")
        while True:
            outlet = min(self._outlets.values(), key=_DUE_S)
            if outlet.due_s > to_s:
                break
            self._now_s = outlet.due_s
            outlet.work(outlet.due_s)
        self._now_s = to_s
        signals, self._signals = self._signals, []
        return signals

    # What the software sees: the port.

    @property
    def outlets(self) -> Sequence[OutletNumber]:
        """The outlets, in order, numbered from 1."""
        return tuple(self._outlets)

    @property
    def modules_healthy(self) -> int:
        """How many power modules can deliver now."""
        return self._cabinet.healthy

    def is_plugged(self, outlet: OutletNumber) -> bool:
        """Whether a vehicle is connected."""
        return self._outlet(outlet).vehicle is not None

    def is_cable_locked(self, outlet: OutletNumber) -> bool:
        """Whether a detachable cable is held in its outlet."""
        lock = self._outlet(outlet).lock
        return lock is not None and lock.is_shut

    def read(self, outlet: OutletNumber) -> Reading:
        """Sample meter and vehicle at the second last advanced to."""
        return self._outlet(outlet).read(self._now_s)

    def demand_w(self, outlet: OutletNumber) -> float:
        """What the vehicle asks for now, or would ask for if it were allowed; 0 without one."""
        return self._outlet(outlet).wish_w(self._now_s)

    def faults(self) -> Sequence[tuple[str, OutletNumber | None]]:
        """The active trouble codes, oldest first."""
        return self._troubles.faults.active

    def obey(self, command: Command) -> None:
        """Do what is asked; without electronics nobody listens.

        AllowEnergy is refused without a word where no vehicle is connected or a fault keeps the contactor open, and is
        not remembered: ask again after CablePlugged or FaultCleared. Every StopEnergy is answered by EnergyOff.

        Raises:
            BrokenPromise: an outlet, modules, a limit or a lock that cannot be.
        """
        try:
            outlet = self._outlets[command.outlet]
        except KeyError:
            raise BrokenPromise(f"{command}: this rig has outlets 1 to {len(self._outlets)}") from None
        if not self._is_powered:
            return
        carry_out(command, outlet, self._now_s)
        if isinstance(command, GrantPower):
            self._cabinet.ask(outlet.number, command.modules)
            feed_all(self._outlets, self._cabinet, self._now_s)

    # What drivers and passers-by do.

    def plug(self, outlet: OutletNumber, vehicle: Vehicle) -> None:
        """Connect a vehicle.

        Raises:
            BadSetting: no such outlet, the outlet or the vehicle is taken, or the plug does not fit.
        """
        at = self._outlet(outlet)
        name = vehicle.model.name
        if at.vehicle is not None:
            raise BadSetting(f"outlet {outlet}", name, f"it is taken by {at.vehicle.model.name!r}; unplug that first")
        if vehicle.model.plug is not at.plug:
            raise BadSetting(f"outlet {outlet}", name, f"its plug is {at.plug}, the vehicle has {vehicle.model.plug}")
        if any(other.vehicle is vehicle for other in self._outlets.values()):
            raise BadSetting(f"outlet {outlet}", name, "that vehicle is connected to another outlet")
        at.connect(vehicle)

    def unplug(self, outlet: OutletNumber) -> Vehicle:
        """Disconnect the vehicle, by force if it is latched, and hand it back; current is cut before the plug moves.

        Raises:
            BadSetting: no such outlet, or no vehicle on it.
        """
        self._vehicle_at(outlet)
        return self._outlet(outlet).disconnect(self._now_s)

    def limit_vehicle(self, outlet: OutletNumber, power_w: float) -> None:
        """Let the driver turn the vehicle's power down or up again; 0 W pauses it.

        Raises:
            BadSetting: no such outlet, no vehicle on it, or a power that cannot be.
        """
        self._vehicle_at(outlet).limit_power(power_w)
        self._outlet(outlet).reconsider(self._now_s)

    def aim_vehicle(self, outlet: OutletNumber, soc: float) -> None:
        """Let the driver choose anew where the vehicle stops by itself; one that ended its session needs a new start.

        Raises:
            BadSetting: no such outlet, no vehicle on it, or a state of charge that cannot be.
        """
        self._vehicle_at(outlet).stop_at(soc)
        self._outlet(outlet).reconsider(self._now_s)

    def present_badge(self, uid: str) -> None:
        """Hold a badge to the reader.

        Raises:
            BadSetting: the badge has no text.
        """
        presented = read_badge(uid, is_working=self._troubles.faults.reader_works())
        if presented is not None:
            self._tell(presented)

    def touch_screen(self, outlet: OutletNumber | None = None) -> None:
        """Touch the screen, for one outlet or for the next.

        Raises:
            BadSetting: no such outlet.
        """
        self._tell(ScreenTouched(self._scope(outlet)))

    def press_stop(self, outlet: OutletNumber) -> None:
        """Press the stop button of an outlet on the screen.

        Raises:
            BadSetting: no such outlet.
        """
        self._tell(StopPressed(self._outlet(outlet).number))

    # What goes wrong.

    def raise_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """Make a trouble code active on an outlet or the station, with what it does to the hardware; once is enough.

        Raises:
            BadSetting: no such outlet, or an empty code.
        """
        self._troubles.begin(dtc, self._scope(outlet), self._now_s)

    def clear_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """End a trouble code and mend what it broke; energy stays off until it is allowed anew.

        Raises:
            BadSetting: no such outlet, or the code is not active there.
        """
        self._troubles.end(dtc, self._scope(outlet), self._now_s)

    def fail_module(self, number: int) -> None:
        """Break one power module by its number, from 1; clearing the module fault mends all that failed so.

        Raises:
            BadSetting: no such module.
        """
        self._troubles.break_module(number, self._now_s)

    def change_supply(self, supply: Supply) -> None:
        """Change the mains; a voltage at which no module runs is told as trouble for as long as it lasts."""
        self._troubles.change_supply(supply, self._now_s)

    # Power of the electronics, and what outlasts it.

    @property
    def is_powered(self) -> bool:
        """Whether the electronics have power."""
        return self._is_powered

    def power_off(self) -> None:
        """Cut the electronics' power: contactors drop, grants and untold signals are gone, meters keep their count.

        People can still plug, unplug and break things; nobody tells. Asked twice changes nothing.
        """
        for outlet in self._outlets.values():
            outlet.trip(self._now_s)
        self._cabinet.release_all()
        feed_all(self._outlets, self._cabinet, self._now_s)
        self._is_powered = False
        self._signals.clear()

    def power_on(self) -> None:
        """Give power back; nothing is told: the software looks around with `is_plugged` and `faults`."""
        self._is_powered = True

    def snapshot(self) -> RigSnapshot:
        """Write down what a power cut leaves, in plain values: vehicles, batteries, meters, faults, failed modules."""
        return rig_record(self._outlets.values(), self._cabinet, self._troubles.faults, self._now_s)

    def restore(self, snapshot: RigSnapshot) -> None:
        """Become what was written down, as after a power cut: contactors open, no grants, nothing told.

        Raises:
            BadSetting: it was taken from a rig with other outlets or modules, or holds an impossible value.
        """
        records = snapshot["outlets"]
        if len(records) != len(self._outlets):
            raise BadSetting("snapshot", f"{len(records)} outlets", f"this rig has {len(self._outlets)}")
        is_powered = self._is_powered
        self.power_off()
        for outlet, record in zip(self._outlets.values(), records, strict=True):
            restore_outlet(outlet, record, self._now_s)
        self._cabinet.hang_on(supply_from(snapshot.get("supply")))
        self._cabinet.restore_failed((module["number"], module["dtc"]) for module in snapshot["failed_modules"])
        self._troubles.faults.restore(faults_from(snapshot))
        self._troubles.apply(self._now_s)
        self._is_powered = is_powered
        self._signals.clear()

    # For panels and checks.

    @property
    def cabinet(self) -> Cabinet:
        """The cabinet, to be looked at."""
        return self._cabinet

    def meter(self, outlet: OutletNumber) -> Meter:
        """The outlet's meter, to be looked at; it counts up to any second from `now_s` on."""
        return self._outlet(outlet).meter

    def state(self, outlet: OutletNumber) -> OutletState:
        """What the outlet is doing."""
        return self._outlet(outlet).state

    def plug_kind(self, outlet: OutletNumber) -> PlugKind:
        """Which plug the outlet ends in."""
        return self._outlet(outlet).plug

    def vehicle(self, outlet: OutletNumber) -> Vehicle | None:
        """The vehicle on the outlet; its battery counts up to the last step, `read` up to now."""
        return self._outlet(outlet).vehicle

    def modules_granted(self, outlet: OutletNumber) -> int:
        """How many modules are connected to the outlet now: the grant, or what was left of it."""
        return self._outlet(outlet).feed.modules

    def energy_delivered_wh(self, outlet: OutletNumber) -> float:
        """Energy since the meter was made, exact; the register is its first reading plus this, rounded down."""
        return self._outlet(outlet).meter.delivered_wh(self._now_s)

    def _outlet(self, outlet: OutletNumber) -> Outlet:
        try:
            return self._outlets[outlet]
        except KeyError:
            raise BadSetting("outlet", outlet, f"this charger has outlets 1 to {len(self._outlets)}") from None

    def _scope(self, outlet: OutletNumber | None) -> OutletNumber | None:
        return None if outlet is None else self._outlet(outlet).number

    def _vehicle_at(self, outlet: OutletNumber) -> Vehicle:
        vehicle = self._outlet(outlet).vehicle
        if vehicle is None:
            raise BadSetting("outlet", outlet, "no vehicle is connected to it")
        return vehicle

    def _tell(self, signal: Signal) -> None:
        if self._is_powered:
            self._signals.append(signal)
