"""What the charger's display shows now, as data a front panel can draw; derived when asked for, never stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from contactor.base.ids import ConnectorId
from contactor.hardware.port import Hardware
from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.station.access import Access
from contactor.station.charging import Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.keys import Key
from contactor.station.reservations import Reservations
from contactor.station.screen import Screen
from contactor.station.status_reports import NO_ERROR

STATION = ConnectorId(0)


class Page(StrEnum):
    """What a connector's part of the display is about."""

    AVAILABLE = "available"
    WAITING_FOR_CAR = "waiting for car"
    """A start is expected; the driver has yet to plug in."""
    IDENTIFY = "identify"
    """A car is there and nobody has identified yet."""
    AUTHORISING = "authorising"
    STARTING = "starting"
    CHARGING = "charging"
    SUSPENDED_BY_VEHICLE = "suspended by vehicle"
    SUSPENDED_BY_STATION = "suspended by station"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


_PAGES = {
    Status.AVAILABLE: Page.AVAILABLE,
    Status.PREPARING: Page.IDENTIFY,
    Status.CHARGING: Page.CHARGING,
    Status.SUSPENDED_EV: Page.SUSPENDED_BY_VEHICLE,
    Status.SUSPENDED_EVSE: Page.SUSPENDED_BY_STATION,
    Status.FINISHING: Page.FINISHING,
    Status.RESERVED: Page.RESERVED,
    Status.UNAVAILABLE: Page.UNAVAILABLE,
    Status.FAULTED: Page.FAULT,
}

_QUIET = frozenset({Status.AVAILABLE, Status.PREPARING, Status.FINISHING, Status.RESERVED})
"""Statuses in which a question about a badge is what the driver wants to see."""


class RunningCost(Protocol):
    """What a charge costs so far, in the currency's major unit."""

    @property
    def currency(self) -> str:
        """ISO 4217, three letters."""
        ...

    @property
    def total(self) -> Decimal:
        """The amount, with the digits it was told with."""
        ...


@dataclass(frozen=True, slots=True)
class FaultView:
    """A trouble a driver may read of; `text` is the guide's description, None for a code it does not have."""

    dtc: str
    text: str | None


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """One connector's part of the display.

    Power and state of charge are told while a transaction is open; energy (kWh) and time also when it is over, until
    the car leaves. `fault` is the newest active trouble, a warning included. `reserved_until` is set while somebody
    else than whoever stands there may have the connector.
    """

    connector_id: ConnectorId
    status: Status
    page: Page
    is_plugged: bool
    power_kw: float | None = None
    energy_kwh: float | None = None
    soc_percent: int | None = None
    elapsed_s: float | None = None
    cost_amount: Decimal | None = None
    cost_currency: str | None = None
    fault: FaultView | None = None
    reserved_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The whole display; `shown` is the connector in front, whose driver a badge belongs to, or None: welcome."""

    shown: ConnectorId | None
    connectors: tuple[ConnectorView, ...]
    is_online: bool
    is_free: bool
    """Whether anybody may charge without a badge (D-26)."""
    is_updating: bool
    is_restarting: bool
    fault: FaultView | None

    @property
    def is_welcome(self) -> bool:
        """Whether no car is connected, so that there is nothing to show but a greeting (LA-3)."""
        return self.shown is None


@dataclass(frozen=True, slots=True)
class Signs:
    """Facts of the whole station."""

    is_online: bool
    is_restarting: bool
    is_updating: bool
    cost: Callable[[ConnectorId], RunningCost | None]


class Display:
    """Puts views together from what the parts know."""

    __slots__ = ("_access", "_charging", "_configuration", "_connectors", "_faults", "_hardware", "_reservations",
                 "_screen", "_signs")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        hardware: Hardware,
        screen: Screen,
        access: Access,
        charging: Charging,
        faults: Faults,
        reservations: Reservations,
        signs: Signs,
    ) -> None:
        self._configuration = configuration
        self._connectors = connectors
        self._hardware = hardware
        self._screen = screen
        self._access = access
        self._charging = charging
        self._faults = faults
        self._reservations = reservations
        self._signs = signs

    def view(self, now: Moment) -> View:
        """The display at a moment of the station's clock."""
        return View(
            shown=self._screen.shown,
            connectors=tuple(self._connector_view(connector, now) for connector in self._connectors.values()),
            is_online=self._signs.is_online,
            is_free=not self._configuration.flag(Key.AUTHENTICATION_OCPP_MODE),
            is_updating=self._signs.is_updating,
            is_restarting=self._signs.is_restarting,
            fault=self._fault(STATION),
        )

    def _connector_view(self, connector: Connector, now: Moment) -> ConnectorView:
        cost = self._signs.cost(connector.id)
        power_kw, soc_percent = self._flow(connector)
        energy_kwh, elapsed_s = self._amount(connector, now)
        return ConnectorView(
            connector_id=connector.id,
            status=connector.status,
            page=self._page(connector),
            is_plugged=connector.is_plugged,
            power_kw=power_kw,
            energy_kwh=energy_kwh,
            soc_percent=soc_percent,
            elapsed_s=elapsed_s,
            cost_amount=None if cost is None else cost.total,
            cost_currency=None if cost is None else cost.currency,
            fault=self._fault(connector.id),
            reserved_until=self._reservations.reserved_until(connector.id),
        )

    def _page(self, connector: Connector) -> Page:
        if connector.status in _QUIET and self._access.is_authorising(connector.id):
            return Page.AUTHORISING
        if connector.status is Status.PREPARING:
            if self._charging.open_on(connector.id) is not None:
                return Page.STARTING
            return Page.IDENTIFY if connector.is_plugged else Page.WAITING_FOR_CAR
        return _PAGES[connector.status]

    def _flow(self, connector: Connector) -> tuple[float | None, int | None]:
        if self._charging.open_on(connector.id) is None:
            return None, None
        reading = self._hardware.read(connector.outlet)
        return reading.power_w / 1000, reading.soc_percent

    def _amount(self, connector: Connector, now: Moment) -> tuple[float | None, float | None]:
        transaction = self._charging.open_on(connector.id)
        if transaction is None:
            receipt = connector.receipt
            return (None, None) if receipt is None else (receipt.energy_wh / 1000, receipt.elapsed_s)
        energy_wh = self._hardware.read(connector.outlet).register_wh - transaction.meter_start_wh
        elapsed_s = (now.instant - transaction.started_at).total_seconds()
        return energy_wh / 1000, max(elapsed_s, 0.0)  # the clock may have been set back meanwhile (CLK-03)

    def _fault(self, connector_id: ConnectorId) -> FaultView | None:
        error = self._faults.newest_error(connector_id)
        if error is NO_ERROR or error.vendor_code is None:
            return None
        return FaultView(error.vendor_code, error.text)
