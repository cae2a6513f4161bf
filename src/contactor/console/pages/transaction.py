"""One transaction: its figures, the meter's curve, the story that explains it, and what makes it suspect."""

from typing import Any

from nicegui import ui
from starlette.exceptions import HTTPException

from contactor.console.api_client import ApiRefusal, Json
from contactor.console.role import Role
from contactor.console.section import Section
from contactor.console.together import together
from contactor.console.visit import Visit
from contactor.ui.blocks import Fact, banner, button, card, empty, facts, modal, page_head, pill, value_words
from contactor.ui.components import LineChart, Series
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import duration, kilowatt_hours, milliseconds, number

READINGS = 5000
_STATES = {"open": "is-charging", "stopped": "is-available", "stop_missing": "is-faulted"}


async def build(visit: Visit) -> None:
    """Build the page."""
    text = visit.parameters["transaction_id"]
    if not text.isdigit() or len(text) > 15:
        raise HTTPException(404)
    transaction_id = int(text)

    async def fetch() -> list[Json]:
        path = f"/transactions/{transaction_id}"
        readings = visit.api.get(f"{path}/readings", limit=READINGS)
        return await together(visit.api.get(path), readings, visit.api.get(f"{path}/timeline"), _cost(visit, path))

    with visit.frame(
        Crumb("Transactions", "/transactions"), Crumb(f"Transaction {transaction_id}"), current="/transactions"
    ):
        section = Section(visit, fetch, lambda found: _show(visit, section, *found))


async def _cost(visit: Visit, path: str) -> Json:
    """What it costs; None where no tariff was meant for it."""
    try:
        return await visit.api.get(f"{path}/cost")
    except ApiRefusal:
        return None


def _show(visit: Visit, section: "Section[Any]", view: Json, readings: Json, timeline: Json, cost: Json) -> None:
    with page_head(f"Transaction {view['transaction_id']}", f"{view['station_id']}, connector {view['connector_id']}"):
        pill(view["state"].replace("_", " "), _STATES.get(view["state"], "is-unavailable"))
        path = f"/stations/{view['station_id']}"
        button("Station", lambda: ui.navigate.to(path), icon="ev_station")
        if view["state"] != "stopped" and visit.may(Role.OPERATOR):
            button("Close by hand", lambda: _close(visit, section, view), kind="plain danger")
    for reason in view["suspicions"]:
        banner(f"Suspect: {reason.replace('_', ' ')}. The timeline tells what was found.")
    with tag("div", "grid-2"):
        with card("Figures"):
            facts(_figures(visit, view))
        with card("Timeline"):
            _timeline(visit, timeline)
    if cost is not None:
        with card("Cost" if cost["is_final"] else "Cost so far"):
            _bill(cost)
    with card("Meter curve"):
        _curve(view, readings["items"])


def _figures(visit: Visit, view: Json) -> list[Fact]:
    started, stopped = milliseconds(view["started_at"]), milliseconds(view["stopped_at"])
    lasted = None if started is None or stopped is None else (stopped - started) / 1000
    stop_wh = view["meter_stop_wh"]
    return [
        ("Id tag", view["id_tag"]),
        ("The badge was", view["tag_status"]),
        ("Started", visit.moment(view["started_at"])),
        ("Ended", visit.moment(view["stopped_at"])),
        ("Duration", duration(lasted)),
        ("Energy", kilowatt_hours(view["energy_wh"])),
        ("Meter at the start", f"{number(view['meter_start_wh'])} Wh"),
        ("Meter at the end", "–" if stop_wh is None else f"{number(stop_wh)} Wh"),
        ("Ended by", view["stop_reason"] or "–"),
        ("Readings", number(view["readings"])),
    ]


def _bill(cost: Json) -> None:
    bill = cost["cost"]
    lines = [
        (
            f"{each['kind'].replace('_', ' ').capitalize()}: {each['quantity']} {each['unit']} at {each['price']}",
            each["amount"],
        )
        for each in bill["lines"]
    ]
    sums = [(name.capitalize(), f"{bill[name]} {bill['currency']}") for name in ("net", "vat", "total")]
    facts([*lines, *sums, ("Tariff", f"{cost['tariff']['name']}, version {cost['tariff']['version']}")])


def _timeline(visit: Visit, happenings: Json) -> None:
    if not happenings:
        empty("Nothing happened yet", "")
    with tag("ol", "timeline"):
        for each in happenings:
            with tag("li"):
                value_words("time", visit.moment(each["at"]), "muted")
                tag("i").props("aria-hidden=true")
                with tag("div"):
                    words("b", each["what"].capitalize())
                    words("div", each["details"], "muted")


def _curve(view: Json, readings: list[Json]) -> None:
    def points(name: str, scale: float) -> list[tuple[float, float]]:
        measured = [each for each in readings if each[name] is not None]
        return [(milliseconds(each["taken_at"]) or 0, each[name] * scale) for each in measured]

    start_kwh = view["meter_start_wh"] / 1000
    energy = [(at, max(0.0, value - start_kwh)) for at, value in points("energy_wh", 0.001)]
    LineChart(
        [
            Series("Power, kW", "var(--series-1)", points("power_w", 0.001), area=True),
            Series("Energy, kWh", "var(--series-3)", energy),
            Series("State of charge, %", "var(--series-2)", points("soc_percent", 1), right=True, dashed=True),
        ],
        label="Power, energy and state of charge over the transaction",
        unit="kW, kWh",
        height=300,
        empty="No reading has come yet.",
    )


def _close(visit: Visit, section: "Section[Any]", view: Json) -> None:
    path = f"/transactions/{view['transaction_id']}/close"
    with modal("Close by hand") as dialog:
        with tag("div", "dialog-head"):
            words("h2", "Close by hand").style("font-size: 17px")
            words(
                "p",
                "Only the record is closed, at its latest reading. The station is told nothing: to end a charge, stop "
                "it at the station. Should the station's own stop come after all, it takes the place of this one.",
                "muted",
            )
        with tag("div", "dialog-body"):
            reason = ui.input("Reason").props("outlined dense maxlength=500")

        async def close() -> None:
            if await visit.attempt(
                Role.OPERATOR, lambda: visit.api.send("POST", path, {"reason": reason.value}), "The record is closed."
            ):
                dialog.close()
                await section.refresh()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Close the record", close, kind="solid danger")
    dialog.open()
