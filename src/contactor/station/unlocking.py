"""Knows when a cable may be taken off the station, and lets go of it: by order, and when its charge is over (UNL).

A fixed cable is part of the station; there is nothing to unlock, and nothing stops (D-18).
"""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId
from contactor.guide.entries import Cables
from contactor.hardware.commands import ReleaseCable
from contactor.hardware.port import Hardware
from contactor.ocpp.enumerations import ChargePointErrorCode, StopReason, UnlockStatus
from contactor.ocpp.messages import UnlockConnector, UnlockConnectorResult
from contactor.station.charging import Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.keys import Key
from contactor.station.reply import Reply, Rows

_NONE: frozenset[ConnectorId] = frozenset()


class Unlocking:
    """The locks of a model's outlets; `cables` says whether there are any."""

    __slots__ = ("_charging", "_configuration", "_connectors", "_effects", "_faults", "_hardware",
                 "_has_locks", "_kept")  # fmt: skip

    def __init__(
        self,
        cables: Cables,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        hardware: Hardware,
        charging: Charging,
        faults: Faults,
        effects: Effects,
    ) -> None:
        self._has_locks = cables is Cables.DETACHABLE
        self._configuration = configuration
        self._connectors = connectors
        self._hardware = hardware
        self._charging = charging
        self._faults = faults
        self._effects = effects
        self._kept = _NONE

    @property
    def rows(self) -> Rows:
        """The order to let go."""
        return {UnlockConnector: self._asked}

    def vehicle_left(self, connector: Connector) -> None:
        """The vehicle's end was pulled: whether the station's end is free as well is the operator's choice (STP-06)."""
        is_charging = self._charging.open_on(connector.id) is not None
        if is_charging or not self._configuration.flag(Key.UNLOCK_ON_EV_SIDE_DISCONNECT):
            self._kept |= {connector.id}

    def settle(self) -> None:
        """Let go of every cable whose charge is over, unless it waits for an order."""
        if not self._has_locks:
            return
        for connector in self._connectors.values():
            if self._charging.open_on(connector.id) is not None:
                if connector.is_plugged and connector.id in self._kept:
                    self._kept -= {connector.id}
            elif connector.id not in self._kept and self._may_release(connector):
                self._effects.add(ReleaseCable(connector.outlet))

    def _may_release(self, connector: Connector) -> bool:
        return self._hardware.is_cable_locked(connector.outlet) and not self._is_jammed(connector.id)

    def _is_jammed(self, connector_id: ConnectorId) -> bool:
        return self._faults.has_code(connector_id, ChargePointErrorCode.CONNECTOR_LOCK_FAILURE)

    def _asked(self, request: UnlockConnector) -> Reply:
        connector = self._connectors.get(ConnectorId(request.connector_id))
        if not self._has_locks or connector is None:
            return Reply(UnlockConnectorResult(status=UnlockStatus.NOT_SUPPORTED))  # UNL-01, UNL-02
        if self._is_jammed(connector.id):
            return Reply(UnlockConnectorResult(status=UnlockStatus.UNLOCK_FAILED))
        meant = connector
        return Reply(UnlockConnectorResult(status=UnlockStatus.UNLOCKED), lambda now: self._unlock(meant, now))

    def _unlock(self, connector: Connector, now: Moment) -> None:
        """Finish what runs there first; the lock follows when the current is off."""
        self._kept -= {connector.id}
        if self._charging.open_on(connector.id) is not None:
            self._charging.end(connector, StopReason.UNLOCK_COMMAND, now)
