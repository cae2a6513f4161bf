"""What a form must ask for, read from OCPP's own message types: one description for all commands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import msgspec
from msgspec import inspect

from contactor.ocpp.actions import ACTIONS


class FieldKind(StrEnum):
    """How a value is typed in."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLAG = "flag"
    CHOICE = "choice"
    INSTANT = "instant"
    OBJECT = "object"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request; `name` as on the wire."""

    name: str
    kind: FieldKind
    is_required: bool
    choices: tuple[str, ...] = ()
    length_max: int | None = None
    minimum: int | None = None
    fields: tuple["Field", ...] = ()
    """Of an object, or of each object of a list."""
    item: "Field | None" = None
    """Of a list of plain values."""
    title: str = ""
    """What it is called, where its name does not say so."""

    @property
    def label(self) -> str:
        """Its name in words: "Connector id" for connectorId."""
        if self.title:
            return self.title
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.name).lower()
        return spaced[:1].upper() + spaced[1:]


@cache
def fields_of(action: str) -> tuple[Field, ...]:
    """The fields of an action's request."""
    info = inspect.type_info(ACTIONS[action].request)
    assert isinstance(info, inspect.StructType)
    return _fields(info)


def _fields(struct: inspect.StructType) -> tuple[Field, ...]:
    return tuple(_field(each.encode_name, each.type, is_required=each.required) for each in struct.fields)


def _field(name: str, given: inspect.Type, *, is_required: bool) -> Field:
    info = _plain(given)
    if isinstance(info, inspect.EnumType):
        words = tuple(member.value for member in info.cls)
        return Field(name, FieldKind.CHOICE, is_required, choices=words)
    if isinstance(info, inspect.StructType):
        return Field(name, FieldKind.OBJECT, is_required, fields=_fields(info))
    if isinstance(info, inspect.VarTupleType | inspect.ListType):
        item = _plain(info.item_type)
        if isinstance(item, inspect.StructType):
            return Field(name, FieldKind.LIST, is_required, fields=_fields(item))
        return Field(name, FieldKind.LIST, is_required, item=_field(name, item, is_required=True))
    if isinstance(info, inspect.IntType):
        # A bound that is only there for databases is no help to a person.
        minimum = info.ge if info.ge is not None and info.ge >= 0 else None
        return Field(name, FieldKind.INTEGER, is_required, minimum=minimum)
    if isinstance(info, inspect.StrType):
        return Field(name, FieldKind.TEXT, is_required, length_max=info.max_length)
    for kind, classes in _OTHERS.items():
        if isinstance(info, classes):
            return Field(name, kind, is_required)
    return Field(name, FieldKind.TEXT, is_required)


_OTHERS: Mapping[FieldKind, tuple[type[inspect.Type], ...]] = {
    FieldKind.DECIMAL: (inspect.FloatType,),
    FieldKind.FLAG: (inspect.BoolType,),
    FieldKind.INSTANT: (inspect.DateTimeType,),
}


def _plain(info: inspect.Type) -> inspect.Type:
    """The type itself: without "may be left out", without what only annotates it."""
    if isinstance(info, inspect.Metadata):
        return _plain(info.type)
    if isinstance(info, inspect.UnionType):
        kinds: Sequence[inspect.Type] = [each for each in info.types if not _is_absence(each)]
        return _plain(kinds[0])
    return info


def _is_absence(info: inspect.Type) -> bool:
    return isinstance(info, inspect.CustomType) and info.cls is msgspec.UnsetType
