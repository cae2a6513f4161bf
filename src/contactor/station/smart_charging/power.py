"""Grants the outlets their power: who charges, how much each may have, and only what has changed."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.hardware.commands import GrantPower
from contactor.hardware.port import Hardware
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.smart_charging.ceilings import Ceilings
from contactor.station.smart_charging.power_split import Cabinet, Want, share
from contactor.station.status_matrix import Energy


class Power:
    """Shares the cabinet anew whenever something that matters may have changed.

    Args:
        uncontrolled: connectors whose outlets cannot be told a limit (D-17).
        module_w: what one power module gives.
        minimum_w: the smallest limit but 0 (D-15).
    """

    def __init__(
        self,
        ceilings: Ceilings,
        hardware: Hardware,
        connectors: Mapping[ConnectorId, Connector],
        effects: Effects,
        *,
        uncontrolled: frozenset[ConnectorId],
        module_w: float,
        minimum_w: float,
    ) -> None:
        self._ceilings = ceilings
        self._hardware = hardware
        self._connectors = connectors
        self._effects = effects
        self._uncontrolled = uncontrolled
        self._module_w = module_w
        self._minimum_w = minimum_w
        self._granted: dict[OutletNumber, GrantPower] = {}
        self._deadline_s: float | None = None

    @property
    def deadline_s(self) -> float | None:
        """When the limit of an outlet in use may change by itself."""
        return self._deadline_s

    def holds_back(self, connector: Connector) -> bool:
        """Whether an outlet that is switched on may not charge: a limit of 0, or no module for it (B5, C5, SC-29)."""
        grant = self._granted.get(connector.outlet)
        return grant is not None and grant.limit_w == 0

    def settle(self, now: Moment) -> None:
        """Compute the grants and ask for those that differ from the last ones."""
        self._ceilings.settle(now)
        self._deadline_s = None
        wants = [
            self._want(connector, now) for connector in self._connectors.values() if connector.energy is not Energy.OFF
        ]
        if not wants and not self._granted:
            return
        grants = share(
            wants,
            Cabinet(self._hardware.modules_healthy, self._module_w, self._ceilings.station_w, self._minimum_w),
        )
        wanted = {grant.outlet: grant for grant in grants}
        idle = (outlet for outlet in self._granted if outlet not in wanted)
        # Taking comes before giving: a module must be free before the other outlet can have it.
        changes = [GrantPower(outlet, 0, 0.0) for outlet in idle]
        changes += sorted(
            (grant for grant in grants if self._granted.get(grant.outlet) != grant), key=self._modules_gained
        )
        self._granted = wanted
        for change in changes:
            self._effects.add(change)

    def _want(self, connector: Connector, now: Moment) -> Want:
        outlook = self._ceilings.outlook(connector.id, now)
        if outlook.until is not None:
            due_s = now.s + (outlook.until - now.instant).total_seconds()
            self._deadline_s = due_s if self._deadline_s is None else min(self._deadline_s, due_s)
        return Want(
            connector.outlet,
            self._hardware.read(connector.outlet).demand_w,
            outlook.limit_w,
            is_controllable=connector.id not in self._uncontrolled,
        )

    def _modules_gained(self, grant: GrantPower) -> int:
        before = self._granted.get(grant.outlet)
        return grant.modules - (before.modules if before else 0)
