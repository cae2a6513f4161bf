"""The local list tab: the badges a station should hold by the rules, those it holds, and why they differ."""

from collections.abc import Mapping

from contactor.console.api_client import Json
from contactor.console.desk import StationDesk
from contactor.console.role import Role
from contactor.console.section import Records, Section
from contactor.console.visit import Visit
from contactor.ui.blocks import Fact, Moment, banner, button, facts, pill
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import tag, words

COLUMNS = (
    Column("id_tag", "Tag", "mono"),
    Column("wanted", "Should be", "pill"),
    Column("held", "Is", "pill"),
    Column("in_step", "In step"),
)
STATES: Mapping[str, tuple[str, str]] = {
    "unmanaged": ("No rule covers it", "is-unavailable"),
    "in_step": ("In step", "is-available"),
    "behind": ("Behind", "is-suspended"),
    "failing": ("Failing", "is-faulted"),
}


def list_facts(visit: Visit, look: Json) -> list[Fact]:
    """A station's list as it should be, and as it is."""
    version: str | Moment = _number(look["reported_version"])
    if look["reported_at"] is not None:
        version = visit.moment(look["reported_at"]).told(f"{version}, read ")
    return [
        ("Rules", ", ".join(look["rules"]) or "–"),
        ("Tags it should hold", _number(look["wanted_entries"])),
        ("Tags it holds", _number(look["held_entries"])),
        ("Changes to send", str(look["changes"])),
        ("Tags without room", str(look["left_out"])),
        ("Version sent", _number(look["held_version"])),
        ("Version reported", version),
    ]


def local_list_tab(desk: StationDesk) -> None:
    """The station's own list of badges."""
    visit = desk.visit
    section: Section[Json]
    records: Records

    async def again(_view: object = None) -> None:
        await section.refresh()
        await records.refresh()

    async def retry() -> None:
        path = f"{desk.path}/local-list/retry"
        if await visit.attempt(Role.OPERATOR, lambda: visit.api.send("POST", path), "Trying again."):
            await again()

    def show(look: Json) -> None:
        if look["failure"] is not None:
            banner(f"It does not come into step: {look['failure']}", "error")
        with tag("div", "row-of"):
            pill(*STATES[look["state"]])
            button("Look again", again, kind="text")
            if look["state"] in ("behind", "failing") and visit.may(Role.OPERATOR):
                button("Try again", retry, kind="text")
        facts(list_facts(visit, look))

    with tag("div", "card-body stack"):
        words("p", "The list lets badges in while the central system is away. Rules keep it in step.", "muted")
        section = Section(visit, lambda: visit.api.get(f"{desk.path}/local-list"), show)
        if visit.may(Role.OPERATOR):
            with tag("div", "row-of"):
                button("Read version", lambda: desk.order("GetLocalListVersion", on_done=again), icon="tag")
                button("Send list", lambda: desk.order("SendLocalList", {"listVersion": 1}, again), icon="upload")
                button("Clear cache", lambda: desk.order("ClearCache"), kind="plain danger")
    empty = ("No badge", "No rule puts a badge on its list, and it holds none that is known.")
    table = RecordTable(COLUMNS, keyed="id_tag", caption="Local list", empty=empty)
    records = Records(visit, f"{desk.path}/local-list/entries", table, _row, cursor="after")


def _row(view: Json) -> Row:
    return {
        "id_tag": view["id_tag"],
        "wanted": view["wanted"],
        "held": view["held"],
        "in_step": "yes" if view["is_in_step"] else "no",
    }


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)
