"""What is known of a station when a command is tried on its twin: the record, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contactor.central.care.local_list import Entries
from contactor.central.commands.facts import InstalledProfile
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import ChargePointStatus


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A configuration key as it was reported; `value_after_boot` where a change waits for the next boot (CF-21)."""

    key: str
    value: str | None
    value_after_boot: str | None


@dataclass(frozen=True, slots=True)
class KnownConnector:
    """What a connector last said of itself; `status` is None for a word that OCPP has not."""

    connector_id: int
    status: ChargePointStatus | None
    error_code: str
    vendor_error_code: str | None
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class KnownTransaction:
    """A transaction without its stop, with its latest reading as far as there was one."""

    number: int
    connector_id: int
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    register_wh: int | None
    soc_percent: float | None


@dataclass(frozen=True, slots=True)
class KnownReservation:
    """A reservation the station has accepted and that is not over."""

    reservation_id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownList:
    """The station's local list: its version, and its entries where they are known."""

    version: int
    entries: Entries | None


@dataclass(frozen=True, slots=True)
class KnownStation:
    """A station at one instant.

    `product` and `model` are None for a station that is not recognised. `connectors` holds connector 0 too, where it
    was told. `tags` are the judgements on the tags that may come up, by `tag_key`; `registers_wh` the highest stop of
    each connector's meter.
    """

    station_id: str
    now: datetime
    is_online: bool
    last_seen_at: datetime | None
    product: str | None
    model: str | None
    serial_number: str | None
    firmware_version: str | None
    configuration: tuple[KnownKey, ...]
    connectors: tuple[KnownConnector, ...]
    transactions: tuple[KnownTransaction, ...]
    reservations: tuple[KnownReservation, ...]
    profiles: tuple[InstalledProfile, ...]
    local_list: KnownList | None
    tags: Mapping[str, IdTagInfo]
    registers_wh: Mapping[int, int]

    def key(self, name: str) -> KnownKey | None:
        """A key, in any spelling of its letters (D-02)."""
        folded = name.casefold()
        return next((each for each in self.configuration if each.key.casefold() == folded), None)

    def transaction_on(self, connector_id: int) -> KnownTransaction | None:
        """What is open on a connector."""
        return next((each for each in self.transactions if each.connector_id == connector_id), None)
