"""The plugs: which kinds an outlet can have, and what each kind's cable carries."""

from dataclasses import dataclass
from enum import StrEnum

from contactor.base.errors import BadSetting


class PlugKind(StrEnum):
    """What an outlet ends in; spelled as on the type plate."""

    CCS2 = "CCS2"
    CHADEMO = "CHAdeMO"

    @property
    def follows_limit(self) -> bool:
        """Whether the vehicle can be told a power limit: CHAdeMO cannot (D-17), only its modules bound it."""
        return self is PlugKind.CCS2


@dataclass(frozen=True, slots=True)
class CableRating:
    """The most that cable, plug and relay of an outlet carry.

    Raises:
        BadSetting: a rating is not above zero.
    """

    power_max_w: float
    current_max_a: float

    def __post_init__(self) -> None:
        for name, value in (("power_max_w", self.power_max_w), ("current_max_a", self.current_max_a)):
            if not value > 0:
                raise BadSetting(f"cable {name}", value, "it must be above 0")


# The guide gives no cable ratings. An uncooled CCS2 cable carries 300 A and the largest cabinet has 180 kW; the common
# CHAdeMO plug carries 125 A, sold as 50 kW.
RATINGS: dict[PlugKind, CableRating] = {
    PlugKind.CCS2: CableRating(power_max_w=180_000.0, current_max_a=300.0),
    PlugKind.CHADEMO: CableRating(power_max_w=50_000.0, current_max_a=125.0),
}
