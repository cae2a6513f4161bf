"""One line of a transaction's story, and the span of time that belongs to it."""

from dataclasses import dataclass
from datetime import datetime

BEFORE_MS = 10 * 60 * 1000
"""How much of what went before the start belongs to the story: the plug, a remote start, a fault."""
AFTER_MS = 5 * 60 * 1000
LINES_MAX = 500
"""Of each kind, so that no station can make a story endless."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a transaction, or was found out about it: `what` for programs, `text` for people."""

    at: datetime
    what: str
    details: str
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when: a station's connector, from a while before the start to a while after the end."""

    transaction_id: int
    station_id: str
    connector_id: int
    started_at_ms: int
    from_ms: int
    to_ms: int


def kwh(energy_wh: float) -> str:
    """Watt-hours as people read them."""
    return f"{energy_wh / 1000:.3f} kWh"
