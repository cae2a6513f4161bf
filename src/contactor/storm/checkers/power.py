"""Power never exceeds what cabinet, connector and charging profiles allow, and flows only within a transaction.

Profiles are judged where they are simple: one period without an end, for the whole station, as a connector's default or
for one transaction, which it ends with (SC-19). A limit may take `SETTLING_S` to be obeyed, as vehicles take a moment
to follow.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, StationLook
from contactor.storm.frame import Direction, Frame

SETTLING_S = 30.0
TOLERANCE = 1.005
RESIDUAL_W = 2_500.0
"""What outlets at limit 0 may still draw: 0.5 A for each module (guide, SetChargingProfile, limitation 2)."""
TX_PROFILE = "TxProfile"

_Slot = tuple[int, str, int]


class _Limits:
    """The profiles of one station: by connector, purpose and stack level; one that is not simple bounds nothing."""

    def __init__(self) -> None:
        self._limits: dict[_Slot, tuple[float, float]] = {}
        self._asked: dict[str, _Slot] = {}
        self._places: dict[int | None, int] = {}
        self.changed_at_s = float("-inf")

    def ask(self, message_id: str, request: Mapping[str, Any]) -> None:  # Any: JSON
        """What was asked for and is not answered holds or does not: the power may go after the commit."""
        self._asked[message_id] = _slot(request)

    def answer(self, message_id: str, request: Mapping[str, Any], at_s: float, *, is_accepted: bool) -> None:
        """It holds, or it does not."""
        self._asked.pop(message_id, None)
        if is_accepted:
            profile, schedule = request["csChargingProfiles"], request["csChargingProfiles"]["chargingSchedule"]
            self._forget(profile["chargingProfileId"])
            is_simple = schedule["chargingRateUnit"] == "W" and len(schedule["chargingSchedulePeriod"]) == 1
            is_endless = "duration" not in schedule and "validTo" not in profile
            limit_w = schedule["chargingSchedulePeriod"][0]["limit"] if is_simple and is_endless else float("inf")
            self._limits[_slot(request)] = (limit_w, profile["chargingProfileId"])
        self.changed_at_s = at_s

    def clear(self, request: Mapping[str, Any], at_s: float) -> None:  # Any: JSON
        """Forget at least what was cleared; to forget too much only makes us lenient."""
        self._forget(request.get("id"))
        self.changed_at_s = at_s

    def charge(self, debt: Debt) -> None:
        """A transaction begins somewhere, or ends and takes its profiles with it (SC-19)."""
        if debt.action == "StartTransaction":
            self._places[debt.charge] = debt.payload["connectorId"]
        elif debt.action == "StopTransaction":
            place = self._places.pop(debt.charge, None)
            for slot in [slot for slot in self._limits if slot[:2] == (place, TX_PROFILE)]:
                del self._limits[slot]
                self.changed_at_s = debt.at_s

    @property
    def are_none(self) -> bool:
        """Whether nothing was ever asked for that still holds: so it is with most stations at most times."""
        return not self._limits and not self._asked

    def station_w(self) -> float:
        """What the station may take together."""
        return self._topmost_w(0, "ChargePointMaxProfile")

    def connector_w(self, connector: int) -> float:
        """What a connector may take: a transaction's own profile overrules the default (SC-11)."""
        has_own = any(slot[:2] == (connector, TX_PROFILE) for slot in (*self._limits, *self._asked.values()))
        return self._topmost_w(connector, TX_PROFILE if has_own else "TxDefaultProfile")

    def _topmost_w(self, connector: int, purpose: str) -> float:
        if any(slot[:2] == (connector, purpose) for slot in self._asked.values()):
            return float("inf")
        levels = [(level, limit_w) for (*place, level), (limit_w, _) in self._limits.items()
                  if place == [connector, purpose]]  # fmt: skip
        return max(levels)[1] if levels else float("inf")

    def _forget(self, number: int | None) -> None:
        self._limits = {slot: kept for slot, kept in self._limits.items() if number not in (None, kept[1])}


def _slot(request: Mapping[str, Any]) -> _Slot:  # Any: JSON
    profile = request["csChargingProfiles"]
    return request["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"]


class PowerWithinLimits(Checker):
    """Looks at what flows, and follows the profiles that the station accepted."""

    invariant = "power within limits"
    actions = frozenset({"ClearChargingProfile", "SetChargingProfile"})

    def __init__(self) -> None:
        super().__init__()
        self._limits: defaultdict[str, _Limits] = defaultdict(_Limits)

    def heard(self, frame: Frame) -> None:
        """A profile was asked for, accepted, or cleared."""
        if frame.action == "SetChargingProfile":
            limits = self._limits[frame.station]
            if frame.is_call:
                limits.ask(frame.message_id, frame.payload)
            else:
                is_accepted = frame.payload.get("status") == "Accepted"
                limits.answer(frame.message_id, frame.request, frame.at_s, is_accepted=is_accepted)
        elif frame.answers("ClearChargingProfile", Direction.OUT) and frame.payload["status"] == "Accepted":
            self._limits[frame.station].clear(frame.request, frame.at_s)

    def owed(self, debt: Debt) -> None:
        """A transaction begins or ends."""
        self._limits[debt.station].charge(debt)

    def looked(self, look: StationLook) -> None:
        """What flows now is allowed."""
        total_w = sum(outlet.power_w for outlet in look.outlets)
        self._compare(look, "the cabinet", total_w, look.power_max_w)
        for outlet in look.outlets:
            self._compare(look, f"outlet {outlet.number}", outlet.power_w, outlet.rating_w)
            if outlet.power_w > 0 and outlet.in_transaction is False:
                self.complain(look.station, look.at_s, f"outlet {outlet.number} gives energy without a transaction")
        limits = self._limits[look.station]
        if limits.are_none or look.at_s - limits.changed_at_s < SETTLING_S:
            return
        self._compare(look, "the station's profile", total_w, limits.station_w())
        for outlet in look.outlets:
            self._compare(look, f"the profile of {outlet.number}", outlet.power_w, limits.connector_w(outlet.number))

    def _compare(self, look: StationLook, what: str, power_w: float, limit_w: float) -> None:
        if power_w > limit_w * TOLERANCE + RESIDUAL_W:
            self.complain(look.station, look.at_s, f"{power_w:.0f} W flow, {what} allows {limit_w:.0f} W")
