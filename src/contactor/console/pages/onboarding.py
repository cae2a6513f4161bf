"""On-boarding: who knocked and is not known, approved or refused here, and who is on the way to being accepted."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.live import keep_new
from contactor.console.role import Role
from contactor.console.secret import show_secret
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

_KNOCK_ACTS = (
    Press("approve", "Approve", when="can_act"),
    Press("refuse", "Refuse", danger=True, when="waits"),
    Press("forget", "Forget", when="can_act"),
)
KNOCKS = (
    Column("identity", "Calls itself", "mono"),
    Column("address", "From", "mono"),
    Column("times", "Times", "number"),
    Column("first", "First", "instant"),
    Column("last", "Last", "ago"),
    Column("buttons", "", "buttons", buttons=_KNOCK_ACTS),
)
ONBOARDINGS = (
    Column("station_id", "Station", "link", to="/stations/"),
    Column("state", "State", "pill"),
    Column("stage", "At"),
    Column("detail", "Why"),
    Column("key", "Fresh key"),
    Column("by", "By"),
    Column("started", "Since", "instant"),
    Column("ended", "Until", "instant"),
    Column("buttons", "", "buttons", buttons=(Press("stop", "Stop", danger=True, when="runs"),)),
)
_MODES = ("by_key", "none", "basic", "tls", "tls_basic", "tls_certificate")
FIELDS = (
    Field("registration", FieldKind.CHOICE, True, choices=("Pending", "Accepted"), title="Registration"),
    Field("onboard", FieldKind.FLAG, False, title="Lead it to being accepted by itself"),
    Field("rotate_key", FieldKind.FLAG, False, title="Begin that with a fresh key"),
    Field("generate_key", FieldKind.FLAG, False, title="Make a key now and show it once"),
    Field("security", FieldKind.CHOICE, False, choices=_MODES, title="How it connects, if not as the settings say"),
)
_ABOUT = (
    "It is let in when it comes again. A Pending station is configured before it may charge; led by itself, it is "
    "given its templates' values and then accepted."
)


def knock_row(view: Json, *, can_act: bool) -> Row:
    """Somebody who knocked as a row."""
    return {
        "identity": view["identity"],
        "address": view["address"],
        "times": view["times"],
        "first": milliseconds(view["first_at"]),
        "last": milliseconds(view["last_at"]),
        "can_act": can_act,
        "waits": can_act and not view["is_refused"],
    }


def onboarding_row(view: Json, *, can_act: bool) -> Row:
    """A station on its way as a row."""
    return {
        "station_id": view["station_id"],
        "state": view["state"],
        "stage": view["stage"],
        "detail": view["detail"],
        "key": "yes" if view["rotates_key"] else "no",
        "by": view["started_by"],
        "started": milliseconds(view["started_at"]),
        "ended": milliseconds(view["ended_at"]),
        "runs": can_act and view["state"] == "running",
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    with visit.frame(Crumb("On-boarding")):
        with page_head("On-boarding", "Stations that nobody registered yet, and those on their way"):
            pass
        with card("Who knocked", body=False):
            knocks = _knocks(visit)
        with card("On their way", body=False):
            onboardings = _onboardings(visit)
        keep_new(visit, knocks.refresh, "station_knocked")
        keep_new(visit, onboardings.refresh, "onboarding_changed")


def _knocks(visit: Visit) -> Records:
    can_act = visit.may(Role.OPERATOR)
    records: Records

    async def pressed(name: str, key: str) -> None:
        path = f"/knocks/{part(key)}"
        if name == "approve":
            _approve(visit, key, records.refresh)
        elif name == "refuse":
            work = lambda: visit.api.send("POST", f"{path}/refuse")  # noqa: E731 - a name for one call
            if await visit.attempt(Role.OPERATOR, work, f"{key} is refused."):
                await records.refresh()
        else:
            confirm(
                visit,
                f"Forget {key}?",
                "It is turned away as before, and stands here again when it knocks again.",
                lambda: visit.api.send("DELETE", path),
                label="Forget it",
                done="Forgotten.",
                on_done=records.refresh,
            )

    with tag("div", "row-of card-body"):
        which = {"false": "Waiting", "true": "Refused"}
        refused = ui.select(which, value="false", label="Which").props("outlined dense").classes("narrow")
        refused.on_value_change(lambda: records.refresh())
    table = RecordTable(
        KNOCKS,
        keyed="identity",
        caption="Who knocked",
        empty=("Nobody knocks", "A station that comes by a name that is not registered stands here."),
        on_press=pressed,
    )
    records = Records(
        visit,
        "/knocks",
        table,
        lambda view: knock_row(view, can_act=can_act),
        cursor="after",
        wanted=lambda: {"refused": refused.value},
    )
    return records


def _onboardings(visit: Visit) -> Records:
    can_act = visit.may(Role.OPERATOR)
    records: Records

    def pressed(_name: str, key: str) -> None:
        confirm(
            visit,
            f"Stop the on-boarding of {key}?",
            "The station stays Pending, with what it was given so far.",
            lambda: visit.api.send("DELETE", f"/stations/{part(key)}/onboarding"),
            label="Stop it",
            done="Stopped.",
            on_done=records.refresh,
        )

    table = RecordTable(
        ONBOARDINGS,
        keyed="station_id",
        caption="On-boardings",
        empty=("Nobody is on the way", "Approve a station, or lead a Pending one from its page."),
        on_press=pressed,
    )
    records = Records(visit, "/onboardings", table, lambda view: onboarding_row(view, can_act=can_act), cursor="after")
    return records


def _approve(visit: Visit, identity: str, on_done: Callable[[], Awaitable[None]]) -> None:
    """Ask how it is taken in; a key that was made is shown, once."""

    async def save(body: Body) -> None:
        made = await visit.api.send("POST", f"/knocks/{part(identity)}/approve", body)
        if made["key"] is not None:
            show_secret(
                "The new key", f"Give it to {identity}. It is shown this once, and kept only as a hash.", made["key"]
            )

    given = {"registration": "Pending", "onboard": True}
    RecordEditor(
        visit, f"Approve {identity}", _ABOUT, FIELDS, given, save=save, on_done=on_done, label="Approve"
    ).open()
