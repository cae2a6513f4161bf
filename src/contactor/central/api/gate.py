"""The gate before every route: who asks, may they, and was it really their page that asked."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from contactor.central.api.office import Office, the_office
from contactor.central.api.person import LOGIN, Person, find_by_login, find_by_token, note_use
from contactor.central.api.problem import Problem
from contactor.central.api.routes import NEEDED, PUBLIC
from contactor.central.api.scope import covers
from contactor.central.api.tickets import Ticket, is_same_text

COOKIE = "contactor_login"
CSRF_HEADER = "X-CSRF-Token"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


async def gate(connection: HTTPConnection) -> None:
    """Let a request through to its route, or refuse it; leaves the person in the connection's state.

    Raises:
        Problem: 401 for nobody, 403 for somebody who may not.
    """
    method = "WEBSOCKET" if connection.scope["type"] == "websocket" else connection.scope["method"]
    row = (method, connection.scope["route"].path)
    if row not in NEEDED:
        raise Problem(403, f"{row[0]} {row[1]} is open to nobody")
    _refuse_unknown_parameters(connection, row)
    needed = NEEDED[row]
    if needed is PUBLIC:
        return
    office = the_office(connection)
    person = await _who_asks(connection, office)
    if not person.role.allows(needed):
        raise Problem(403, f"{row[0]} {row[1]} needs the role {needed}, and {person.name} has {person.role} here")
    if not covers(person.scopes, *row):
        raise Problem(403, f"{row[0]} {row[1]} is outside of this token's scopes: {' '.join(person.scopes)}")
    connection.state.person = person
    if person.has_stale_use:
        now_ms = office.now_ms()
        await office.write(lambda database: note_use(database, person.ticket_id, now_ms))


def _refuse_unknown_parameters(connection: HTTPConnection, row: tuple[str, str]) -> None:
    """A filter that is misspelled must not quietly find everything."""
    known = connection.app.state.query_names.get(row)
    for name in connection.query_params if known is not None else ():
        if name not in known:
            told = ", ".join(sorted(known)) or "none"
            raise Problem(422, f"there is no such parameter; known are {told}", field=name)


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from."""
    return connection.client.host if connection.client is not None else ""


async def _who_asks(connection: HTTPConnection, office: Office) -> Person:
    header = connection.headers.get("Authorization")
    if header is not None:
        return await _by_token(connection, office, header)
    cookie = connection.cookies.get(COOKIE)
    ticket = None if cookie is None else Ticket.read(cookie)
    if ticket is None:
        raise _refusal("log in, or send a token: Authorization: Bearer TOKEN")
    now_ms, address = office.now_ms(), address_of(connection)
    person = await office.read(lambda database: find_by_login(database, ticket, address, now_ms))
    if person is None:
        raise _refusal("the login is over; log in again")
    _require_own_page(connection, ticket)
    return person


async def _by_token(connection: HTTPConnection, office: Office, header: str) -> Person:
    scheme, _, text = header.partition(" ")
    ticket = Ticket.read(text.strip()) if scheme.lower() == "bearer" else None
    now_ms, address = office.now_ms(), address_of(connection)
    person = None
    if ticket is not None:
        person = await office.read(lambda database: find_by_token(database, ticket, address, now_ms))
    if person is None:
        raise _refusal("the token is not known, was revoked, or has expired")
    return person


def _require_own_page(connection: HTTPConnection, ticket: Ticket) -> None:
    """A browser sends the cookie for whatever page asks; only a page of ours can know the CSRF token (`LOGIN` only)."""
    if connection.scope["type"] == "websocket":
        # Browsers let a page of anybody open a websocket here, but say truly whose page it is.
        origin = urlsplit(connection.headers.get("Origin", "")).netloc
        if not is_same_text(origin, connection.headers.get("Host", "")):
            raise Problem(403, "a page of another site may not open this websocket", field="Origin", value=origin)
    elif connection.scope["method"] not in _READING:
        given = connection.headers.get(CSRF_HEADER, "")
        if not is_same_text(given, ticket.csrf_token):
            raise Problem(403, f"a {LOGIN} needs the header {CSRF_HEADER} for what changes anything", field=CSRF_HEADER)


def _refusal(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="contactor"'})
