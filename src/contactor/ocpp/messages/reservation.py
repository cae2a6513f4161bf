"""The two operations of the Reservation profile."""

from msgspec import UNSET, UnsetType

from contactor.ocpp.enumerations import CancelReservationStatus, ReservationStatus
from contactor.ocpp.field_types import Connector, IdToken, Instant, Integer, Request, Result, settle_instant


class ReserveNow(Request, frozen=True, kw_only=True):
    """Central system: keep a connector (0: any) for an idTag until `expiry_date`."""

    connector_id: Connector
    expiry_date: Instant
    id_tag: IdToken
    reservation_id: Integer
    parent_id_tag: IdToken | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "expiry_date")


class ReserveNowResult(Result, frozen=True, kw_only=True):
    """Whether it is kept, or why not."""

    status: ReservationStatus


class CancelReservation(Request, frozen=True, kw_only=True):
    """Central system: let a reservation go."""

    reservation_id: Integer


class CancelReservationResult(Result, frozen=True, kw_only=True):
    """Whether there was such a reservation."""

    status: CancelReservationStatus
