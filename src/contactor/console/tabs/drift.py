"""Drift on the configuration tab: which keys are not as the templates want them, and the order that puts them right."""

from collections.abc import Sequence

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.desk import StationDesk
from contactor.console.role import Role
from contactor.console.section import Section
from contactor.ui.blocks import banner, button
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import words

COLUMNS = (
    Column("key", "Key", "mono"),
    Column("wanted", "Wanted", "mono"),
    Column("reported", "Reported", "mono"),
    Column("template", "Template", "mono"),
    Column("state", "State", "pill"),
    Column("outcome", "Last answer"),
)
IN_STEP = "in_step"
REPAIRABLE = frozenset({"drifting", "unknown", "refused"})
"""What an order may put right; a refused one is asked for again because a person says so."""


def drift_rows(looks: Sequence[Json]) -> list[Row]:
    """The keys that are not in step."""
    return [
        {
            "key": look["key"],
            "wanted": look["wanted"],
            "reported": look["reported"],
            "template": look["template"],
            "state": look["state"].replace("_", " "),
            "outcome": look["outcome"],
        }
        for look in looks
        if look["state"] != IN_STEP
    ]


class DriftSection:
    """What the templates want of a station and it does not have."""

    def __init__(self, desk: StationDesk) -> None:
        self._desk = desk
        self._section = Section(desk.visit, lambda: desk.visit.api.get(f"{desk.path}/configuration/drift"), self._show)

    async def refresh(self) -> None:
        """Look again."""
        await self._section.refresh()

    def _show(self, looks: Sequence[Json]) -> None:
        rows = drift_rows(looks)
        if not looks:
            words("p", "No template says what this station's configuration should be.", "muted card-body")
        elif not rows:
            words("p", f"In step with its templates: {len(looks)} of {len(looks)} keys.", "muted card-body")
        else:
            self._show_drift(looks, rows)

    def _show_drift(self, looks: Sequence[Json], rows: Sequence[Row]) -> None:
        with banner(f"Not as its templates want it: {len(rows)} of {len(looks)} keys."):
            button("Look again", self.refresh, kind="text")
            if self._desk.visit.may(Role.OPERATOR) and any(look["state"] in REPAIRABLE for look in looks):
                button("Repair", self._repair, kind="text")
        RecordTable(COLUMNS, keyed="key", caption="Drift", empty=("No drift", "Every key is in step.")).show(rows)

    async def _repair(self) -> None:
        async def work() -> None:
            body = {"why": "repaired on the station's page"}
            ordered = await self._desk.visit.api.send("POST", f"{self._desk.path}/configuration/repair", body)
            ui.notify(f"Changes ordered: {len(ordered)}. The tab Commands has the answers.", type="positive")

        if await self._desk.visit.attempt(Role.OPERATOR, work):
            await self.refresh()
