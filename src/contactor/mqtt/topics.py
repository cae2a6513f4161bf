"""The table of topics: where what stands, and how a name of a stranger becomes one level of a topic."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from contactor.base.errors import BadSetting

LEVEL_BYTES_MAX = 1000
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_CONNECTOR_MAX = 1000


class Verb(StrEnum):
    """What can be ordered at a connector by a topic of its own; 0 is the station."""

    LIMIT = "limit"
    START = "start"
    STOP = "stop"
    AVAILABILITY = "availability"


@dataclass(frozen=True, slots=True)
class Place:
    """Which order a topic is for."""

    station_id: str
    connector_id: int
    verb: Verb


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics below one prefix; everything but events and results is retained.

    Raises:
        BadSetting: the prefix is none.
    """

    prefix: str = "contactor"

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix) or len(self.prefix) > 100:
            raise BadSetting("--prefix", self.prefix, "give up to 100 letters, digits, _ and -, in levels cut by /")

    @property
    def bridge(self) -> str:
        """Whether this program is connected: online or offline."""
        return f"{self.prefix}/bridge/state"

    @property
    def events(self) -> str:
        """Every event of the feed, once it happens."""
        return f"{self.prefix}/events"

    @property
    def orders(self) -> tuple[str, ...]:
        """What to subscribe to for orders."""
        return tuple(f"{self.prefix}/stations/+/connectors/+/{verb}/set" for verb in Verb)

    def station(self, station_id: str) -> str:
        """A station's state."""
        return f"{self.prefix}/stations/{level(station_id)}/state"

    def connector(self, station_id: str, connector_id: int) -> str:
        """A connector's state."""
        return f"{self._connector(station_id, connector_id)}/state"

    def transaction(self, station_id: str, connector_id: int) -> str:
        """What runs on a connector; nothing is retained while nothing does."""
        return f"{self._connector(station_id, connector_id)}/transaction"

    def alarm(self, alarm_id: int) -> str:
        """An alarm that is not closed."""
        return f"{self.prefix}/alarms/{alarm_id}"

    def order(self, place: Place) -> str:
        """Where an order is given."""
        return f"{self._connector(place.station_id, place.connector_id)}/{place.verb}/set"

    def result(self, place: Place) -> str:
        """Where it is told what came of it."""
        return f"{self._connector(place.station_id, place.connector_id)}/{place.verb}/result"

    def place_of(self, topic: str) -> Place | None:
        """Which order a topic is for; None if for none."""
        levels = topic.removeprefix(f"{self.prefix}/").split("/")
        match levels:
            case ["stations", station, "connectors", number, verb, "set"] if verb in set(Verb):
                if number.isascii() and number.isdecimal() and len(number) <= 4 and int(number) <= _CONNECTOR_MAX:
                    return Place(unquote(station), int(number), Verb(verb))
        return None

    def _connector(self, station_id: str, connector_id: int) -> str:
        return f"{self.prefix}/stations/{level(station_id)}/connectors/{connector_id}"


def level(name: str) -> str:
    """A name as one level of a topic: percent-encoded, so that no name holds a wildcard or another level."""
    return quote(name, safe="")[:LEVEL_BYTES_MAX]
