"""From an order to a request: what stands in the order is read as strictly as what stands on the wire."""

import re
from collections.abc import Mapping

import msgspec

from contactor.base.errors import BrokenPromise
from contactor.central.commands.command import CommandRefused
from contactor.central.secrets_mask import mask
from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.codec import STRICT, write_payload
from contactor.ocpp.errors import ProtocolViolation
from contactor.ocpp.messages import Request

_NAMED_FIELD = re.compile(r"(?:missing required|unknown) field `(?P<name>[^`]*)`")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


def read_request(action_name: str, payload: Mapping[str, object] | Request) -> Request:
    """The request of an order.

    Raises:
        CommandRefused: the central system sends no such action, or the payload breaks its schema.
    """
    action = ACTIONS.get(action_name)
    if action is None or Side.CENTRAL not in action.senders:
        raise CommandRefused("action", action_name, "it is no operation that a central system sends")
    if isinstance(payload, Request):
        return _checked(action_name, payload, action.request)
    try:
        return STRICT.read(action.request, msgspec.json.encode(payload))
    except ProtocolViolation as violation:
        raise _refusal(violation, payload) from violation
    except (TypeError, UnicodeEncodeError) as error:
        raise CommandRefused("payload", None, f"it cannot be written as JSON: {error}") from error


def request_text(request: Request) -> str:
    """A request as it stands on the wire, secrets and all."""
    return write_payload(request).decode()


def _checked(action_name: str, request: Request, expected: type[Request]) -> Request:
    if type(request) is not expected:
        raise CommandRefused("action", action_name, f"its request is not a {type(request).__name__}")
    try:
        write_payload(request)
    except BrokenPromise as error:
        raise CommandRefused("payload", None, str(error)) from error
    return request


def _refusal(violation: ProtocolViolation, payload: Mapping[str, object]) -> CommandRefused:
    where, separator, complaint = violation.description.partition(": ")
    if not separator:
        where, complaint = "", violation.description
    named = _NAMED_FIELD.search(complaint)
    field = ".".join(filter(None, (where, named["name"] if named else ""))) or "payload"
    return CommandRefused(field, _value_at(payload, field), complaint)


def _value_at(payload: Mapping[str, object], path: str) -> object:
    """The value a path leads to, None where it leads nowhere; a secret is not repeated."""
    found: object = msgspec.json.decode(mask(msgspec.json.encode(payload).decode()))
    for step in _STEP.findall(path):
        if step.startswith("["):
            index = int(step[1:-1])
            found = found[index] if isinstance(found, list) and index < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found
