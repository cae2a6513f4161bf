"""The objects that stand inside OCPP messages: readings, idTag verdicts, charging profiles, certificates, files."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from contactor.ocpp.enumerations import (
    AuthorizationStatus,
    ChargingProfileKind,
    ChargingProfilePurpose,
    ChargingRateUnit,
    HashAlgorithm,
    Location,
    Measurand,
    Phase,
    ReadingContext,
    RecurrencyKind,
    UnitOfMeasure,
    ValueFormat,
)
from contactor.ocpp.field_types import (
    IdToken,
    Instant,
    Integer,
    OcppObject,
    Text40,
    Text50,
    Text128,
    Text500,
    Text512,
    Text800,
    Text5500,
    settle_instant,
)


class IdTagInfo(OcppObject, frozen=True, kw_only=True):
    """What the central system says about an idTag."""

    status: AuthorizationStatus
    expiry_date: Instant | UnsetType = UNSET
    parent_id_tag: IdToken | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "expiry_date")


class AuthorizationData(OcppObject, frozen=True, kw_only=True):
    """One entry of a local list; without `id_tag_info` in a differential update it removes the idTag."""

    id_tag: IdToken
    id_tag_info: IdTagInfo | UnsetType = UNSET


class SampledValue(OcppObject, frozen=True, kw_only=True):
    """One reading; `value` is a decimal number as text (or signed data)."""

    value: str
    context: ReadingContext | UnsetType = UNSET
    format: ValueFormat | UnsetType = UNSET
    measurand: Measurand | UnsetType = UNSET
    phase: Phase | UnsetType = UNSET
    location: Location | UnsetType = UNSET
    unit: UnitOfMeasure | UnsetType = UNSET


class MeterValue(OcppObject, frozen=True, kw_only=True):
    """Readings taken at one instant; at least one."""

    timestamp: Instant
    sampled_value: Annotated[tuple[SampledValue, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        settle_instant(self, "timestamp")


def _require_one_decimal(field: str, rate: float) -> None:
    """Refuse a rate that OCPP cannot carry.

    In code because msgspec's `multiple_of=0.1` refuses 32.0: a tenth has no exact binary form. A decoded float is
    the nearest one to its decimal text, and so is what `round` gives, hence the plain comparison.

    Raises:
        ValueError: not a finite number, or finer than a tenth; decoding reports it.
    """
    if rate - rate != 0 or round(rate, 1) != rate:
        raise ValueError(f"Expected `float` with at most one decimal in `{field}`")


class ChargingSchedulePeriod(OcppObject, frozen=True, kw_only=True):
    """A limit that holds from `start_period` (seconds after the schedule's start) until the next period."""

    start_period: Integer
    limit: float
    number_phases: Integer | UnsetType = UNSET

    def __post_init__(self) -> None:
        _require_one_decimal("limit", self.limit)


class ChargingSchedule(OcppObject, frozen=True, kw_only=True):
    """Limits over time; `duration` in seconds, limits in `charging_rate_unit`."""

    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: Annotated[tuple[ChargingSchedulePeriod, ...], Meta(min_length=1)]
    duration: Integer | UnsetType = UNSET
    start_schedule: Instant | UnsetType = UNSET
    min_charging_rate: float | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "start_schedule")
        if self.min_charging_rate is not UNSET:
            _require_one_decimal("minChargingRate", self.min_charging_rate)


class ChargingProfile(OcppObject, frozen=True, kw_only=True):
    """A charging schedule with its place in the stack and its time of validity."""

    charging_profile_id: Integer
    stack_level: Integer
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: ChargingProfileKind
    charging_schedule: ChargingSchedule
    transaction_id: Integer | UnsetType = UNSET
    recurrency_kind: RecurrencyKind | UnsetType = UNSET
    valid_from: Instant | UnsetType = UNSET
    valid_to: Instant | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "valid_from")
        settle_instant(self, "valid_to")


class KeyValue(OcppObject, frozen=True, kw_only=True):
    """A configuration key as GetConfiguration reports it; a key that may not be read has no value."""

    key: Text50
    readonly: bool
    value: Text500 | UnsetType = UNSET


class CertificateHashData(OcppObject, frozen=True, kw_only=True):
    """What names an installed certificate; hashes and serial number are hexadecimal."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: Text128
    issuer_key_hash: Text128
    serial_number: Text40


class LogParameters(OcppObject, frozen=True, kw_only=True):
    """Where a log shall be uploaded, and which part of it."""

    remote_location: Text512
    oldest_timestamp: Instant | UnsetType = UNSET
    latest_timestamp: Instant | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "oldest_timestamp")
        settle_instant(self, "latest_timestamp")


class Firmware(OcppObject, frozen=True, kw_only=True):
    """A signed firmware image: where and when to fetch it, when to install it, and who vouches for it."""

    location: Text512
    retrieve_date_time: Instant
    signing_certificate: Text5500
    signature: Text800
    install_date_time: Instant | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "retrieve_date_time")
        settle_instant(self, "install_date_time")
