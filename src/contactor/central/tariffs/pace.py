"""When a screen is told the running cost: at every change that matters, and otherwise not more often than stated."""

from dataclasses import dataclass
from decimal import Decimal

RETRY_S = 10.0
"""How soon a station that refused is told again: it may not have learned the transaction's number yet."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a driver would want to know at once: the rate that counts, and whether the full car is staying."""

    rate: int
    is_idle: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a screen was told last, and when; no total, if it did not take it."""

    situation: Situation
    total: Decimal | None
    at_s: float


def is_due(told: Told | None, situation: Situation, now_s: float, interval_s: float) -> bool:
    """Whether it is time to look at the cost again."""
    if told is None or (told.situation != situation and told.total is not None):
        return True
    pause_s = interval_s if told.total is not None else min(interval_s, RETRY_S)
    return now_s - told.at_s >= pause_s


def is_news(told: Told | None, situation: Situation, total: Decimal) -> bool:
    """Whether the station would learn anything by being told."""
    return told is None or told.total != total or told.situation != situation
