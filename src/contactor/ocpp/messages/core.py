"""The sixteen operations of the Core profile."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from contactor.ocpp.datatypes import ChargingProfile, IdTagInfo, KeyValue, MeterValue
from contactor.ocpp.enumerations import (
    AvailabilityStatus,
    AvailabilityType,
    ChargePointErrorCode,
    ChargePointStatus,
    ClearCacheStatus,
    ConfigurationStatus,
    DataTransferStatus,
    RegistrationStatus,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    StopReason,
    UnlockStatus,
)
from contactor.ocpp.field_types import (
    Connector,
    IdToken,
    Instant,
    Integer,
    Request,
    Result,
    Text20,
    Text25,
    Text50,
    Text255,
    Text500,
    settle_instant,
)


class Authorize(Request, frozen=True, kw_only=True):
    """Station: may this idTag charge?"""

    id_tag: IdToken


class AuthorizeResult(Result, frozen=True, kw_only=True):
    """The verdict on the idTag."""

    id_tag_info: IdTagInfo


class BootNotification(Request, frozen=True, kw_only=True):
    """Station: I am here, and this is what I am."""

    charge_point_vendor: Text20
    charge_point_model: Text20
    charge_point_serial_number: Text25 | UnsetType = UNSET
    charge_box_serial_number: Text25 | UnsetType = UNSET
    firmware_version: Text50 | UnsetType = UNSET
    iccid: Text20 | UnsetType = UNSET
    imsi: Text20 | UnsetType = UNSET
    meter_type: Text25 | UnsetType = UNSET
    meter_serial_number: Text25 | UnsetType = UNSET


class BootNotificationResult(Result, frozen=True, kw_only=True):
    """Whether the station may work; `interval` in seconds: of heartbeats, or until the next boot attempt."""

    status: RegistrationStatus
    current_time: Instant
    interval: Integer

    def __post_init__(self) -> None:
        settle_instant(self, "current_time")


class ChangeAvailability(Request, frozen=True, kw_only=True):
    """Central system: take a connector (0: the whole station) out of service, or back into it."""

    connector_id: Connector
    type: AvailabilityType


class ChangeAvailabilityResult(Result, frozen=True, kw_only=True):
    """Done, refused, or waiting for a transaction to end."""

    status: AvailabilityStatus


class ChangeConfiguration(Request, frozen=True, kw_only=True):
    """Central system: set a configuration key."""

    key: Text50
    value: Text500


class ChangeConfigurationResult(Result, frozen=True, kw_only=True):
    """What became of the new value."""

    status: ConfigurationStatus


class ClearCache(Request, frozen=True, kw_only=True):
    """Central system: forget the badges you have seen."""


class ClearCacheResult(Result, frozen=True, kw_only=True):
    """Whether the cache is empty now."""

    status: ClearCacheStatus


class DataTransfer(Request, frozen=True, kw_only=True):
    """Either side: something outside of OCPP; what `data` means is between vendors."""

    vendor_id: Text255
    message_id: Text50 | UnsetType = UNSET
    data: str | UnsetType = UNSET


class DataTransferResult(Result, frozen=True, kw_only=True):
    """Whether vendor and message were known and the data was taken."""

    status: DataTransferStatus
    data: str | UnsetType = UNSET


class GetConfiguration(Request, frozen=True, kw_only=True):
    """Central system: tell these keys, or all of them if none is named (D-07)."""

    key: tuple[Text50, ...] | UnsetType = UNSET


class GetConfigurationResult(Result, frozen=True, kw_only=True):
    """The known keys with their values, and the names that are not known."""

    configuration_key: tuple[KeyValue, ...] | UnsetType = UNSET
    unknown_key: tuple[Text50, ...] | UnsetType = UNSET


class Heartbeat(Request, frozen=True, kw_only=True):
    """Station: still here."""


class HeartbeatResult(Result, frozen=True, kw_only=True):
    """The central system's clock."""

    current_time: Instant

    def __post_init__(self) -> None:
        settle_instant(self, "current_time")


class MeterValues(Request, frozen=True, kw_only=True):
    """Station: readings of a connector, within a transaction or not."""

    connector_id: Connector
    meter_value: Annotated[tuple[MeterValue, ...], Meta(min_length=1)]
    transaction_id: Integer | UnsetType = UNSET


class MeterValuesResult(Result, frozen=True, kw_only=True):
    """Received."""


class RemoteStartTransaction(Request, frozen=True, kw_only=True):
    """Central system: begin a transaction for this idTag."""

    id_tag: IdToken
    connector_id: Connector | UnsetType = UNSET
    charging_profile: ChargingProfile | UnsetType = UNSET


class RemoteStartTransactionResult(Result, frozen=True, kw_only=True):
    """Whether the station will try."""

    status: RemoteStartStopStatus


class RemoteStopTransaction(Request, frozen=True, kw_only=True):
    """Central system: end this transaction."""

    transaction_id: Integer


class RemoteStopTransactionResult(Result, frozen=True, kw_only=True):
    """Whether the station will stop it."""

    status: RemoteStartStopStatus


class Reset(Request, frozen=True, kw_only=True):
    """Central system: restart."""

    type: ResetType


class ResetResult(Result, frozen=True, kw_only=True):
    """Whether the station will restart."""

    status: ResetStatus


class StartTransaction(Request, frozen=True, kw_only=True):
    """Station: a transaction began; `meter_start` is the connector's register in Wh."""

    connector_id: Connector
    id_tag: IdToken
    meter_start: Integer
    timestamp: Instant
    reservation_id: Integer | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "timestamp")


class StartTransactionResult(Result, frozen=True, kw_only=True):
    """The transaction's number, and the verdict on its idTag."""

    transaction_id: Integer
    id_tag_info: IdTagInfo


class StatusNotification(Request, frozen=True, kw_only=True):
    """Station: what a connector (0: the station) is doing, and what is wrong with it."""

    connector_id: Connector
    error_code: ChargePointErrorCode
    status: ChargePointStatus
    info: Text50 | UnsetType = UNSET
    timestamp: Instant | UnsetType = UNSET
    vendor_id: Text255 | UnsetType = UNSET
    vendor_error_code: Text50 | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "timestamp")


class StatusNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""


class StopTransaction(Request, frozen=True, kw_only=True):
    """Station: a transaction ended; `meter_stop` is the connector's register in Wh."""

    meter_stop: Integer
    timestamp: Instant
    transaction_id: Integer
    id_tag: IdToken | UnsetType = UNSET
    reason: StopReason | UnsetType = UNSET
    transaction_data: tuple[MeterValue, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "timestamp")


class StopTransactionResult(Result, frozen=True, kw_only=True):
    """The verdict on the idTag that stopped it, if one did."""

    id_tag_info: IdTagInfo | UnsetType = UNSET


class UnlockConnector(Request, frozen=True, kw_only=True):
    """Central system: release the plug."""

    connector_id: Connector


class UnlockConnectorResult(Result, frozen=True, kw_only=True):
    """Whether the plug is free."""

    status: UnlockStatus
