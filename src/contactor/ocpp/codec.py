"""How payloads become messages and messages become payloads: one prepared decoder per type, checking as it reads.

Reading is strict: the types are the schemas. A family of other types can stand in for them in a `Codec` of its own, as
`kind` only names what is wanted; what mends a payload that was refused is a codec too (`tolerance.py`). Writing is
always held against the strict types.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Raw, inspect

from contactor.base.errors import BrokenPromise
from contactor.ocpp.actions import ACTIONS, Action, action_of
from contactor.ocpp.errors import ProtocolViolation
from contactor.ocpp.field_types import OcppObject, Request
from contactor.ocpp.frames import BACKSLASH, holds_nul
from contactor.ocpp.oddity import Oddities
from contactor.ocpp.violations import DECODING_ERRORS, explain

T = TypeVar("T", bound=OcppObject)

_POINT = ord(".")

_encode = msgspec.json.Encoder().encode

MESSAGE_TYPES: tuple[type[OcppObject], ...] = tuple(
    kind for action in ACTIONS.values() for kind in (action.request, action.result)
)


class Codec:
    """Reads and writes the payloads of all operations."""

    __slots__ = ("_decoders",)

    def __init__(self, readers: Mapping[type[OcppObject], type[OcppObject]]) -> None:
        """Prepare decoders; `readers` tells for every message type the type that reads it."""
        self._decoders: dict[type[OcppObject], Callable[[Raw | bytes], Any]] = {  # Any: a dict cannot tie value to key
            kind: msgspec.json.Decoder(reader).decode for kind, reader in readers.items()
        }

    def read(self, kind: type[T], payload: Raw | bytes) -> T:
        """Decode and check a payload; JSON null counts as an empty object (RPC-08).

        Raises:
            ProtocolViolation: the payload breaks the schema, or a rule that schemas cannot express.
        """
        try:
            message: T = self._decoders[kind](payload)
        except DECODING_ERRORS as error:
            if bytes(payload).strip() == b"null":
                return self.read(kind, b"{}")
            raise explain(error) from error
        return message

    def mend(self, _kind: type[T], _payload: Raw | bytes, violation: ProtocolViolation) -> tuple[T, Oddities]:
        """Read a payload that `read` refused with `violation` all the same; here, and by default, there is no way.

        Raises:
            ProtocolViolation: the payload stays refused.
        """
        raise violation


STRICT = Codec({kind: kind for kind in MESSAGE_TYPES})


class _Plan(NamedTuple):
    """How a type with fields is written: what spells its instants as the wire wants them, and what checks the text."""

    spell_instants: Callable[[bytes], bytes] | None
    check: Callable[[bytes], object] | None


class Written(NamedTuple):
    """A request of ours that was written, and checked, before it is called: what was owed for long is kept so."""

    action: Action
    payload: bytes


def write_payload(message: OcppObject) -> bytes:
    """Encode a message, with instants as RPC-13 wants them.

    Raises:
        BrokenPromise: the message would not be valid on the wire. Making a message checks few of its limits, so this
            is where a text too long or a number too large of our own is found.
    """
    plan = _PLANS[type(message)]
    if plan is None:
        return b"{}"
    try:
        payload = _encode(message)
        if plan.spell_instants is not None and _POINT in payload:
            payload = plan.spell_instants(payload)
        if plan.check is not None:
            plan.check(payload)
    except UnicodeEncodeError as error:
        raise BrokenPromise(f"{_name(message)} holds a text that UTF-8 cannot write: {error.reason}") from error
    except DECODING_ERRORS as error:
        raise BrokenPromise(f"{_name(message)} cannot be sent: {explain(error)}") from error
    if BACKSLASH in payload and holds_nul(payload):
        raise BrokenPromise(f"{_name(message)} holds the character NUL")
    return payload


def write(request: Request) -> Written:
    """Encode a request that will be called later.

    Raises:
        BrokenPromise: it would not be valid on the wire.
    """
    return Written(action_of(request), write_payload(request))


def _name(message: OcppObject) -> str:
    return type(message).__name__


def _instant_names(info: inspect.Type) -> Iterator[str]:
    """Wire names of all fields within a type that hold instants."""
    if isinstance(info, inspect.StructType):
        for entry in info.fields:
            if isinstance(entry.type, inspect.DateTimeType):
                yield entry.encode_name
            yield from _instant_names(entry.type)
    elif isinstance(info, inspect.VarTupleType):
        yield from _instant_names(info.item_type)


def _misspelt_instants(kind: type[OcppObject]) -> re.Pattern[bytes] | None:
    """Return a pattern that finds the instants msgspec wrote with a fraction, and nothing else.

    A key is the only place for `"name":` with bare quotes: inside a text they are escaped, and a text that ends so
    is not followed by a colon. No other field bears the name of an instant, so what follows is one.
    """
    names = sorted(set(_instant_names(inspect.type_info(kind))))
    if not names:
        return None
    return re.compile(rf'("(?:{"|".join(names)})":"[^"]{{19}})\.([0-9]{{3}})[0-9]*'.encode())


def _respell(match: re.Match[bytes]) -> bytes:
    whole, milliseconds = match.groups()
    return bytes(whole) if milliseconds == b"000" else bytes(whole + b"." + milliseconds)


def _spell_lone_instant(payload: bytes) -> bytes:
    """The same for a payload that is one instant and nothing else: what every Heartbeat is answered, so it is quick."""
    point = payload.index(b".")
    milliseconds, rest = payload[point : point + 4], payload[point + 7 :]
    return payload[:point] + (rest if milliseconds == b".000" else milliseconds + rest)


def _plan(kind: type[OcppObject]) -> _Plan | None:
    if not kind.__struct_fields__:
        return None
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    if len(info.fields) == 1 and isinstance(info.fields[0].type, inspect.DateTimeType):
        # An instant has no limits that making the message has not checked.
        return _Plan(_spell_lone_instant, None)
    misspelt = _misspelt_instants(kind)
    spell = None if misspelt is None else partial(misspelt.sub, _respell)
    return _Plan(spell, msgspec.json.Decoder(kind).decode)


_PLANS: Mapping[type[OcppObject], _Plan | None] = {kind: _plan(kind) for kind in MESSAGE_TYPES}
