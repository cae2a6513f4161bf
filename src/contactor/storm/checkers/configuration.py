"""A configuration write that was acknowledged survives everything (CF)."""

from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook
from contactor.storm.frame import Direction, Frame

_DONE = frozenset({"Accepted", "RebootRequired"})
_SECRET = "authorizationkey"  # noqa: S105 - a key's name


class ConfigurationSurvives(Checker):
    """Remembers the last value of each key that a station said yes to."""

    invariant = "configuration survives"
    actions = frozenset({"BootNotification", "ChangeConfiguration"})

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[tuple[str, str], str] = {}

    def heard(self, frame: Frame) -> None:
        """A write was acknowledged; a boot sets the heartbeat anew (HB-01)."""
        if frame.answers("ChangeConfiguration", Direction.OUT) and frame.payload["status"] in _DONE:
            self._written[frame.station, frame.request["key"].casefold()] = frame.request["value"]
        elif frame.answers("BootNotification", Direction.IN) and frame.payload["status"] == "Accepted":
            self._written.pop((frame.station, "heartbeatinterval"), None)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each has it still."""
        for look in looks:
            values = {key.casefold(): value for key, value in look.configuration.items()}
            for (station, key), written in self._written.items():
                if station == look.station and values.get(key) != written:
                    has = "another value" if key == _SECRET else values.get(key)
                    self.complain(station, look.at_s, f"{key} was written and is {has}")
