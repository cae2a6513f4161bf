"""No charge begins without an authorization that the station had at that instant, by its own rules (AU, LA, RS).

A badge may charge if the last word that the station was told about it is good, wherever it came from: an answer, its
list, or an operator who started remotely. A word counts from the moment it came until a later one about that badge.
A station that welcomes unknown badges while nobody answers it (AllowOfflineTxForUnknownId) refuses those alone that it
knows to be bad, and this checker of it no more than that.

A remote start that a station takes may make it owe the charge in the same commit, before its answer leaves: such a
charge is judged by that answer.
"""

from collections.abc import Mapping
from typing import Any

from contactor.station.effects import Note
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, StationLook
from contactor.storm.frame import Direction, Frame, Kind

_GOOD = ("Accepted", "ConcurrentTx")
_ANSWERS = frozenset({"Authorize", "StartTransaction", "StopTransaction"})


class EnergyIsAuthorised(Checker):
    """Keeps what each station was told about each badge."""

    invariant = "energy is authorised"
    actions = _ANSWERS | {"RemoteStartTransaction", "SendLocalList"}

    def __init__(self) -> None:
        super().__init__()
        self._answered: dict[tuple[str, str], bool] = {}
        self._listed: dict[str, dict[str, bool]] = {}
        self._started_remotely: set[tuple[str, str]] = set()
        self._asked: dict[tuple[str, str], str] = {}
        self._begun: dict[str, Debt] = {}
        self._welcomes_unknown: dict[str, bool] = {}
        self._remembers: dict[str, bool] = {}

    def heard(self, frame: Frame) -> None:
        """A word about a badge."""
        if frame.direction is Direction.IN:
            if frame.action in _ANSWERS and "idTagInfo" in frame.payload and "idTag" in frame.request:
                self._told(frame.station, frame.request["idTag"], frame.payload["idTagInfo"])
            elif frame.is_call and frame.action == "RemoteStartTransaction":
                self._asked[frame.station, frame.payload["idTag"].casefold()] = frame.message_id
        elif frame.action == "RemoteStartTransaction":
            self._answer(frame)
        elif frame.answers("SendLocalList", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._list(frame.station, frame.request)

    def looked(self, look: StationLook) -> None:
        """What the station does with a badge that it knows nothing of."""
        if look.welcomes_unknown is not None:
            self._welcomes_unknown[look.station] = look.welcomes_unknown
        if look.remembers_badges is not None:
            self._remembers[look.station] = look.remembers_badges

    def noted(self, station: str, note: Note, _at_s: float) -> None:
        """Out of reach, a badge that was refused is unknown to a station that keeps no cache."""
        if note.event == "disconnected" and not self._remembers.get(station, True):
            self._answered = {
                place: is_good for place, is_good in self._answered.items() if is_good or place[0] != station
            }

    def owed(self, debt: Debt) -> None:
        """A charge has begun: somebody must have said that it may."""
        if debt.action != "StartTransaction":
            return
        badge = debt.payload["idTag"].casefold()
        unheard = self._welcomes_unknown.get(debt.station, True)
        listed = self._listed.get(debt.station, {}).get(badge, False)
        answered = self._answered.get((debt.station, badge), unheard)
        if listed or answered or (debt.station, badge) in self._started_remotely:
            return
        asked = self._asked.get((debt.station, badge))
        if asked is None:
            self._complain_of(debt)
        else:
            self._begun[asked] = debt

    def _answer(self, frame: Frame) -> None:
        """The station takes a remote start, or leaves it."""
        place = (frame.station, frame.request["idTag"].casefold())
        self._asked.pop(place, None)
        begun = self._begun.pop(frame.message_id, None)
        if frame.kind is Kind.RESULT and frame.payload["status"] == "Accepted":
            self._started_remotely.add(place)
        elif begun is not None:
            self._complain_of(begun)

    def _complain_of(self, debt: Debt) -> None:
        self.complain(debt.station, debt.at_s, f"{debt.payload['idTag']} charges, and nobody said that it may")

    def _told(self, station: str, badge: str, info: Mapping[str, Any]) -> None:  # Any: JSON
        self._answered[station, badge.casefold()] = info["status"] in _GOOD

    def _list(self, station: str, request: Mapping[str, Any]) -> None:  # Any: JSON
        is_full = request["updateType"] == "Full"
        entries = {} if is_full else dict(self._listed.get(station, {}))
        for entry in request.get("localAuthorizationList", ()):
            info = entry.get("idTagInfo")
            entries[entry["idTag"].casefold()] = info is not None and info["status"] in _GOOD
        self._listed[station] = entries
