"""Grants the outlets their power: who charges, how much each may have, and only what has changed."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.hardware.commands import GrantPower
from contactor.hardware.port import Hardware
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.keys import Key
from contactor.station.power_split import Want, share
from contactor.station.status_matrix import Energy

_LIMIT_KEYS = (Key.CONNECTOR_A_LIMITED_POWER, Key.CONNECTOR_B_LIMITED_POWER)


class Power:
    """Shares the cabinet anew whenever something that matters may have changed."""

    def __init__(
        self,
        configuration: Configuration,
        hardware: Hardware,
        connectors: Mapping[ConnectorId, Connector],
        effects: Effects,
        *,
        module_w: float,
    ) -> None:
        self._configuration = configuration
        self._hardware = hardware
        self._connectors = connectors
        self._effects = effects
        self._module_w = module_w
        self._granted: dict[OutletNumber, GrantPower] = {}

    def settle(self) -> None:
        """Compute the grants and ask for those that differ from the last ones."""
        wants = [self._want(connector) for connector in self._connectors.values() if connector.energy is not Energy.OFF]
        grants = share(
            wants,
            modules=self._hardware.modules_healthy,
            module_w=self._module_w,
            station_limit_w=self._configuration.number(Key.CHARGE_LIMITED_POWER) * 1000.0,
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

    def _want(self, connector: Connector) -> Want:
        rating_w = self._configuration.number(_LIMIT_KEYS[connector.id - 1]) * 1000.0
        return Want(connector.outlet, self._hardware.read(connector.outlet).demand_w, rating_w)

    def _modules_gained(self, grant: GrantPower) -> int:
        before = self._granted.get(grant.outlet)
        return grant.modules - (before.modules if before else 0)
