"""Alarm rules: what raises an alarm, how severe it is and after what time, as they come and as somebody wants them."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.role import Role
from contactor.console.section import Section
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words

SHOWN_MAX = 50
_ACTS = (Press("change", "Change", when="can_change"), Press("restore", "As it comes", when="can_change"))
COLUMNS = (
    Column("name", "Rule", "mono"),
    Column("severity", "Severity", "pill"),
    Column("title", "What"),
    Column("part", "Part"),
    Column("after", "After", "duration"),
    Column("ending", "Closed by"),
    Column("state", "State", "pill"),
    Column("buttons", "", "buttons", buttons=_ACTS),
)
FIELDS = (
    Field("severity", FieldKind.CHOICE, True, choices=("critical", "warning", "info"), title="Severity"),
    Field("after_s", FieldKind.INTEGER, False, minimum=0, title="Only if it lasts, seconds"),
    Field("is_on", FieldKind.FLAG, True, title="Raises alarms"),
)
_ABOUT = "Open alarms keep their severity; those of a rule that is switched off are closed."


def rule_row(view: Json, *, can_change: bool) -> Row:
    """A rule as a row."""
    return {
        "name": view["name"],
        "severity": view["severity"],
        "title": view["title"],
        "part": view["part"],
        "after": view["after_s"],
        "ending": view["ending"],
        "state": "on" if view["is_on"] else "off",
        "can_change": can_change,
    }


class _Rules:
    """All rules, of which some are shown: there are hundreds, so they are fetched once."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._found: list[Json] = []
        with tag("div", "row-of card-body"):
            self._sought = ui.input("Code or words", on_change=self._draw).props("outlined dense clearable")
            self._sought.classes("narrow")
            self._off = ui.checkbox("Only those switched off", on_change=self._draw)
        self._section = Section(visit, lambda: visit.api.get("/alarm-rules"), self._took)
        self._table: RecordTable | None = None
        self._more = words("p", f"The first {SHOWN_MAX} are shown: look for a code or a word.", "muted card-body")
        self._more.set_visibility(False)

    def _took(self, found: list[Json]) -> None:
        self._found = found
        self._table = RecordTable(
            COLUMNS,
            keyed="name",
            caption="Alarm rules",
            empty=("No rule fits", "Look for another code or word."),
            on_press=self._pressed,
        )
        self._draw()

    def _draw(self) -> None:
        sought, can_change = (self._sought.value or "").casefold(), self._visit.may(Role.OPERATOR)
        rows = [
            rule_row(each, can_change=can_change)
            for each in self._found
            if sought in f"{each['name']} {each['title']} {each['part']}".casefold()
            and not (self._off.value and each["is_on"])
        ]
        if self._table is not None:
            self._table.show(rows[:SHOWN_MAX])
            self._more.set_visibility(len(rows) > SHOWN_MAX)

    async def _pressed(self, name: str, key: str) -> None:
        view = next((each for each in self._found if each["name"] == key), None)
        if view is None:
            return
        path = f"/alarm-rules/{part(key)}"
        if name == "change":
            _edit(self._visit, view, path, self._section.refresh)
        elif await self._visit.attempt(
            Role.OPERATOR, lambda: self._visit.api.send("DELETE", path), f"{key} is as it comes."
        ):
            await self._section.refresh()


def _edit(visit: Visit, view: Json, path: str, on_done: Callable[[], Awaitable[None]]) -> None:
    async def save(body: Body) -> None:
        await visit.api.send("PUT", path, body)

    RecordEditor(visit, f"Change {view['name']}", _ABOUT, FIELDS, view, save=save, on_done=on_done).open()


async def build(visit: Visit) -> None:
    """Build the page."""
    with visit.frame(Crumb("Alarms", "/alarms"), Crumb("Rules"), current="/alarm-rules"):
        with page_head("Alarm rules", "Each trouble code of the guide is one; change what it means for you"):
            button("Open alarms", lambda: ui.navigate.to("/alarms"), icon="notifications_active")
        with card(body=False):
            _Rules(visit)
