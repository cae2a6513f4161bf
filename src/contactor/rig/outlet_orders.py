"""What the commands of the software, and active trouble, do to one outlet."""

from collections.abc import Mapping

from contactor.base.errors import BrokenPromise
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, Command, GrantPower, ReleaseCable, StopEnergy
from contactor.rig.cabinet import Cabinet
from contactor.rig.faults import Faults
from contactor.rig.outlet import Outlet
from contactor.rig.outlet_moves import LATCHED


def carry_out(command: Command, outlet: Outlet, now_s: float) -> None:
    """Obey a command as far as the outlet is concerned; modules are the cabinet's.

    Raises:
        BrokenPromise: a number of modules or a limit that cannot be, or a lock that is not there.
    """
    match command:
        case AllowEnergy():
            outlet.allow(now_s)
        case StopEnergy():
            outlet.stop(now_s)
        case ReleaseCable():
            if outlet.lock is None:
                raise BrokenPromise(f"{command}: the cable is fixed")
            if outlet.state not in LATCHED:  # hardware opens no lock under current
                outlet.lock.open()
        case GrantPower(modules=modules, limit_w=limit_w, limit_a=limit_a):
            if modules < 0 or not limit_w >= 0 or not limit_a >= 0:
                raise BrokenPromise(f"{command}: modules and limits are never below 0")
            outlet.limit(limit_w, limit_a, now_s)


def afflict(outlet: Outlet, faults: Faults, now_s: float) -> None:
    """Bring an outlet into line with the active trouble codes."""
    outlet.is_blocked = faults.block(outlet.number)
    if outlet.is_blocked:
        outlet.trip(now_s)
    if outlet.lock is not None:
        outlet.lock.is_jammed = faults.lock_is_jammed(outlet.number)
    outlet.derate(faults.outlet_derating(outlet.number), now_s)


def feed_all(outlets: Mapping[OutletNumber, Outlet], cabinet: Cabinet, now_s: float) -> None:
    """Connect every outlet to the modules it holds now."""
    for outlet in outlets.values():
        outlet.be_fed(cabinet.feed(outlet.number), now_s)
