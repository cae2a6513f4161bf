"""Commands: what operators have stations do, and what came of it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.live import settled
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    PLAIN,
    Before,
    Body,
    Instant,
    Limit,
    NumberPath,
    Page,
    ShortText,
    StationPath,
    StationText,
    WaitS,
)
from contactor.central.commands.command import (
    CommandRefused,
    CommandState,
    CommandView,
    Order,
    QueueFull,
    UnknownCommand,
)
from contactor.ocpp.actions import ACTIONS, Side

WAITING_MAX_S = 30 * 24 * 3600

router = APIRouter(prefix=f"{API}/commands", tags=["commands"])
rotation = APIRouter(prefix=f"{API}/stations/{{station_id}}/key-rotation", tags=["commands"])

_FIELDS = {"stationId": "station_id", "idempotencyKey": "Idempotency-Key", "action": "action", "by": "by"}


class NewCommand(Body):
    """What a station is to do: an action of OCPP by its name, with its request as OCPP spells it."""

    station_id: StationText = Field(examples=["RDAM-01"])
    action: ShortText = Field(examples=["Reset"])
    payload: dict[str, object] = Field(default_factory=dict, examples=[{"type": "Soft"}])
    why: ShortText = Field(default="", examples=["the screen hangs"])
    expires_at: Instant | None = Field(default=None, description="Let it wait until then for a station that is away.")
    wait_for_station_s: Annotated[float, Field(gt=0, le=WAITING_MAX_S)] | None = Field(
        default=None, description="The same in seconds from now; without either it fails at once as offline."
    )
    force: bool = Field(default=False, description="Override the product's limits, never OCPP's rules.")


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=100,
        pattern=PLAIN,
        description="Of your choice: the same order with the same key is one.",
    ),
]


@router.get("")
async def list_commands(
    office: TheOffice,
    station_id: StationText | None = None,
    state: Annotated[list[CommandState] | None, Query(description="Several are any of them.")] = None,
    before: Before = None,
    limit: Limit = 100,
) -> Page[CommandView]:
    """List commands, the newest first."""
    views = await office.desk.history(
        station_id=station_id, states=tuple(state or ()), before_id=before, limit=limit + 1
    )
    items = views[:limit]
    return Page(items=items, next=items[-1].command_id if len(views) > limit else None)


@router.get("/actions")
async def list_actions() -> list[str]:
    """List the actions there are."""
    return sorted(name for name, action in ACTIONS.items() if Side.CENTRAL in action.senders)


@router.post("", status_code=201)
async def send_command(
    office: TheOffice,
    person: ThePerson,
    new: NewCommand,
    response: Response,
    wait: WaitS = 0,
    idempotency_key: IdempotencyKey = None,
) -> CommandView:
    """Have a station do something; with `wait` the answer comes when the command has ended, or that time is over."""
    if new.expires_at is not None and new.wait_for_station_s is not None:
        raise Problem(422, "give one of the two", field="wait_for_station_s", value=new.wait_for_station_s)
    order = Order(
        StationId(new.station_id),
        new.action,
        new.payload,
        by=person.name,
        why=new.why,
        expires_at=new.expires_at,
        wait_s=new.wait_for_station_s,
        # Two people may choose the same key.
        idempotency_key=None if idempotency_key is None else f"{person.name}:{idempotency_key}",
        force=new.force,
    )
    try:
        view = await office.desk.submit(order)
    except (CommandRefused, QueueFull) as error:
        raise problem_of(error, new.payload) from error
    deed = person.did(
        office.now_ms(), "command.send", f"station {new.station_id}", command=view.command_id, action=new.action
    )
    await office.write(lambda connection: note_deed(connection, deed))
    response.headers["Location"] = f"{API}/commands/{view.command_id}"
    return await settled(office, view.command_id, wait) if wait and not view.state.is_final else view


@router.get("/{command_id}")
async def get_command(office: TheOffice, command_id: NumberPath, wait: WaitS = 0) -> CommandView:
    """Show a command; with `wait` when it has ended, or that time is over."""
    try:
        view = await (settled(office, command_id, wait) if wait else office.desk.find(command_id))
    except UnknownCommand:
        view = None
    if view is None:
        raise missing("command", "command_id", command_id)
    return view


@router.post("/{command_id}/cancel")
async def cancel_command(office: TheOffice, person: ThePerson, command_id: NumberPath) -> CommandView:
    """Take back a command that still waits; one that was sent, or has ended, stays as it is."""
    try:
        view = await office.desk.cancel(command_id, by=person.name)
    except UnknownCommand as error:
        raise missing("command", "command_id", command_id) from error
    deed = person.did(office.now_ms(), "command.cancel", f"command {command_id}", state=view.state.value)
    await office.write(lambda connection: note_deed(connection, deed))
    return view


@rotation.post("", status_code=201)
async def rotate_key(office: TheOffice, person: ThePerson, station_id: StationPath, wait: WaitS = 0) -> CommandView:
    """Give a station a fresh AuthorizationKey over OCPP, at both ends at once; nobody gets to see it."""
    try:
        view = await office.desk.rotate_key(StationId(station_id), by=person.name)
    except (CommandRefused, QueueFull) as error:
        raise problem_of(error, {}) from error
    deed = person.did(office.now_ms(), "station.rotate_key", f"station {station_id}", command=view.command_id)
    await office.write(lambda connection: note_deed(connection, deed))
    return await settled(office, view.command_id, wait) if wait and not view.state.is_final else view


def problem_of(error: CommandRefused | QueueFull, payload: Mapping[str, object]) -> Problem:
    """An order that is not carried out, as a problem."""
    if isinstance(error, QueueFull):
        return Problem(429, str(error), field="station_id", value=error.station_id, headers={"Retry-After": "5"})
    field = _FIELDS.get(error.field, f"payload.{error.field}")
    # A value that is meant for a key must not come back, however it was refused.
    is_secret = str(payload.get("key", "")).lower() == "authorizationkey"
    reason = f"{field}: {error.reason}" + ("; send it with force to do it all the same" if error.can_be_forced else "")
    status = 404 if error.field == "stationId" else 409 if error.field == "idempotencyKey" else 422
    return Problem(status, reason, field=field, value="(not shown)" if is_secret else error.value)
