"""Shares a site's limit among the cars that charge: a pure function of the limit, the draws and the policy.

Never above the limit, as long as what cannot be limited leaves that possible; every car has its minimum before one has
more; where there is not enough for all minima, they take turns. With a higher limit no fewer cars are served, and
those that were all served have no less.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from contactor.central.sites.draws import Allocation, Draw, Place, Reserve, Room, Share


class Policy(StrEnum):
    """Who gets how much of what is left when every car has its minimum."""

    EQUAL = "equal"
    """All the same, as far as each can use it."""
    ARRIVAL = "arrival"
    """Who came first is filled first."""
    STATE_OF_CHARGE = "state_of_charge"
    """The emptiest battery is filled first; one that is not told counts as half full."""
    PRIORITY = "priority"
    """The highest priority is filled first; within one, who came first."""


SOC_UNTOLD_PERCENT = 50.0

_Rank = tuple[float, float]
_RANKS: Mapping[Policy, Callable[[Draw], _Rank]] = {
    Policy.EQUAL: lambda draw: (0.0, draw.arrived_at_ms),
    Policy.ARRIVAL: lambda draw: (0.0, draw.arrived_at_ms),
    Policy.STATE_OF_CHARGE: lambda draw: (
        SOC_UNTOLD_PERCENT if draw.soc_percent is None else draw.soc_percent,
        draw.arrived_at_ms,
    ),
    Policy.PRIORITY: lambda draw: (-draw.priority, draw.arrived_at_ms),
}


def allocate(
    limit_w: int,
    draws: Sequence[Draw],
    reserves: Sequence[Reserve] = (),
    rooms: Sequence[Room] = (),
    *,
    policy: Policy = Policy.EQUAL,
    turn: int = 0,
) -> Allocation:
    """Share a limit.

    Args:
        limit_w: the site's limit.
        draws: who can be limited.
        reserves: what cannot, counted first.
        rooms: what each station can give; one without a room is only bounded by its connectors.
        policy: see `Policy`.
        turn: counts on while minima have to take turns; whoever is left out now is served within as many turns as
            there are draws.
    """
    ranked = sorted(draws, key=lambda draw: (not draw.is_asking, _RANKS[policy](draw), draw.place))
    tally = _Tally(limit_w, ranked, reserves, rooms)
    roofs = _roofs(ranked, reserves, rooms)
    served = tally.serve(_in_turn(ranked, turn), roofs)
    if policy is Policy.EQUAL:
        shares = _fill_evenly(served, roofs, tally)
    else:
        shares = _fill_in_order([draw for draw in ranked if draw.place in served], roofs, tally)
    told = tuple(Share(draw.place, shares.get(draw.place, 0)) for draw in draws)
    residual_w = sum(draw.residual_w for draw in draws if draw.place not in served)
    reserved_w = sum(reserve.power_w for reserve in reserves)
    return Allocation(limit_w, told, reserved_w, sum(shares.values()) + residual_w + reserved_w)


class _Tally:
    """How much is left, of the site and of each station, while minima are handed out."""

    def __init__(self, limit_w: int, draws: Sequence[Draw], reserves: Sequence[Reserve], rooms: Sequence[Room]) -> None:
        self.left_w = limit_w
        self.room_left_w = {room.station_id: room.limit_w for room in rooms}
        for reserve in reserves:
            self._take(reserve.place, reserve.power_w)
        for draw in draws:
            self._take(draw.place, draw.residual_w)

    def serve(self, draws: Sequence[Draw], roofs: Mapping[Place, int]) -> dict[Place, Draw]:
        """Give minima in the order of the draws, until the site's limit is reached.

        Who does not fit into its station is passed over; but nobody overtakes one for whom only the site's limit is too
        low, or a higher limit could leave out who was served under a lower one.
        """
        served: dict[Place, Draw] = {}
        for draw in draws:
            more_w = max(0, draw.minimum_w - draw.residual_w)
            if roofs[draw.place] < draw.minimum_w or more_w > self._room_left_w(draw.place, more_w):
                continue
            if more_w > self.left_w:
                break
            self._take(draw.place, draw.minimum_w - draw.residual_w)
            served[draw.place] = draw
        return served

    def left_of(self, place: Place) -> int:
        """What a place may have more."""
        return min(self.left_w, self._room_left_w(place, self.left_w))

    def _room_left_w(self, place: Place, otherwise_w: int) -> int:
        return self.room_left_w.get(place.station_id, otherwise_w)

    def add(self, place: Place, power_w: int) -> None:
        """Hand more out to a place."""
        self._take(place, power_w)

    def _take(self, place: Place, power_w: int) -> None:
        self.left_w -= power_w
        if place.station_id in self.room_left_w:
            self.room_left_w[place.station_id] -= power_w


def _in_turn(ranked: Sequence[Draw], turn: int) -> list[Draw]:
    """Those that ask begin at another one with every turn; those that do not ask stay last."""
    asking = [draw for draw in ranked if draw.is_asking]
    others = [draw for draw in ranked if not draw.is_asking]
    first = turn % len(asking) if asking else 0
    return asking[first:] + asking[:first] + others


# Roofs: the most each could be given, whatever the limit is


def _roofs(draws: Sequence[Draw], reserves: Sequence[Reserve], rooms: Sequence[Room]) -> dict[Place, int]:
    roofs = {draw.place: min(max(draw.demand_w, draw.minimum_w), draw.ceiling_w) for draw in draws}
    places: dict[str, list[Place]] = {}
    for place in roofs:
        places.setdefault(place.station_id, []).append(place)
    fixed: dict[str, list[Reserve]] = {}
    for reserve in reserves:
        fixed.setdefault(reserve.place.station_id, []).append(reserve)
    for room in rooms:
        here = places.get(room.station_id)
        if room.modules is not None and here:
            left = room.modules - sum(room.modules_for(each.power_w) for each in fixed.get(room.station_id, ()))
            _bound_by_modules(roofs, room, here, left)
    return roofs


def _bound_by_modules(roofs: dict[Place, int], room: Room, here: Sequence[Place], left: int) -> None:
    """Deal a station's modules in turn, as the station does, so that no share needs a module that is not there."""
    dealt = dict.fromkeys(here, 0)
    hungry = list(here)
    while hungry and left > 0:
        for place in hungry[:left]:
            dealt[place] += 1
        left -= len(hungry[:left])
        hungry = [place for place in hungry if dealt[place] < room.modules_for(roofs[place])]
    for place in here:
        roofs[place] = min(roofs[place], dealt[place] * room.module_w)


# Filling: what is left over the minima


def _fill_in_order(served: Sequence[Draw], roofs: Mapping[Place, int], tally: _Tally) -> dict[Place, int]:
    shares = {}
    for draw in served:
        more_w = max(0, min(roofs[draw.place] - draw.minimum_w, tally.left_of(draw.place)))
        tally.add(draw.place, more_w)
        shares[draw.place] = draw.minimum_w + more_w
    return shares


def _fill_evenly(served: Mapping[Place, Draw], roofs: Mapping[Place, int], tally: _Tally) -> dict[Place, int]:
    """Raise everybody to one level, the highest that the limit allows; a full station stands still at its own."""
    groups: dict[str, list[Draw]] = {}
    for draw in served.values():
        groups.setdefault(draw.place.station_id, []).append(draw)

    def extra_at(level_w: int, draws: Sequence[Draw]) -> int:
        return sum(_extra(draw, roofs, level_w) for draw in draws)

    def level_for(draws: Sequence[Draw], room_w: int, top_w: int) -> int:
        return _highest(top_w, lambda level_w: extra_at(level_w, draws) <= room_w)

    top_w = max((roofs[place] for place in served), default=0)
    room_w = {station_id: max(0, tally.room_left_w.get(station_id, tally.left_w)) for station_id in groups}
    site_level_w = _highest(
        top_w,
        lambda level_w: (
            sum(min(room_w[name], extra_at(level_w, draws)) for name, draws in groups.items()) <= max(0, tally.left_w)
        ),
    )
    shares = {}
    for name, draws in groups.items():
        level_w = level_for(draws, room_w[name], site_level_w)
        for draw in draws:
            shares[draw.place] = draw.minimum_w + _extra(draw, roofs, level_w)
    return shares


def _extra(draw: Draw, roofs: Mapping[Place, int], level_w: int) -> int:
    return max(0, min(roofs[draw.place], level_w) - draw.minimum_w)


def _highest(top: int, is_low_enough: Callable[[int], bool]) -> int:
    """The highest number from 0 to `top` that is low enough; 0 always is, and what is too high stays so above."""
    low, high = 0, top
    while low < high:
        middle = (low + high + 1) // 2
        if is_low_enough(middle):
            low = middle
        else:
            high = middle - 1
    return low
