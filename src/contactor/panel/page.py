"""The panel's page: one station, all of it live; or why there is none to show."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from nicegui import ui

from contactor.panel.control_client import ControlRefusal, ControlUnreachable, Json, station_path
from contactor.panel.desk import Desk
from contactor.panel.elements import Cars, Charger, StationChoice, StationHead, Surroundings, Troubles
from contactor.panel.frame_row import pretty
from contactor.panel.station_copy import WINDOW_S
from contactor.panel.verbs import request_of
from contactor.ui.blocks import button, card, empty, failed, modal
from contactor.ui.components import LineChart, MessageLog, Series
from contactor.ui.frame import Crumb, page_frame, tag, words

FOLDER = Path(__file__).parent
PANEL_KIT_URL = "/panel-kit"
BUILD_WITHIN_S = 10.0

_CAR_FIELDS = ("name", "plug", "battery_wh", "greatest_power_w")
_CODE_FIELDS = ("dtc", "text", "part", "scope", "effect")


def add_page(desk: Desk) -> None:
    """Serve the page of every station, and of none."""

    @ui.page("/", response_timeout=BUILD_WITHIN_S)
    async def first() -> None:
        await _build(desk, None)

    @ui.page("/stations/{name}", response_timeout=BUILD_WITHIN_S)
    async def page(name: str) -> None:
        await _build(desk, name)


async def _build(desk: Desk, wanted: str | None) -> None:
    """Build the page of a station; of the first one where none is wanted."""
    ui.add_head_html(f'<link rel="stylesheet" href="{PANEL_KIT_URL}/panel.css">')
    try:
        names = [str(each["name"]) for each in await desk.stations()]
        name = wanted if wanted is not None or not names else names[0]
        if name is None or name not in names:
            _tell_none(names, name)
            return
        garage = await desk.client.ask("GET", "/garage")
        codes = await desk.client.ask("GET", f"{station_path(name)}/trouble-codes")
        state = await desk.client.ask("GET", station_path(name))
    except (ControlUnreachable, ControlRefusal) as error:
        with page_frame("Contactor", (), (Crumb("Front panel"),), None, current="/"):
            words("h1", "Front panel")
            failed(str(error), lambda: ui.navigate.reload())
            words("p", "Start a station with a control API: contactor station --control-port 9180 …", "muted")
        return
    crumbs = (Crumb("Front panel"),)
    with page_frame("Contactor", (), crumbs, None, current="/", tools=lambda: StationChoice(names, name)):
        _fill(desk, name, garage, codes, state)


def _tell_none(names: Sequence[str], wanted: str | None) -> None:
    with page_frame("Contactor", (), (Crumb("Front panel"),), None, current="/"):
        words("h1", "Front panel")
        with card():
            if not names:
                empty("No station is served here", "Start one: contactor station --control-port 9180 …")
                return
            empty(f"There is no station {wanted} here", "Choose one of those there are.")
            with tag("div", "row-of").style("justify-content: center; padding-bottom: 24px"):
                for name in names[:20]:
                    button(name, lambda name=name: ui.navigate.to(f"/stations/{quote(name, safe='')}"))


def _fill(desk: Desk, name: str, garage: Sequence[Json], codes: Sequence[Json], state: Json) -> None:
    """Everything within the frame."""
    with tag("p", "visually-hidden").props("role=status"):
        told = ui.label()

    async def press(given: object) -> None:
        """Do what was pressed, and say what came of it."""
        request = request_of(name, given)
        if request is None:
            return
        try:
            answer = await desk.client.ask(request.method, request.path, request.body or None)
            told.set_text(str(answer.get("done", "")))
        except (ControlRefusal, ControlUnreachable) as error:
            ui.notify(str(error), type="negative", multi_line=True, timeout=6000)

    StationHead(name, press)
    with tag("div", "panel-columns"):
        with tag("div", "stack panel-left"):
            Charger(name, press, desk.badges)
            _frames(desk, name)
        with tag("div", "stack panel-right"):
            _power_curve(name, sorted(int(number) for number in state["outlets"]))
            Cars(name, press, [_picked(each, _CAR_FIELDS) for each in garage])
            with tag("div", "grid-2 collapses"):
                Troubles(name, press, [_picked(each, _CODE_FIELDS) for each in codes])
                Surroundings(name, press)


def _power_curve(name: str, outlets: Sequence[int]) -> None:
    lines = []
    for number in outlets:
        color = f"var(--series-{min(number, 4)})"
        lines.append(Series(f"Side {number}, kW", color, area=True, gapS=5.0, connector=number, column=2))
        lines.append(Series(f"SoC {number}, %", color, right=True, dashed=True, gapS=5.0, connector=number, column=3))
    with card("Power") as head:
        with head:
            words("span", "last 10 min", "muted")
        LineChart(
            lines,
            label="Power and state of charge of the last ten minutes",
            height=200,
            topic=f"power:{name}",
            window_s=WINDOW_S,
            empty="Measured from the moment somebody looks.",
        )


def _frames(desk: Desk, name: str) -> None:
    async def opened(number: int) -> None:
        follower = await desk.follower(name)
        text = None if follower is None else follower.copy.frame_text(number)
        if text is None:
            ui.notify("This message is no longer kept.", type="warning")
            return
        _show_frame(pretty(text))

    with tag("section", "card panel-frames"):
        MessageLog(
            title="OCPP messages",
            topic=f"frames:{name}",
            initial=(),
            empty="They appear as they come.",
            on_open=opened,
        )


def _show_frame(text: str) -> None:
    with modal("Message", wide=True) as dialog:
        with tag("div", "dialog-head"):
            words("h2", "Message")
        with tag("div", "dialog-body"):
            words("pre", text, "code").props('tabindex=0 aria-label="The message as JSON"')
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.on_value_change(lambda event: None if event.value else dialog.delete())
    dialog.open()


def _picked(given: Json, fields: Sequence[str]) -> dict[str, object]:
    """A row of fixed fields."""
    return {field: given[field] for field in fields}
