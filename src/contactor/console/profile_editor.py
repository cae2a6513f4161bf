"""The editor of a charging profile: its place in the stack, its periods, and what they come to as a curve."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json
from contactor.console.checks import object_to
from contactor.console.command_dialog import answer_words, send_command
from contactor.console.desk import StationDesk
from contactor.console.role import Role
from contactor.console.schedule import steps_of
from contactor.console.visit import told
from contactor.console.what_if import WhatIf
from contactor.guide.load import load_product
from contactor.ui.blocks import button, modal
from contactor.ui.components import LineChart, Series
from contactor.ui.frame import tag, words

PREVIEW_S = 24 * 3600
_MINUTE_S = 60


class ProfileEditor:
    """A dialog that makes a SetChargingProfile; limits are in kW and minutes, on the wire in W and seconds."""

    def __init__(
        self, desk: StationDesk, installed: Json | None, *, next_id: int, on_done: Callable[[Json], Awaitable[None]]
    ) -> None:
        self._desk = desk
        self._on_done = on_done
        self._limits = load_product().charging_profiles
        self._periods: list[tuple[ui.element, ui.number, ui.number]] = []
        given: Mapping[str, Any] = {} if installed is None else installed["profile"]
        self._id = given.get("chargingProfileId", next_id)
        connector = 1 if installed is None else installed["connector_id"]
        with modal("Charging profile", wide=True) as self._dialog:
            with tag("div", "dialog-head"):
                words("h2", f"Charging profile {self._id}").style("font-size: 17px")
                words("p", self._about(), "muted")
            with tag("div", "dialog-body"):
                self._place(given, connector)
                self._table(given)
                self._preview = LineChart(
                    [Series("Limit", "var(--series-1)", area=True, step=True)],
                    label="What this profile allows over the next day",
                    height=180,
                )
                self._what_if = WhatIf(desk.visit, desk.station_id)
                self._verdict = words("div", "", "verdict").props("role=status aria-live=polite")
                self._verdict.set_visibility(False)
            with tag("div", "dialog-foot"):
                button("Close", self._dialog.close)
                button("What would it do?", self._try, icon="science")
                self._send = button("Send profile", self._on_send, icon="send", kind="solid")
        self._dialog.on("show", self._changed)

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    def _about(self) -> str:
        limits = self._limits
        return (
            f"Up to {limits.periods_max} periods, levels 0 to {limits.stack_level_max}, each limit 0 or at least "
            f"{limits.minimum_limit_w / 1000:g} kW. Purposes: {' and '.join(limits.purposes)}."
        )

    def _place(self, given: Mapping[str, Any], connector: int) -> None:
        limits = self._limits
        with tag("div", "list-item"):
            options = {0: "Whole station"} | {each: f"Connector {each}" for each in range(1, self._desk.connectors + 1)}
            self._connector = _select("For", options, connector)
            purpose = given.get("chargingProfilePurpose", limits.purposes[0])
            self._purpose = _select("Purpose", [*dict.fromkeys([*limits.purposes, purpose])], purpose)
            level = ui.number(
                "Stack level", value=given.get("stackLevel", 0), min=0, max=limits.stack_level_max, step=1
            )
            self._level = level.props("outlined dense")
            kind = "Relative" if not given else given["chargingProfileKind"]
            self._kind = _select("Kind", list(limits.kinds), kind, self._changed)
            self._repeat = _select(
                "Repeats", list(limits.recurrences), given.get("recurrencyKind", "Daily"), self._changed
            )
            start = given.get("chargingSchedule", {}).get("startSchedule")
            local = self._desk.visit.typed(start)
            self._start = ui.input("Starts at", value=local, on_change=self._changed)
            self._start.props("outlined dense type=datetime-local step=1 stack-label")
            self._transaction = ui.number("Transaction", value=given.get("transactionId"), step=1)
            self._transaction.props("outlined dense")
            duration = given.get("chargingSchedule", {}).get("duration")
            minutes = None if duration is None else duration / _MINUTE_S
            self._duration = ui.number("Lasts, minutes", value=minutes, min=0, on_change=self._changed)
            self._duration.props("outlined dense")

    def _table(self, given: Mapping[str, Any]) -> None:
        words("h3", "Periods")
        self._rows = tag("div", "fieldset")
        first = [{"startPeriod": 0, "limit": 11_000.0}]
        for period in given.get("chargingSchedule", {}).get("chargingSchedulePeriod", first):
            self._add(period["startPeriod"] / _MINUTE_S, period["limit"] / 1000)
        button("Add period", self._add_next, icon="add", kind="text")

    def _add_next(self) -> None:
        if len(self._periods) >= self._limits.periods_max:
            ui.notify(f"At most {self._limits.periods_max} periods.", type="warning")
            return
        _, start, limit = self._periods[-1] if self._periods else (None, None, None)
        self._add(0 if start is None else (start.value or 0) + 60, 11 if limit is None else limit.value)
        self._changed()

    def _add(self, start_minutes: float, limit_kw: float) -> None:
        with self._rows, tag("div", "row-of") as row:
            start = ui.number("From minute", value=start_minutes, min=0, on_change=self._changed).props(
                "outlined dense"
            )
            limit = ui.number("Limit, kW", value=limit_kw, min=0, step=0.1, on_change=self._changed)
            limit.props("outlined dense")
            start.classes("narrow")
            limit.classes("narrow")
            remove = ui.button(icon="close", color=None, on_click=lambda: self._remove(row))
            remove.props('flat aria-label="Remove the period"').classes("icon-only")
        self._periods.append((row, start, limit))

    def _remove(self, row: ui.element) -> None:
        self._periods = [each for each in self._periods if each[0] is not row]
        row.delete()
        self._changed()

    def _changed(self) -> None:
        """Draw what the profile comes to, as far as it can be read."""
        try:
            now = datetime.now(UTC)
            steps = steps_of(self._profile(), now, now + timedelta(seconds=PREVIEW_S), now)
        except (ValueError, TypeError, OverflowError):
            return
        self._preview.show([steps])

    def _profile(self) -> dict[str, Any]:
        kind = self._kind.value
        schedule: dict[str, Any] = {
            "chargingRateUnit": self._limits.rate_unit,
            "chargingSchedulePeriod": [
                {"startPeriod": round((start.value or 0) * _MINUTE_S), "limit": round((limit.value or 0) * 1000, 1)}
                for _, start, limit in self._periods
            ],
        }
        if self._duration.value:
            schedule["duration"] = round(self._duration.value * _MINUTE_S)
        if self._start.value and kind != "Relative":
            schedule["startSchedule"] = self._desk.visit.instant(self._start.value)
        profile: dict[str, Any] = {
            "chargingProfileId": self._id,
            "stackLevel": int(self._level.value or 0),
            "chargingProfilePurpose": self._purpose.value,
            "chargingProfileKind": kind,
            "chargingSchedule": schedule,
        }
        if kind == "Recurring":
            profile["recurrencyKind"] = self._repeat.value
        if self._transaction.value:
            profile["transactionId"] = int(self._transaction.value)
        return profile

    async def _try(self) -> None:
        """Try it on a twin, and draw what the profiles then come to."""
        try:
            request = {"connectorId": self._connector.value, "csChargingProfiles": self._profile()}
        except (ValueError, TypeError, OverflowError) as error:
            self._say(f"A field cannot be read: {error}", "bad")
            return
        await self._what_if.ask("SetChargingProfile", request)

    async def _on_send(self) -> None:
        if not self._desk.visit.may(Role.OPERATOR):
            self._say("Commands need the role operator.", "bad")
            return
        try:
            request = {"connectorId": self._connector.value, "csChargingProfiles": self._profile()}
        except (ValueError, TypeError, OverflowError) as error:
            self._say(f"A field cannot be read: {error}", "bad")
            return
        objections = object_to("SetChargingProfile", request, self._desk.known)
        if objections:
            told_here = "; ".join(
                f"{each.field.rpartition('.')[2] or each.field}: {each.reason}" for each in objections
            )
            self._say(f"Not sent. {told_here}", "bad")
            return
        self._send.disable()
        try:
            view = await send_command(self._desk.visit, self._desk.station_id, "SetChargingProfile", request)
        except (ApiRefusal, ApiUnreachable) as error:
            self._say(told(error), "bad")
        else:
            self._say(*answer_words(view))
            await self._on_done(view)
        finally:
            self._send.enable()

    def _say(self, text: str, kind: str) -> None:
        assert isinstance(self._verdict, ui.label)
        self._verdict.text = text
        self._verdict.classes(replace=f"verdict {kind}")
        self._verdict.set_visibility(True)


def _select(
    label: str, options: list[Any] | dict[Any, str], value: object, on_change: Callable[[], None] | None = None
) -> ui.select:
    return ui.select(options, value=value, label=label, on_change=on_change).props("outlined dense")
