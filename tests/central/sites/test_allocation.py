"""Sharing a site's limit: examples by hand, and what must hold for any draws, limits and policies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contactor.central.sites.allocation import Policy, allocate
from contactor.central.sites.draws import Allocation, Draw, Place, Reserve, Room

A, B, C = Place("A", 1), Place("B", 1), Place("C", 1)


def draw(
    place: Place,
    demand_w: int = 100_000,
    *,
    arrived: int = 0,
    soc: float | None = None,
    priority: int = 0,
    ceiling_w: int = 180_000,
    residual_w: int = 0,
) -> Draw:
    return Draw(place, demand_w, ceiling_w, 1000, residual_w, arrived, soc, priority)


def shares(allocation: Allocation) -> dict[Place, int]:
    return {share.place: share.limit_w for share in allocation.shares}


def test_equal_gives_all_the_same_and_what_one_cannot_use_to_the_others() -> None:
    assert shares(allocate(90_000, [draw(A), draw(B), draw(C)])) == {A: 30_000, B: 30_000, C: 30_000}
    assert shares(allocate(90_000, [draw(A, 10_000), draw(B), draw(C)])) == {A: 10_000, B: 40_000, C: 40_000}


def test_the_ordered_policies_fill_one_after_the_other_above_the_minimum_of_each() -> None:
    early, late = draw(A, arrived=1, soc=80.0, priority=0), draw(B, arrived=2, soc=10.0, priority=5)
    assert shares(allocate(110_000, [late, early], policy=Policy.ARRIVAL)) == {A: 100_000, B: 10_000}
    assert shares(allocate(101_000, [early, late], policy=Policy.ARRIVAL)) == {A: 100_000, B: 1000}
    assert shares(allocate(101_000, [early, late], policy=Policy.STATE_OF_CHARGE)) == {A: 1000, B: 100_000}
    assert shares(allocate(101_000, [early, late], policy=Policy.PRIORITY)) == {A: 1000, B: 100_000}


def test_a_battery_of_unknown_charge_counts_as_half_full() -> None:
    untold, empty, full = draw(A, soc=None), draw(B, soc=10.0), draw(C, soc=90.0)
    told = shares(allocate(120_000, [untold, empty, full], policy=Policy.STATE_OF_CHARGE))
    assert told == {B: 100_000, A: 19_000, C: 1000}


def test_d_15_no_limit_lies_between_0_and_1_kw() -> None:
    assert shares(allocate(1900, [draw(A), draw(B)])) == {A: 1900, B: 0}
    assert shares(allocate(2000, [draw(A), draw(B)])) == {A: 1000, B: 1000}


def test_d_16_a_car_held_at_0_still_draws_its_residual_current() -> None:
    cars = [draw(A, residual_w=400), draw(B, residual_w=400)]
    held = allocate(1399, cars)
    assert (shares(held), held.committed_w) == ({A: 0, B: 0}, 800)
    one = allocate(1400, cars)
    assert (shares(one), one.committed_w) == ({A: 1000, B: 0}, 1400)


def test_d_17_what_cannot_be_limited_is_taken_off_first_and_an_impossible_limit_is_told() -> None:
    chademo = Reserve(Place("B", 2), 50_000, "CHAdeMO cannot be limited")
    shared = allocate(80_000, [draw(A)], [chademo])
    assert (shares(shared), shared.reserved_w, shared.is_over) == ({A: 30_000}, 50_000, False)
    assert allocate(40_000, [draw(A)], [chademo]).is_over


def test_a_station_gives_whole_modules_and_no_more_than_its_own_limit() -> None:
    left, right = Place("A", 1), Place("A", 2)
    room = Room("A", 120_000, modules=4, module_w=30_000)
    both = [draw(left, 70_000), draw(right, 70_000)]
    # Four modules make 60 kW for each: a third module for one would leave the other 30 kW of its 70.
    assert shares(allocate(500_000, both, rooms=[room])) == {left: 60_000, right: 60_000}
    assert shares(allocate(500_000, both, rooms=[replace(room, limit_w=80_000)])) == {left: 40_000, right: 40_000}
    chademo = [Reserve(right, 50_000, "CHAdeMO cannot be limited")]
    assert shares(allocate(500_000, both[:1], chademo, rooms=[room])) == {left: 60_000}


def test_who_asks_for_nothing_keeps_its_minimum_but_comes_last() -> None:
    full, hungry = draw(A, 0, arrived=1), draw(B, arrived=2)
    assert shares(allocate(50_000, [full, hungry])) == {A: 1000, B: 49_000}
    assert shares(allocate(1500, [full, hungry])) == {A: 0, B: 1500}


def test_minima_that_do_not_go_round_are_served_in_turn() -> None:
    cars = [draw(A, arrived=1), draw(B, arrived=2), draw(C, arrived=3)]
    served = [
        {place for place, limit_w in shares(allocate(2000, cars, turn=turn)).items() if limit_w} for turn in range(3)
    ]
    assert served == [{A, B}, {B, C}, {C, A}]


# Whatever there is


@dataclass(frozen=True)
class World:
    draws: Sequence[Draw]
    reserves: Sequence[Reserve]
    rooms: Sequence[Room]

    def allocate(self, limit_w: int, policy: Policy, turn: int = 0) -> Allocation:
        return allocate(limit_w, self.draws, self.reserves, self.rooms, policy=policy, turn=turn)


@st.composite
def worlds(make: st.DrawFn) -> World:
    draws, reserves, rooms = [], [], []
    for number in range(make(st.integers(1, 6))):
        station = f"S{number}"
        modules = make(st.integers(1, 6))
        if make(st.booleans()):
            rooms.append(Room(station, make(st.integers(0, modules * 30)) * 1000, modules, 30_000))
        for connector in (1, 2):
            place = Place(station, connector)
            kind = make(st.sampled_from(["none", "draw", "draw", "reserve"]))
            if kind == "draw":
                draws.append(
                    Draw(
                        place,
                        demand_w=make(st.integers(0, 200_000)),
                        ceiling_w=make(st.integers(0, 180_000)),
                        minimum_w=1000,
                        residual_w=make(st.integers(0, 1500)),
                        arrived_at_ms=make(st.integers(0, 5)),
                        soc_percent=make(st.none() | st.floats(0, 100)),
                        priority=make(st.integers(0, 2)),
                    )
                )
            elif kind == "reserve":
                reserves.append(Reserve(place, make(st.integers(0, 60_000)), "it cannot be limited"))
    return World(draws, reserves, rooms)


limits = st.integers(0, 700_000)
policies = st.sampled_from(list(Policy))


@given(world=worlds(), limit_w=limits, policy=policies, turn=st.integers(0, 20))
def test_what_may_be_drawn_is_never_above_the_limit_unless_nothing_is_granted_at_all(
    world: World, limit_w: int, policy: Policy, turn: int
) -> None:
    allocation = world.allocate(limit_w, policy, turn)
    granted = [share for share in allocation.shares if share.limit_w > 0]
    assert allocation.committed_w <= limit_w or not [s for s in granted if _cost(world, s.place) > 0]


def _cost(world: World, place: Place) -> int:
    """What serving a place takes beyond what it draws at 0 anyway."""
    car = next(each for each in world.draws if each.place == place)
    return max(0, car.minimum_w - car.residual_w)


@given(world=worlds(), limit_w=limits, policy=policies, turn=st.integers(0, 20))
def test_no_share_breaks_a_bound_of_its_connector_its_station_or_its_modules(
    world: World, limit_w: int, policy: Policy, turn: int
) -> None:
    told = shares(world.allocate(limit_w, policy, turn))
    for car in world.draws:
        share_w = told[car.place]
        assert share_w == 0 or car.minimum_w <= share_w <= min(car.ceiling_w, max(car.demand_w, car.minimum_w))
    for room in world.rooms:
        here = [limit for place, limit in told.items() if place.station_id == room.station_id and limit]
        fixed = [each.power_w for each in world.reserves if each.place.station_id == room.station_id]
        if not here:
            continue
        assert sum(here) + sum(fixed) <= max(room.limit_w, sum(fixed) + sum(1000 for _ in here))
        assert room.modules is not None
        assert sum(room.modules_for(power) for power in here + fixed) <= room.modules


@given(world=worlds(), limit_w=limits, more_w=st.integers(0, 100_000), policy=policies)
def test_a_higher_limit_serves_whoever_was_served_and_gives_nobody_less_once_all_are(
    world: World, limit_w: int, more_w: int, policy: Policy
) -> None:
    low, high = shares(world.allocate(limit_w, policy)), shares(world.allocate(limit_w + more_w, policy))
    served_low = {place for place, share in low.items() if share}
    served_high = {place for place, share in high.items() if share}
    assert served_low <= served_high
    # A watt that does not divide is left; more cars may leave more of them.
    assert sum(high.values()) >= sum(low.values()) - len(world.draws)
    if served_low == served_high:
        assert all(high[place] >= share for place, share in low.items())


@given(world=worlds(), limit_w=limits, policy=policies)
def test_no_car_starves_while_there_is_enough_for_one(world: World, limit_w: int, policy: Policy) -> None:
    world = replace(world, rooms=[])
    reserved_w = sum(each.power_w for each in world.reserves) + sum(each.residual_w for each in world.draws)
    assume(limit_w - reserved_w >= 1000)
    able = {car.place for car in world.draws if car.is_asking and car.ceiling_w >= car.minimum_w}
    served: Counter[Place] = Counter()
    for turn in range(len(world.draws)):
        served.update(place for place, share in shares(world.allocate(limit_w, policy, turn)).items() if share)
    assert able <= served.keys()


@given(world=worlds(), limit_w=limits)
def test_equal_leaves_nothing_over_that_a_car_could_use(world: World, limit_w: int) -> None:
    world = replace(world, rooms=[])
    allocation = world.allocate(limit_w, Policy.EQUAL)
    told = shares(allocation)
    for car in world.draws:
        if told[car.place]:
            roof_w = min(max(car.demand_w, car.minimum_w), car.ceiling_w)
            assert told[car.place] == roof_w or allocation.free_w < max(1001, len(world.draws))


@pytest.mark.parametrize("policy", list(Policy))
def test_nobody_there_is_nothing_shared(policy: Policy) -> None:
    assert allocate(100_000, [], policy=policy) == Allocation(100_000, (), 0, 0)
