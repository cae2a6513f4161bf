"""People and what they hold: users, tokens and logins, found, added, changed and removed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from contactor.central.api.role import Role
from contactor.central.api.tickets import Ticket
from contactor.central.store.people_tables import api_tokens, logins, users

FIRST_USER = "admin"
PersonRow = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one


def find_users(connection: Connection) -> list[PersonRow]:
    """All users by name."""
    return list(connection.execute(select(users).order_by(users.c.name)))


def find_user(connection: Connection, name: str) -> PersonRow | None:
    """A user's row."""
    return connection.execute(select(users).where(users.c.name == name)).one_or_none()


def insert_user(connection: Connection, name: str, password_hash: str, role: Role, now_ms: int) -> None:
    """Add a user."""
    values = {"name": name, "password_hash": password_hash, "role": role.value, "created_at_ms": now_ms}
    connection.execute(insert(users).values(values))


def count_other_admins(connection: Connection, name: str) -> int:
    """How many admins there are beside this user: the last one must stay."""
    query = select(func.count()).where(users.c.role == Role.ADMIN.value, users.c.name != name)
    count: int = connection.execute(query).scalar_one()
    return count


def set_role(connection: Connection, name: str, role: Role) -> None:
    """Change what a user may do; at once, in every login and token."""
    connection.execute(update(users).where(users.c.name == name).values(role=role.value))


def set_password(connection: Connection, name: str, password_hash: str, *, but_login: str = "") -> None:
    """Change a user's password; every login ends, except the one by which it was done."""
    connection.execute(update(users).where(users.c.name == name).values(password_hash=password_hash))
    connection.execute(delete(logins).where(logins.c.user_name == name, logins.c.id != but_login))


def delete_user(connection: Connection, name: str) -> None:
    """Remove a user, and with them their tokens and logins."""
    connection.execute(delete(users).where(users.c.name == name))


def insert_login(connection: Connection, ticket: Ticket, name: str, now_ms: int, expires_at_ms: int) -> None:
    """Begin a login; those that are over, of anybody, are swept out."""
    connection.execute(delete(logins).where(logins.c.expires_at_ms <= now_ms))
    values = {"id": ticket.ticket_id, "secret_hash": ticket.secret_hash, "user_name": name}
    connection.execute(insert(logins).values(**values, created_at_ms=now_ms, expires_at_ms=expires_at_ms))


def delete_login(connection: Connection, ticket_id: str) -> None:
    """End a login."""
    connection.execute(delete(logins).where(logins.c.id == ticket_id))


def find_tokens(connection: Connection, name: str | None) -> list[PersonRow]:
    """A user's tokens, or everybody's, the newest first."""
    query = select(api_tokens).order_by(api_tokens.c.created_at_ms.desc(), api_tokens.c.id)
    return list(connection.execute(query if name is None else query.where(api_tokens.c.user_name == name)))


def find_token(connection: Connection, token_id: str) -> PersonRow | None:
    """A token's row."""
    return connection.execute(select(api_tokens).where(api_tokens.c.id == token_id)).one_or_none()


def insert_token(
    connection: Connection,
    ticket: Ticket,
    name: str,
    *,
    label: str,
    role: Role,
    scopes: Sequence[str],
    now_ms: int,
    expires_at_ms: int | None,
) -> None:
    """Add a token."""
    values = {"id": ticket.ticket_id, "secret_hash": ticket.secret_hash, "user_name": name, "label": label}
    times = {"created_at_ms": now_ms, "expires_at_ms": expires_at_ms}
    connection.execute(insert(api_tokens).values(**values, **times, role=role.value, scopes=" ".join(scopes)))


def delete_token(connection: Connection, token_id: str) -> None:
    """Revoke a token."""
    connection.execute(delete(api_tokens).where(api_tokens.c.id == token_id))
