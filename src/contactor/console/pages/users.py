"""Users and everybody's tokens, for admins."""

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.pages.account import token_row
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, modal, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

USERS = (
    Column("name", "Name"),
    Column("role", "Role"),
    Column("created_at", "Since", "instant"),
    Column("buttons", "", "buttons", buttons=(Press("change", "Change"), Press("remove", "Remove", danger=True))),
)
TOKENS = (
    Column("token_id", "Token", "mono"),
    Column("user_name", "Whose"),
    Column("label", "Label"),
    Column("role", "Role"),
    Column("expires_at", "Expires", "instant"),
    Column("last_used_at", "Last used", "ago"),
    Column("buttons", "", "buttons", buttons=(Press("revoke", "Revoke", danger=True),)),
)


def _user_row(view: Json) -> Row:
    return {"name": view["name"], "role": view["role"], "created_at": milliseconds(view["created_at"])}


async def build(visit: Visit) -> None:
    """Build the page."""
    people: Records
    tokens: Records

    def pressed(name: str, key: str) -> None:
        view = next((each for each in people.found if each["name"] == key), None)
        if view is not None:
            _edit(visit, people, view) if name == "change" else _remove(visit, people, view)

    async def revoked(_name: str, key: str) -> None:
        path = f"/tokens/{part(key)}"
        if await visit.attempt(Role.ADMIN, lambda: visit.api.send("DELETE", path), "The token is revoked."):
            await tokens.refresh()

    with visit.frame(Crumb("Users and tokens")):
        with page_head("Users and tokens", "Who may use this console and the API, and as what"):
            button("Add user", lambda: _edit(visit, people, None), icon="person_add", kind="solid")
        with card("Users", body=False):
            table = RecordTable(USERS, keyed="name", caption="Users", empty=("Nobody", ""), on_press=pressed)
            people = Records(visit, "/users", table, _user_row, cursor=None)
        with card("Tokens of everybody", body=False):
            empty = ("No tokens", "People make their own under their name, at the top right.")
            shown = RecordTable(TOKENS, keyed="token_id", caption="Tokens", empty=empty, on_press=revoked)
            tokens = Records(visit, "/tokens", shown, token_row, cursor=None, wanted=lambda: {"everybody": True})


def _edit(visit: Visit, people: Records, view: Json | None) -> None:
    title = "Add user" if view is None else f"Change {view['name']}"
    with modal(title) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", "Viewers look; operators order; admins keep users and keys.", "muted")
        with tag("div", "dialog-body"):
            name = ui.input("Name", value="" if view is None else view["name"]).props("outlined dense maxlength=64")
            name.set_enabled(view is None)
            roles = [role.value for role in Role]
            role = ui.select(roles, value="viewer" if view is None else view["role"], label="Role").props(
                "outlined dense"
            )
            label = "Password (12 characters or more)" if view is None else "New password (empty: as it is)"
            password = ui.input(label, password=True).props("outlined dense maxlength=200 autocomplete=new-password")

        async def save() -> None:
            async def work() -> None:
                if view is None:
                    body = {"name": name.value, "password": password.value, "role": role.value}
                    await visit.api.send("POST", "/users", body)
                    return
                change = {"role": role.value, "password": password.value or None}
                await visit.api.send("PATCH", f"/users/{part(view['name'])}", change)

            if await visit.attempt(Role.ADMIN, work, "Saved."):
                dialog.close()
                await people.refresh()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Save", save, kind="solid")
    dialog.open()


def _remove(visit: Visit, people: Records, view: Json) -> None:
    title = f"Remove {view['name']}?"
    with modal(title) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", "Their logins and tokens end at once. What they did stays in the audit.", "muted")

        async def remove() -> None:
            path = f"/users/{part(view['name'])}"
            if await visit.attempt(Role.ADMIN, lambda: visit.api.send("DELETE", path), "Removed."):
                dialog.close()
                await people.refresh()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Remove the user", remove, kind="solid danger")
    dialog.open()
