"""What a command would do: what a twin of the station answers and changes, before anything is sent to the real one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json, part
from contactor.console.role import Role
from contactor.console.schedule import Steps
from contactor.console.visit import Visit, told
from contactor.ui.blocks import banner, facts
from contactor.ui.components import LineChart, Series
from contactor.ui.frame import tag, words

HORIZON_S = 24 * 3600
_TOLD_MAX = 8
_NO_STATUS = "–"


class WhatIf:
    """The place in a dialog where it is told."""

    def __init__(self, visit: Visit, station_id: str) -> None:
        self._visit = visit
        self._path = f"/stations/{part(station_id)}/what-if"
        self._place = tag("div", "stack").props("role=status aria-live=polite")

    async def ask(self, action: str, payload: Mapping[str, Any]) -> None:
        """Try a command on the twin, and show what came of it."""
        self._place.clear()
        with self._place:
            if not self._visit.may(Role.OPERATOR):
                banner(f"This needs the role operator; you are {self._visit.session.role}.", "error")
                return
            trial = {"action": action, "payload": payload, "duration_s": HORIZON_S}
            try:
                found = await self._visit.api.send("POST", self._path, trial)
            except (ApiRefusal, ApiUnreachable) as error:
                banner(told(error), "error")
                return
            show_rehearsal(found)


def show_rehearsal(found: Json) -> None:
    """What a twin answered and did."""
    banner(f"Tried on a twin ({found['model']}); the station itself was not asked.", "info")
    if found["objection"] is not None:
        banner(f"The central system would not send it: {found['objection']['reason']}", "error")
    facts([("The twin answers", answer_text(found["answer"])), *changes(found), *messages(found["told"])])
    if has_new_schedules(found):
        _schedules(found)
    for gap in found["unknown"]:
        words("p", f"Not known of the station: {gap}", "muted")


def answer_text(answer: Json) -> str:
    """An answer in a line."""
    fields = dict(answer["fields"])
    status = fields.pop("status", None)
    rest = ", ".join(f"{name}: {value}" for name, value in fields.items())[:300]
    return ", ".join(each for each in (str(status) if status else "", rest) if each) or str(answer["kind"])


def changes(found: Json) -> list[tuple[str, str]]:
    """The statuses that become others."""
    before, after = found["before"]["statuses"], found["after"]["statuses"]
    names = {number: "Station" if number == "0" else f"Connector {number}" for number in after}
    changed = [number for number in after if after[number] != before.get(number)]
    if not changed:
        return [("Statuses", "stay as they are")]
    return [(names[each], f"{before.get(each) or _NO_STATUS} → {after[each] or _NO_STATUS}") for each in changed]


def messages(said: Json) -> list[tuple[str, str]]:
    """What it would tell the central system then."""
    shown = [(f"After {each['after_s']:.1f} s", each["action"]) for each in said[:_TOLD_MAX]]
    return shown if len(said) <= _TOLD_MAX else [*shown, ("And", f"{len(said) - _TOLD_MAX} messages more")]


def has_new_schedules(found: Json) -> bool:
    """Whether any composite schedule would be another."""
    return bool(found["after"]["schedules"] != found["before"]["schedules"])


def limit_steps(schedule: Json) -> Steps:
    """A composite schedule in watts as steps in kW, as far as one looked ahead."""
    if schedule["start"] is None:
        return []
    start, periods = datetime.fromisoformat(schedule["start"]), schedule["periods"]
    found: Steps = []
    for index, period in enumerate(periods):
        end_s = periods[index + 1]["start_s"] if index + 1 < len(periods) else HORIZON_S
        for second in (period["start_s"], end_s):
            found.append(((start + timedelta(seconds=second)).timestamp() * 1000, period["limit"] / 1000))
    return found


def _schedules(found: Json) -> None:
    lines = []
    for number, after in enumerate(found["after"]["schedules"]):
        before = found["before"]["schedules"][number] if number < len(found["before"]["schedules"]) else None
        if after["unit"] != "W" or after == before:
            continue
        name, color = f"connector {after['connector_id']}", f"var(--series-{min(number + 1, 4)})"
        if before is not None:
            lines.append(Series(f"Now, {name}", color, limit_steps(before), step=True, dashed=True))
        lines.append(Series(f"Then, {name}", color, limit_steps(after), step=True, area=True))
    if lines:
        words("h3", "What the profiles allow together, kW")
        LineChart(lines, label="Composite schedules now and then", height=180)
