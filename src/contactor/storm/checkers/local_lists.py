"""Each station's list of badges is what the central system last made it, as far as the station said yes (LL)."""

from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook
from contactor.storm.frame import Direction, Frame


class ListsAsDesired(Checker):
    """Builds each list from the updates that were accepted."""

    invariant = "lists are as desired"
    actions = frozenset({"SendLocalList"})

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, set[str]] = {}

    def heard(self, frame: Frame) -> None:
        """An update was accepted."""
        if not frame.answers("SendLocalList", Direction.OUT) or frame.payload["status"] != "Accepted":
            return
        is_full = frame.request["updateType"] == "Full"
        badges = set() if is_full else self._lists.get(frame.station, set())
        for entry in frame.request.get("localAuthorizationList", ()):
            badge = entry["idTag"].casefold()
            if "idTagInfo" in entry:
                badges.add(badge)
            else:
                badges.discard(badge)
        self._lists[frame.station] = badges

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each list is as it was made."""
        for look in looks:
            wanted = self._lists.get(look.station)
            if wanted is not None and wanted != look.badges:
                self.complain(look.station, look.at_s, f"the list holds {sorted(look.badges)}, not {sorted(wanted)}")
