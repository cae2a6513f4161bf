"""Alarms: what somebody should look after now, in the guide's words, and what was looked after before."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.live import keep_new
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit, choices
from contactor.ui.blocks import Fact, button, card, facts, modal, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import duration, milliseconds

NOTE_LENGTH = 500
SEVERITIES = ("critical", "warning", "info")
WHICH = {"true": "Open", "false": "Closed: the history", "": "Open and closed"}
KNOWN = {"": "Acknowledged or not", "false": "Not acknowledged", "true": "Acknowledged"}
COLUMNS = (
    Column("severity", "Severity", "pill"),
    Column("title", "What", "open"),
    Column("code", "Code", "mono"),
    Column("part", "Part", wide=True),
    Column("advice", "What to do", wide=True),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("connector", "Where"),
    Column("since", "Since", "instant"),
    Column("state", "State", "pill"),
    Column("buttons", "", "buttons", buttons=(Press("acknowledge", "Acknowledge", when="waits"),)),
)


def alarm_row(view: Json, *, may_acknowledge: bool) -> Row:
    """An alarm as a row."""
    is_known = view["acknowledged_at"] is not None
    return {
        "alarm_id": view["alarm_id"],
        "severity": view["severity"],
        "title": view["title"],
        "code": view["subject"],
        "part": view["part"],
        "advice": view["advice"],
        "station_id": view["station_id"],
        "connector": _place(view),
        "since": milliseconds(view["opened_at"]),
        "state": "closed" if view["closed_at"] is not None else "acknowledged" if is_known else "open",
        "waits": may_acknowledge and not is_known,
    }


def alarm_records(visit: Visit, station_id: str | None = None) -> Records:
    """The filters and the table; of one station, or of all."""
    records: Records

    def show(key: str) -> None:
        view = next((each for each in records.found if str(each["alarm_id"]) == key), None)
        if view is not None:
            show_alarm(visit, view, records.refresh)

    with tag("div", "row-of card-body"):
        station = ui.input("Station", value=station_id or "").props("outlined dense clearable debounce=400")
        station.classes("narrow").set_visibility(station_id is None)
        which = ui.select(WHICH, value="true", label="Which").props("outlined dense").classes("narrow")
        severity = ui.select(choices(SEVERITIES, "Any severity"), value="", label="Severity").props("outlined dense")
        known = ui.select(KNOWN, value="", label="Acknowledged").props("outlined dense").classes("narrow")
        severity.classes("narrow")
    table = RecordTable(
        COLUMNS if station_id is None else tuple(each for each in COLUMNS if each.name != "station_id"),
        keyed="alarm_id",
        caption="Alarms",
        empty=("No alarm fits", "Nothing that you ask for has to be looked after."),
        on_open=show,
        on_press=lambda _name, key: show(key),
    )
    may_acknowledge = visit.may(Role.OPERATOR)
    records = Records(
        visit,
        "/alarms",
        table,
        lambda view: alarm_row(view, may_acknowledge=may_acknowledge),
        wanted=lambda: {
            "station_id": station.value,
            "open": which.value,
            "severity": severity.value,
            "acknowledged": known.value,
        },
    )
    for control in (station, which, severity, known):
        control.on_value_change(records.refresh)
    return records


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Alarms")):
        with page_head("Alarms", "What somebody should look after, and what the guide says to do"):
            button("Rules", lambda: ui.navigate.to("/alarm-rules"), icon="rule")
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            records = alarm_records(visit)
            keep_new(visit, records.refresh, "alarm_changed")


def show_alarm(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open an alarm: all that is known of it, and a note to say that somebody knows."""
    with modal("Alarm", wide=True) as dialog:
        with tag("div", "dialog-head"):
            words("h2", view["title"]).style("font-size: 17px")
            words("p", view["advice"] or "The guide gives no advice.", "muted")
        with tag("div", "dialog-body"):
            facts(alarm_facts(visit, view))
            note = ui.input("Note", value=view["note"]).props(f"outlined dense maxlength={NOTE_LENGTH}")
            note.set_visibility(visit.may(Role.OPERATOR))

        async def acknowledge() -> None:
            path = f"/alarms/{view['alarm_id']}/acknowledgement"
            body = {"note": note.value or ""}
            if await visit.attempt(Role.OPERATOR, lambda: visit.api.send("POST", path, body), "Acknowledged."):
                dialog.close()
                await on_done()

        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
            if visit.may(Role.OPERATOR):
                again = view["acknowledged_at"] is not None
                button("Change the note" if again else "Acknowledge", acknowledge, kind="solid")
    dialog.open()


def alarm_facts(visit: Visit, view: Json) -> list[Fact]:
    """All that is known of an alarm, as names and values."""
    found: list[Fact] = [
        ("Severity", view["severity"]),
        ("Station", f"{view['station_id']} {view['model']}".strip()),
        ("Where", _place(view)),
        ("Code", view["subject"] or "–"),
        ("Part", view["part"] or "–"),
        ("Details", view["details"] or "–"),
        ("Since", visit.moment(view["opened_at"])),
        ("Times seen", visit.moment(view["last_seen_at"]).told(f"{view['times']}, last ")),
    ]
    if view["closed_at"] is not None:
        ending = f", after {duration(view['repair_s'])}: {view['closed_by']}"
        found.append(("Closed", visit.moment(view["closed_at"]).told("", ending)))
    if view["acknowledged_at"] is not None:
        known = visit.moment(view["acknowledged_at"]).told("", f" by {view['acknowledged_by']}")
        found.append(("Acknowledged", known))
    return found


def _place(view: Json) -> str:
    return f"connector {view['connector_id']}" if view["connector_id"] else "whole station"
