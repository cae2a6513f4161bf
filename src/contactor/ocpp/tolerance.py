"""Reading what real stations send: one bad value never costs the message, and what was odd is told with it (CS-26).

Only looked at when the strict types refuse a payload. The message is then read field by field: what fits is taken as
it is, what has a certain meaning is mended, what is optional and means nothing is left out. A required field that
cannot be read at all still refuses the message, with the code the strict reader would give.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from msgspec import Raw, inspect

from contactor.ocpp.codec import MESSAGE_TYPES, Codec
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.enumerations import ChargePointErrorCode
from contactor.ocpp.errors import ProtocolViolation
from contactor.ocpp.field_types import OcppObject
from contactor.ocpp.mending import (
    WORD_BOUND,
    Mended,
    mend_flag,
    mend_instant,
    mend_integer,
    mend_text,
    mend_word,
)
from contactor.ocpp.messages import (
    BootNotification,
    DataTransfer,
    Request,
    StartTransaction,
    StatusNotification,
    StopTransaction,
)
from contactor.ocpp.oddity import EXAMPLE_MAX_LENGTH, FIELD_MAX_LENGTH, Oddities, Oddity, OddityKind
from contactor.ocpp.violations import DECODING_ERRORS, explain

T = TypeVar("T", bound=OcppObject)

ODDITIES_MAX = 20
"""How many findings one message can bring: field names are the sender's to invent."""

_read_members = msgspec.json.Decoder(dict[str, Raw]).decode
_read_elements = msgspec.json.Decoder(list[Raw]).decode

# What stands in for a required field that is absent or unreadable, where the message is worth having without it. An
# instant is replaced by the time of receipt.
_STAND_INS: Mapping[tuple[type[object], str], object] = {
    (BootNotification, "charge_point_vendor"): "",
    (BootNotification, "charge_point_model"): "",
    (StatusNotification, "error_code"): ChargePointErrorCode.NO_ERROR,
    (MeterValue, "sampled_value"): (),
    (SampledValue, "value"): "",
}
_REGISTERS = frozenset({(StartTransaction, "meter_start"), (StopTransaction, "meter_stop")})
_ANYTHING = frozenset({(DataTransfer, "data")})


class TolerantCodec(Codec):
    """Reads like the strict codec, and mends what that refuses."""

    __slots__ = ("_now",)

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Be ready; `now` gives the time of receipt, which stands in for instants that cannot be read."""
        super().__init__({kind: kind for kind in MESSAGE_TYPES})
        self._now = now

    def mend(self, kind: type[T], payload: Raw | bytes, violation: ProtocolViolation) -> tuple[T, Oddities]:
        """Read a payload that the strict types refused; return the message and what was odd about it.

        Raises:
            ProtocolViolation: a required field is missing or cannot be read.
        """
        del violation  # the first thing the strict reader disliked need not be what makes the message unreadable
        json = bytes(payload).strip()
        findings = _Findings(self._now, is_request=issubclass(kind, Request))
        if json == b"null":
            findings.note(OddityKind.NULL, kind.__name__, json)
            json = b"{}"
        message: T = _object_reader(kind).walk(json, kind.__name__, findings)
        return message, findings.as_oddities()


class _Findings:
    """What was odd about one message: each kind once for a field, with the first example."""

    def __init__(self, now: Callable[[], datetime], *, is_request: bool) -> None:
        self.now = now
        self.is_request = is_request
        self._examples: dict[tuple[OddityKind, str], str] = {}

    def note(self, kind: OddityKind, field: str, json: bytes) -> None:
        """Take note; the example is the value as it came, but never one of what a station answers us."""
        key = (kind, field[:FIELD_MAX_LENGTH])
        if key not in self._examples and len(self._examples) < ODDITIES_MAX:
            self._examples[key] = _shortened(json) if self.is_request else ""

    def as_oddities(self) -> Oddities:
        """The findings in the order in which they were made."""
        return tuple(Oddity(kind, field, example) for (kind, field), example in self._examples.items())


def _shortened(json: bytes) -> str:
    text = json[: 4 * EXAMPLE_MAX_LENGTH].decode(errors="ignore")
    return text if len(text) <= EXAMPLE_MAX_LENGTH else text[: EXAMPLE_MAX_LENGTH - 1] + "…"


class _Reader(Protocol):
    """Reads a value of one type; raises `ProtocolViolation` where there is no reading it."""

    def read(self, json: bytes, path: str, findings: _Findings) -> object: ...


Mender = Callable[[bytes, bool], Mended | None]
"""Takes the JSON text and whether lists of words are open."""


class _LeafReader:
    """A text, number, flag, word or instant."""

    def __init__(self, decode: Callable[[bytes], object], mend: Mender) -> None:
        self._decode = decode
        self._mend = mend

    def read(self, json: bytes, path: str, findings: _Findings) -> object:
        try:
            return self._decode(json)
        except DECODING_ERRORS as error:
            mended = self._mend(json, findings.is_request)
            if mended is None:
                raise _violation(str(error), path) from error
        findings.note(mended.kind, path, json)
        return mended.value


class _ListReader:
    """A list; an entry that cannot be read is left out, and a lone entry stands for a list of one."""

    def __init__(self, entry: _Reader, length_min: int) -> None:
        self._entry = entry
        self._length_min = length_min

    def read(self, json: bytes, path: str, findings: _Findings) -> object:
        entries = []
        for raw in self._elements(json, path, findings):
            try:
                entries.append(self._entry.read(raw, path, findings))
            except ProtocolViolation:
                findings.note(OddityKind.UNREADABLE, path, raw)
        if len(entries) < self._length_min:
            findings.note(OddityKind.EMPTY_LIST, path, json)
        return tuple(entries)

    def _elements(self, json: bytes, path: str, findings: _Findings) -> list[bytes]:
        if json[:1] == b"{":
            findings.note(OddityKind.WRONG_TYPE, path, json)
            return [json]
        try:
            return [bytes(raw) for raw in _read_elements(json)]
        except DECODING_ERRORS as error:
            raise _violation(str(error), path) from error


class _Slot(msgspec.Struct, frozen=True):
    """One field of an object; `stand_in` is None where nothing can stand in for it."""

    name: str
    wire_name: str
    is_required: bool
    reader: _Reader
    stand_in: Callable[[_Findings], object] | None


class _ObjectReader:
    """An object of a message type or of a datatype."""

    def __init__(self, kind: type[OcppObject], slots: tuple[_Slot, ...]) -> None:
        self._make: Callable[..., Any] = kind  # Any: the fields are given by name
        self._decode = msgspec.json.Decoder(kind).decode
        self._slots = slots

    def read(self, json: bytes, path: str, findings: _Findings) -> object:
        try:
            return self._decode(json)
        except DECODING_ERRORS:
            return self.walk(json, path, findings)

    def walk(self, json: bytes, path: str, findings: _Findings) -> Any:  # Any: an object of the reader's kind
        """Read field by field."""
        try:
            members = _read_members(json)
        except DECODING_ERRORS as error:
            raise _violation(str(error), path) from error
        fields = {}
        for slot in self._slots:
            raw = members.pop(slot.wire_name, None)
            fields[slot.name] = _read_slot(slot, None if raw is None else bytes(raw), path, findings)
        for name, raw in members.items():
            findings.note(OddityKind.UNKNOWN_FIELD, f"{path}.{name}", bytes(raw))
        try:
            return self._make(**fields)
        except ValueError as error:
            raise _violation(str(error), path) from error


def _read_slot(slot: _Slot, json: bytes | None, owner_path: str, findings: _Findings) -> object:
    path = f"{owner_path}.{slot.wire_name}"
    if json is None or json == b"null":
        if json is not None:
            findings.note(OddityKind.NULL, path, json)
        if slot.is_required and slot.stand_in is None:
            raise _violation(f"Object missing required field `{slot.wire_name}`", owner_path)
        kind = OddityKind.MISSING
    else:
        try:
            return slot.reader.read(json, path, findings)
        except ProtocolViolation:
            if slot.is_required and slot.stand_in is None:
                raise
            kind = OddityKind.UNREADABLE
    if slot.is_required or kind is OddityKind.UNREADABLE:
        findings.note(kind, path, json or b"")
    return msgspec.UNSET if slot.stand_in is None else slot.stand_in(findings)


def _violation(complaint: str, path: str) -> ProtocolViolation:
    """The violation the strict reader would tell of; the path without the message's own name, as there."""
    field = path.partition(".")[2]
    return explain(msgspec.ValidationError(f"{complaint} - at `$.{field}`" if field else complaint))


# --- From the types to their readers ------------------------------------------------------------------------------


@cache
def _object_reader(kind: type[OcppObject]) -> _ObjectReader:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return _ObjectReader(kind, tuple(_slot(kind, field) for field in info.fields))


def _slot(owner: type[OcppObject], field: inspect.Field) -> _Slot:
    stand_in: Callable[[_Findings], object] | None = None
    if field.required and isinstance(field.type, inspect.DateTimeType):
        stand_in = _time_of_receipt
    elif (owner, field.name) in _STAND_INS:
        value = _STAND_INS[owner, field.name]
        stand_in = lambda _findings: value  # noqa: E731 - a closure over this field's own value
    reader = _reader(field.type, (owner, field.name))
    return _Slot(field.name, field.encode_name, field.required, reader, stand_in)


def _time_of_receipt(findings: _Findings) -> datetime:
    return findings.now().astimezone(UTC)


Place = tuple[type[object], str]


def _reader(info: inspect.Type, place: Place) -> _Reader:
    if isinstance(info, inspect.StructType):
        assert issubclass(info.cls, OcppObject)
        return _object_reader(info.cls)
    if isinstance(info, inspect.VarTupleType):
        return _ListReader(_reader(info.item_type, place), info.min_length or 0)
    return _LEAVES[type(info)](info, place)


def _text(info: Any, place: Place) -> _LeafReader:  # Any: the table's key says which of inspect's types it is
    limit, is_anything = info.max_length, place in _ANYTHING
    decode = msgspec.json.Decoder(str if limit is None else _bounded(str, max_length=limit)).decode
    return _LeafReader(decode, lambda json, _: mend_text(json, limit, is_anything=is_anything))


def _integer(info: Any, place: Place) -> _LeafReader:  # Any: as above
    low, high = info.ge, info.le
    decode = msgspec.json.Decoder(_bounded(int, ge=low, le=high)).decode
    is_register = place in _REGISTERS
    return _LeafReader(decode, lambda json, _: mend_integer(json, low, high, is_register=is_register))


def _flag(_info: Any, _place: Place) -> _LeafReader:  # Any: as above
    return _LeafReader(msgspec.json.Decoder(bool).decode, lambda json, _: mend_flag(json))


def _word(info: Any, _place: Place) -> _LeafReader:  # Any: as above
    words: type[StrEnum] = info.cls
    decode = msgspec.json.Decoder(words).decode
    return _LeafReader(decode, lambda json, is_open: mend_word(json, words, is_open=is_open, bound=WORD_BOUND))


def _number(_info: Any, _place: Place) -> _LeafReader:  # Any: as above
    return _LeafReader(msgspec.json.Decoder(float).decode, lambda _json, _: None)


def _instant(_info: Any, _place: Place) -> _LeafReader:  # Any: as above
    read = msgspec.json.Decoder(_bounded(datetime, tz=True)).decode

    def decode(json: bytes) -> datetime:
        instant: datetime = read(json)
        try:
            return instant.astimezone(UTC)
        except OverflowError as error:
            raise msgspec.ValidationError("Invalid RFC3339 encoded datetime") from error

    return _LeafReader(decode, lambda json, _: mend_instant(json))


def _bounded(kind: type[object], **limits: Any) -> Any:  # Any: what msgspec's Meta takes, and a type made at run time
    return Annotated[kind, msgspec.Meta(**limits)]


_LEAVES: Mapping[type[inspect.Type], Callable[[Any, Place], _LeafReader]] = {  # Any: as above
    inspect.StrType: _text,
    inspect.IntType: _integer,
    inspect.BoolType: _flag,
    inspect.EnumType: _word,
    inspect.FloatType: _number,
    inspect.DateTimeType: _instant,
}
