"""A site: stations behind one connection to the grid, its limit by time, and how the power is shared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from contactor.central.sites.allocation import Policy
from contactor.central.week import lies_in

POWER_W_MAX = 100_000_000
"""As much as a site may be given: 100 MW; more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the week with a limit of its own.

    `weekdays` are 0 for Monday to 6; minutes count from midnight by the site's clock. One whose end is not after its
    beginning goes on into the next day.
    """

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    limit_w: int

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether a moment lies in it."""
        return lies_in(self.weekdays, self.from_minute, self.until_minute, weekday=weekday, minute=minute)


@dataclass(frozen=True, slots=True)
class Member:
    """A station of a site.

    `offline_w` is what is kept free for it while it is offline, None for what its last profiles allow. `connector_w` is
    the most each of its connectors may draw where the guide does not know its model.
    """

    station_id: str
    priority: int = 0
    offline_w: int | None = None
    connector_w: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What an operator says of a site.

    `limit_w` holds where no window does; of windows that overlap the lowest does. `standby_w` is what a car may take
    from its start until its share is found. A share grows at most every `pace_s` seconds, and is not changed at all for
    less than `step_w`, unless the limit asks for it. Where minima take turns, a turn lasts `turn_s`. A site that is not
    active is watched, and nothing is sent.
    """

    site_id: str
    name: str
    limit_w: int
    windows: Sequence[Window] = ()
    time_zone: str = "UTC"
    policy: Policy = Policy.EQUAL
    standby_w: int = 1000
    pace_s: int = 30
    step_w: int = 1000
    turn_s: int = 900
    is_active: bool = True
    members: Sequence[Member] = field(default=())

    def limit_at(self, instant: datetime) -> int:
        """The limit at an instant, in watts."""
        local = instant.astimezone(ZoneInfo(self.time_zone))
        minute = local.hour * 60 + local.minute
        return min(
            (window.limit_w for window in self.windows if window.holds(local.weekday(), minute)), default=self.limit_w
        )

    def turn_at(self, instant: datetime) -> int:
        """Whose turn it is, counted on for ever."""
        return int(instant.timestamp()) // self.turn_s
