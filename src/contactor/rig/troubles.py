"""What goes wrong with a charger, and what that does to its cabinet and outlets."""

from collections.abc import Callable, Mapping

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.hardware.signals import FaultCleared, FaultRaised, ModulesChanged, Signal
from contactor.rig.cabinet import Cabinet
from contactor.rig.faults import MODULE_FAULT, Faults, canonical_dtc, takes_module
from contactor.rig.outlet import Outlet
from contactor.rig.outlet_orders import afflict, feed_all
from contactor.rig.supply import Supply


class Troubles:
    """Raises and clears trouble codes, and brings the hardware into line with those that are active."""

    __slots__ = ("_cabinet", "_dice", "_outlets", "_tell", "faults")

    def __init__(
        self,
        outlets: Mapping[OutletNumber, Outlet],
        cabinet: Cabinet,
        dice: Dice,
        tell: Callable[[Signal], None],
    ) -> None:
        self._outlets = outlets
        self._cabinet = cabinet
        self._dice = dice
        self._tell = tell
        self.faults = Faults()

    def begin(self, code: str, scope: OutletNumber | None, now_s: float) -> None:
        """Make a code active on an outlet or the station; once is enough.

        Raises:
            BadSetting: an empty code.
        """
        dtc = canonical_dtc(code)
        if not self.faults.set_active(dtc, scope):
            return
        self._tell(FaultRaised(dtc, scope))
        if takes_module(dtc) and self._cabinet.fail_one(dtc, self._dice):
            self._tell(ModulesChanged())
        self.apply(now_s)

    def end(self, code: str, scope: OutletNumber | None, now_s: float) -> None:
        """End a code and mend what it broke; energy stays off until it is allowed anew.

        Raises:
            BadSetting: the code is not active there.
        """
        dtc = canonical_dtc(code)
        self.faults.clear(dtc, scope)
        self._tell(FaultCleared(dtc, scope))
        if not self.faults.is_active(dtc) and self._cabinet.mend(dtc):
            self._tell(ModulesChanged())
        self.apply(now_s)

    def break_module(self, number: int, now_s: float) -> None:
        """Break one power module by its number, from 1; ending the module fault mends all that failed so.

        Raises:
            BadSetting: no such module.
        """
        if not self._cabinet.fail(number, MODULE_FAULT):
            return
        if self.faults.set_active(MODULE_FAULT, None):
            self._tell(FaultRaised(MODULE_FAULT, None))
        self._tell(ModulesChanged())
        self.apply(now_s)

    def change_supply(self, supply: Supply, now_s: float) -> None:
        """Change the mains; a voltage at which no module runs is told as trouble for as long as it lasts."""
        before = self._cabinet.supply.trouble
        self._cabinet.hang_on(supply)
        if before != supply.trouble:
            if before is not None and (before, None) in self.faults.active:
                self.end(before, None, now_s)
            if supply.trouble is not None:
                self.begin(supply.trouble, None, now_s)
        feed_all(self._outlets, self._cabinet, now_s)

    def apply(self, now_s: float) -> None:
        """Bring outlets and cabinet into line with the active codes."""
        for outlet in self._outlets.values():
            afflict(outlet, self.faults, now_s)
        self._cabinet.derate(self.faults.cabinet_derating())
        feed_all(self._outlets, self._cabinet, now_s)
