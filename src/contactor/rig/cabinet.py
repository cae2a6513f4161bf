"""The power cabinet: its modules as one pool, and which outlet holds which.

Every healthy module is held by one outlet or by none, so what the outlets hold together can never exceed what works.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.rig.power_module import MODULE, ModuleKind, PowerModule
from contactor.rig.supply import NOMINAL, Supply


@dataclass(frozen=True, slots=True)
class Feed:
    """What the modules of one outlet can deliver together now."""

    modules: int
    power_w: float
    current_a: float


NO_FEED = Feed(0, 0.0, 0.0)


class Cabinet:
    """Hands out whole modules.

    An outlet that asks for more than is left gets what is left, and more as modules become free or healthy; modules
    an outlet holds and still wants are never taken for another. Who asked first is served first.

    Raises:
        BadSetting: the cabinet would have no module.
    """

    __slots__ = ("_derating", "_feeds", "_healthy", "_kind", "_made", "_module_count", "_supply", "_wanted")

    def __init__(self, module_count: int, kind: ModuleKind = MODULE) -> None:
        if module_count < 1:
            raise BadSetting("module count", module_count, "a cabinet has at least 1 power module")
        self._kind = kind
        self._module_count = module_count
        self._made: tuple[PowerModule, ...] | None = None
        self._wanted: dict[OutletNumber, int] = {}
        self._feeds: dict[OutletNumber, Feed] = {}
        self._healthy = module_count
        self._derating = 1.0
        self._supply = NOMINAL

    @property
    def _modules(self) -> tuple[PowerModule, ...]:
        """The modules; a cabinet that nobody has yet asked for power, as most of a fleet's, does without them."""
        if self._made is None:
            self._made = tuple(PowerModule(number) for number in range(1, self._module_count + 1))
        return self._made

    @property
    def supply(self) -> Supply:
        """The mains it hangs on."""
        return self._supply

    @property
    def holders(self) -> list[tuple[int, OutletNumber | None]]:
        """Number and outlet of each module, in order."""
        return [(module.number, module.held_by) for module in self._modules]

    @property
    def healthy(self) -> int:
        """How many modules can deliver."""
        return self._healthy

    @property
    def failed(self) -> list[tuple[int, str]]:
        """Number and trouble code of each module that cannot."""
        return [(module.number, module.failed_by) for module in self._made or () if module.failed_by is not None]

    def feed(self, outlet: OutletNumber) -> Feed:
        """What the outlet's modules can deliver together now."""
        return self._feeds.get(outlet, NO_FEED)

    def ask(self, outlet: OutletNumber, modules: int) -> None:
        """Note how many modules the outlet is to have, and share anew; 0 gives all of them back."""
        if self._wanted.get(outlet, 0) == modules:
            return
        # Taken out and put in again: a new wish queues behind those that were there before it.
        self._wanted.pop(outlet, None)
        self._wanted[outlet] = modules
        self._share()

    def release_all(self) -> None:
        """Forget every wish: the electronics that kept them lost power."""
        self._wanted.clear()
        self._share()

    def fail_one(self, dtc: str, dice: Dice) -> bool:
        """Let chance pick the healthy module that fails; say whether there was one."""
        healthy = [module for module in self._modules if module.is_healthy]
        if not healthy:
            return False
        # `between` may return its upper end, which is no index.
        picked = min(int(dice.between(0, len(healthy))), len(healthy) - 1)
        return self.fail(healthy[picked].number, dtc)

    def fail(self, number: int, dtc: str) -> bool:
        """Fail one module by its number, from 1; say whether it was healthy until now.

        Raises:
            BadSetting: there is no such module.
        """
        module = self._module(number)
        if not module.is_healthy:
            return False
        module.fail(dtc)
        self._share()
        return True

    def mend(self, dtc: str) -> bool:
        """Mend every module that failed by `dtc`; say whether there was one."""
        failed = [module for module in self._modules if module.failed_by == dtc]
        for module in failed:
            module.mend()
        self._share()
        return bool(failed)

    def restore_failed(self, failed: Iterable[tuple[int, str]]) -> None:
        """Make exactly these modules failed, and hand out none."""
        for module in self._modules:
            module.mend()
            module.held_by = None
        for number, dtc in failed:
            self._module(number).fail(dtc)
        self.release_all()

    def derate(self, factor: float) -> None:
        """Scale what every module delivers, for heat."""
        self._derating = factor
        self._share()

    def hang_on(self, supply: Supply) -> None:
        """Let the mains change under it."""
        self._supply = supply
        self._share()

    def _module(self, number: int) -> PowerModule:
        if not 1 <= number <= len(self._modules):
            raise BadSetting("power module", number, f"this cabinet has modules 1 to {len(self._modules)}")
        return self._modules[number - 1]

    def _share(self) -> None:
        self._healthy = sum(module.is_healthy for module in self._modules)
        held = dict.fromkeys(self._wanted, 0)
        for module in self._modules:
            outlet = module.held_by
            if outlet is None:
                continue
            if held.get(outlet, 0) < self._wanted.get(outlet, 0):
                held[outlet] += 1
            else:
                module.held_by = None
        for module in self._modules:
            if module.is_free:
                module.held_by = next((outlet for outlet, count in held.items() if count < self._wanted[outlet]), None)
                if module.held_by is not None:
                    held[module.held_by] += 1
        scale = min(self._derating, self._supply.share(sum(held.values())))
        self._feeds = {outlet: self._feed_of(count, scale) for outlet, count in held.items()}

    def _feed_of(self, modules: int, share: float) -> Feed:
        scale = modules * share
        return Feed(modules, scale * self._kind.power_w, scale * self._kind.current_a)
