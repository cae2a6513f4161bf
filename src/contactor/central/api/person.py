"""Who asks: a user, by a login or a token, from an address; and how it is found out from what they showed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection, select, update
from starlette.requests import HTTPConnection

from contactor.central.api.audit_rows import Deed
from contactor.central.api.role import Role, lesser
from contactor.central.api.tickets import Ticket
from contactor.central.store.people_tables import api_tokens, logins, users

LOGIN = "login"
USE_NOTED_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has proved who they are; `by_way_of` is "login" or the token's id."""

    name: str
    role: Role
    by_way_of: str
    address: str
    ticket_id: str
    has_stale_use: bool = False
    """Whether the token's last use should be written down again."""
    scopes: tuple[str, ...] = ()
    """What a token is held to; empty for a login, and for a token that may do all that its role allows."""

    def did(self, at_ms: int, what: str, on_what: str, **details: object) -> Deed:
        """What they have done, for the audit."""
        facts: Mapping[str, object] = {name: value for name, value in details.items() if value is not None}
        return Deed(at_ms, self.name, self.by_way_of, self.address, what, on_what, facts)


def find_by_login(connection: Connection, ticket: Ticket, address: str, now_ms: int) -> Person | None:
    """Whose login it is, if it still holds."""
    query = (
        select(logins, users.c.role)
        .join(users, users.c.name == logins.c.user_name)
        .where(logins.c.id == ticket.ticket_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None or not ticket.matches(row.secret_hash) or row.expires_at_ms <= now_ms:
        return None
    return Person(row.user_name, Role(row.role), LOGIN, address, ticket.ticket_id)


def find_by_token(connection: Connection, ticket: Ticket, address: str, now_ms: int) -> Person | None:
    """Whose token it is, if it still holds; it allows no more than its owner may do now."""
    query = (
        select(api_tokens, users.c.role.label("user_role"))
        .join(users, users.c.name == api_tokens.c.user_name)
        .where(api_tokens.c.id == ticket.ticket_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None or not ticket.matches(row.secret_hash):
        return None
    if row.expires_at_ms is not None and row.expires_at_ms <= now_ms:
        return None
    role = lesser(Role(row.role), Role(row.user_role))
    is_stale = row.last_used_at_ms is None or now_ms - row.last_used_at_ms >= USE_NOTED_EVERY_MS
    scopes = tuple(row.scopes.split())
    return Person(row.user_name, role, f"token {row.id}", address, row.id, has_stale_use=is_stale, scopes=scopes)


def note_use(connection: Connection, token_id: str, now_ms: int) -> None:
    """Write down that a token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at_ms=now_ms))


def the_person(connection: HTTPConnection) -> Person:
    """Who asks; the gate has found it out before the route began."""
    person: Person = connection.state.person
    return person


ThePerson = Annotated[Person, Depends(the_person)]
