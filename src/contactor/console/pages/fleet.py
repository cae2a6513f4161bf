"""The fleet: numbers, states, every station in a row, and one command to many."""

from collections.abc import Sequence

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable
from contactor.console.checks import Known, object_to
from contactor.console.command_dialog import answer_words, send_command
from contactor.console.commands import COMMANDS, sendable
from contactor.console.elements import FleetGrid, FleetTiles
from contactor.console.fields import fields_of
from contactor.console.form import Form
from contactor.console.role import Role
from contactor.console.together import in_turn
from contactor.console.visit import Visit, told
from contactor.guide.load import load_product
from contactor.ui.blocks import banner, button, modal, page_head
from contactor.ui.components import Column, RecordTable
from contactor.ui.frame import Crumb, tag, words

AT_A_TIME = 8
"""Commands of one order that are on their way together."""
SHOWN_MAX = 500
_NOT_FOR_MANY = frozenset({"RemoteStartTransaction", "RemoteStopTransaction", "CancelReservation"})
"""These name what only one station has."""


async def build(visit: Visit) -> None:
    """Build the page."""
    grid: FleetGrid
    selected: list[str] = []
    with visit.frame(Crumb("Fleet"), current="/"):
        with page_head("Fleet", "Every station, live"):
            button("Export", lambda: grid.save(), icon="download")
            if visit.may(Role.OPERATOR):
                button("Group command", lambda: _choose(visit, selected), icon="bolt", kind="solid")
        FleetTiles().style("width: 100%")

        def chosen(station_ids: list[str]) -> None:
            selected[:] = station_ids

        grid = FleetGrid(chosen).style("width: 100%")


def _choose(visit: Visit, selected: Sequence[str]) -> None:
    if not selected:
        ui.notify("Select stations in the grid first: tick the boxes at the left.", type="warning")
        return
    _GroupDialog(visit, list(selected)).open()


class _GroupDialog:
    """One command to many stations, and what each answers."""

    def __init__(self, visit: Visit, station_ids: list[str]) -> None:
        self._visit = visit
        self._station_ids = station_ids
        actions = [name for names in sendable(_supported()).values() for name in names if name not in _NOT_FOR_MANY]
        with modal("Group command", wide=True) as self._dialog:
            with tag("div", "dialog-head"):
                words("h2", "Group command").style("font-size: 17px")
                words("p", f"To {len(station_ids)} stations, {AT_A_TIME} at a time.", "muted")
            with tag("div", "dialog-body"):
                titles = {name: COMMANDS[name].title for name in sorted(actions, key=lambda each: COMMANDS[each].title)}
                first = "TriggerMessage"
                self._action = ui.select(titles, value=first, label="Command", on_change=self._show_form)
                self._action.props("outlined dense")
                self._place = tag("div", "stack")
                self._verdict = banner("")
                self._verdict.set_visibility(False)
                self._results = RecordTable(
                    [Column("station_id", "Station", "mono"), Column("verdict", "", "pill"), Column("said", "Answer")],
                    keyed="station_id",
                    caption="Answers",
                    empty=("Nothing sent yet", "Answers appear here one by one."),
                )
            with tag("div", "dialog-foot"):
                button("Close", self._dialog.close)
                self._send = button(f"Send to {len(station_ids)} stations", self._on_send, icon="send", kind="solid")
        self._show_form()

    def open(self) -> None:
        self._dialog.open()

    def _show_form(self) -> None:
        action = str(self._action.value)
        about = COMMANDS[action]
        self._place.clear()
        with self._place:
            words("p", about.does, "muted")
            if about.is_destructive:
                banner(f"This is done at {len(self._station_ids)} stations at once and cannot be taken back.")
            self._form = Form(fields_of(action), {}, self._visit.instant)

    async def _on_send(self) -> None:
        if not self._visit.may(Role.OPERATOR):
            ui.notify("Commands need the role operator.", type="negative")
            return
        action = str(self._action.value)
        try:
            payload = self._form.payload()
        except (ValueError, OverflowError) as error:
            ui.notify(f"A field cannot be read: {error}", type="negative")
            return
        objections = object_to(action, payload, Known(load_product()))
        left = self._form.object_to(objections)
        if objections:
            ui.notify(
                "; ".join(f"{each.field}: {each.reason}" for each in left) or "Look at the fields marked.",
                type="negative",
            )
            return
        self._send.disable()
        rows: list[dict[str, object]] = []

        async def one(station_id: str) -> None:
            rows.insert(0, await self._ask(station_id, action, payload))
            self._results.show(rows[:SHOWN_MAX])

        await in_turn(self._station_ids, one, at_a_time=AT_A_TIME)
        good = sum(row["verdict"] == "good" for row in rows)
        ui.notify(f"{good} of {len(rows)} stations said yes.", type="positive" if good == len(rows) else "warning")
        self._send.enable()

    async def _ask(self, station_id: str, action: str, payload: dict[str, object]) -> dict[str, object]:
        try:
            said, verdict = answer_words(await send_command(self._visit, station_id, action, payload))
        except (ApiRefusal, ApiUnreachable) as error:
            said, verdict = told(error), "bad"
        return {"station_id": station_id, "verdict": verdict, "said": said}


def _supported() -> frozenset[str]:
    return frozenset(operation.action for operation in load_product().operations)
