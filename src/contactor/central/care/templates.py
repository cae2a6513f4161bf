"""What stations' configuration should be: templates for all, for models and for some stations; and what follows.

What is said for fewer stations goes before what is said for more. Two templates of one rank that say different things
about a key of the same station are refused when the second is made: nobody could know which is meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, select

from contactor.base.errors import BadSetting
from contactor.central.care.mark import move_mark
from contactor.central.care.scope import Scope, ScopeKind
from contactor.central.recognition import Catalogue, recognise
from contactor.central.secrets_mask import mask
from contactor.central.store.care_tables import configuration_templates
from contactor.central.store.statement import Rows, upsert
from contactor.guide.entries import Product
from contactor.guide.limits import canonical_value

_PUT = upsert(configuration_templates, "name", "stations", "wanted", key=("name",))
PASSWORD = "authorizationkey"  # noqa: S105 - the name of a key, not what is in it


@dataclass(frozen=True, slots=True)
class Template:
    """These stations have these values, by key."""

    name: str
    stations: Scope
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WantedValue:
    """What a key of a station should be, and the template that says so."""

    key: str
    value: str
    template: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a template cannot be: the key, and the reason."""

    key: str
    value: str
    reason: str


def find_templates(connection: Connection) -> list[Template]:
    """All templates by name."""
    return [
        Template(
            row.name,
            msgspec.json.decode(row.stations, type=Scope),
            msgspec.json.decode(row.wanted, type=dict[str, str]),
        )
        for row in connection.execute(select(configuration_templates).order_by(configuration_templates.c.name))
    ]


def put_template(connection: Connection, template: Template) -> None:
    """Make a template, or replace the one of its name."""
    stations, values = msgspec.json.encode(template.stations).decode(), msgspec.json.encode(template.values).decode()
    Rows(_PUT, ((template.name, stations, values),)).execute_on(connection)
    move_mark(connection)


def delete_template(connection: Connection, name: str) -> bool:
    """Remove a template; stations keep the values they have."""
    query = delete(configuration_templates).where(configuration_templates.c.name == name)
    is_gone = connection.execute(query).rowcount > 0
    if is_gone:
        move_mark(connection)
    return is_gone


def wanted_values(
    templates: Iterable[Template], station_id: str, model: str | None, catalogue: Catalogue
) -> dict[str, WantedValue]:
    """What a station's configuration should be, by key in lower case."""
    found: dict[str, WantedValue] = {}
    for template in sorted(templates, key=lambda each: each.stations.kind.rank):
        if template.stations.covers(station_id, model, catalogue):
            for key, value in template.values.items():
                found[key.casefold()] = WantedValue(key, value, template.name)
    return found


def flaw_of(template: Template, product: Product, models: Sequence[str | None], catalogue: Catalogue) -> Flaw | None:
    """What is wrong with a template, by itself and by the guide; `models` are those of the stations it names.

    A key that the guide's product does not have is refused only where all who are meant are that product.
    """
    kind = template.stations.kind
    meant = list(template.stations.names) if kind is ScopeKind.MODELS else models
    is_product = kind is not ScopeKind.ALL and bool(meant) and all(recognise(catalogue, each) for each in meant)
    seen: set[str] = set()
    for key, value in template.values.items():
        reason = "it is given twice" if key.casefold() in seen else _reason(key, value, product, is_product=is_product)
        if reason is not None:
            return Flaw(key, "(not shown)" if _is_secret(key, value) else value, reason)
        seen.add(key.casefold())
    return None


def conflict_of(template: Template, others: Iterable[Template]) -> Flaw | None:
    """Where another template of the same rank says something else about a key of the same station."""
    for other in others:
        if other.name == template.name or not _meet(template.stations, other.stations):
            continue
        theirs = {key.casefold(): value for key, value in other.values.items()}
        for key, value in template.values.items():
            if theirs.get(key.casefold(), value) != value:
                return Flaw(key, value, f"template {other.name} says {theirs[key.casefold()]!r} for the same stations")
    return None


def _meet(one: Scope, other: Scope) -> bool:
    if one.kind is not other.kind:
        return False
    names = {name.casefold() for name in one.names}
    return one.kind is ScopeKind.ALL or any(name.casefold() in names for name in other.names)


def _reason(key: str, value: str, product: Product, *, is_product: bool) -> str | None:
    if key.casefold() == PASSWORD:
        return "it is a secret: rotate it by `contactor stations rotate-key`"
    if _is_secret(key, value):
        return "it holds a secret, which is never kept"
    entry = product.key(key)
    if entry is None:
        return f"{product.name} has no such key" if is_product else None
    if not entry.writable:
        return "it is read-only"
    try:
        canonical_value(entry, value)
    except BadSetting as error:
        return error.expected
    return None


def _is_secret(key: str, value: str) -> bool:
    return key.casefold() == PASSWORD or mask(value) != value
