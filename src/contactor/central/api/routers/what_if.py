"""What would it do: a command tried on a twin of its station, as far as that is known; the real one is left alone."""

from fastapi import APIRouter
from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.commands import problem_of
from contactor.central.api.routes import API
from contactor.central.api.shapes import StationPath
from contactor.central.api.what_if_shapes import NewTrial, RehearsalBody, objection_of
from contactor.central.commands.command import CommandRefused
from contactor.central.commands.configuration_rules import is_authorization_key
from contactor.central.commands.facts import load_facts
from contactor.central.commands.requests import read_request
from contactor.central.commands.rules import judge
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.known_rows import load_known
from contactor.central.rehearsal.rehearsal import TwinFailed, TwinsBusy
from contactor.ocpp.messages import ChangeConfiguration

router = APIRouter(prefix=f"{API}/stations/{{station_id}}/what-if", tags=["what if"])

_TAG_FIELDS = ("idTag", "parentIdTag")


@router.post("")
async def try_command(office: TheOffice, station_id: StationPath, new: NewTrial) -> RehearsalBody:
    """Tell what a station would answer and do, by its twin; the real one is neither asked nor changed."""
    if office.twins is None:
        raise Problem(409, "this central system has no twins to try a command on")
    try:
        request = read_request(new.action, new.payload)
    except CommandRefused as error:
        raise problem_of(error, new.payload) from error
    now = office.clock.now()
    member = office.roster.find(StationId(station_id))
    registration = None if member is None else member.registration
    is_online = office.sessions.is_online(StationId(station_id))
    tags = [tag for name in _TAG_FIELDS if isinstance(tag := new.payload.get(name), str)]

    def question(connection: Connection) -> tuple[KnownStation, CommandRefused | None] | None:
        known = load_known(connection, station_id, now, is_online=is_online, tags=tags)
        if known is None:
            return None
        return known, judge(request, load_facts(connection, station_id, registration, now), force=False)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    known, refused = found
    try:
        rehearsal = await office.twins.rehearse(known, new.trial())
    except TwinsBusy as error:
        raise Problem(429, str(error), headers={"Retry-After": "5"}) from error
    except TwinFailed as error:
        raise Problem(422, str(error), field="station_id", value=station_id) from error
    has_secret = isinstance(request, ChangeConfiguration) and is_authorization_key(request)
    return RehearsalBody.of(station_id, now, rehearsal, objection_of(refused, has_secret=has_secret))
