"""How numbers, times and statuses are written on pages; the same ways as words.js."""

from datetime import UTC, datetime

NONE = "–"
THIN_SPACE = "\u2009"

_KINDS = {
    "Available": "available",
    "Charging": "charging",
    "Preparing": "preparing",
    "Finishing": "preparing",
    "SuspendedEV": "suspended",
    "SuspendedEVSE": "suspended",
    "Reserved": "reserved",
    "Faulted": "faulted",
}


def number(value: float | None, decimals: int = 0) -> str:
    """A number with thin-space thousands."""
    return NONE if value is None else f"{value:,.{decimals}f}".replace(",", THIN_SPACE).replace("-", "\u2212")


def kilowatt_hours(energy_wh: float | None) -> str:
    """An energy."""
    return NONE if energy_wh is None else f"{number(energy_wh / 1000, 2)} kWh"


def duration(seconds: float | None) -> str:
    """A length of time, as people say it."""
    if seconds is None:
        return NONE
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{int(seconds)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def status_class(word: str) -> str:
    """The class that colours a connector's status."""
    return f"is-{_KINDS.get(word, 'unavailable')}"


def utc(text: str) -> str:
    """An instant as the API spells it, in UTC as people read it."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def milliseconds(text: str | None) -> int | None:
    """An instant as the API spells it, as pages take it; None for none."""
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)
