"""Who is there: the one session that counts for each station, and whether it still gives signs of life.

The newest connection wins (TR-16): a station that dials again knows better than a socket that has not noticed. The end
of an older one then changes nothing.
"""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from contactor.base.ids import StationId

GRACE_S = 30.0


class Occupant(Protocol):
    """A session, as far as presence is concerned."""

    @property
    def station_id(self) -> StationId:
        """Whose it is."""
        ...

    @property
    def heard_at_s(self) -> float:
        """When the last text came from the station, in monotonic seconds."""
        ...


SessionT = TypeVar("SessionT", bound=Occupant)


class Presence(Generic[SessionT]):
    """The sessions that count, by station."""

    def __init__(self, heartbeat_interval_s: float) -> None:
        # Two heartbeats may be lost before silence means anything; any text is as good as a heartbeat (HB-05).
        self._silence_max_s = 2 * heartbeat_interval_s + GRACE_S
        self._sessions: dict[StationId, SessionT] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[SessionT]:
        return iter(list(self._sessions.values()))

    def opened(self, session: SessionT) -> SessionT | None:
        """Let this session count from now on; return the one it replaces, which is to be ended."""
        replaced = self._sessions.get(session.station_id)
        self._sessions[session.station_id] = session
        return None if replaced is session else replaced

    def closed(self, session: SessionT) -> bool:
        """Take note of a session's end; False if another counts by now and nothing has changed."""
        if self._sessions.get(session.station_id) is not session:
            return False
        del self._sessions[session.station_id]
        return True

    def find(self, station_id: str) -> SessionT | None:
        """The session that counts, however silent it is."""
        return self._sessions.get(StationId(station_id))

    def is_online(self, station_id: str, now_s: float) -> bool:
        """Whether the station is connected and was heard within two heartbeats and 30 s (HB-05)."""
        session = self.find(station_id)
        return session is not None and self.is_alive(session, now_s)

    def is_alive(self, session: SessionT, now_s: float) -> bool:
        """Whether a session has been heard lately, whether it counts or not."""
        return now_s - session.heard_at_s <= self._silence_max_s
