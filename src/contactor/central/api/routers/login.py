"""Logging in and out: a cookie for a browser, and the token its pages must send with every write."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.audit_rows import Deed, note_deed
from contactor.central.api.gate import COOKIE, CSRF_HEADER, address_of
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.people_rows import delete_login, find_user, insert_login, set_password
from contactor.central.api.person import LOGIN, ThePerson
from contactor.central.api.problem import Problem
from contactor.central.api.role import Role
from contactor.central.api.routes import API
from contactor.central.api.shapes import Body, Password, ShortText
from contactor.central.api.tickets import Ticket, hash_password, password_matches

LOGIN_HOLDS_S = 12 * 3600

router = APIRouter(prefix=f"{API}/login", tags=["login"])


class Credentials(Body):
    """Who you are."""

    name: ShortText = Field(examples=["admin"])
    password: str = Field(max_length=200, examples=["correct horse battery staple"])


class Identity(BaseModel):
    """Who the API takes you for."""

    name: str = Field(examples=["admin"])
    role: Role
    by_way_of: str = Field(examples=["login"])
    csrf_token: str | None = Field(None, description=f"With a login: send it as {CSRF_HEADER} with every write.")


class PasswordChange(Body):
    """A new password, and the old one as proof."""

    current_password: str = Field(max_length=200)
    password: Password


@router.post("")
async def log_in(office: TheOffice, request: Request, response: Response, given: Credentials) -> Identity:
    """Log in; the answer sets a cookie."""
    address = address_of(request)
    password_hash, role = await _checked(office, given.name, given.password, address)
    ticket, now_ms = Ticket.fresh(), office.now_ms()

    def work(connection: Connection) -> Problem | None:
        row = find_user(connection, given.name)
        if row is None or row.password_hash != password_hash:  # changed while we looked
            return _refusal()
        insert_login(connection, ticket, given.name, now_ms, now_ms + LOGIN_HOLDS_S * 1000)
        note_deed(connection, Deed(now_ms, given.name, LOGIN, address, "login", f"user {given.name}", {}))
        return None

    await office.write(work)
    response.set_cookie(
        COOKIE,
        ticket.text,
        max_age=LOGIN_HOLDS_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Identity(name=given.name, role=role, by_way_of=LOGIN, csrf_token=ticket.csrf_token)


@router.get("")
async def who_am_i(person: ThePerson, request: Request) -> Identity:
    """Tell who you are, and the CSRF token of your login."""
    ticket = Ticket.read(request.cookies.get(COOKIE, "")) if person.by_way_of == LOGIN else None
    csrf_token = None if ticket is None else ticket.csrf_token
    return Identity(name=person.name, role=person.role, by_way_of=person.by_way_of, csrf_token=csrf_token)


@router.delete("", status_code=204)
async def log_out(office: TheOffice, person: ThePerson, response: Response) -> None:
    """End this login."""
    if person.by_way_of != LOGIN:
        raise Problem(409, "you came with a token; revoke it at /api/v1/tokens")
    await office.write(lambda connection: delete_login(connection, person.ticket_id))
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@router.put("/password", status_code=204)
async def change_password(office: TheOffice, person: ThePerson, change: PasswordChange) -> None:
    """Change your password; your other logins end."""
    await _checked(office, person.name, change.current_password, person.address)
    password_hash = await office.ask(lambda: hash_password(change.password))
    now_ms = office.now_ms()

    def work(connection: Connection) -> None:
        set_password(connection, person.name, password_hash, but_login=person.ticket_id)
        note_deed(connection, person.did(now_ms, "user.change_password", f"user {person.name}"))

    await office.write(work)


async def _checked(office: Office, name: str, password: str, address: str) -> tuple[str, Role]:
    """The hash and the role of whoever knows the password.

    Raises:
        Problem: 401 if it is not the password or there is no such user, which nobody can tell apart; 429 if there
            were too many tries.
    """
    wait_s = office.throttle.wait_s(address, name, office.clock.monotonic_s())
    if wait_s > 0:
        raise Problem(429, f"too many tries; wait {wait_s:.0f} s", headers={"Retry-After": str(int(wait_s) + 1)})
    # Counted before the password is looked at, so that many tries at a time are as many as one after the other.
    office.throttle.failed(address, name, office.clock.monotonic_s())
    row = await office.read(lambda connection: find_user(connection, name))
    known_hash = None if row is None else row.password_hash
    if not await office.ask(lambda: password_matches(password, known_hash)) or row is None:
        now_ms = office.now_ms()
        deed = Deed(now_ms, name[:64], LOGIN, address, "login.refused", "login", {})
        await office.write(lambda connection: note_deed(connection, deed))
        raise _refusal()
    office.throttle.succeeded(address, name)
    return row.password_hash, Role(row.role)


def _refusal() -> Problem:
    return Problem(401, "the name or the password is wrong", field="password")
