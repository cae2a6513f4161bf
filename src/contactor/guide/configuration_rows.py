"""The rows of configuration.toml: which fields each kind of key must have, and what its default becomes on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable

from contactor.base.errors import BadSetting
from contactor.guide.entries import Access, ConfigurationKey, DerivedFrom, KeyKind, Origin
from contactor.guide.limits import canonical_value
from contactor.guide.rows import Row, rows_of

FILE = "configuration.toml"

_KEY_LENGTH = 50

# The limits a key of this kind may have, and those a writable one must have: without them any text would be taken.
_POSSIBLE_LIMITS: Mapping[KeyKind, frozenset[str]] = {
    KeyKind.BOOLEAN: frozenset({"allowed"}),
    KeyKind.INTEGER: frozenset({"minimum", "maximum"}),
    KeyKind.LIST: frozenset({"allowed", "items_min", "items_max"}),
    KeyKind.TEXT: frozenset({"allowed", "length_min", "length_max"}),
    KeyKind.HEX: frozenset({"length_min", "length_max"}),
    KeyKind.URL: frozenset({"length_max"}),
}
_NEEDED_LIMITS: Mapping[KeyKind, frozenset[str]] = {
    KeyKind.BOOLEAN: frozenset(),
    KeyKind.INTEGER: frozenset({"minimum", "maximum"}),
    KeyKind.LIST: frozenset({"allowed", "items_max"}),
    KeyKind.TEXT: frozenset({"length_min", "length_max"}),
    KeyKind.HEX: frozenset({"length_min", "length_max"}),
    KeyKind.URL: frozenset({"length_max"}),
}
_ALL_LIMITS = frozenset().union(*_POSSIBLE_LIMITS.values())


def read_configuration(folder: Traversable) -> dict[str, ConfigurationKey]:
    """Read every key, in order.

    Raises:
        BadRow: a row is wrong, or two names differ in case only, which for OCPP is the same name (D-02).
    """
    keys: dict[str, ConfigurationKey] = {}
    seen: dict[str, str] = {}
    for row in rows_of(folder, FILE):
        earlier = seen.setdefault(row.entry.casefold(), row.entry)
        if earlier != row.entry:
            raise row.wrong(f"is the same key as {earlier}: case does not count")
        keys[row.entry] = _configuration_key(row)
    return keys


def _configuration_key(row: Row) -> ConfigurationKey:
    if len(row.entry) > _KEY_LENGTH:
        raise row.wrong(f"the name has {len(row.entry)} characters, at most {_KEY_LENGTH} fit")
    access, kind = row.word("access", Access), row.word("kind", KeyKind)
    _check_limits(row, access, kind)
    has_default = "default" in row
    raw_default = row.anything("default") if has_default else None
    key = ConfigurationKey(
        key=row.entry,
        access=access,
        kind=kind,
        unit=row.text("unit") if "unit" in row else "",
        default="",
        has_default=has_default,
        derived_from=row.word("derived_from", DerivedFrom) if "derived_from" in row else None,
        minimum=_optional_number(row, "minimum"),
        maximum=_optional_number(row, "maximum"),
        length_min=_optional_number(row, "length_min"),
        length_max=_optional_number(row, "length_max"),
        items_min=_optional_number(row, "items_min"),
        items_max=_optional_number(row, "items_max"),
        allowed=row.texts("allowed") if "allowed" in row else None,
        reboot_needed=row.flag("reboot_needed") if "reboot_needed" in row else False,
        meaning=row.text("meaning"),
        origin=row.word("origin", Origin),
    )
    row.finish()
    _check_source(row, key)
    return replace(key, default=_wire_default(row, key, raw_default)) if has_default else key


def _check_limits(row: Row, access: Access, kind: KeyKind) -> None:
    given = frozenset(limit for limit in _ALL_LIMITS if limit in row)
    for limit in sorted(given - _POSSIBLE_LIMITS[kind]):
        raise row.wrong(f"{limit} means nothing for a key of kind {kind}")
    if access is Access.RO:
        return
    for limit in sorted(_NEEDED_LIMITS[kind] - given):
        raise row.wrong(f"{limit} is missing: a writable key of kind {kind} needs it")


def _check_source(row: Row, key: ConfigurationKey) -> None:
    """A value comes from the row or from the model; only a key that can be written may come from neither."""
    if key.has_default and key.derived_from is not None:
        raise row.wrong("default and derived_from exclude each other")
    if key.access is Access.RO and not key.has_default and key.derived_from is None:
        raise row.wrong("default is missing: nobody could ever set this key")
    if key.access is Access.W and key.has_default:
        raise row.wrong("default: a secret must not be known to everybody")
    if key.derived_from is DerivedFrom.MODEL and (key.kind, key.unit) != (KeyKind.INTEGER, "kW"):
        raise row.wrong("derived_from: a model gives its power, an integer in kW")
    if key.derived_from is DerivedFrom.OUTLETS and (key.kind, key.unit) != (KeyKind.INTEGER, ""):
        raise row.wrong("derived_from: the outlets give their number, an integer without unit")


def _wire_default(row: Row, key: ConfigurationKey, raw: object) -> str:
    text = _WIRE_TEXTS[key.kind](raw)
    if text is None:
        raise row.wrong(f"default {raw!r} is not of kind {key.kind}")
    try:
        canonical = canonical_value(key, text)
    except BadSetting as error:
        raise row.wrong(f"default {raw!r} breaks the key's own limits: {error.expected}") from None
    if canonical != text:
        raise row.wrong(f"default {raw!r} is written {canonical!r}")
    return text


def _boolean_text(raw: object) -> str | None:
    return str(raw).lower() if isinstance(raw, bool) else None


def _integer_text(raw: object) -> str | None:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _list_text(raw: object) -> str | None:
    return ",".join(raw) if isinstance(raw, list) and all(isinstance(item, str) for item in raw) else None


def _plain_text(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


_WIRE_TEXTS: Mapping[KeyKind, Callable[[object], str | None]] = {
    KeyKind.BOOLEAN: _boolean_text,
    KeyKind.INTEGER: _integer_text,
    KeyKind.LIST: _list_text,
    KeyKind.TEXT: _plain_text,
    KeyKind.HEX: _plain_text,
    KeyKind.URL: _plain_text,
}


def _optional_number(row: Row, field: str) -> int | None:
    return row.number(field) if field in row else None
