"""What a trouble is: how it begins, at one station or for all, and what ends it."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contactor.link.memory import MemoryNetwork
from contactor.storm.central_house import CentralHouse
from contactor.storm.chance import Chance
from contactor.storm.station_house import StationHouse

End = Callable[[], None]
"""What ends a trouble; called once."""


class Stage(Protocol):
    """What troubles may take hold of."""

    @property
    def houses(self) -> Sequence[StationHouse]:
        """Every station."""
        ...

    @property
    def central(self) -> CentralHouse:
        """The central system."""
        ...

    @property
    def network(self) -> MemoryNetwork:
        """What joins them."""
        ...

    def spawn(self, deed: Coroutine[Any, Any, None]) -> None:
        """Let something happen that takes time."""
        ...


@dataclass(frozen=True, slots=True)
class StationTrouble:
    """A trouble of one station."""

    about: str
    begin: Callable[[Stage, StationHouse, Chance], End]


@dataclass(frozen=True, slots=True)
class WorldTrouble:
    """A trouble that all have at once."""

    about: str
    begin: Callable[[Stage, Chance], End]


Trouble = StationTrouble | WorldTrouble


def nothing() -> None:
    """End a trouble that ends by itself."""
