"""What an operator sets of a site: its limit, how it is shared, and its stations."""

from collections.abc import Awaitable, Callable

from contactor.console.api_client import Json, part
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.role import Role
from contactor.console.visit import Visit

POLICIES = ("equal", "arrival", "state_of_charge", "priority")

_DAY = Field("weekdays", FieldKind.INTEGER, True, title="Day, 0 is Monday")
_WINDOW = (
    Field("weekdays", FieldKind.LIST, True, item=_DAY, title="Days"),
    Field("from_minute", FieldKind.INTEGER, True, minimum=0, title="From minute of the day"),
    Field("until_minute", FieldKind.INTEGER, True, minimum=0, title="Until minute of the day"),
    Field("limit_w", FieldKind.INTEGER, True, minimum=0, title="Limit, W"),
)
_MEMBER = (
    Field("station_id", FieldKind.TEXT, True, length_max=255, title="Station"),
    Field("priority", FieldKind.INTEGER, False, title="Priority"),
    Field("offline_w", FieldKind.INTEGER, False, minimum=0, title="Kept while offline, W"),
)
FIELDS = (
    Field("name", FieldKind.TEXT, False, length_max=100, title="Name"),
    Field("limit_w", FieldKind.INTEGER, True, minimum=0, title="Limit, W"),
    Field("policy", FieldKind.CHOICE, True, choices=POLICIES, title="Shared by"),
    Field("time_zone", FieldKind.TEXT, False, length_max=100, title="Time zone of the windows"),
    Field("is_active", FieldKind.FLAG, False, title="Active: limits are sent"),
    Field("members", FieldKind.LIST, False, fields=_MEMBER, title="Stations"),
    Field("windows", FieldKind.LIST, False, fields=_WINDOW, title="Windows with a limit of their own"),
)
ID = Field("site_id", FieldKind.TEXT, True, length_max=64, title="Site id")
_ABOUT = "What its cars may take together never exceeds the limit."
_KEPT = ("standby_w", "pace_s", "step_w", "turn_s")
"""What the form does not ask for, and must not lose."""


def edit_site(visit: Visit, site: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a site it adds one."""

    async def save(body: Body) -> None:
        if site is None:
            await visit.api.send("POST", "/sites", body)
            return
        kept = {name: site[name] for name in _KEPT}
        await visit.api.send("PUT", f"/sites/{part(site['site_id'])}", {**kept, **body}, if_match=site["etag"])

    title = "Add site" if site is None else "Change site"
    fields = (ID, *FIELDS) if site is None else FIELDS
    needs = Role.ADMIN if site is None else Role.OPERATOR
    given = {"is_active": True} if site is None else site
    RecordEditor(visit, title, _ABOUT, fields, given, save=save, on_done=on_done, needs=needs).open()
