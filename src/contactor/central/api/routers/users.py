"""Users: the people who may use the central system, and what each may do."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.people_rows import (
    PersonRow,
    count_other_admins,
    delete_user,
    find_user,
    find_users,
    insert_user,
    set_password,
    set_role,
)
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.role import Role
from contactor.central.api.routes import API
from contactor.central.api.shapes import Body, Password, UserText
from contactor.central.api.tickets import hash_password
from contactor.central.milliseconds import from_ms

router = APIRouter(prefix=f"{API}/users", tags=["users"])

UserPath = Annotated[UserText, Path(examples=["ada"])]


class NewUser(Body):
    """A user to add."""

    name: UserText = Field(examples=["ada"])
    password: Password = Field(examples=["correct horse battery staple"])
    role: Role = Role.VIEWER


class UserChange(Body):
    """What is to change; what is left out stays."""

    role: Role | None = None
    password: Password | None = None


class UserBody(BaseModel):
    """A user."""

    name: str = Field(examples=["ada"])
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, row: PersonRow) -> "UserBody":
        """The user of a row."""
        return cls(name=row.name, role=Role(row.role), created_at=from_ms(row.created_at_ms))


@router.get("")
async def list_users(office: TheOffice) -> list[UserBody]:
    """List everybody."""
    return [UserBody.of(row) for row in await office.read(find_users)]


@router.post("", status_code=201)
async def add_user(office: TheOffice, person: ThePerson, new: NewUser) -> UserBody:
    """Add a user."""
    password_hash = await office.ask(lambda: hash_password(new.password))
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        if find_user(connection, new.name) is not None:
            return Problem(409, "there is a user of that name", field="name", value=new.name)
        insert_user(connection, new.name, password_hash, new.role, now_ms)
        note_deed(connection, person.did(now_ms, "user.add", f"user {new.name}", role=new.role.value))
        return None

    await office.write(work)
    return UserBody(name=new.name, role=new.role, created_at=from_ms(now_ms))


@router.get("/{name}")
async def get_user(office: TheOffice, name: UserPath) -> UserBody:
    """Show a user."""
    row = await office.read(lambda connection: find_user(connection, name))
    if row is None:
        raise missing("user", "name", name)
    return UserBody.of(row)


@router.patch("/{name}")
async def change_user(office: TheOffice, person: ThePerson, name: UserPath, change: UserChange) -> UserBody:
    """Change a user's role or password; a new password ends their logins. The last admin stays admin."""
    password = change.password
    password_hash = None if password is None else await office.ask(lambda: hash_password(password))
    now_ms = office.now_ms()

    def work(connection: Connection) -> PersonRow | Problem:
        row = find_user(connection, name)
        if row is None:
            return missing("user", "name", name)
        if change.role not in (None, Role.ADMIN) and not count_other_admins(connection, name):
            return Problem(409, "the last admin must stay one", field="role", value=change.role)
        if change.role is not None:
            set_role(connection, name, change.role)
        if password_hash is not None:
            set_password(connection, name, password_hash)
        facts = {"role": change.role, "new_password": password_hash is not None}
        note_deed(connection, person.did(now_ms, "user.change", f"user {name}", **facts))
        changed = find_user(connection, name)
        assert changed is not None
        return changed

    return UserBody.of(await office.write(work))


@router.delete("/{name}", status_code=204)
async def remove_user(office: TheOffice, person: ThePerson, name: UserPath) -> None:
    """Remove a user with their tokens and logins; the last admin cannot be removed."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        row = find_user(connection, name)
        if row is None:
            return missing("user", "name", name)
        if row.role == Role.ADMIN and not count_other_admins(connection, name):
            return Problem(409, "the last admin cannot be removed", field="name", value=name)
        delete_user(connection, name)
        note_deed(connection, person.did(now_ms, "user.remove", f"user {name}"))
        return None

    await office.write(work)
