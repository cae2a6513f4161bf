"""What every part of the station may ask at any moment: what time it is, and whether the central system listens."""

from contactor.station.connection import Connection
from contactor.station.events import Moment
from contactor.station.registration import Registration


class Present:
    """The moment of the event being handled, and how the station stands with its central system."""

    __slots__ = ("_connection", "_registration", "now")

    def __init__(self, now: Moment, connection: Connection, registration: Registration) -> None:
        self.now = now
        self._connection = connection
        self._registration = registration

    @property
    def is_online(self) -> bool:
        """Connected to a central system that has accepted this station."""
        return self._connection.is_up and self._registration.is_accepted
