"""Rules for single requests, each a generator of problems; the table in `rules` says which holds for what."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, UnsetType

from contactor.base.ids import ConnectorId
from contactor.central.commands.facts import StationFacts
from contactor.central.commands.problem import Problem
from contactor.central.secrets_mask import mask
from contactor.guide.entries import CostMessage, Product
from contactor.guide.load import all_products
from contactor.ocpp.actions import FeatureProfile, action_of
from contactor.ocpp.enumerations import RegistrationStatus, UpdateType
from contactor.ocpp.messages import (
    DataTransfer,
    ExtendedTriggerMessage,
    GetDiagnostics,
    RemoteStartTransaction,
    RemoteStopTransaction,
    Request,
    ReserveNow,
    SendLocalList,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
)

_BOOT = "BootNotification"


class ForConnector(Protocol):
    """A request that names a connector, or may."""

    @property
    def connector_id(self) -> ConnectorId | UnsetType:
        """The connector."""
        ...


def profile_is_offered(request: Request, facts: StationFacts) -> Iterator[Problem]:
    """The station has to offer the feature profile that the operation belongs to (CS-23, D-32)."""
    action = action_of(request)
    if action.profile is FeatureProfile.SECURITY:
        # No station lists the white paper's operations; of a product it is known which it has.
        if facts.product is not None and action.name not in facts.product.offers(()):
            yield Problem("action", action.name, "this product answers NotSupported (D-32)")
        return
    offered = facts.setting("SupportedFeatureProfiles")
    if offered is not None and action.profile not in {each.strip() for each in offered.split(",")}:
        yield Problem("action", action.name, f"the station does not offer {action.profile}, only {offered}")


def transaction_control_is_allowed(_request: Request, facts: StationFacts) -> Iterator[Problem]:
    """Nothing is started or stopped from afar while the station is Pending (BOOT-10)."""
    if facts.registration is RegistrationStatus.PENDING:
        yield Problem("stationId", "Pending", "a Pending station may not be told to start or stop (BOOT-10)")


def needs_connector(request: ForConnector, _facts: StationFacts) -> Iterator[Problem]:
    """The connector, where one is named, is one and not the whole station (RS-11)."""
    if request.connector_id == 0:
        yield Problem("connectorId", 0, "name a connector from 1 on")


def connector_exists(request: ForConnector, facts: StationFacts) -> Iterator[Problem]:
    """The station has so many connectors (CS-23)."""
    count = facts.connector_count
    if request.connector_id is not UNSET and count is not None and request.connector_id > count:
        yield Problem("connectorId", request.connector_id, f"the station has {count} connectors")


def spares_booted(request: TriggerMessage | ExtendedTriggerMessage, facts: StationFacts) -> Iterator[Problem]:
    """An accepted station is not asked to boot (TRG-05, BOOT-18)."""
    if request.requested_message.value == _BOOT and facts.registration is RegistrationStatus.ACCEPTED:
        yield Problem("requestedMessage", _BOOT, "the station has been accepted since its last boot (TRG-05)")


def stops_known_transaction(request: RemoteStopTransaction, facts: StationFacts) -> Iterator[Problem]:
    """The transaction runs at this station, as far as the record knows."""
    if request.transaction_id not in facts.transactions:
        known = ", ".join(str(number) for number in facts.transactions) or "none"
        yield Problem("transactionId", request.transaction_id, f"it is not open at this station; open: {known}")


def is_no_way_to_stop(request: UnlockConnector, facts: StationFacts) -> Iterator[Problem]:
    """Unlocking helps with a stuck plug and is no way to stop a transaction (UNL-03)."""
    number = facts.transaction_on(request.connector_id)
    if number is not None:
        reason = f"transaction {number} runs there: stop it by RemoteStopTransaction (UNL-03)"
        yield Problem("connectorId", request.connector_id, reason)


def scheme_is_known(request: GetDiagnostics | UpdateFirmware, facts: StationFacts) -> Iterator[Problem]:
    """The product moves files by the schemes its guide names (D-31)."""
    scheme = urlsplit(request.location).scheme
    if facts.product is not None and scheme not in facts.product.file_transfer_schemes:
        schemes = ", ".join(facts.product.file_transfer_schemes)
        yield Problem("location", mask(request.location), f"the product takes {schemes}")


def period_is_ordered(request: GetDiagnostics, _facts: StationFacts) -> Iterator[Problem]:
    """What begins must end later."""
    start, stop = request.start_time, request.stop_time
    if isinstance(start, datetime) and isinstance(stop, datetime) and stop <= start:
        yield Problem("stopTime", stop.isoformat(), "it is not after startTime")


# --- Local list ---------------------------------------------------------------------------------------------------


def list_is_consistent(request: SendLocalList, _facts: StationFacts) -> Iterator[Problem]:
    """A version above 0, no idTag twice, and in a full list a verdict on each (LL-03, LL-06, LL-08)."""
    if request.list_version <= 0:
        yield Problem("listVersion", request.list_version, "a version is above 0 (LL-08)")
    entries = () if request.local_authorization_list is UNSET else request.local_authorization_list
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        place = f"localAuthorizationList[{index}]"
        if entry.id_tag.casefold() in seen:
            yield Problem(f"{place}.idTag", entry.id_tag, "the list has it twice (LL-06)")
        if request.update_type is UpdateType.FULL and entry.id_tag_info is UNSET:
            yield Problem(f"{place}.idTagInfo", None, "a full list needs it for every idTag (LL-03)")
        seen.add(entry.id_tag.casefold())


def list_fits(request: SendLocalList, facts: StationFacts) -> Iterator[Problem]:
    """Not more entries than the station takes in one request (LL-14)."""
    entries = () if request.local_authorization_list is UNSET else request.local_authorization_list
    limit = facts.number("SendLocalListMaxLength")
    if limit is not None and len(entries) > limit:
        yield Problem("localAuthorizationList", f"{len(entries)} entries", f"the station takes {limit} at once (LL-14)")


# --- Reservations -------------------------------------------------------------------------------------------------


def reserves_future(request: ReserveNow, facts: StationFacts) -> Iterator[Problem]:
    """A reservation ends in the future."""
    if request.expiry_date <= facts.now:
        yield Problem("expiryDate", request.expiry_date.isoformat(), "it is not in the future")


def reservation_is_new(request: ReserveNow, facts: StationFacts) -> Iterator[Problem]:
    """A number belongs to one reservation of a station, now and later (RSV-18); an active one may be changed."""
    if request.reservation_id in facts.closed_reservations:
        highest = max(facts.closed_reservations | facts.active_reservations)
        reason = f"this station had a reservation of that number; the next free one is {highest + 1} (RSV-18)"
        yield Problem("reservationId", request.reservation_id, reason)


def zero_can_be_reserved(request: ReserveNow, facts: StationFacts) -> Iterator[Problem]:
    """Connector 0 is reserved only where the station says that it can (RSV-09)."""
    supported = facts.setting("ReserveConnectorZeroSupported")
    if request.connector_id == 0 and (supported or "").casefold() != "true":
        yield Problem("connectorId", 0, f"ReserveConnectorZeroSupported is {supported or 'not reported'}")


# --- Data transfer ------------------------------------------------------------------------------------------------


def cost_is_of_transaction(request: DataTransfer, facts: StationFacts) -> Iterator[Problem]:
    """A running cost is a JSON text about a transaction that runs (DT-04)."""
    cost = _cost_message(request, all_products() if facts.product is None else (facts.product,))
    if cost is None:
        return
    try:
        content = msgspec.json.decode("" if request.data is UNSET else request.data, type=dict[str, object])
    except msgspec.DecodeError as error:
        yield Problem("data", None if request.data is UNSET else request.data, f"it is no JSON object: {error}")
        return
    number = _transaction_of(content, cost)
    if number not in facts.transactions:
        known = ", ".join(str(each) for each in facts.transactions) or "none"
        yield Problem(f"data.{cost.transaction_fields[0]}", number, f"it is not open at this station; open: {known}")


def _cost_message(request: DataTransfer, products: Iterable[Product]) -> CostMessage | None:
    """The product's message that a request is, if it is one."""
    messages = (product.cost_message for product in products if product.cost_message is not None)
    named = (request.vendor_id, request.message_id)
    return next((message for message in messages if (message.vendor_id, message.message_id) == named), None)


def _transaction_of(content: dict[str, object], cost: CostMessage) -> object:
    found = next((content[name] for name in cost.transaction_fields if name in content), None)
    return int(found) if isinstance(found, str) and found.isdecimal() else found


def names_tag(request: RemoteStartTransaction, _facts: StationFacts) -> Iterator[Problem]:
    """A remote start is for somebody (RS-11)."""
    if not request.id_tag.strip():
        yield Problem("idTag", request.id_tag, "it is empty (RS-11)")
