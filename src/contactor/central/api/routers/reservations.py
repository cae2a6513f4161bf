"""Reservations: listed as the book has them, made and cancelled by commands to their stations."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from contactor.base.ids import StationId
from contactor.base.instants import to_text
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.live import settled
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.commands import WAITING_MAX_S, problem_of
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    Body,
    Instant,
    Limit,
    Page,
    ShortText,
    StationPath,
    StationText,
    TagText,
    WaitS,
)
from contactor.central.commands.command import CommandRefused, CommandView, Order, QueueFull
from contactor.central.commands.reservations import ReservationState
from contactor.central.milliseconds import from_ms
from contactor.central.store.operation_tables import commands, reservations

NUMBER_MAX = 2**31 - 1
"""The largest integer that every station can read."""
TRIES = 10

router = APIRouter(prefix=f"{API}/reservations", tags=["reservations"])

ReservationNumber = Annotated[int, Path(ge=-(2**31), le=NUMBER_MAX, examples=[4])]
_book = reservations.c


class ReservationBody(BaseModel):
    """A reservation and what became of it."""

    station_id: str = Field(examples=["RDAM-01"])
    reservation_id: int = Field(description="Counted for each station.")
    connector_id: int = Field(description="0: any connector.")
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime
    state: ReservationState
    closed_at: datetime | None
    transaction_id: int | None = Field(description="The transaction that began with it.")

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> "ReservationBody":  # Any: a row's columns are known by name only
        """The body of a row."""
        return cls(
            station_id=row.station_id,
            reservation_id=row.reservation_id,
            connector_id=row.connector_id,
            id_tag=row.id_tag,
            parent_id_tag=row.parent_id_tag,
            expires_at=from_ms(row.expires_at_ms),
            state=ReservationState(row.state),
            closed_at=None if row.closed_at_ms is None else from_ms(row.closed_at_ms),
            transaction_id=row.transaction_id,
        )


class NewReservation(Body):
    """A connector to keep for somebody; the number is the station's next."""

    station_id: StationText = Field(examples=["RDAM-01"])
    connector_id: Annotated[int, Field(ge=0, le=NUMBER_MAX, description="0: any, where the station can do that.")]
    id_tag: TagText = Field(examples=["04A2FF10"])
    parent_id_tag: TagText | None = None
    expires_at: Instant = Field(examples=["2026-05-01T18:00:00Z"])
    why: ShortText = ""
    wait_for_station_s: Annotated[float, Field(gt=0, le=WAITING_MAX_S)] | None = None


@router.get("")
async def list_reservations(
    office: TheOffice,
    station_id: StationText | None = None,
    id_tag: TagText | None = None,
    state: Annotated[list[ReservationState] | None, Query(description="Several are any of them.")] = None,
    after: Annotated[
        str | None, Query(max_length=300, pattern=r"^[^/]+/-?\d{1,10}$", description="Go on where a page ended.")
    ] = None,
    limit: Limit = 100,
) -> Page[ReservationBody]:
    """List reservations by station and number."""
    conditions: list[ColumnElement[bool]] = []
    if station_id is not None:
        conditions.append(_book.station_id == station_id)
    if id_tag is not None:
        conditions.append(func.lower(_book.id_tag) == id_tag.lower())
    if state:
        conditions.append(_book.state.in_([each.value for each in state]))
    if after is not None:
        name, _, number = after.rpartition("/")
        conditions.append(tuple_(_book.station_id, _book.reservation_id) > tuple_(name, int(number)))
    query = select(reservations).where(*conditions).order_by(_book.station_id, _book.reservation_id).limit(limit + 1)
    rows = await office.read(lambda connection: connection.execute(query).all())
    items = [ReservationBody.of(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return Page(items=items, next=None if last is None else f"{last.station_id}/{last.reservation_id}")


@router.post("", status_code=201)
async def make_reservation(
    office: TheOffice, person: ThePerson, new: NewReservation, response: Response, wait: WaitS = 0
) -> CommandView:
    """Have a station keep a connector; the reservation is in the book once the station has accepted it."""
    view = await _reserve(office, new, person.name)
    deed = person.did(
        office.now_ms(), "reservation.make", f"station {new.station_id}", command=view.command_id, id_tag=new.id_tag
    )
    await office.write(lambda connection: note_deed(connection, deed))
    response.headers["Location"] = f"{API}/commands/{view.command_id}"
    return await settled(office, view.command_id, wait) if wait and not view.state.is_final else view


@router.post("/{station_id}/{reservation_id}/cancel", status_code=201)
async def cancel_reservation(
    office: TheOffice,
    person: ThePerson,
    station_id: StationPath,
    reservation_id: ReservationNumber,
    wait: WaitS = 0,
) -> CommandView:
    """Have a station give a reservation up."""
    query = select(reservations).where(_book.station_id == station_id, _book.reservation_id == reservation_id)
    row = await office.read(lambda connection: connection.execute(query).one_or_none())
    if row is None:
        raise missing("reservation", "reservation_id", f"{station_id}/{reservation_id}")
    if row.state != ReservationState.ACTIVE:
        raise Problem(409, f"the reservation is {row.state} already", field="reservation_id", value=reservation_id)
    payload: dict[str, object] = {"reservationId": reservation_id}
    try:
        view = await office.desk.submit(Order(StationId(station_id), "CancelReservation", payload, by=person.name))
    except (CommandRefused, QueueFull) as error:
        raise problem_of(error, payload) from error
    what = f"reservation {station_id}/{reservation_id}"
    deed = person.did(office.now_ms(), "reservation.cancel", what, command=view.command_id)
    await office.write(lambda connection: note_deed(connection, deed))
    return await settled(office, view.command_id, wait) if wait and not view.state.is_final else view


async def _reserve(office: Office, new: NewReservation, by: str) -> CommandView:
    """Order it under the station's next number; an order under way with that number makes it the one after."""
    known = await office.read(lambda connection: _highest_number(connection, new.station_id))
    number = known
    while True:
        number += 1
        payload = _payload(new, number)
        order = Order(
            StationId(new.station_id),
            "ReserveNow",
            payload,
            by=by,
            why=new.why,
            wait_s=new.wait_for_station_s,
            # Two people who reserve in the same instant must not get one number: the second would move the first's.
            idempotency_key=f"reservation {new.station_id}/{number}",
        )
        try:
            return await office.desk.submit(order)
        except CommandRefused as error:
            if error.field != "idempotencyKey" or number - known >= TRIES:
                raise problem_of(error, payload) from error
        except QueueFull as error:
            raise problem_of(error, payload) from error


def _highest_number(connection: Connection, station_id: str) -> int:
    """The highest number in the book, or in the latest order that has not reached it, or never will."""
    booked = connection.execute(select(func.max(_book.reservation_id)).where(_book.station_id == station_id)).scalar()
    ordered = select(commands.c.request).where(commands.c.station_id == station_id, commands.c.action == "ReserveNow")
    latest = connection.execute(ordered.order_by(commands.c.id.desc()).limit(1)).scalar()
    number = 0 if latest is None else msgspec.json.decode(latest, type=dict[str, Any])["reservationId"]  # Any: JSON
    return max(0, booked or 0, number)


def _payload(new: NewReservation, number: int) -> dict[str, object]:
    payload: dict[str, object] = {
        "connectorId": new.connector_id,
        "expiryDate": to_text(new.expires_at),
        "idTag": new.id_tag,
        "reservationId": number,
    }
    if new.parent_id_tag is not None:
        payload["parentIdTag"] = new.parent_id_tag
    return payload
