"""Grants the outlets their power: who charges, how much each may have, and only what has changed."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.hardware.commands import GrantPower
from contactor.hardware.port import Hardware
from contactor.ocpp.composite_schedule import Bound
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.smart_charging.ceilings import Ceilings, Outlook
from contactor.station.smart_charging.power_split import Cabinet, Want, share
from contactor.station.status_matrix import Energy

VOLTAGE_STEP_V = 10
"""How far a vehicle's voltage may rise before its amperes are counted as more watts."""


class Power:
    """Shares the cabinet anew whenever something that matters may have changed.

    Args:
        uncontrolled: connectors whose outlets cannot be told a limit (D-17).
        module_w: what one power module gives.
        minimum_w: the smallest limit but 0 (D-15).
        nominal_v: what amperes count as while no current tells the vehicle's voltage.
    """

    __slots__ = (
        "_ceilings",
        "_connectors",
        "_deadline_s",
        "_effects",
        "_granted",
        "_hardware",
        "_minimum_w",
        "_module_w",
        "_nominal_v",
        "_shared_for",
        "_uncontrolled",
        "follows_demand",
    )  # fmt: skip

    def __init__(
        self,
        ceilings: Ceilings,
        hardware: Hardware,
        connectors: Mapping[ConnectorId, Connector],
        effects: Effects,
        *,
        uncontrolled: Collection[ConnectorId],
        module_w: float,
        minimum_w: float,
        nominal_v: float,
    ) -> None:
        self._ceilings = ceilings
        self._hardware = hardware
        self._connectors = connectors
        self._effects = effects
        self._uncontrolled = uncontrolled
        self._module_w = module_w
        self._minimum_w = minimum_w
        self._nominal_v = nominal_v
        self._granted: dict[OutletNumber, GrantPower] = {}
        self._shared_for: tuple[list[Want], list[float], Cabinet] | None = None
        self._deadline_s: float | None = None
        self.follows_demand = False
        """Whether the grants depend on what the vehicles ask for, or on their voltage, from moment to moment."""

    @property
    def deadline_s(self) -> float | None:
        """When the limit of an outlet in use may change by itself."""
        return self._deadline_s

    def holds_back(self, connector: Connector) -> bool:
        """Whether an outlet that is switched on may not charge: a limit of 0, or no module for it (B5, C5, SC-29)."""
        grant = self._granted.get(connector.outlet)
        return grant is not None and grant.limit_w == 0

    def settle(self, now: Moment) -> bool:
        """Compute the grants and ask for those that differ from the last ones; whether any does."""
        self._ceilings.settle(now)
        self._deadline_s = None
        in_use = [connector for connector in self._connectors.values() if connector.energy is not Energy.OFF]
        outlooks = {connector.outlet: self._ceilings.outlook(connector.id, now) for connector in in_use}
        is_alone = len(in_use) == 1
        wants = [self._want(connector, outlooks[connector.outlet], is_alone=is_alone) for connector in in_use]
        if not wants and not self._granted:
            self.follows_demand = False
            return False
        self._find_deadline([self._ceilings.station_until, *(outlook.until for outlook in outlooks.values())], now)
        cabinet = Cabinet(self._hardware.modules_healthy, self._module_w, self._ceilings.station_w, self._minimum_w)
        self.follows_demand = len(wants) > 1 or any(outlook.limit_a != math.inf for outlook in outlooks.values())
        question = (wants, [outlook.limit_a for outlook in outlooks.values()], cabinet)
        if question == self._shared_for:
            return False  # the answer stands: most events change nothing that matters here
        self._shared_for = question
        grants = [_with_amperes(grant, outlooks[grant.outlet].limit_a) for grant in share(wants, cabinet)]
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
        return bool(changes)

    def _find_deadline(self, changes: Iterable[datetime | None], now: Moment) -> None:
        change = min((each for each in changes if each is not None), default=None)
        if change is not None:
            self._deadline_s = now.s + (change - now.instant).total_seconds()

    def _want(self, connector: Connector, outlook: Outlook, *, is_alone: bool) -> Want:
        demand_w = self._hardware.demand_w(connector.outlet)
        if is_alone:
            # With nobody to share with, a wish counts in whole modules: the answer stands while it creeps.
            demand_w = math.ceil(demand_w / self._module_w) * self._module_w
        limit_w = outlook.limit_w
        if outlook.limit_a != math.inf:
            limit_w = Bound(limit_w, outlook.limit_a).in_watts(self._volts(connector))
        return Want(connector.outlet, demand_w, limit_w, is_controllable=connector.id not in self._uncontrolled)

    def _volts(self, connector: Connector) -> float:
        """What amperes count at: rounded up, so that the grant stands still while the voltage creeps.

        The hardware keeps the amperes exactly.
        """
        voltage_v = self._hardware.read(connector.outlet).voltage_v or self._nominal_v
        return math.ceil(voltage_v / VOLTAGE_STEP_V) * VOLTAGE_STEP_V

    def _modules_gained(self, grant: GrantPower) -> int:
        before = self._granted.get(grant.outlet)
        return grant.modules - (before.modules if before else 0)


def _with_amperes(grant: GrantPower, limit_a: float) -> GrantPower:
    return grant if limit_a == math.inf else replace(grant, limit_a=limit_a)
