"""What the guide and OCPP say against a request, before it is sent; the central system checks it again."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from contactor.base.errors import BadSetting
from contactor.guide.entries import Model, Product
from contactor.guide.limits import canonical_value
from contactor.ocpp.actions import ACTIONS
from contactor.ocpp.codec import STRICT
from contactor.ocpp.errors import ProtocolViolation

Payload = Mapping[str, Any]  # Any: JSON of a form, not yet known to fit
_NAMED_FIELD = re.compile(r"(?:missing required|unknown) field `(?P<name>[^`]*)`")


@dataclass(frozen=True, slots=True)
class Objection:
    """A field that is wrong, as a path on the wire ("csChargingProfiles.stackLevel"), and why."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """The station as the guide knows it; nothing where it is of another product."""

    product: Product | None = None
    model: Model | None = None


def object_to(action: str, payload: Payload, known: Known) -> list[Objection]:
    """All that can be said against a request; first OCPP's types, and if they fit, the guide's limits."""
    try:
        STRICT.read(ACTIONS[action].request, msgspec.json.encode(payload))
    except ProtocolViolation as violation:
        return [_read(violation)]
    if known.product is None:
        return []
    found = list(_connector(payload, known))
    for check in _CHECKS.get(action, ()):
        found += check(payload, known.product, known)
    return found


def _read(violation: ProtocolViolation) -> Objection:
    where, separator, complaint = violation.description.partition(": ")
    if not separator:
        where, complaint = "", violation.description
    named = _NAMED_FIELD.search(complaint)
    field = ".".join(filter(None, (where, named["name"] if named else "")))
    return Objection(field, "it must be given" if named and "missing" in complaint else complaint)


def _connector(payload: Payload, known: Known) -> Iterator[Objection]:
    number = payload.get("connectorId")
    if number is not None and known.model is not None and number > len(known.model.outlets):
        yield Objection("connectorId", f"this station has {len(known.model.outlets)} connectors")


def _configuration(payload: Payload, product: Product, _known: Known) -> Iterator[Objection]:
    key = product.key(payload["key"])
    if key is None:
        yield Objection("key", "the guide has no such key (D-06)")
        return
    if not key.writable:
        yield Objection("key", "it can only be read")
        return
    try:
        canonical_value(key, payload["value"])
    except BadSetting as error:
        yield Objection("value", error.expected)


def _location(payload: Payload, product: Product, _known: Known) -> Iterator[Objection]:
    scheme = urlsplit(payload["location"]).scheme
    if scheme not in product.file_transfer_schemes:
        yield Objection("location", f"begin with {' or '.join(product.file_transfer_schemes)}")


def _period(payload: Payload, _product: Product, _known: Known) -> Iterator[Objection]:
    start, stop = payload.get("startTime"), payload.get("stopTime")
    if start and stop and datetime.fromisoformat(stop) <= datetime.fromisoformat(start):
        yield Objection("stopTime", "it is not after the start")


def _profile(payload: Payload, product: Product, known: Known) -> Iterator[Objection]:
    field = "csChargingProfiles" if "csChargingProfiles" in payload else "chargingProfile"
    profile = payload.get(field)
    if profile is None:
        return
    limits, schedule = product.charging_profiles, profile["chargingSchedule"]
    if profile["chargingProfilePurpose"] not in limits.purposes:
        yield Objection(f"{field}.chargingProfilePurpose", f"this product takes {' and '.join(limits.purposes)}")
    if schedule["chargingRateUnit"] != limits.rate_unit:
        yield Objection(f"{field}.chargingSchedule.chargingRateUnit", f"this product takes {limits.rate_unit}")
    if not 0 <= profile["stackLevel"] <= limits.stack_level_max:
        yield Objection(f"{field}.stackLevel", f"from 0 to {limits.stack_level_max}")
    if profile["chargingProfilePurpose"] == "TxProfile" and "transactionId" not in profile:
        yield Objection(f"{field}.transactionId", "a TxProfile names its transaction")
    if profile["chargingProfileKind"] == "Recurring":
        if "recurrencyKind" not in profile:
            yield Objection(f"{field}.recurrencyKind", "a recurring profile needs it")
        if "startSchedule" not in schedule:
            yield Objection(f"{field}.chargingSchedule.startSchedule", "a recurring profile needs it")
    yield from _periods(f"{field}.chargingSchedule.chargingSchedulePeriod", schedule, product)
    yield from _limitable(payload, product, known)


def _periods(where: str, schedule: Payload, product: Product) -> Iterator[Objection]:
    limits, periods = product.charging_profiles, schedule["chargingSchedulePeriod"]
    if len(periods) > limits.periods_max:
        yield Objection(where, f"at most {limits.periods_max} periods")
    before = -1
    for index, period in enumerate(periods):
        if index == 0 and period["startPeriod"] != 0:
            yield Objection(f"{where}[0].startPeriod", "the first period starts at 0")
        elif period["startPeriod"] <= before:
            yield Objection(f"{where}[{index}].startPeriod", f"it is not after {before}")
        before = period["startPeriod"]
        if period["limit"] != 0 and period["limit"] < limits.minimum_limit_w:
            yield Objection(f"{where}[{index}].limit", f"0, or at least {limits.minimum_limit_w} W (D-15)")


def _limitable(payload: Payload, product: Product, known: Known) -> Iterator[Objection]:
    number = payload.get("connectorId", 0)
    if known.model is None or not 1 <= number <= len(known.model.outlets):
        return
    outlet = known.model.outlets[number - 1]
    if outlet in product.charging_profiles.outlets_without:
        yield Objection("connectorId", f"it is {outlet.value}, which has no smart charging (D-17)")


def _local_list(payload: Payload, _product: Product, _known: Known) -> Iterator[Objection]:
    if payload["listVersion"] <= 0:
        yield Objection("listVersion", "a version is above 0 (LL-08)")


def _named_connector(payload: Payload, _product: Product, _known: Known) -> Iterator[Objection]:
    if payload.get("connectorId") == 0:
        yield Objection("connectorId", "name a connector from 1 on")


_Check = Callable[[Payload, Product, Known], Iterator[Objection]]
_CHECKS: Mapping[str, tuple[_Check, ...]] = {
    "ChangeConfiguration": (_configuration,),
    "GetDiagnostics": (_location, _period),
    "UpdateFirmware": (_location,),
    "SetChargingProfile": (_profile,),
    "RemoteStartTransaction": (_named_connector, _profile),
    "GetCompositeSchedule": (_limitable,),
    "SendLocalList": (_local_list,),
    "UnlockConnector": (_named_connector,),
    "TriggerMessage": (_named_connector,),
}
