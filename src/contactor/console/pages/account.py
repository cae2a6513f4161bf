"""One's own password and tokens."""

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import banner, button, card, modal, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

TOKENS = (
    Column("token_id", "Token", "mono"),
    Column("label", "Label"),
    Column("role", "Role"),
    Column("scopes", "Only for"),
    Column("created_at", "Made", "instant"),
    Column("expires_at", "Expires", "instant"),
    Column("last_used_at", "Last used", "ago"),
    Column("buttons", "", "buttons", buttons=(Press("revoke", "Revoke", danger=True),)),
)


def token_row(view: Json) -> Row:
    """A token as a row."""
    return {
        "token_id": view["token_id"],
        "user_name": view["user_name"],
        "label": view["label"],
        "role": view["role"],
        "scopes": ", ".join(view["scopes"]) or "all of it",
        "created_at": milliseconds(view["created_at"]),
        "expires_at": milliseconds(view["expires_at"]),
        "last_used_at": milliseconds(view["last_used_at"]),
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    tokens: Records

    async def revoked(_name: str, key: str) -> None:
        path = f"/tokens/{part(key)}"
        if await visit.attempt(Role.VIEWER, lambda: visit.api.send("DELETE", path), "The token is revoked."):
            await tokens.refresh()

    with visit.frame(Crumb("Password and tokens")):
        with page_head("Password and tokens", f"{visit.session.name}, {visit.session.role}"):
            button("Make a token", lambda: _make(visit, tokens), icon="key", kind="solid")
        with card("Your tokens", body=False):
            empty = ("No tokens", "Programs and the command line show one instead of a password.")
            table = RecordTable(TOKENS, keyed="token_id", caption="Your tokens", empty=empty, on_press=revoked)
            tokens = Records(visit, "/tokens", table, token_row, cursor=None)
        with card("Your password"):
            _password(visit)


def _password(visit: Visit) -> None:
    with tag("div", "row-of"):
        old = ui.input("Current password", password=True).props("outlined dense autocomplete=current-password")
        new = ui.input("New password (12 characters or more)", password=True)
        new.props("outlined dense autocomplete=new-password")
        old.style("max-width: 320px")
        new.style("max-width: 320px")

        async def change() -> None:
            body = {"current_password": old.value, "password": new.value}
            work = lambda: visit.api.send("PUT", "/login/password", body)  # noqa: E731 - a name for one call
            if await visit.attempt(Role.VIEWER, work, "Changed; your other logins have ended."):
                old.value = new.value = ""

        button("Change password", change)


def _make(visit: Visit, tokens: Records) -> None:
    with modal("Make a token") as dialog:
        with tag("div", "dialog-head"):
            words("h2", "Make a token").style("font-size: 17px")
        with tag("div", "dialog-body") as body:
            label = ui.input("What it is for").props("outlined dense maxlength=100")
            roles = [role.value for role in Role if visit.session.role.allows(role)]
            role = ui.select(roles, value=roles[0], label="Role").props("outlined dense")
            scopes = ui.input("Only for, such as: tags transactions:read").props("outlined dense")
            scopes.props('hint="Nothing here: all that the role allows"')

        async def make() -> None:
            async def work() -> None:
                wanted = {"label": label.value, "role": role.value, "scopes": scopes.value.split()}
                made = await visit.api.send("POST", "/tokens", wanted)
                body.clear()
                with body:
                    banner("Copy it now: it is not shown again.")
                    words("pre", made["token"], "code").props("tabindex=0")
                save.set_visibility(False)

            if await visit.attempt(Role.VIEWER, work):
                await tokens.refresh()

        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
            save = button("Make it", make, kind="solid")
    dialog.open()
