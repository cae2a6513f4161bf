"""Knows the active trouble codes and what the guide says they do (FLT-01..12, D-20)."""

from collections.abc import Collection, Mapping

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.guide.entries import Effect, Scope, VendorError
from contactor.ocpp.enumerations import ChargePointErrorCode, StopReason
from contactor.station.status_reports import NO_ERROR, Error

STATION = ConnectorId(0)


class Faults:
    """Active codes in the order they came, each on an outlet or on the whole station."""

    __slots__ = ("_active", "_connector_ids", "_table")

    def __init__(self, table: Mapping[str, VendorError], connector_ids: Collection[ConnectorId]) -> None:
        self._table = table
        self._connector_ids = connector_ids
        self._active: list[tuple[str, OutletNumber | None]] = []

    def raised(self, dtc: str, outlet: OutletNumber | None) -> bool:
        """Note a code; False if it was active already."""
        if (dtc, outlet) in self._active:
            return False
        self._active.append((dtc, outlet))
        return True

    def cleared(self, dtc: str, outlet: OutletNumber | None) -> bool:
        """Forget a code; False if it was not active."""
        if (dtc, outlet) not in self._active:
            return False
        self._active.remove((dtc, outlet))
        return True

    def active(self) -> list[tuple[str, OutletNumber | None]]:
        """The active codes with their outlets, oldest first; None is the whole station."""
        return list(self._active)

    def scope(self, dtc: str, outlet: OutletNumber | None) -> tuple[ConnectorId, ...]:
        """The connectors on which a code is reported, 0 being the station."""
        entry = self._table.get(dtc)
        if entry is not None and entry.scope is Scope.STATION_ONLY:
            return (STATION,)
        if entry is not None and entry.scope is Scope.STATION:
            return (STATION, *self._connector_ids)
        # A code of one connector that names none concerns them all: better one report too many.
        return (ConnectorId(outlet),) if outlet is not None else tuple(self._connector_ids)

    def stop_reason(self, dtc: str) -> StopReason | None:
        """Why a transaction in scope ends because of a code; None for a warning."""
        entry = self._table.get(dtc)
        if entry is None or entry.effect is not Effect.FAULT:
            return None
        return StopReason(entry.stop_reason) if entry.stop_reason else StopReason.OTHER

    def is_tampering(self, dtc: str) -> bool:
        """Whether a code means that somebody was at the cabinet."""
        entry = self._table.get(dtc)
        return entry is not None and entry.tamper

    def is_faulted(self, connector_id: ConnectorId) -> bool:
        """Whether an active code of class fault concerns a connector (FLT-05)."""
        return bool(self._active) and any(
            self.stop_reason(dtc) is not None and connector_id in self.scope(dtc, outlet)
            for dtc, outlet in self._active
        )

    def has_code(self, connector_id: ConnectorId, code: ChargePointErrorCode) -> bool:
        """Whether trouble of one of OCPP's kinds concerns a connector."""
        return any(
            self._error(dtc).code is code and connector_id in self.scope(dtc, outlet) for dtc, outlet in self._active
        )

    def newest_error(self, connector_id: ConnectorId) -> Error:
        """The newest active code of a connector, as a StatusNotification tells it; NO_ERROR if none is left."""
        for dtc, outlet in reversed(self._active):
            if connector_id in self.scope(dtc, outlet):
                return self._error(dtc)
        return NO_ERROR

    def _error(self, dtc: str) -> Error:
        entry = self._table.get(dtc)
        if entry is None:
            return Error(ChargePointErrorCode.OTHER_ERROR, dtc, None)
        return Error(ChargePointErrorCode(entry.error_code), dtc, entry.description)
