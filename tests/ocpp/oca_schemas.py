"""The judge: the JSON schemas of OCPP 1.6 as another project ships them, with an example and damages of each."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from jsonschema import Draft4Validator

from contactor.ocpp.actions import ACTIONS
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.field_types import OcppObject

Schema = Mapping[str, object]
Path = tuple[str | int, ...]

# File name of the schema for every message type; results are called responses there.
SCHEMA_NAMES: Mapping[type[OcppObject], str] = {
    kind: name
    for action in ACTIONS.values()
    for kind, name in ((action.request, action.name), (action.result, f"{action.name}Response"))
}


@cache
def schema_of(kind: type[OcppObject]) -> Schema:
    """The schema of a message type, with references put in place; decimals stay exact."""
    file = resources.files("ocpp.v16").joinpath("schemas", f"{SCHEMA_NAMES[kind]}.json")
    schema = json.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    resolved = _resolve(schema, schema.get("definitions", {}))
    assert isinstance(resolved, dict)
    return resolved


def _resolve(node: object, definitions: Mapping[str, object]) -> object:
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolve(definitions[node["$ref"].removeprefix("#/definitions/")], definitions)
        return {key: _resolve(value, definitions) for key, value in node.items() if key != "definitions"}
    if isinstance(node, list):
        return [_resolve(item, definitions) for item in node]
    return node


@cache
def _validator(kind: type[OcppObject]) -> Draft4Validator:
    return Draft4Validator(schema_of(kind))


def complaints(kind: type[OcppObject], payload: bytes) -> list[str]:
    """What the schema has against a payload; formats are not looked at, as everywhere in the field."""
    value = json.loads(payload, parse_float=Decimal)
    return [error.message for error in _validator(kind).iter_errors(value)]


def example(schema: Schema) -> object:
    """A value with every field the schema knows, and one item in every array."""
    if "enum" in schema:
        return _list(schema, "enum")[0]
    match schema["type"]:
        case "object":
            return {name: example(part) for name, part in properties(schema).items()}
        case "array":
            return [example(items(schema))]
        case "integer":
            return 1
        case "number":
            return 16.1
        case "boolean":
            return True
        case _:
            return "2026-05-01T10:00:00Z" if schema.get("format") == "date-time" else "x"


def properties(schema: Schema) -> Mapping[str, Schema]:
    """The fields of an object."""
    found = schema.get("properties", {})
    assert isinstance(found, dict)
    return found


def items(schema: Schema) -> Schema:
    """What an array holds."""
    found = schema["items"]
    assert isinstance(found, dict)
    return found


def _list(schema: Schema, key: str) -> list[object]:
    found = schema.get(key, [])
    assert isinstance(found, list)
    return found


def nodes(schema: Schema, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Every part of a schema with the place of its value in the example."""
    yield path, schema
    for name, part in properties(schema).items():
        yield from nodes(part, (*path, name))
    if "items" in schema:
        yield from nodes(items(schema), (*path, 0))


def replaced(value: object, path: Path, new: object) -> object:
    """A copy of a JSON value with one place changed."""
    if not path:
        return new
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[index]  # JSON of unknown depth
    holder[path[-1]] = new  # type: ignore[index]  # JSON of unknown depth
    return changed


@dataclass(frozen=True)
class Damage:
    """One way to break the example of a schema, and the code that says so."""

    what: str
    path: Path
    new: object
    code: ErrorCode


_WRONG_TYPES: Mapping[str, tuple[object, ...]] = {
    "object": ("text", 1, True, [], None),
    "array": ("text", 1, True, {}, None),
    "string": (1, 1.5, True, [], {}, None),
    "integer": ("1", 1.5, True, [], {}, None),
    "number": ("1", True, [], {}, None),
    "boolean": ("true", 1, [], {}, None),
}


def damages(schema: Schema) -> Iterator[Damage]:
    """Every way this list of kinds knows to break the example: one field at a time, at every level."""
    whole = example(schema)
    for path, node in nodes(schema):
        yield from _type_damages(node, path)
        yield from _object_damages(node, path, whole)
        yield from _value_damages(node, path)


def _type_damages(node: Schema, path: Path) -> Iterator[Damage]:
    for wrong in _WRONG_TYPES[str(node["type"])]:
        if not path and wrong is None:
            continue  # null is a way to write an empty payload (RPC-08), and has its own tests
        code = ErrorCode.TYPE_CONSTRAINT_VIOLATION if path else ErrorCode.FORMATION_VIOLATION
        yield Damage("wrong type", path, wrong, code)


def _object_damages(node: Schema, path: Path, whole: object) -> Iterator[Damage]:
    if node["type"] != "object":
        return
    here = whole
    for step in path:
        here = here[step]  # type: ignore[index]  # JSON of unknown depth
    assert isinstance(here, dict)
    yield Damage("extra field", path, {**here, "surplus": 1}, ErrorCode.FORMATION_VIOLATION)
    for name in _list(node, "required"):
        rest = {key: value for key, value in here.items() if key != name}
        yield Damage(f"missing {name}", path, rest, ErrorCode.PROTOCOL_ERROR)


def _value_damages(node: Schema, path: Path) -> Iterator[Damage]:
    if "enum" in node:
        yield Damage("unknown word", path, "Surplus", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION)
    if isinstance(length_max := node.get("maxLength"), int):
        yield Damage("too long", path, "x" * (length_max + 1), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION)
    if "multipleOf" in node:
        yield Damage("too fine", path, 16.25, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION)
    if node.get("minItems"):
        yield Damage("too few", path, [], ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION)
