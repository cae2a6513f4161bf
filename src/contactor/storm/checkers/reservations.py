"""A connector that is reserved is given to its badge alone, and a start there says which reservation it uses (RSV).

Judged are reservations of one connector whose whole life is seen on the wire: accepted, not cancelled, not expired, not
replaced, and no status of the connector in between that ends them (RSV-12).
"""

from dataclasses import dataclass

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, ms_of
from contactor.storm.frame import Direction, Frame

_ENDING = frozenset({"Faulted", "Unavailable"})
HAIR_MS = 60_000
"""So near to its end a reservation may be over for the station, whose clock runs differently."""


@dataclass(frozen=True, slots=True)
class _Promise:
    number: int
    badge: str
    until_ms: int


class ReservationsHonoured(Checker):
    """Follows the reservations that each station accepted."""

    invariant = "reservations are honoured"
    actions = frozenset({"CancelReservation", "ReserveNow", "StatusNotification"})

    def __init__(self) -> None:
        super().__init__()
        self._promises: dict[tuple[str, int], _Promise] = {}

    def heard(self, frame: Frame) -> None:
        """A reservation was made, or is over."""
        if frame.answers("ReserveNow", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._made(frame)
        elif frame.answers("CancelReservation", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._drop(frame.station, frame.request["reservationId"])
        elif frame.is_call and frame.action == "StatusNotification" and frame.payload["status"] in _ENDING:
            self._drop_at(frame.station, frame.payload["connectorId"])

    def owed(self, debt: Debt) -> None:
        """A charge begins where nobody else waits for the connector."""
        if debt.action != "StartTransaction":
            return
        promise = self._promises.get((debt.station, debt.payload["connectorId"]))
        if promise is None or ms_of(debt.payload["timestamp"]) > promise.until_ms - HAIR_MS:
            return
        if promise.badge != debt.payload["idTag"].casefold():
            what = f"{debt.payload['idTag']} charges where {promise.number} keeps the place for {promise.badge}"
            self.complain(debt.station, debt.at_s, what)
        elif debt.payload.get("reservationId") != promise.number:
            self.complain(debt.station, debt.at_s, f"the start does not name the reservation {promise.number}")
        self._drop(debt.station, promise.number)

    def _made(self, frame: Frame) -> None:
        asked = frame.request
        self._drop(frame.station, asked["reservationId"])
        if asked["connectorId"] == 0:
            return
        promise = _Promise(asked["reservationId"], asked["idTag"].casefold(), ms_of(asked["expiryDate"]))
        self._promises[frame.station, asked["connectorId"]] = promise

    def _drop(self, station: str, number: int) -> None:
        gone = [place for place, each in self._promises.items() if place[0] == station and each.number == number]
        for place in gone:
            del self._promises[place]

    def _drop_at(self, station: str, connector: int) -> None:
        places = [place for place in self._promises if place[0] == station and connector in (0, place[1])]
        for place in places:
            del self._promises[place]
