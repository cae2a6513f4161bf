"""List rules: which tags the local lists of which stations hold; and what follows from all of them for one station.

A station that no rule covers is left alone; several rules add up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete, select

from contactor.central.care.local_list import Wanted, wanted_of
from contactor.central.care.mark import move_mark, read_mark
from contactor.central.care.scope import Scope
from contactor.central.recognition import Catalogue
from contactor.central.store.care_tables import list_rules
from contactor.central.store.statement import Rows, upsert
from contactor.central.tag_register import all_groups, all_tags
from contactor.central.tags import Tag, TagGroup, bounded_by, may_charge_at, tag_key

_PUT = upsert(list_rules, "name", "stations", "tags", key=("name",))


class ChoiceKind(StrEnum):
    """How tags are chosen."""

    ALL = "all"
    GROUPS = "groups"
    """By the group's parent tag."""
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class TagChoice:
    """A choice of tags; `names` are parent tags or tags, empty for all."""

    kind: ChoiceKind = ChoiceKind.ALL
    names: tuple[str, ...] = ()

    def holds(self, tag: Tag) -> bool:
        """Whether a tag is chosen, however its letters are spelled."""
        if self.kind is ChoiceKind.ALL:
            return True
        name = tag.id_tag if self.kind is ChoiceKind.TAGS else tag.parent_id_tag
        return name is not None and tag_key(name) in {tag_key(each) for each in self.names}


@dataclass(frozen=True, slots=True)
class ListRule:
    """These stations hold these tags."""

    name: str
    stations: Scope
    tags: TagChoice


def find_rules(connection: Connection) -> list[ListRule]:
    """All rules by name."""
    return [
        ListRule(
            row.name,
            msgspec.json.decode(row.stations, type=Scope),
            msgspec.json.decode(row.tags, type=TagChoice),
        )
        for row in connection.execute(select(list_rules).order_by(list_rules.c.name))
    ]


def put_rule(connection: Connection, rule: ListRule) -> None:
    """Make a rule, or replace the one of its name."""
    row = (rule.name, msgspec.json.encode(rule.stations).decode(), msgspec.json.encode(rule.tags).decode())
    Rows(_PUT, (row,)).execute_on(connection)
    move_mark(connection)


def delete_rule(connection: Connection, name: str) -> bool:
    """Remove a rule; what stations hold by it stays there until another rule says otherwise."""
    is_gone = connection.execute(delete(list_rules).where(list_rules.c.name == name)).rowcount > 0
    if is_gone:
        move_mark(connection)
    return is_gone


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Rules, tags and groups at one mark, and the tags that each combination of rules has been found to choose."""

    mark: int
    rules: Sequence[ListRule]
    tags: Sequence[Tag]
    groups: Mapping[str, TagGroup]
    chosen: dict[tuple[str, ...], Sequence[Tag]]

    def for_station(self, tags: Iterable[Tag], station_id: str) -> list[Tag]:
        """Those tags that may charge at a station."""
        return [tag for tag in tags if all(may_charge_at(each, station_id) for each in self._bounds(tag))]

    def _bounds(self, tag: Tag) -> Iterable[tuple[str, ...]]:
        yield tag.stations
        group = None if tag.parent_id_tag is None else self.groups.get(tag_key(tag.parent_id_tag))
        if group is not None:
            yield group.stations


def _empty(mark: int) -> _Snapshot:
    return _Snapshot(mark, (), (), {}, {})


def _snapshot_of(
    mark: int, rules: Sequence[ListRule], tags: Iterable[Tag], groups: Mapping[str, TagGroup]
) -> _Snapshot:
    bounded = [
        bounded_by(tag, None if tag.parent_id_tag is None else groups.get(tag_key(tag.parent_id_tag))) for tag in tags
    ]
    return _Snapshot(mark, rules, bounded, groups, {})


class WantedLists:
    """Says what each station's list should hold; reads rules and tags again only when they have changed.

    May be asked from several threads: what is remembered is replaced as a whole.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: _Snapshot | None = None

    def rules_for(self, connection: Connection, station_id: str, model: str | None) -> list[ListRule]:
        """The rules that cover a station."""
        rules = self._snapshot(connection).rules
        return [rule for rule in rules if rule.stations.covers(station_id, model, self._catalogue)]

    def wanted(
        self, connection: Connection, station_id: str, rules: Iterable[ListRule], held_max: int, now: datetime
    ) -> Wanted:
        """What a station's list should hold by some rules: their tags, but for those that may not charge there."""
        snapshot, chosen_by = self._snapshot(connection), tuple(rules)
        names = tuple(rule.name for rule in chosen_by)
        if names not in snapshot.chosen:
            choices = [rule.tags for rule in chosen_by]
            snapshot.chosen[names] = [tag for tag in snapshot.tags if any(each.holds(tag) for each in choices)]
        return wanted_of(snapshot.for_station(snapshot.chosen[names], station_id), held_max, now)

    def _snapshot(self, connection: Connection) -> _Snapshot:
        mark = read_mark(connection)
        known = self._known
        if known is None or known.mark != mark:
            rules = find_rules(connection)
            known = _snapshot_of(mark, rules, all_tags(connection), all_groups(connection)) if rules else _empty(mark)
            self._known = known
        return known
