"""Power never exceeds what cabinet, connector and charging profiles allow, and flows only within a transaction.

Profiles are judged where they are simple: one period, for the whole station or as a connector's default, without an
end. A limit may take `SETTLING_S` to be obeyed, as vehicles take a moment to follow.
"""

from collections.abc import Mapping
from typing import Any

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import OutletLook, StationLook
from contactor.storm.frame import Direction, Frame

SETTLING_S = 30.0
TOLERANCE = 1.005
RESIDUAL_W = 2_500.0
"""What outlets at limit 0 may still draw: 0.5 A for each module (guide, SetChargingProfile, limitation 2)."""

_Slot = tuple[int, str, int]


class _Limits:
    """The simple profiles of one station: by connector, purpose and stack level."""

    def __init__(self) -> None:
        self._limits: dict[_Slot, tuple[float, float]] = {}
        self.changed_at_s = float("-inf")

    def put(self, request: Mapping[str, Any], at_s: float) -> None:  # Any: JSON
        profile = request["csChargingProfiles"]
        slot = (request["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"])
        self._limits.pop(slot, None)
        schedule = profile["chargingSchedule"]
        is_simple = schedule["chargingRateUnit"] == "W" and len(schedule["chargingSchedulePeriod"]) == 1
        if is_simple and "duration" not in schedule and "validTo" not in profile:
            self._limits[slot] = (schedule["chargingSchedulePeriod"][0]["limit"], profile["chargingProfileId"])
        elif profile["chargingProfilePurpose"] == "TxProfile":
            self._limits[slot] = (float("inf"), profile["chargingProfileId"])
        self.changed_at_s = at_s

    def clear(self, request: Mapping[str, Any], at_s: float) -> None:  # Any: JSON
        """Forget at least what was cleared; to forget too much only makes us lenient."""
        wanted = request.get("id")
        gone = [slot for slot, (_, number) in self._limits.items() if wanted in (None, number)]
        for slot in gone:
            del self._limits[slot]
        self.changed_at_s = at_s

    def has(self, connector: int, purpose: str) -> bool:
        """Whether any profile of that purpose was taken."""
        return any(at == connector and what == purpose for at, what, _ in self._limits)

    def limit_w(self, connector: int, purpose: str) -> float:
        """What the topmost profile allows."""
        levels = [
            (level, limit_w)
            for (at, what, level), (limit_w, _) in self._limits.items()
            if at == connector and what == purpose
        ]
        return max(levels)[1] if levels else float("inf")


class PowerWithinLimits(Checker):
    """Looks at what flows, and follows the profiles that the station accepted."""

    invariant = "power within limits"

    def __init__(self) -> None:
        super().__init__()
        self._limits: dict[str, _Limits] = {}

    def heard(self, frame: Frame) -> None:
        """A profile was accepted, or cleared."""
        if frame.answers("SetChargingProfile", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._limits.setdefault(frame.station, _Limits()).put(frame.request, frame.at_s)
        elif frame.answers("ClearChargingProfile", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._limits.setdefault(frame.station, _Limits()).clear(frame.request, frame.at_s)

    def looked(self, look: StationLook) -> None:
        """What flows now is allowed."""
        total_w = sum(outlet.power_w for outlet in look.outlets)
        self._compare(look, "the cabinet", total_w, look.power_max_w)
        for outlet in look.outlets:
            self._compare(look, f"outlet {outlet.number}", outlet.power_w, outlet.rating_w)
            if outlet.power_w > 0 and outlet.in_transaction is False:
                self.complain(look.station, look.at_s, f"outlet {outlet.number} gives energy without a transaction")
        limits = self._limits.get(look.station)
        if limits is None or look.at_s - limits.changed_at_s < SETTLING_S:
            return
        self._compare(look, "the station's profile", total_w, limits.limit_w(0, "ChargePointMaxProfile"))
        for outlet in look.outlets:
            self._compare(look, f"the profile of {outlet.number}", outlet.power_w, _default_w(limits, outlet))

    def _compare(self, look: StationLook, what: str, power_w: float, limit_w: float) -> None:
        if power_w > limit_w * TOLERANCE + RESIDUAL_W:
            self.complain(look.station, look.at_s, f"{power_w:.0f} W flow, {what} allows {limit_w:.0f} W")


def _default_w(limits: _Limits, outlet: OutletLook) -> float:
    """A transaction's own profile overrules the default (SC-11), and may be over by now: the greater of both holds."""
    number = int(outlet.number)
    default_w = limits.limit_w(number, "TxDefaultProfile")
    return max(default_w, limits.limit_w(number, "TxProfile")) if limits.has(number, "TxProfile") else default_w
