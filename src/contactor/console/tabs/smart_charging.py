"""The smart charging tab: profiles by purpose and level, what they make together, and an editor with a preview."""

from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json
from contactor.console.command_dialog import send_command
from contactor.console.desk import StationDesk
from contactor.console.profile_editor import ProfileEditor
from contactor.console.role import Role
from contactor.console.schedule import composite_steps, computed_steps, steps_of
from contactor.console.visit import told
from contactor.ui.blocks import button, empty
from contactor.ui.components import LineChart, Series
from contactor.ui.frame import tag, words
from contactor.ui.writing import number

SHOWN_S = 12 * 3600
_COLORS = ("var(--series-3)", "var(--series-2)", "var(--series-4)", "var(--faulted)")


class SmartChargingTab:
    """The profiles of a station, and the composite schedule of a connector."""

    def __init__(self, desk: StationDesk) -> None:
        self._desk = desk
        self._profiles: list[Json] = []
        self._composite: list[tuple[float, float]] = []
        self._source = "computed here"
        acts = desk.visit.may(Role.OPERATOR)
        with tag("div", "grid-2 card-body"):
            with tag("div", "stack"):
                self._list = tag("div", "stack")
                if acts:
                    with tag("div", "row-of"):
                        button("Add profile", lambda: self._edit(None), icon="add")
                        button(
                            "Clear …",
                            lambda: desk.order("ClearChargingProfile", on_done=self._done),
                            kind="plain danger",
                        )
            with tag("div", "stack"):
                with tag("div", "row-of"):
                    options = {0: "Whole station"} | {
                        each: f"Connector {each}" for each in range(1, desk.connectors + 1)
                    }
                    self._connector = ui.select(options, value=1, label="Schedule of", on_change=self._compute)
                    self._connector.props("outlined dense").classes("narrow")
                    if acts:
                        button("Ask the station", self._ask, icon="timeline")
                self._told = words("p", "", "verdict bad").props("role=status")
                self._told.set_visibility(False)
                self._chart = tag("div").style("width: 100%")
        ui.timer(0.01, self.refresh, once=True)

    async def refresh(self) -> None:
        """Fetch what the record has."""
        self._profiles = await self._desk.visit.api.get(f"{self._desk.path}/charging-profiles")
        await self._compute()

    async def _compute(self) -> None:
        """What the central system makes of them; the station itself can be asked too."""
        question = {"connector_id": self._connector.value, "duration_s": SHOWN_S}
        try:
            self._composite = computed_steps(
                await self._desk.visit.api.get(f"{self._desk.path}/composite-schedule", **question)
            )
            self._source = "computed here"
        except (ApiRefusal, ApiUnreachable) as error:
            self._say(told(error))
        self._draw()

    async def _done(self, _view: Json) -> None:
        await self.refresh()

    async def _ask(self) -> None:
        """Have the station say what all profiles together allow."""
        if not self._desk.visit.may(Role.OPERATOR):
            return
        request = {"connectorId": self._connector.value, "duration": SHOWN_S, "chargingRateUnit": "W"}
        self._told.set_visibility(False)
        try:
            view = await send_command(self._desk.visit, self._desk.station_id, "GetCompositeSchedule", request)
        except (ApiRefusal, ApiUnreachable) as error:
            self._say(told(error))
            return
        if view["status"] != "Accepted":
            self._say(f"The station answers {view['status'] or view['state']}. {view['detail']}".strip())
            return
        self._composite = composite_steps(view["answer"])
        self._source = "as the station says"
        self._draw()

    def _say(self, text: str) -> None:
        assert isinstance(self._told, ui.label)
        self._told.text = text
        self._told.set_visibility(True)

    def _draw(self) -> None:
        self._list.clear()
        with self._list:
            if not self._profiles:
                empty(
                    "No charging profile", "Nothing limits this station but its own rating. Add a profile to limit it."
                )
            for index, installed in enumerate(self._profiles):
                self._card(installed, _COLORS[index % len(_COLORS)])
        self._chart.clear()
        now = datetime.now(UTC)
        lines = [Series(f"Composite, {self._source}", "var(--series-1)", self._composite, area=True, step=True)]
        for index, installed in enumerate(self._profiles):
            if installed["connector_id"] in (0, self._connector.value):
                steps = steps_of(installed["profile"], now, now + timedelta(seconds=SHOWN_S), now)
                name = f"Profile {installed['profile']['chargingProfileId']}"
                lines.append(Series(name, _COLORS[index % len(_COLORS)], steps, dashed=True, step=True))
        with self._chart:
            LineChart(
                lines, label="Charging schedule", height=280, empty="No profile sets a limit in the next twelve hours."
            )

    def _card(self, installed: Json, color: str) -> None:
        profile = installed["profile"]
        limits = [period["limit"] / 1000 for period in profile["chargingSchedule"]["chargingSchedulePeriod"]]
        low, high = number(min(limits), 1), number(max(limits), 1)
        place = "all connectors" if installed["connector_id"] == 0 else f"connector {installed['connector_id']}"
        about = [profile["chargingProfilePurpose"], f"level {profile['stackLevel']}", place]
        about.append(profile.get("recurrencyKind", profile["chargingProfileKind"]).lower())
        if "transactionId" in profile:
            about.append(f"transaction {profile['transactionId']}")
        with tag("div", "profile-card"):
            tag("i").style(f"--k: {color}").props("aria-hidden=true")
            with tag("div"):
                words("b", f"Profile {profile['chargingProfileId']}")
                words("div", " · ".join(about), "muted")
            with tag("div", "numeric"):
                words("b", f"{low} kW" if low == high else f"{low}–{high} kW")
                if self._desk.visit.may(Role.OPERATOR):
                    with tag("div"):
                        button("Edit", lambda: self._edit(installed), kind="text")
                        clear: dict[str, Any] = {"id": profile["chargingProfileId"]}
                        button(
                            "Clear",
                            lambda: self._desk.order("ClearChargingProfile", clear, self._done),
                            kind="text danger",
                        )

    def _edit(self, installed: Json | None) -> None:
        taken = [each["profile"]["chargingProfileId"] for each in self._profiles]
        ProfileEditor(self._desk, installed, next_id=max(taken, default=0) + 1, on_done=self._done).open()
