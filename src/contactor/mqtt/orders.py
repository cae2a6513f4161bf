"""Orders by topic: what a payload at a place means as a command of OCPP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contactor.base.errors import ContactorError
from contactor.mqtt.topics import Place, Verb

PAYLOAD_BYTES_MAX = 256
LIMIT_W_MAX = 1_000_000
PROFILE_ID = 9000
"""Of the profile that holds a connector's limit; its number is added."""
NO_LIMIT = "none"
STOP = "stop"
_AVAILABILITIES = {"operative": "Operative", "inoperative": "Inoperative"}
_TAG_LENGTH_MAX = 20


class BadOrder(ContactorError):
    """A payload that means nothing where it stands."""


@dataclass(frozen=True, slots=True)
class Command:
    """What the REST API is asked for."""

    action: str
    payload: Mapping[str, object]


def read_order(place: Place, content: bytes, running: int | None) -> Command:
    """The command; `running` is the transaction that runs at the place.

    Raises:
        BadOrder: the payload is none for this topic, or there is nothing to stop.
    """
    if len(content) > PAYLOAD_BYTES_MAX:
        raise BadOrder(f"a payload has at most {PAYLOAD_BYTES_MAX} bytes")
    try:
        text = content.decode().strip()
    except UnicodeDecodeError as error:
        raise BadOrder("a payload is UTF-8") from error
    return _READERS[place.verb](place, text, running)


def _limit(place: Place, text: str, _running: int | None) -> Command:
    profile_id = PROFILE_ID + place.connector_id
    if text.casefold() == NO_LIMIT:
        return Command("ClearChargingProfile", {"id": profile_id})
    try:
        limit_w = float(text)
    except ValueError:
        limit_w = -1.0
    if not 0 <= limit_w <= LIMIT_W_MAX:
        raise BadOrder(f'{text!r}: give watts, 0 to {LIMIT_W_MAX}, or "{NO_LIMIT}"')
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": round(limit_w, 1)}]}
    profile = {
        "chargingProfileId": profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    return Command("SetChargingProfile", {"connectorId": place.connector_id, "csChargingProfiles": profile})


def _start(place: Place, text: str, _running: int | None) -> Command:
    if place.connector_id == 0:
        raise BadOrder("a charge starts at a connector, from 1 on")
    if not (1 <= len(text) <= _TAG_LENGTH_MAX and text.isprintable()):
        raise BadOrder(f"give the idTag to charge with, 1 to {_TAG_LENGTH_MAX} characters")
    return Command("RemoteStartTransaction", {"connectorId": place.connector_id, "idTag": text})


def _stop(place: Place, text: str, running: int | None) -> Command:
    if text.casefold() != STOP:
        raise BadOrder(f'{text!r}: say "{STOP}"')
    if running is None:
        raise BadOrder(f"nothing runs at connector {place.connector_id}")
    return Command("RemoteStopTransaction", {"transactionId": running})


def _availability(place: Place, text: str, _running: int | None) -> Command:
    kind = _AVAILABILITIES.get(text.casefold())
    if kind is None:
        raise BadOrder(f"{text!r}: say {' or '.join(_AVAILABILITIES)}")
    return Command("ChangeAvailability", {"connectorId": place.connector_id, "type": kind})


_READERS: Mapping[Verb, Callable[[Place, str, int | None], Command]] = {
    Verb.LIMIT: _limit,
    Verb.START: _start,
    Verb.STOP: _stop,
    Verb.AVAILABILITY: _availability,
}
