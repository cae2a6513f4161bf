"""What is told about the record: stations, transactions, readings, in the glossary's words and with aware instants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contactor.base.ids import ConnectorId, IdTag, StationId
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.suspicion import Suspicion
from contactor.guide.entries import OutletKind
from contactor.ocpp.enumerations import (
    AuthorizationStatus,
    ChargePointErrorCode,
    ChargePointStatus,
    RegistrationStatus,
    StopReason,
)
from contactor.ocpp.oddity import OddityKind


@dataclass(frozen=True, slots=True)
class TransactionView:
    """One transaction of the ledger.

    `energy_wh` is meterStop - meterStart, never below 0 (CS-16, CS-17); before the stop it is what the latest reading
    of the register says, None without one. `tag_status` is what the start was answered. With
    `is_corrected` a person has put something right: what is told is what is in force, not what was reported.
    The cost is its newest result, exact decimals as texts; None while it has none.
    """

    transaction_id: int
    station_id: StationId
    connector_id: ConnectorId
    id_tag: IdTag
    tag_status: AuthorizationStatus
    state: TransactionState
    started_at: datetime
    stopped_at: datetime | None
    meter_start_wh: int
    meter_stop_wh: int | None
    energy_wh: float | None
    stop_reason: StopReason | None
    readings: int
    suspicions: tuple[Suspicion, ...]
    is_corrected: bool = False
    currency: str | None = None
    cost_net: str | None = None
    cost_vat: str | None = None
    cost_total: str | None = None


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What was measured at one instant, samples as the station sent them; `claimed_id` 0: it named no transaction."""

    connector_id: ConnectorId
    claimed_id: int
    taken_at: datetime
    received_at: datetime
    energy_wh: float | None
    power_w: float | None
    soc_percent: float | None
    samples: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class StrayStopView:
    """A stop that named no transaction it could end; `adopted_by` is the one it was matched to by time."""

    station_id: StationId
    claimed_id: int
    meter_stop_wh: int
    stopped_at: datetime
    stop_reason: StopReason
    cause: StrayCause
    adopted_by: int | None


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """What a connector was last known to do; number 0 is the station."""

    connector_id: ConnectorId
    status: ChargePointStatus
    error_code: ChargePointErrorCode
    vendor_error_code: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class StationView:
    """A station as it described itself, and its connectors.

    `product`, `power_kw` and `outlets` are the catalogue's, where it has the model; otherwise None and empty.
    """

    station_id: StationId
    registration: RegistrationStatus
    vendor: str | None
    model: str | None
    serial_number: str | None
    firmware_version: str | None
    booted_at: datetime | None
    last_seen_at: datetime | None
    connectors: tuple[ConnectorView, ...]
    product: str | None = None
    power_kw: int | None = None
    outlets: tuple[OutletKind, ...] = ()


@dataclass(frozen=True, slots=True)
class QuirkView:
    """Something a station does oddly: at which field, for example how, since when, and how often."""

    station_id: StationId
    kind: OddityKind
    field: str
    example: str
    first_seen_at: datetime
    last_seen_at: datetime
    times: int
