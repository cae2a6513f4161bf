"""From shares to what is sent: only what changed, lower limits before higher ones, and never more than may be drawn.

A pure function. A limit counts as committed until the station has taken a lower one: what was offered may be drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contactor.central.sites.draws import Allocation, Draw, Place


class Purpose(StrEnum):
    """Which of OCPP's two profiles a limit goes out as."""

    STANDBY = "TxDefaultProfile"
    SHARE = "TxProfile"


@dataclass(frozen=True, slots=True)
class Held:
    """What a connector goes by: the limits it took, and what is on its way to it or of unknown outcome.

    `in_force_w` is None where nothing of ours holds it back: it may draw all its ceiling allows. `pending_w` is the
    highest limit it may have been told without our knowing that it took it. `changed_at_ms` is when anything was last
    sent, 0 for never; until `waits_until_ms` nothing is, because the last attempt failed.
    """

    place: Place
    ceiling_w: int
    in_force_w: int | None
    pending_w: int | None
    is_under_way: bool
    changed_at_ms: int
    waits_until_ms: int = 0
    standby_w: int | None = None
    transaction_id: int | None = None

    @property
    def committed_w(self) -> int:
        """The most it may draw, as far as we know."""
        told_w = self.ceiling_w if self.in_force_w is None else min(self.in_force_w, self.ceiling_w)
        return max(told_w, min(self.pending_w or 0, self.ceiling_w))

    def may_be_told(self, now_ms: int) -> bool:
        """Whether anything can be sent to it now."""
        return not self.is_under_way and now_ms >= self.waits_until_ms


@dataclass(frozen=True, slots=True)
class Move:
    """A limit to send; `was_w` is what the connector was known to go by, None for no limit."""

    place: Place
    purpose: Purpose
    limit_w: int
    was_w: int | None
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and for how little: see `Site`."""

    pace_s: int
    step_w: int


def moves(
    allocation: Allocation, draws: Sequence[Draw], held: Mapping[Place, Held], pace: Pace, now_ms: int
) -> list[Move]:
    """What to send now.

    Lower limits go out at once, and all of them. A higher one goes out when there is room for it beside everything
    that is committed, when the pace allows it, and when it is worth it.
    """
    residual_w = {draw.place: draw.residual_w for draw in draws}
    targets = {share.place: share.limit_w for share in allocation.shares}
    left_w = allocation.limit_w - allocation.reserved_w
    left_w -= sum(max(held[place].committed_w, residual_w[place]) for place in targets)
    lower, higher = [], []
    for place, limit_w in targets.items():
        known = held[place]
        if not known.may_be_told(now_ms):
            continue
        if limit_w < known.committed_w or known.in_force_w is None:
            if _is_due_lower(known, limit_w, pace, is_over=left_w < 0):
                lower.append(_share(known, limit_w))
        elif limit_w > known.in_force_w:
            higher.append((known, limit_w))
    for known, limit_w in sorted(higher, key=lambda each: each[0].committed_w):
        granted_w = min(limit_w, known.committed_w + max(0, left_w))
        if _is_due_higher(known, granted_w, pace, now_ms):
            left_w -= max(0, granted_w - known.committed_w)
            lower.append(_share(known, granted_w))
    return lower


def standby_moves(held: Sequence[Held], standby_w: int, now_ms: int, pace: Pace) -> list[Move]:
    """The default profiles that are missing or say something else, so that no car starts without a limit."""
    return [
        Move(each.place, Purpose.STANDBY, standby_w, each.standby_w)
        for each in held
        if each.standby_w != standby_w and each.may_be_told(now_ms) and _is_paced(each, pace, now_ms)
    ]


def _share(known: Held, limit_w: int) -> Move:
    return Move(known.place, Purpose.SHARE, limit_w, known.in_force_w, known.transaction_id)


def _is_due_lower(known: Held, limit_w: int, pace: Pace, *, is_over: bool) -> bool:
    """A small step down waits for a larger one, unless the limit is at stake or a car is to be held."""
    return known.in_force_w is None or is_over or limit_w == 0 or known.committed_w - limit_w >= pace.step_w


def _is_due_higher(known: Held, limit_w: int, pace: Pace, now_ms: int) -> bool:
    assert known.in_force_w is not None
    worth_it = limit_w - known.in_force_w >= pace.step_w or (known.in_force_w == 0 and limit_w >= 1000)
    return worth_it and limit_w >= 1000 and _is_paced(known, pace, now_ms)


def _is_paced(known: Held, pace: Pace, now_ms: int) -> bool:
    return now_ms - known.changed_at_ms >= pace.pace_s * 1000
