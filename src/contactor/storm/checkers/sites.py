"""What the stations of a site take together is within its limit, as soon as the central system can have seen to it.

It shares anew in rounds, and a station obeys when it can be reached. So an excess counts from the moment at which the
limit has stood, every line has stood and every share was taken, and only if it lasts. What no order can lower, the
record must have told as an overload.
"""

from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, SiteLimit, StationLook
from contactor.storm.frame import Direction, Frame

SETTLING_S = 240.0
TOLERANCE = 1.02
RESIDUAL_W = 5_000.0
"""What held outlets still let through, and cars whose share is yet to be found (`standby_w`)."""


class SitesWithinLimits(Checker):
    """Adds up what is seen at one instant."""

    invariant = "sites within limits"

    def __init__(self) -> None:
        super().__init__()
        self._limit: SiteLimit | None = None
        self._disturbed_at_s = 0.0
        self._lines: dict[str, int] = {}
        self._at_s = 0.0
        self._total_w = 0.0
        self._over_since_s: float | None = None
        self._lasting: list[tuple[float, float, int]] = []

    def limited(self, limit: SiteLimit, at_s: float) -> None:
        """An operator has set another limit."""
        self._limit = limit
        self._disturb(at_s)

    def heard(self, frame: Frame) -> None:
        """A station that comes anew, or does not take its share, has to be given time."""
        if self._limit is None:
            return
        is_new = self._lines.get(frame.station) != frame.line
        self._lines[frame.station] = frame.line
        refused = (
            frame.action == "SetChargingProfile"
            and frame.direction is Direction.OUT
            and frame.payload.get("status") != "Accepted"
        )
        if is_new or refused:
            self._disturb(frame.at_s)

    def looked(self, look: StationLook) -> None:
        """Looks of one instant come one after the other; where no car stands nothing flows, and nobody looks."""
        if self._limit is None:
            return
        if look.at_s != self._at_s:
            self._judge(self._limit)
            self._at_s, self._total_w = look.at_s, 0.0
        if look.station in self._limit.stations:
            self._total_w += sum(outlet.power_w for outlet in look.outlets)
        if not look.is_online:
            self._disturb(look.at_s)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """An excess that was told as an overload is none of the sharing's."""
        told = sorted((at_s, facts["is_over"]) for at_s, facts in record.timed_events("site_overload_changed"))
        for at_s, total_w, limit_w in self._lasting:
            before = [is_over for told_at_s, is_over in told if told_at_s <= at_s]
            if not (before and before[-1]):
                self.complain("", at_s, f"{total_w:.0f} W flow at a site that may take {limit_w} W")

    def _judge(self, limit: SiteLimit) -> None:
        if self._total_w <= limit.limit_w * TOLERANCE + RESIDUAL_W:
            self._over_since_s = None
            return
        since_s = max(self._disturbed_at_s, self._at_s if self._over_since_s is None else self._over_since_s)
        self._over_since_s = since_s
        if self._at_s - since_s > SETTLING_S:
            self._lasting.append((self._at_s, self._total_w, limit.limit_w))

    def _disturb(self, at_s: float) -> None:
        self._disturbed_at_s = at_s
