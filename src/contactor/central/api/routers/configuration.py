"""Configuration: what templates want of stations, where they drift from it, and how they are put right."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.commands import problem_of
from contactor.central.api.routers.local_lists import RuleText, ScopeBody
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    PLAIN,
    Body,
    IfMatch,
    Limit,
    Page,
    ShortText,
    StationPath,
    StationText,
    etag_of_content,
    require_match,
    require_match_or_new,
)
from contactor.central.api.station_rows import StationFilter, find_station, find_stations
from contactor.central.care.drift import KeyLook, KeyState, look_at_keys
from contactor.central.care.duty import Subject
from contactor.central.care.scope import ScopeKind
from contactor.central.care.templates import (
    Flaw,
    Template,
    conflict_of,
    delete_template,
    find_templates,
    flaw_of,
    put_template,
)
from contactor.central.commands.command import CommandRefused, CommandView, Order, QueueFull
from contactor.guide.load import load_product
from contactor.ocpp.enumerations import RegistrationStatus

TEMPLATES_MAX = 200
KEYS_MAX = 200

router = APIRouter(prefix=API, tags=["configuration"])

TemplatePath = Annotated[RuleText, Path(examples=["quick-meter"])]
KeyText = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=PLAIN)]
ValueText = Annotated[str, StringConstraints(max_length=500, pattern=PLAIN)]


class TemplateChange(Body):
    """These stations have these values; what is said for fewer stations goes before what is said for more."""

    stations: ScopeBody = ScopeBody()
    values: dict[KeyText, ValueText] = Field(
        min_length=1, max_length=KEYS_MAX, examples=[{"MeterValueSampleInterval": "30"}]
    )


class TemplateBody(TemplateChange):
    """A template."""

    name: str = Field(examples=["quick-meter"])
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of(cls, template: Template) -> "TemplateBody":
        """The body of a template."""
        return cls(
            name=template.name,
            etag=etag_of_content(template),
            stations=ScopeBody.of(template.stations),
            values=dict(template.values),
        )


class DriftBody(BaseModel):
    """A key as it should be, and as it is."""

    station_id: str
    key: str
    wanted: str
    template: str
    reported: str | None
    value_after_boot: str | None
    outcome: str | None = Field(description="How the station last answered a change of it.", examples=["Rejected"])
    state: KeyState

    @classmethod
    def of(cls, station_id: str, look: KeyLook) -> "DriftBody":
        """The body of a look."""
        return cls(
            station_id=station_id,
            key=look.wanted.key,
            wanted=look.wanted.value,
            template=look.wanted.template,
            reported=look.reported,
            value_after_boot=look.after_boot,
            outcome=look.outcome,
            state=look.state,
        )


class RepairChange(Body):
    """Which keys are to be put right."""

    keys: list[KeyText] = Field(default_factory=list, max_length=KEYS_MAX, description="All that drift if empty.")
    why: ShortText = ""


# --- Templates ----------------------------------------------------------------------------------------------------


@router.get("/configuration-templates")
async def list_templates(office: TheOffice) -> list[TemplateBody]:
    """List the templates."""
    return [TemplateBody.of(each) for each in await office.read(find_templates)]


@router.get("/configuration-templates/{name}")
async def get_template(office: TheOffice, name: TemplatePath, response: Response) -> TemplateBody:
    """Show a template."""
    template = await office.read(lambda connection: _templates(connection).get(name))
    if template is None:
        raise missing("configuration template", "name", name)
    response.headers["ETag"] = etag_of_content(template)
    return TemplateBody.of(template)


@router.put("/configuration-templates/{name}")
async def set_template(
    office: TheOffice,
    person: ThePerson,
    name: TemplatePath,
    change: TemplateChange,
    response: Response,
    if_match: IfMatch = None,
) -> TemplateBody:
    """Say what stations' configuration should be; it is sent to them by `repair`, or by itself where that is set.

    A new template is made without If-Match; one that is there is replaced with its ETag.
    """
    template = Template(name, change.stations.read(), change.values)
    now_ms, catalogue = office.now_ms(), office.queries.catalogue

    def work(connection: Connection) -> Problem | None:
        known = _templates(connection)
        stale = require_match_or_new(if_match, etag_of_content(known[name]) if name in known else None, name)
        if stale is not None:
            return stale
        if len(known) >= TEMPLATES_MAX and name not in known:
            return Problem(409, f"there are {TEMPLATES_MAX} templates, and no more may be", field="name", value=name)
        models = _models(connection, template)
        flaw = flaw_of(template, load_product(), models, catalogue) or conflict_of(template, known.values())
        if flaw is not None:
            return _problem(flaw)
        put_template(connection, template)
        facts = {"stations": template.stations.kind.value, "keys": sorted(template.values)}
        note_deed(connection, person.did(now_ms, "template.set", f"configuration template {name}", **facts))
        return None

    await office.write(work)
    response.headers["ETag"] = etag_of_content(template)
    return TemplateBody.of(template)


@router.delete("/configuration-templates/{name}", status_code=204)
async def remove_template(office: TheOffice, person: ThePerson, name: TemplatePath, if_match: IfMatch = None) -> None:
    """Remove a template; stations keep the values they have."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = _templates(connection).get(name)
        if known is None:
            return missing("configuration template", "name", name)
        stale = require_match(if_match, etag_of_content(known))
        if stale is not None:
            return stale
        delete_template(connection, name)
        note_deed(connection, person.did(now_ms, "template.remove", f"configuration template {name}"))
        return None

    await office.write(work)


def _templates(connection: Connection) -> dict[str, Template]:
    return {each.name: each for each in find_templates(connection)}


# --- Stations -----------------------------------------------------------------------------------------------------


@router.get("/stations/{station_id}/configuration/drift")
async def get_drift(office: TheOffice, station_id: StationPath) -> list[DriftBody]:
    """List every key that something is wanted of, with how it stands."""
    return [DriftBody.of(station_id, look) for look in await _looks(office, station_id)]


@router.get("/configuration-drift")
async def list_drift(
    office: TheOffice,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[DriftBody]:
    """List the keys of all stations that are not in step; `limit` counts the stations that are looked at."""

    def question(connection: Connection) -> tuple[list[DriftBody], str | None]:
        rows = find_stations(connection, StationFilter(after=after), limit + 1)
        found = [
            DriftBody.of(row.id, look)
            for row in rows[:limit]
            for look in _look(office, connection, row.id)
            if look.state is not KeyState.IN_STEP
        ]
        return found, rows[limit - 1].id if len(rows) > limit else None

    items, following = await office.read(question)
    return Page(items=items, next=following)


@router.post("/stations/{station_id}/configuration/repair", status_code=201)
async def repair(
    office: TheOffice, person: ThePerson, station_id: StationPath, change: RepairChange
) -> list[CommandView]:
    """Order a change of each key that is not in step, or of those named; also of one that was refused before."""
    looks = await _looks(office, station_id)
    views = []
    for look in _chosen(looks, change.keys):
        payload: dict[str, object] = {"key": look.wanted.key, "value": look.wanted.value}
        why = change.why or f"template {look.wanted.template}"
        try:
            order = Order(StationId(station_id), "ChangeConfiguration", payload, by=person.name, why=why)
            views.append(await office.desk.submit(order))
        except (CommandRefused, QueueFull) as error:
            raise problem_of(error, payload) from error
    deed = person.did(
        office.now_ms(), "station.repair", f"station {station_id}", commands=[view.command_id for view in views]
    )
    await office.write(lambda connection: note_deed(connection, deed))
    return views


def _chosen(looks: list[KeyLook], keys: list[str]) -> list[KeyLook]:
    """The looks that are to be put right.

    Raises:
        Problem: nothing is wanted of a key that was named.
    """
    by_key = {look.wanted.key.casefold(): look for look in looks}
    for index, key in enumerate(keys):
        if key.casefold() not in by_key:
            raise Problem(422, f"no template says anything of {key!r}", field=f"keys.{index}", value=key)
    if keys:
        return [by_key[key.casefold()] for key in keys]
    return [look for look in looks if look.state.can_be_repaired or look.state is KeyState.REFUSED]


async def _looks(office: Office, station_id: str) -> list[KeyLook]:
    def question(connection: Connection) -> list[KeyLook] | None:
        return None if find_station(connection, station_id) is None else _look(office, connection, station_id)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return found


def _look(office: Office, connection: Connection, station_id: str) -> list[KeyLook]:
    subject = Subject(connection, StationId(station_id), RegistrationStatus.ACCEPTED, office.clock.now())
    return look_at_keys(connection, subject, office.queries.catalogue)


def _models(connection: Connection, template: Template) -> list[str | None]:
    """The models of the stations a template names; None for one that is not known, or has not booted."""
    if template.stations.kind is not ScopeKind.STATIONS:
        return []
    rows = [find_station(connection, name) for name in template.stations.names]
    return [None if row is None else row.model for row in rows]


def _problem(flaw: Flaw) -> Problem:
    return Problem(422, f"{flaw.key}: {flaw.reason}", field=f"values.{flaw.key}", value=flaw.value)
