"""A station: who it is, its connectors, its power, its messages as they come, and its record in tabs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json, part
from contactor.console.commands import COMMANDS, sendable
from contactor.console.desk import StationDesk
from contactor.console.elements import ConnectorCards
from contactor.console.frames import message_row
from contactor.console.pages.commands import command_records
from contactor.console.pages.messages import NOT_KEPT, message_records, show_frame
from contactor.console.role import Role
from contactor.console.section import Section
from contactor.console.tabs.certificates import certificates_tab
from contactor.console.tabs.configuration import ConfigurationTab
from contactor.console.tabs.files import files_tab
from contactor.console.tabs.local_list import local_list_tab
from contactor.console.tabs.records import (
    faults_tab,
    quirks_tab,
    reservations_tab,
    transactions_tab,
)
from contactor.console.tabs.smart_charging import SmartChargingTab
from contactor.console.together import together
from contactor.console.visit import Visit
from contactor.guide.load import load_product
from contactor.ui.blocks import Fact, banner, button, card, pill, value_words
from contactor.ui.components import LineChart, MessageLog, Series
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

WINDOW_S = 600
MESSAGES = 100
_GAP_S = 120.0

Tab = Callable[[StationDesk], object]


def _commands_tab(desk: StationDesk) -> None:
    command_records(desk.visit, desk.station_id)


def _messages_tab(desk: StationDesk) -> None:
    message_records(desk.visit, desk.station_id)


TABS: Mapping[str, Tab] = {
    "Transactions": transactions_tab,
    "Configuration": ConfigurationTab,
    "Smart charging": SmartChargingTab,
    "Faults": faults_tab,
    "Reservations": reservations_tab,
    "Local list": local_list_tab,
    "Files": files_tab,
    "Certificates": certificates_tab,
    "Commands": _commands_tab,
    "Messages": _messages_tab,
    "Quirks": quirks_tab,
}


async def build(visit: Visit) -> None:
    """Build the page."""
    station_id = visit.parameters["station_id"]

    async def fetch() -> tuple[Json, list[Json], Json]:
        station = await visit.api.get(f"/stations/{part(station_id)}")
        messages, history = await together(
            visit.api.get("/messages", station_id=station_id, limit=MESSAGES), _history(visit, station_id)
        )
        return station, history, messages

    with visit.frame(Crumb("Fleet", "/"), Crumb(station_id), current="/"):
        Section(visit, fetch, lambda found: _show(visit, *found))


async def _history(visit: Visit, station_id: str) -> list[Json]:
    """The readings of what runs here, as far as the chart goes back."""
    found: list[Json] = []
    since = datetime.now(UTC) - timedelta(seconds=WINDOW_S)
    views = await visit.api.get("/transactions", station_id=station_id, limit=6)
    for view in views["items"]:
        stopped = view["stopped_at"]
        if stopped is None or datetime.fromisoformat(stopped) > since:
            path = f"/transactions/{view['transaction_id']}/readings"
            skip = max(0, view["readings"] - WINDOW_S)
            found += (await visit.api.get(path, skip=skip, limit=WINDOW_S))["items"]
    return sorted(found, key=lambda each: str(each["taken_at"]))


def _show(visit: Visit, station: Json, readings: list[Json], messages: Json) -> None:
    desk = StationDesk.of(visit, station)
    presence = _identity(desk)
    with tag("div", "station-top"):
        with tag("div", "stack"):
            _connectors(desk, presence)
            _chart(desk, readings)
        with tag("aside", "station-log"), tag("div", "card"):
            _log(desk, messages)
    with tag("section", "card"):
        _tabs(desk)


def _identity(desk: StationDesk) -> ui.element:
    """Who it is; returns the pill that says whether it is there."""
    station, visit = desk.station, desk.visit
    with tag("div", "page-head"):
        with tag("div", "titles"):
            with tag("div", "title-line"):
                words("h1", desk.station_id)
                presence = tag("span")
                _show_presence(presence, is_online=station["is_online"])
            with tag("div", "facts"):
                for name, value in _facts(visit, station):
                    with tag("span"):
                        words("span", f"{name} ")
                        value_words("b", value)
        with tag("div", "actions"):
            if visit.may(Role.OPERATOR):
                button("Reset", lambda: desk.order("Reset", {"type": "Soft"}), icon="restart_alt", kind="plain danger")
                _command_menu(desk)
    if station["registration"] != "Accepted":
        with banner(f"This station is {station['registration']}: it is not let in for charging."):
            if visit.may(Role.OPERATOR):
                button("Accept it", lambda: _accept(desk), kind="text")
    return presence


def _show_presence(place: ui.element, *, is_online: bool) -> None:
    place.clear()
    with place:
        pill("Online" if is_online else "Offline", "is-available" if is_online else "is-offline")


async def _accept(desk: StationDesk) -> None:
    async def work() -> None:
        path = f"/stations/{part(desk.station_id)}"
        await desk.visit.api.send("PATCH", path, {"registration": "Accepted"}, if_match=desk.station["etag"])
        ui.navigate.reload()

    await desk.visit.attempt(Role.OPERATOR, work)


def _facts(visit: Visit, station: Json) -> list[Fact]:
    rating = "" if station["power_kw"] is None else f", {station['power_kw']} kW"
    return [
        ("Model", (station["model"] or "–") + rating),
        ("Vendor", station["vendor"] or "–"),
        ("Serial", station["serial_number"] or "–"),
        ("Firmware", station["firmware_version"] or "–"),
        ("Key", "set" if station["has_key"] else "none"),
        ("Booted", visit.moment(station["booted_at"])),
    ]


def _command_menu(desk: StationDesk) -> None:
    product = desk.known.product
    supported = None if product is None else frozenset(each.action for each in product.operations)
    menu = ui.button("Commands", icon="bolt", color=None).props("unelevated no-caps").classes("solid")
    with menu, ui.menu(), tag("div", "commands"):
        for profile, names in sendable(supported).items():
            with tag("div"):
                words("div", profile.value, "menu-group")
                for name in names:
                    ui.menu_item(COMMANDS[name].title, lambda name=name: desk.order(name))


def _connectors(desk: StationDesk, presence: ui.element) -> None:
    def pressed(name: str, connector: int, transaction: int | None) -> None:
        orders: Mapping[str, tuple[str, dict[str, object]]] = {
            "stop": ("RemoteStopTransaction", {"transactionId": transaction}),
            "start": ("RemoteStartTransaction", {"connectorId": connector}),
            "reserve": ("ReserveNow", {"connectorId": connector}),
            "availability": ("ChangeAvailability", {"connectorId": connector}),
            "limit": ("SetChargingProfile", _limit(connector, transaction)),
        }
        if name in orders and desk.visit.may(Role.OPERATOR):
            action, given = orders[name]
            desk.order(action, given)

    topic = f"station:{desk.station_id}"
    ConnectorCards(
        topic,
        desk.station["outlets"],
        desk.visit.console.hub.board.detail(desk.station_id),
        acts=desk.visit.may(Role.OPERATOR),
        on_press=pressed,
        on_presence=lambda is_online: _show_presence(presence, is_online=is_online),
    ).style("width: 100%")


def _limit(connector: int, transaction: int | None) -> dict[str, object]:
    """A profile to begin with: the lowest limit there is, for what charges now, or for whoever charges next."""
    limits = load_product().charging_profiles
    profile: dict[str, object] = {
        "chargingProfileId": 1,
        "stackLevel": limits.stack_level_max if transaction is not None else 0,
        "chargingProfilePurpose": "TxDefaultProfile" if transaction is None else "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": limits.rate_unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": float(max(limits.minimum_limit_w, 22_000))}],
        },
    }
    if transaction is not None:
        profile["transactionId"] = transaction
    return {"connectorId": connector, "csChargingProfiles": profile}


def _chart(desk: StationDesk, readings: list[Json]) -> None:
    lines = []
    for number in range(1, max(1, desk.connectors) + 1):
        mine = [each for each in readings if each["connector_id"] == number]
        color = f"var(--series-{min(number, 4)})"
        power = [(milliseconds(r["taken_at"]) or 0, r["power_w"] / 1000) for r in mine if r["power_w"] is not None]
        soc = [(milliseconds(r["taken_at"]) or 0, r["soc_percent"]) for r in mine if r["soc_percent"] is not None]
        lines.append(
            Series(f"Connector {number}, kW", color, power, area=True, gapS=_GAP_S, connector=number, column=2)
        )
        lines.append(
            Series(f"SoC {number}, %", color, soc, right=True, dashed=True, gapS=_GAP_S, connector=number, column=3)
        )
    with card("Power and state of charge") as head:
        with head:
            words("span", "last 10 min", "muted")
        LineChart(
            lines,
            label="Power and state of charge of the last ten minutes",
            topic=f"station:{desk.station_id}",
            window_s=WINDOW_S,
            empty="Nothing was measured in the last ten minutes.",
        )


def _log(desk: StationDesk, messages: Json) -> None:
    async def opened(number: int) -> None:
        try:
            page = await desk.visit.api.get("/messages", station_id=desk.station_id, after=number - 1, limit=1)
        except (ApiRefusal, ApiUnreachable) as error:
            ui.notify(str(error), type="negative")
            return
        for message in page["items"]:
            show_frame(message)

    MessageLog(
        title="OCPP messages",
        topic=f"messages:{desk.station_id}",
        initial=[message_row(each) for each in messages["items"]],
        empty="They appear as they come." if messages["are_kept"] else NOT_KEPT,
        on_open=opened,
    ).style("width: 100%; height: 100%")


def _tabs(desk: StationDesk) -> None:
    built: set[str] = set()
    with ui.tabs().props("dense align=left no-caps inline-label outside-arrows mobile-arrows") as tabs:
        for title in TABS:
            ui.tab(title)
    panels: dict[str, ui.element] = {}
    with ui.tab_panels(tabs, value=next(iter(TABS)), animated=False, keep_alive=True):
        for title in TABS:
            panels[title] = ui.tab_panel(title).props(f'aria-label="{title}"')

    def show(title: str) -> None:
        """Build a tab when somebody first looks at it."""
        if title in TABS and title not in built:
            built.add(title)
            with panels[title]:
                TABS[title](desk)

    tabs.on_value_change(lambda event: show(str(event.value)))
    show(next(iter(TABS)))
