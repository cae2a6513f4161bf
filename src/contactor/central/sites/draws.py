"""What a site's power is shared among: connectors that can be limited, and everything else that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """A connector of a station."""

    station_id: str
    connector_id: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A car that charges and can be told a limit, in whole watts.

    `demand_w` is the most it could use now, `ceiling_w` the most its connector may have. A limit is 0 or at least
    `minimum_w` (D-15); at 0 it still takes `residual_w` (D-16). The other fields are what policies go by:
    `arrived_at_ms`, `soc_percent` (None: not told), `priority` (higher comes first).
    """

    place: Place
    demand_w: int
    ceiling_w: int
    minimum_w: int
    residual_w: int
    arrived_at_ms: int
    soc_percent: float | None = None
    priority: int = 0

    @property
    def is_asking(self) -> bool:
        """Whether it can use anything at all; one that is full, or pauses, comes last."""
        return self.demand_w > 0


@dataclass(frozen=True, slots=True)
class Reserve:
    """Power that is taken off the site's limit before anything is shared, and why.

    An outlet that cannot be limited (D-17), or a station that is offline and goes by the last profile it was given.
    """

    place: Place
    power_w: int
    why: str


@dataclass(frozen=True, slots=True)
class Room:
    """What a station can give all its connectors together: its limit, and whole power modules if it has such.

    `modules` is None where nothing is known of modules; `module_w` then means nothing.
    """

    station_id: str
    limit_w: int
    modules: int | None = None
    module_w: int = 0

    def modules_for(self, power_w: int) -> int:
        """How many whole modules it takes to give so much, at least one."""
        return max(1, -(-power_w // self.module_w))


@dataclass(frozen=True, slots=True)
class Share:
    """What one draw gets: 0 or from its minimum up."""

    place: Place
    limit_w: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """The outcome: `committed_w` counts shares, the residual draw of those held at 0, and reserves.

    `is_over` says that even with every draw held at 0 more may be drawn than the limit allows: what cannot be limited
    is too much.
    """

    limit_w: int
    shares: Sequence[Share]
    reserved_w: int
    committed_w: int

    @property
    def is_over(self) -> bool:
        """Whether the limit cannot be kept."""
        return self.committed_w > self.limit_w

    @property
    def free_w(self) -> int:
        """What nobody can use now."""
        return max(0, self.limit_w - self.committed_w)
