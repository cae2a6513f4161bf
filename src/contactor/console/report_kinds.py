"""The reports there are: where the API has each, what it is told apart by, and how its answer becomes lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from contactor.console.api_client import Json
from contactor.ui.components import Column, Row

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be drawn; `top` fills a bar, else the highest does."""

    name: str
    label: str
    unit: str
    decimals: int = 0
    top: float | None = None


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report; `times` are the API's names for its bounds."""

    title: str
    about: str
    path: str
    groups: Mapping[str, str]
    """What it can be told apart by, as the API and as people name it."""
    times: tuple[str, str]
    columns: Sequence[Column]
    measures: Sequence[Measure]
    lines: Callable[[Json], list[Row]]
    total: Callable[[Json], Row | None] = lambda _answer: None
    """The line of all together, where the API sums them."""
    formats: tuple[str, ...] = ()
    """What the API writes it as, besides JSON."""


def energy_lines(report: Json) -> list[Row]:
    """Energy and use."""
    return [_energy_line(each) for each in report["lines"]]


def energy_total(report: Json) -> Row | None:
    """All of it together."""
    return {**_energy_line(report["total"]), "name": "All together"} if report["lines"] else None


def _energy_line(line: Json) -> Row:
    return {
        "name": line["name"],
        "sessions": line["sessions"],
        "energy": line["energy_wh"] / 1000,
        "charging": line["charging_s"] / HOUR_S,
        "utilisation": _percent(line["utilisation"]),
        "uptime": _percent(line["uptime"]),
    }


def cost_lines(totals: Json) -> list[Row]:
    """What charges came to; a line for each currency of a name."""
    return [
        {
            "name": f"{each['of'] or '(none)'}, {each['currency']}",
            "sessions": each["transactions"],
            "energy": each["energy_wh"] / 1000,
            "net": each["net"],
            "vat": each["vat"],
            "total": each["total"],
        }
        for each in totals
    ]


def alarm_lines(counts: Json) -> list[Row]:
    """How many alarms there were, how many are open, and what repairs took."""
    return [
        {
            "name": each["of"] or "(none)",
            "alarms": each["total"],
            "open": each["open"],
            "repair": None if each["mean_repair_s"] is None else each["mean_repair_s"] / HOUR_S,
        }
        for each in counts
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


_SESSIONS = Column("sessions", "Sessions", "number")
_ENERGY = Column("energy", "Energy, kWh", "number", decimals=1)
_DRAWN = (Measure("energy", "Energy", "kWh", 1), Measure("sessions", "Sessions", ""))
KINDS: Mapping[str, ReportKind] = {
    "energy": ReportKind(
        "Energy and use",
        "Sessions and energy are those of charges that ended in the time. Utilisation is for how large a share of it "
        "connectors were held by charges, uptime for how large a share stations were connected. Months are UTC's.",
        "/reports/energy",
        {"station": "Station", "site": "Site", "model": "Model", "month": "Month"},
        ("from", "to"),
        (
            Column("name", "Name", "mono"),
            _SESSIONS,
            _ENERGY,
            Column("charging", "Charging, h", "number", decimals=1),
            Column("utilisation", "Utilisation, %", "number", decimals=1),
            Column("uptime", "Uptime, %", "number", decimals=1),
        ),
        (*_DRAWN, Measure("utilisation", "Utilisation", "%", 1), Measure("uptime", "Uptime", "%", 1, top=100.0)),
        energy_lines,
        energy_total,
        ("csv", "html"),
    ),
    "costs": ReportKind(
        "Costs",
        "What the charges that began in the time came to, each currency apart. Charges without a result are left out.",
        "/costs",
        {"station_id": "Station", "site_id": "Site", "model": "Model"},
        ("started_from", "started_before"),
        (
            Column("name", "Name and currency", "mono"),
            _SESSIONS,
            _ENERGY,
            Column("net", "Without VAT", "money"),
            Column("vat", "VAT", "money"),
            Column("total", "Total", "money"),
        ),
        _DRAWN,
        cost_lines,
    ),
    "alarms": ReportKind(
        "Alarms",
        "Alarms that were raised in the time, how many of them are still open, and how long the others took in the "
        "mean until they were closed.",
        "/alarms/counts",
        {"station_id": "Station", "site_id": "Site", "model": "Model", "rule": "Rule", "severity": "Severity"},
        ("opened_from", "opened_before"),
        (
            Column("name", "Name", "mono"),
            Column("alarms", "Alarms", "number"),
            Column("open", "Still open", "number"),
            Column("repair", "Mean time to repair, h", "number", decimals=1),
        ),
        (Measure("alarms", "Alarms", ""), Measure("repair", "Mean time to repair", "h", 1)),
        alarm_lines,
    ),
}
