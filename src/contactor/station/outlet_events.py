"""What each signal of the hardware means to the station: a row for each."""

from collections.abc import Callable, Mapping
from typing import Any

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.hardware import signals
from contactor.ocpp.enumerations import StopReason
from contactor.station.access import Access
from contactor.station.charging import Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Event, Moment
from contactor.station.faults import Faults
from contactor.station.keys import Key
from contactor.station.screen import Screen
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.status_matrix import Energy
from contactor.station.status_reports import EV_SIDE_DISCONNECTED
from contactor.station.statuses import Statuses
from contactor.station.transactions import Transaction, Transactions
from contactor.station.unlocking import Unlocking


class OutletEvents:
    """Cables, current, badges, buttons and faults."""

    __slots__ = ("_access", "_charging", "_configuration", "_connectors", "_effects", "_faults", "_screen",
                 "_security_log", "_statuses", "_transactions", "_unlocking")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        transactions: Transactions,
        access: Access,
        charging: Charging,
        faults: Faults,
        statuses: Statuses,
        screen: Screen,
        security_log: SecurityLog,
        unlocking: Unlocking,
        effects: Effects,
    ) -> None:
        self._configuration = configuration
        self._connectors = connectors
        self._transactions = transactions
        self._access = access
        self._charging = charging
        self._faults = faults
        self._statuses = statuses
        self._screen = screen
        self._security_log = security_log
        self._unlocking = unlocking
        self._effects = effects

    def handle(self, event: Event, now: Moment) -> None:
        """Take one of the signals below."""
        _ROWS[type(event)](self, event, now)

    def _plugged(self, event: signals.CablePlugged, now: Moment) -> None:
        self._access.plugged(self._at(event.outlet), now)

    def _unplugged(self, event: signals.CableUnplugged, now: Moment) -> None:
        connector = self._at(event.outlet)
        if self._access.car_leaving(connector, now):
            # With no minimum duration the central system sees Finishing before Available (ST-08).
            self._statuses.settle_one(connector, now, EV_SIDE_DISCONNECTED)
        self._unlocking.vehicle_left(connector)
        self._access.unplugged(connector)

    def _energy_flowing(self, event: signals.EnergyFlowing, _now: Moment) -> None:
        self._energy_is(event.outlet, Energy.FLOWING)

    def _vehicle_paused(self, event: signals.VehiclePaused, _now: Moment) -> None:
        self._energy_is(event.outlet, Energy.PAUSED_BY_VEHICLE)

    def _energy_off(self, event: signals.EnergyOff, now: Moment) -> None:
        self._charging.energy_is_off(self._at(event.outlet), now)

    def _energy_is(self, outlet: OutletNumber, energy: Energy) -> None:
        connector = self._at(outlet)
        if self._transactions.open_on(connector.id) is not None:
            connector.energy = energy

    def _vehicle_ended(self, event: signals.VehicleEnded, now: Moment) -> None:
        connector = self._at(event.outlet)
        if self._transactions.open_on(connector.id) is not None:
            self._charging.end(connector, StopReason.OTHER, now)  # STP-08

    def _shared_anew(self, _event: signals.DemandChanged | signals.ModulesChanged, _now: Moment) -> None:
        """Sharing the cabinet settles after every event anyway."""

    def _badge_presented(self, event: signals.BadgePresented, now: Moment) -> None:
        self._access.badge(event.uid, now)

    def _screen_touched(self, event: signals.ScreenTouched, _now: Moment) -> None:
        self._screen.touched(event.outlet)

    def _stop_pressed(self, event: signals.StopPressed, now: Moment) -> None:
        self._access.stop_pressed(self._at(event.outlet), now)

    def _fault_raised(self, event: signals.FaultRaised, now: Moment) -> None:
        if not self._faults.raised(event.dtc, event.outlet):
            return
        self._effects.note("fault", dtc=event.dtc, outlet=event.outlet)
        if self._faults.is_tampering(event.dtc):
            self._security_log.record(SecurityEvent.TAMPER_DETECTION_ACTIVATED, now, event.dtc)
        reason = self._faults.stop_reason(event.dtc)
        if reason is None:
            return
        for connector_id in self._faults.scope(event.dtc, event.outlet):
            if self._transactions.open_on(connector_id) is not None:
                self._charging.end(self._connectors[connector_id], reason, now)

    def _fault_cleared(self, event: signals.FaultCleared, _now: Moment) -> None:
        if self._faults.cleared(event.dtc, event.outlet):
            self._effects.note("fault cleared", dtc=event.dtc, outlet=event.outlet)

    def start_refused(self, transaction: Transaction, now: Moment) -> None:
        """The central system does not accept a transaction that is running (TX-04)."""
        connector = self._connectors[transaction.connector_id]
        if self._configuration.flag(Key.STOP_ON_INVALID_ID):
            self._charging.end(connector, StopReason.DE_AUTHORIZED, now)
        else:
            self._charging.hold_back(transaction, connector)

    def _at(self, outlet: OutletNumber) -> Connector:
        return self._connectors[ConnectorId(outlet)]


# Any: each handler takes its own kind of signal.
_ROWS: Mapping[type[Event], Callable[[OutletEvents, Any, Moment], None]] = {
    signals.CablePlugged: OutletEvents._plugged,
    signals.CableUnplugged: OutletEvents._unplugged,
    signals.EnergyFlowing: OutletEvents._energy_flowing,
    signals.VehiclePaused: OutletEvents._vehicle_paused,
    signals.VehicleEnded: OutletEvents._vehicle_ended,
    signals.EnergyOff: OutletEvents._energy_off,
    signals.DemandChanged: OutletEvents._shared_anew,
    signals.ModulesChanged: OutletEvents._shared_anew,
    signals.BadgePresented: OutletEvents._badge_presented,
    signals.ScreenTouched: OutletEvents._screen_touched,
    signals.StopPressed: OutletEvents._stop_pressed,
    signals.FaultRaised: OutletEvents._fault_raised,
    signals.FaultCleared: OutletEvents._fault_cleared,
}
KINDS = frozenset(_ROWS)
"""The kinds of signals that are for this file."""
