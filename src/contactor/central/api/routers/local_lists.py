"""Local lists: rules that say which tags which stations hold, and how far each station has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from msgspec import UNSET
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    Body,
    IfMatch,
    Limit,
    Page,
    StationPath,
    StationText,
    TagText,
    etag_of_content,
    require_match,
    require_match_or_new,
)
from contactor.central.api.station_rows import StationFilter, find_station, find_stations
from contactor.central.care.duty import Subject
from contactor.central.care.list_duty import ListLook, look_at_list
from contactor.central.care.list_rows import retry_list
from contactor.central.care.list_rules import ChoiceKind, ListRule, TagChoice, delete_rule, find_rules, put_rule
from contactor.central.care.scope import Scope, ScopeKind
from contactor.central.milliseconds import from_ms
from contactor.central.tag_register import find_tag
from contactor.ocpp.datatypes import AuthorizationData
from contactor.ocpp.enumerations import RegistrationStatus

NAMES_MAX = 5000
RULES_MAX = 200

router = APIRouter(prefix=API, tags=["local lists"])

RuleText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
RulePath = Annotated[RuleText, Path(examples=["everybody"])]


class ScopeBody(Body):
    """Which stations are meant."""

    kind: ScopeKind = Field(default=ScopeKind.ALL, description="all, models or stations.")
    names: list[StationText] = Field(default_factory=list, max_length=NAMES_MAX, description="Models, or identities.")

    def read(self) -> Scope:
        """The scope.

        Raises:
            Problem: names are missing, or there are some where none belong.
        """
        if (self.kind is ScopeKind.ALL) == bool(self.names):
            reason = "all stations have no names" if self.names else f"name the {self.kind} that are meant"
            raise Problem(422, reason, field="stations.names", value=", ".join(self.names))
        return Scope(self.kind, tuple(self.names))

    @classmethod
    def of(cls, scope: Scope) -> "ScopeBody":
        """The body of a scope."""
        return cls(kind=scope.kind, names=list(scope.names))


class ChoiceBody(Body):
    """Which tags are meant."""

    kind: ChoiceKind = Field(default=ChoiceKind.ALL, description="all, groups (by parent tag) or tags.")
    names: list[TagText] = Field(default_factory=list, max_length=NAMES_MAX)

    def read(self) -> TagChoice:
        """The choice.

        Raises:
            Problem: names are missing, or there are some where none belong.
        """
        if (self.kind is ChoiceKind.ALL) == bool(self.names):
            reason = "all tags have no names" if self.names else f"name the {self.kind} that are meant"
            raise Problem(422, reason, field="tags.names", value=", ".join(self.names))
        return TagChoice(self.kind, tuple(self.names))


class RuleChange(Body):
    """These stations hold these tags; several rules for a station add up."""

    stations: ScopeBody = ScopeBody()
    tags: ChoiceBody = ChoiceBody()


class RuleBody(RuleChange):
    """A rule."""

    name: str = Field(examples=["everybody"])
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of(cls, rule: ListRule) -> "RuleBody":
        """The body of a rule."""
        tags = ChoiceBody(kind=rule.tags.kind, names=list(rule.tags.names))
        return cls(name=rule.name, etag=etag_of_content(rule), stations=ScopeBody.of(rule.stations), tags=tags)


class ListBody(BaseModel):
    """A station's local list as it should be, and as it is by the station's answers."""

    station_id: str = Field(examples=["RDAM-01"])
    state: str = Field(description="unmanaged, in_step, behind or failing.", examples=["in_step"])
    failure: str | None = Field(description="Why it does not come into step; nothing is tried until something changes.")
    rules: list[str]
    wanted_entries: int | None = Field(description="Null where no rule covers the station.")
    left_out: int = Field(description="Tags for which the station has no room.")
    held_entries: int | None = Field(description="Null while it is not known.")
    held_version: int | None
    changes: int = Field(description="Entries that are to be added, changed or removed.")
    reported_version: int | None = Field(description="What the station said since its boot; null before it was asked.")
    reported_at: datetime | None

    @classmethod
    def of(cls, station_id: str, look: ListLook) -> "ListBody":
        """The body of a look."""
        row = look.row
        return cls(
            station_id=station_id,
            state=look.state,
            failure=look.failure,
            rules=[rule.name for rule in look.rules],
            wanted_entries=None if look.wanted is None else len(look.wanted.entries),
            left_out=0 if look.wanted is None else look.wanted.left_out,
            held_entries=None if look.held is None else len(look.held),
            held_version=None if row is None or look.held is None else row.held_version,
            changes=look.changes,
            reported_version=None if row is None else row.reported_version,
            reported_at=None if row is None or row.reported_at_ms is None else from_ms(row.reported_at_ms),
        )


class EntryBody(BaseModel):
    """One tag: as the list should have it, and as the station has it; null where it is not in there."""

    id_tag: str
    wanted: str | None = Field(examples=["Accepted"])
    held: str | None = Field(examples=["Accepted"])
    is_in_step: bool


# --- Rules --------------------------------------------------------------------------------------------------------


@router.get("/list-rules")
async def list_rules(office: TheOffice) -> list[RuleBody]:
    """List the rules."""
    return [RuleBody.of(rule) for rule in await office.read(find_rules)]


@router.get("/list-rules/{name}")
async def get_rule(office: TheOffice, name: RulePath, response: Response) -> RuleBody:
    """Show a rule."""
    rule = await office.read(lambda connection: _rules(connection).get(name))
    if rule is None:
        raise missing("list rule", "name", name)
    response.headers["ETag"] = etag_of_content(rule)
    return RuleBody.of(rule)


@router.put("/list-rules/{name}")
async def set_rule(
    office: TheOffice,
    person: ThePerson,
    name: RulePath,
    change: RuleChange,
    response: Response,
    if_match: IfMatch = None,
) -> RuleBody:
    """Say which stations hold which tags; what differs is sent to them as they are reached.

    A new rule is made without If-Match; one that is there is replaced with its ETag.
    """
    rule = ListRule(name, change.stations.read(), change.tags.read())
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = _rules(connection)
        flaw = require_match_or_new(if_match, etag_of_content(known[name]) if name in known else None, name)
        if flaw is not None:
            return flaw
        if name not in known and len(known) >= RULES_MAX:
            return Problem(409, f"there are {RULES_MAX} rules, and no more may be", field="name", value=name)
        flaw = _unknown_tag(connection, rule.tags)
        if flaw is not None:
            return flaw
        put_rule(connection, rule)
        facts = {"stations": rule.stations.kind.value, "tags": rule.tags.kind.value}
        note_deed(connection, person.did(now_ms, "list_rule.set", f"list rule {name}", **facts))
        return None

    await office.write(work)
    response.headers["ETag"] = etag_of_content(rule)
    return RuleBody.of(rule)


@router.delete("/list-rules/{name}", status_code=204)
async def remove_rule(office: TheOffice, person: ThePerson, name: RulePath, if_match: IfMatch = None) -> None:
    """Remove a rule; what a station that no other rule covers holds by it stays there."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = _rules(connection).get(name)
        if known is None:
            return missing("list rule", "name", name)
        flaw = require_match(if_match, etag_of_content(known))
        if flaw is not None:
            return flaw
        delete_rule(connection, name)
        note_deed(connection, person.did(now_ms, "list_rule.remove", f"list rule {name}"))
        return None

    await office.write(work)


def _rules(connection: Connection) -> dict[str, ListRule]:
    return {each.name: each for each in find_rules(connection)}


# --- Stations -----------------------------------------------------------------------------------------------------


@router.get("/local-lists")
async def list_lists(
    office: TheOffice,
    state: Annotated[str | None, Query(pattern="^(unmanaged|in_step|behind|failing)$")] = None,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[ListBody]:
    """List how far stations have come; with `state` a page may hold fewer than `limit`, and yet be followed by one."""

    def question(connection: Connection) -> tuple[list[ListBody], str | None]:
        rows = find_stations(connection, StationFilter(after=after), limit + 1)
        bodies = [ListBody.of(row.id, _look(office, connection, row.id)) for row in rows[:limit]]
        following = rows[limit - 1].id if len(rows) > limit else None
        return [body for body in bodies if state in (None, body.state)], following

    items, following = await office.read(question)
    return Page(items=items, next=following)


@router.get("/stations/{station_id}/local-list")
async def get_list(office: TheOffice, station_id: StationPath) -> ListBody:
    """Show a station's list as it should be, and as it is."""
    return ListBody.of(station_id, await _known_look(office, station_id))


@router.get("/stations/{station_id}/local-list/entries")
async def list_entries(
    office: TheOffice,
    station_id: StationPath,
    after: Annotated[TagText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[EntryBody]:
    """List the tags that a station's list should hold, or holds."""
    look = await _known_look(office, station_id)
    wanted = {} if look.wanted is None else look.wanted.entries
    held = look.held or {}
    keys = sorted(key for key in wanted.keys() | held.keys() if after is None or key > after.casefold())
    items = [_entry(wanted.get(key), held.get(key)) for key in keys[:limit]]
    return Page(items=items, next=items[-1].id_tag if len(keys) > limit else None)


@router.post("/stations/{station_id}/local-list/retry", status_code=202)
async def retry(office: TheOffice, person: ThePerson, station_id: StationPath, response: Response) -> ListBody:
    """Try again, beginning with what the station says of its list; without waiting for what comes of it."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        if find_station(connection, station_id) is None:
            return missing("station", "station_id", station_id)
        retry_list(connection, station_id)
        note_deed(connection, person.did(now_ms, "local_list.retry", f"station {station_id}"))
        return None

    await office.write(work)
    response.headers["Location"] = f"{API}/stations/{station_id}/local-list"
    return ListBody.of(station_id, await _known_look(office, station_id))


async def _known_look(office: Office, station_id: str) -> ListLook:
    def question(connection: Connection) -> ListLook | None:
        if find_station(connection, station_id) is None:
            return None
        return _look(office, connection, station_id)

    look = await office.read(question)
    if look is None:
        raise missing("station", "station_id", station_id)
    return look


def _look(office: Office, connection: Connection, station_id: str) -> ListLook:
    subject = Subject(connection, StationId(station_id), RegistrationStatus.ACCEPTED, office.clock.now())
    return look_at_list(office.lists, subject)


def _entry(wanted: AuthorizationData | None, held: AuthorizationData | None) -> EntryBody:
    shown: Sequence[AuthorizationData] = [each for each in (wanted, held) if each is not None]
    return EntryBody(id_tag=shown[0].id_tag, wanted=_status(wanted), held=_status(held), is_in_step=wanted == held)


def _status(entry: AuthorizationData | None) -> str | None:
    return None if entry is None or entry.id_tag_info is UNSET else entry.id_tag_info.status.value


def _unknown_tag(connection: Connection, choice: TagChoice) -> Problem | None:
    """A tag that nobody registered would be left out unseen."""
    if choice.kind is not ChoiceKind.TAGS:
        return None
    for index, name in enumerate(choice.names):
        if find_tag(connection, name) is None:
            return Problem(422, f"there is no tag {name!r}", field=f"tags.names.{index}", value=name)
    return None
