"""Tokens: what programs show instead of a password; each is somebody's, and shown once."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.people_rows import PersonRow, delete_token, find_token, find_tokens, insert_token
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.role import Role
from contactor.central.api.routes import API
from contactor.central.api.scope import NOUNS, is_scope
from contactor.central.api.shapes import Body, Instant, ShortText
from contactor.central.api.tickets import Ticket
from contactor.central.milliseconds import from_ms, to_ms

SCOPES_MAX = 50

router = APIRouter(prefix=f"{API}/tokens", tags=["tokens"])

TokenPath = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", examples=["5f1c0a9b27de"])]


class NewToken(Body):
    """A token to make."""

    label: ShortText = Field(examples=["nightly export"])
    role: Role = Field(Role.VIEWER, description="At most your own.")
    scopes: list[ShortText] = Field(
        [],
        max_length=SCOPES_MAX,
        description="The nouns it may ask for, such as `tags`, or only read: `transactions:read`. None: all of them.",
        examples=[["tags", "transactions:read"]],
    )
    expires_at: Instant | None = Field(None, examples=["2027-01-01T00:00:00Z"])


class TokenBody(BaseModel):
    """A token, without what proves it."""

    token_id: str = Field(examples=["5f1c0a9b27de"])
    user_name: str
    label: str
    role: Role
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: PersonRow) -> "TokenBody":
        """The token of a row."""
        return cls(
            token_id=row.id,
            user_name=row.user_name,
            label=row.label,
            role=Role(row.role),
            scopes=row.scopes.split(),
            created_at=from_ms(row.created_at_ms),
            expires_at=None if row.expires_at_ms is None else from_ms(row.expires_at_ms),
            last_used_at=None if row.last_used_at_ms is None else from_ms(row.last_used_at_ms),
        )


class TokenShown(TokenBody):
    """A token just made: the only time that it is shown."""

    token: str = Field(description="Send it as Authorization: Bearer TOKEN.")


@router.get("")
async def list_tokens(
    office: TheOffice,
    person: ThePerson,
    everybody: Annotated[bool, Query(description="Everybody's, for an admin.")] = False,
) -> list[TokenBody]:
    """List your tokens."""
    if everybody and person.role is not Role.ADMIN:
        raise Problem(403, "only an admin sees everybody's tokens", field="everybody", value=True)
    rows = await office.read(lambda connection: find_tokens(connection, None if everybody else person.name))
    return [TokenBody.of(row) for row in rows]


@router.post("", status_code=201)
async def make_token(office: TheOffice, person: ThePerson, new: NewToken) -> TokenShown:
    """Make a token of your own."""
    if not person.role.allows(new.role):
        raise Problem(403, f"a token allows no more than you may: {person.role}", field="role", value=new.role)
    for each in new.scopes:
        if not is_scope(each):
            raise Problem(422, f"give a noun, or noun:read, of {', '.join(sorted(NOUNS))}", field="scopes", value=each)
    scopes = sorted(set(new.scopes))
    ticket, now_ms = Ticket.fresh(), office.now_ms()
    expires_at_ms = None if new.expires_at is None else to_ms(new.expires_at)
    if expires_at_ms is not None and expires_at_ms <= now_ms:
        raise Problem(422, "it would have expired already", field="expires_at", value=str(new.expires_at))

    def work(connection: Connection) -> PersonRow:
        insert_token(
            connection,
            ticket,
            person.name,
            label=new.label,
            role=new.role,
            scopes=scopes,
            now_ms=now_ms,
            expires_at_ms=expires_at_ms,
        )
        facts = {"label": new.label, "role": new.role.value, "scopes": " ".join(scopes) or None}
        note_deed(connection, person.did(now_ms, "token.make", f"token {ticket.ticket_id}", **facts))
        row = find_token(connection, ticket.ticket_id)
        assert row is not None
        return row

    row = await office.write(work)
    return TokenShown(**TokenBody.of(row).model_dump(), token=ticket.text)


@router.delete("/{token_id}", status_code=204)
async def revoke_token(office: TheOffice, person: ThePerson, token_id: TokenPath) -> None:
    """Revoke a token of your own, or as an admin anybody's."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        row = find_token(connection, token_id)
        if row is None or (row.user_name != person.name and person.role is not Role.ADMIN):
            return missing("token", "token_id", token_id)
        delete_token(connection, token_id)
        note_deed(connection, person.did(now_ms, "token.revoke", f"token {token_id}", owner=row.user_name))
        return None

    await office.write(work)
