"""Where tariffs are kept: each change is a version of its own, and no version is ever changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store.tariff_tables import tariff_scopes, tariff_versions, tariffs
from contactor.central.tags import tag_key
from contactor.central.tariffs.tariff import Tariff, read_tariff, tariff_text

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_versions = tariff_versions.c


class Scope(StrEnum):
    """Whose charges a tariff is for."""

    ALL = "all"
    STATION = "station"
    GROUP = "group"
    """The badges of a group: those whose parent it is."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """For all, for a station, or for a group of badges; `subject` names it, and is empty for all."""

    scope: Scope
    subject: str = ""

    @property
    def key(self) -> str:
        """The subject as it is compared: the case of a group does not count (RPC-14)."""
        return tag_key(self.subject) if self.scope is Scope.GROUP else self.subject


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version says: prices, for whom, and for charges that begin when."""

    tariff: Tariff
    assigned_to: tuple[Assignment, ...]
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """One version of a named tariff."""

    version_id: int
    tariff_id: int
    name: str
    version: int
    terms: Terms
    made_at: datetime
    made_by: str
    retired_at: datetime | None


def add_tariff(connection: Connection, name: str, terms: Terms, made_by: str, now_ms: int) -> TariffVersion:
    """Keep a new tariff as its first version; the name must be free."""
    tariff_id: int = connection.execute(insert(tariffs).values(name=name).returning(tariffs.c.id)).scalar_one()
    return _add_version(connection, tariff_id, 1, terms, made_by, now_ms)


def change_tariff(
    connection: Connection, known: TariffVersion, name: str, terms: Terms, made_by: str, now_ms: int
) -> TariffVersion:
    """Keep a new version; what charges by an older one goes on by it."""
    connection.execute(update(tariffs).where(tariffs.c.id == known.tariff_id).values(name=name))
    return _add_version(connection, known.tariff_id, known.version + 1, terms, made_by, now_ms)


def retire_tariff(connection: Connection, tariff_id: int, now_ms: int) -> None:
    """Let no charge begin by it from now on."""
    connection.execute(update(tariffs).where(tariffs.c.id == tariff_id).values(retired_at_ms=now_ms))


def is_name_taken(connection: Connection, name: str, but_for: int | None = None) -> bool:
    """Whether another tariff has the name."""
    query = select(tariffs.c.id).where(tariffs.c.name == name)
    found = connection.execute(query).scalar_one_or_none()
    return found is not None and found != but_for


def find_tariff(connection: Connection, tariff_id: int) -> TariffVersion | None:
    """The newest version of a tariff."""
    found = _read(connection, _newest().where(_versions.tariff_id == tariff_id))
    return found[0] if found else None


def list_tariffs(connection: Connection, *, after_id: int, limit: int, is_retired: bool | None) -> list[TariffVersion]:
    """The newest version of each tariff, in the order of their numbers."""
    query = _newest().where(_versions.tariff_id > after_id).order_by(_versions.tariff_id).limit(limit)
    if is_retired is not None:
        query = query.where(tariffs.c.retired_at_ms.is_not(None) == is_retired)
    return _read(connection, query)


def list_versions(connection: Connection, tariff_id: int) -> list[TariffVersion]:
    """All versions of a tariff, the newest first."""
    return _read(connection, _select().where(_versions.tariff_id == tariff_id).order_by(_versions.version.desc()))


def find_version(connection: Connection, version_id: int) -> TariffVersion:
    """A version that something refers to."""
    (found,) = _read(connection, _select().where(_versions.id == version_id))
    return found


def etag_of(version: TariffVersion) -> str:
    """What was seen of a tariff."""
    return f'"{version.tariff_id}.{version.version}.{0 if version.retired_at is None else 1}"'


def _add_version(
    connection: Connection, tariff_id: int, version: int, terms: Terms, made_by: str, now_ms: int
) -> TariffVersion:
    row = {
        "tariff_id": tariff_id,
        "version": version,
        "made_at_ms": now_ms,
        "made_by": made_by,
        "content": tariff_text(terms.tariff),
        "valid_from_ms": None if terms.valid_from is None else to_ms(terms.valid_from),
        "valid_until_ms": None if terms.valid_until is None else to_ms(terms.valid_until),
    }
    version_id: int = connection.execute(insert(tariff_versions).values(row).returning(_versions.id)).scalar_one()
    scopes = [{"version_id": version_id, "scope": each.scope.value, "subject": each.key} for each in terms.assigned_to]
    if scopes:
        connection.execute(insert(tariff_scopes), scopes)
    return find_version(connection, version_id)


def _select() -> Select[*tuple[Any, ...]]:
    columns = (tariff_versions, tariffs.c.name, tariffs.c.retired_at_ms)
    return select(*columns).join(tariffs, tariffs.c.id == _versions.tariff_id)


def _newest() -> Select[*tuple[Any, ...]]:
    return _select().where(is_newest())


def is_newest(made_until_ms: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """Whether a version is its tariff's newest, or the newest of those that were made until then."""
    others = tariff_versions.alias("others")
    query = select(func.max(others.c.version)).where(others.c.tariff_id == _versions.tariff_id)
    if made_until_ms is not None:
        query = query.where(others.c.made_at_ms <= made_until_ms)
    return _versions.version == query.correlate(tariff_versions).scalar_subquery()


def _read(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[TariffVersion]:
    rows = connection.execute(query).all()
    scopes = _scopes(connection, [row.id for row in rows])
    return [_version(row, scopes[row.id]) for row in rows]


def _scopes(connection: Connection, version_ids: Sequence[int]) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = defaultdict(list)
    query = (
        select(tariff_scopes).where(tariff_scopes.c.version_id.in_(version_ids)).order_by(*tariff_scopes.primary_key)
    )
    for row in connection.execute(query):
        found[row.version_id].append(Assignment(Scope(row.scope), row.subject))
    return found


def _version(row: _Row, assigned_to: Iterable[Assignment]) -> TariffVersion:
    terms = Terms(
        read_tariff(row.content), tuple(assigned_to), _instant(row.valid_from_ms), _instant(row.valid_until_ms)
    )
    return TariffVersion(
        version_id=row.id,
        tariff_id=row.tariff_id,
        name=row.name,
        version=row.version,
        terms=terms,
        made_at=from_ms(row.made_at_ms),
        made_by=row.made_by,
        retired_at=_instant(row.retired_at_ms),
    )


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)
