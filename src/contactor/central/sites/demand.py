"""How much a car that charges could use, guessed from its last reading: a pure function."""

from dataclasses import dataclass

USES_MOST_OF = 0.85
"""A car that draws this share of its limit or more is held back by it, as far as anybody can tell."""
MARGIN = 1.15
"""A car that draws less is offered so much more than it draws, so that it can show that it wants more."""
MARGIN_W_MIN = 2_000
RAMP_S = 60.0
"""How long a car may take to follow a new limit; what it draws until then says nothing."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is known of a car that charges: its limit in force and for how long, and its last reading.

    `power_w` is None while no reading told it, `limit_w` is None where no limit is in force.
    """

    power_w: float | None
    limit_w: int | None
    limit_age_s: float
    is_suspended: bool


def demand_w(drawing: Drawing, *, ceiling_w: int) -> int:
    """The most a car could use now, in whole watts: its connector's ceiling unless it shows that it takes less.

    A car that paused by itself (SuspendedEV) asks for nothing; its share stays at the minimum, so that it can wake up.
    """
    if drawing.is_suspended:
        return 0
    if drawing.power_w is None or drawing.limit_age_s < RAMP_S:
        return ceiling_w
    limit_w = ceiling_w if drawing.limit_w is None else min(drawing.limit_w, ceiling_w)
    if drawing.power_w >= USES_MOST_OF * limit_w:
        return ceiling_w
    return min(ceiling_w, round(max(drawing.power_w * MARGIN, drawing.power_w + MARGIN_W_MIN)))
