"""What the software does first in a life: look around, and close what an earlier life left open (PW-01, RST-05)."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId
from contactor.hardware.commands import GrantPower, StopEnergy
from contactor.hardware.port import Hardware
from contactor.ocpp.enumerations import StopReason
from contactor.station.access import Access
from contactor.station.charging import Charging
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment, PowerOnCause
from contactor.station.faults import Faults
from contactor.station.screen import Screen
from contactor.station.security_log import SecurityEvent, SecurityLog

_INTERRUPTED_BY = {
    PowerOnCause.POWER: StopReason.POWER_LOSS,
    PowerOnCause.RESET: StopReason.HARD_RESET,
    PowerOnCause.REBOOT: StopReason.REBOOT,
    PowerOnCause.WATCHDOG: StopReason.REBOOT,
}


class Awakening:
    """Takes over the hardware as it is found."""

    __slots__ = ("_access", "_charging", "_connectors", "_effects", "_faults", "_hardware", "_screen", "_security_log")

    def __init__(
        self,
        connectors: Mapping[ConnectorId, Connector],
        hardware: Hardware,
        faults: Faults,
        screen: Screen,
        access: Access,
        charging: Charging,
        security_log: SecurityLog,
        effects: Effects,
    ) -> None:
        self._connectors = connectors
        self._hardware = hardware
        self._faults = faults
        self._screen = screen
        self._access = access
        self._charging = charging
        self._security_log = security_log
        self._effects = effects

    def wake(self, cause: PowerOnCause, now: Moment) -> None:
        """Begin a life; `cause` says why, and so how a transaction of the last one ends."""
        if cause is PowerOnCause.WATCHDOG:
            self._security_log.record(SecurityEvent.RESET_OR_REBOOT, now, "the software could not go on")
        self._security_log.record(SecurityEvent.STARTUP_OF_THE_DEVICE, now, f"after {cause}")
        for dtc, outlet in self._hardware.faults():
            self._faults.raised(dtc, outlet)
            if self._faults.is_tampering(dtc):
                # Whoever opens a cabinet may well cut its power first.
                self._security_log.record(SecurityEvent.TAMPER_DETECTION_ACTIVATED, now, dtc)
        for connector in self._connectors.values():
            if cause is not PowerOnCause.POWER:
                # Without a power cut the contactors are as the last life left them, and nobody minds them now.
                self._effects.add(StopEnergy(connector.outlet))
                self._effects.add(GrantPower(connector.outlet, 0, 0.0))
            self._take_over(connector, cause, now)

    def _take_over(self, connector: Connector, cause: PowerOnCause, now: Moment) -> None:
        if not self._hardware.is_plugged(connector.outlet):
            connector.unplug()
        elif connector.is_over or self._charging.open_on(connector.id) is not None:
            # As far as anybody knows it is the car that was there before: its visit goes on, or stays over (PW-03).
            connector.find_plugged(now)
            self._screen.plugged(connector.id)
        else:
            self._access.plugged(connector, now)
        transaction = self._charging.open_on(connector.id)
        if transaction is None:
            return
        if self._hardware.read(connector.outlet).current_a > 0:
            self._charging.end_orphaned(transaction, connector, _INTERRUPTED_BY[cause], now)
        else:
            self._charging.end_interrupted(transaction, connector, _INTERRUPTED_BY[cause])
