"""Sharing the cabinet: cases by hand, and laws that hold for any wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import GrantPower
from contactor.station.smart_charging.power_split import Cabinet, Want, share

ONE, TWO = OutletNumber(1), OutletNumber(2)
A_HAIR_W = 1e-6


def cabinet(modules: int = 6, station_kw: float = 180.0) -> Cabinet:
    return Cabinet(modules, 30_000.0, station_kw * 1000, 1000.0)


def want(outlet: int, demand_kw: float, limit_kw: float = 180.0, *, is_controllable: bool = True) -> Want:
    return Want(OutletNumber(outlet), demand_kw * 1000, limit_kw * 1000, is_controllable)


def grant(outlet: int, modules: int, limit_kw: float) -> GrantPower:
    return GrantPower(OutletNumber(outlet), modules, limit_kw * 1000)


# By hand


def test_sc_12_one_car_alone_has_the_whole_cabinet_at_hand() -> None:
    assert share([want(1, 50)], cabinet()) == [grant(1, 6, 180)]


def test_sc_12_two_hungry_cars_share_evenly_in_whole_modules() -> None:
    assert share([want(1, 150), want(2, 150)], cabinet()) == [grant(1, 3, 90), grant(2, 3, 90)]


def test_sc_12_what_a_small_car_leaves_the_large_one_takes() -> None:
    assert share([want(1, 45), want(2, 150)], cabinet()) == [grant(1, 2, 60), grant(2, 4, 120)]


def test_sc_12_a_profile_sends_modules_to_the_other_outlet() -> None:
    assert share([want(1, 150, 20), want(2, 150)], cabinet()) == [grant(1, 1, 20), grant(2, 5, 150)]


def test_sc_12_a_station_limit_below_the_modules_is_shared_by_demand() -> None:
    assert share([want(1, 20), want(2, 150)], cabinet(station_kw=100)) == [grant(1, 1, 20), grant(2, 5, 80)]


def test_d_16_a_car_at_limit_0_keeps_one_module_for_its_residual_current() -> None:
    """And what that may take, less than the smallest limit, is not promised to anybody else."""
    grants = share([want(1, 150, 0), want(2, 150)], cabinet(station_kw=150))
    assert grants == [grant(1, 1, 0), grant(2, 5, 149)]


def test_d_15_nobody_is_granted_less_than_the_smallest_limit_but_0() -> None:
    assert share([want(1, 0.2), want(2, 180)], cabinet(station_kw=90)) == [grant(1, 1, 1), grant(2, 5, 89)]
    assert share([want(1, 50), want(2, 50)], cabinet(station_kw=1)) == [grant(1, 6, 1), grant(2, 0, 0)]


def test_d_17_an_outlet_without_control_is_held_by_its_modules_alone() -> None:
    """Two modules give it what it asks for; they may give 60 kW, so the other one's limit leaves room for that."""
    grants = share([want(1, 150), want(2, 50, is_controllable=False)], cabinet(station_kw=100))
    assert grants == [grant(1, 5, 70), grant(2, 1, 30)]
    grants = share([want(1, 150), want(2, 50, is_controllable=False)], cabinet(station_kw=120))
    assert grants == [grant(1, 4, 60), grant(2, 2, 60)]


def test_d_17_an_outlet_without_control_gets_no_module_that_could_break_its_limit() -> None:
    assert share([want(2, 50, 40, is_controllable=False)], cabinet()) == [grant(2, 1, 30)]
    assert share([want(2, 50, 29, is_controllable=False)], cabinet()) == [grant(2, 0, 0)]


def test_d_17_an_outlet_without_control_does_not_starve_the_other_one() -> None:
    assert share([want(1, 50), want(2, 50, is_controllable=False)], cabinet(2, 60)) == [
        grant(1, 1, 30),
        grant(2, 1, 30),
    ]
    assert share([want(1, 50), want(2, 50, is_controllable=False)], cabinet(2, 30)) == [grant(1, 2, 30), grant(2, 0, 0)]


def test_sc_29_the_last_healthy_module_goes_to_the_car_that_may_charge() -> None:
    assert share([want(1, 150, 0), want(2, 150)], cabinet(modules=1)) == [grant(1, 0, 0), grant(2, 1, 30)]


@pytest.mark.parametrize("modules", [0, 3])
def test_sc_12_a_station_that_may_take_nothing_gives_nothing(modules: int) -> None:
    assert share([want(1, 150), want(2, 150, 0)], cabinet(modules, 0)) == [grant(1, 0, 0), grant(2, 0, 0)]


def test_sc_12_nobody_wants_anything() -> None:
    assert share([], cabinet()) == []


# Laws

# What configuration and profiles can say: 0, or 1 kW and more in tenths of a watt.
limits_kw = st.one_of(st.just(0.0), st.integers(1, 200).map(float), st.floats(1, 200).map(lambda kw: round(kw, 4)))
demands_kw = st.one_of(st.just(0.0), st.floats(0, 300))
cabinets = st.builds(cabinet, st.integers(0, 6), st.integers(0, 200).map(float))


@st.composite
def some_wants(draw: st.DrawFn, *, always_controllable: bool = False) -> list[Want]:
    outlets = draw(st.lists(st.integers(1, 4), unique=True, min_size=1, max_size=4))
    return [
        want(
            outlet,
            draw(demands_kw),
            draw(limits_kw),
            is_controllable=always_controllable or draw(st.booleans()),
        )
        for outlet in sorted(outlets)
    ]


def most_w(asked: Want, given: GrantPower, of: Cabinet) -> float:
    """The most an outlet can take under a grant: a residual of up to 500 W (0.5 A at 1000 V) for each module at 0."""
    if not asked.is_controllable:
        return given.modules * of.module_w
    return max(given.limit_w, given.modules * 500.0 if given.limit_w == 0 else 0.0)


@given(some_wants(), cabinets)
def test_sc_12_modules_are_whole_and_never_more_than_there_are(wants: list[Want], of: Cabinet) -> None:
    grants = share(wants, of)
    assert [each.outlet for each in grants] == [each.outlet for each in wants]
    assert sum(each.modules for each in grants) <= of.modules
    assert all(each.modules >= 0 for each in grants)


@given(some_wants(), cabinets)
def test_sc_12_what_all_can_take_is_never_above_the_stations_limit(wants: list[Want], of: Cabinet) -> None:
    grants = share(wants, of)
    total_w = sum(most_w(asked, given_, of) for asked, given_ in zip(wants, grants, strict=True))
    assert total_w <= of.station_limit_w + A_HAIR_W


@given(some_wants(), cabinets)
def test_sc_12_nobody_is_granted_more_than_their_own_limit_or_modules(wants: list[Want], of: Cabinet) -> None:
    for asked, given_ in zip(wants, share(wants, of), strict=True):
        assert 0 <= given_.limit_w <= asked.limit_w
        assert given_.limit_w <= given_.modules * of.module_w
        assert asked.is_controllable or given_.modules * of.module_w <= asked.limit_w + A_HAIR_W


@given(some_wants(), cabinets)
def test_d_15_a_grant_is_0_or_at_least_the_smallest_limit(wants: list[Want], of: Cabinet) -> None:
    assert all(each.limit_w == 0 or each.limit_w >= of.minimum_w - A_HAIR_W for each in share(wants, of))


@given(some_wants(always_controllable=True), cabinets)
def test_sc_12_nobody_who_may_charge_starves_while_there_is_enough_for_all(wants: list[Want], of: Cabinet) -> None:
    enough = of.modules >= len(wants) and of.station_limit_w >= len(wants) * of.minimum_w
    for asked, given_ in zip(wants, share(wants, of), strict=True):
        if enough and asked.limit_w > 0:
            assert given_.limit_w >= of.minimum_w - A_HAIR_W
            assert given_.modules >= 1


@given(some_wants(always_controllable=True), cabinets, st.integers(0, 100))
def test_sc_12_a_higher_station_limit_lowers_nobodys_grant(wants: list[Want], of: Cabinet, more_kw: int) -> None:
    higher = Cabinet(of.modules, of.module_w, of.station_limit_w + more_kw * 1000, of.minimum_w)
    # Below one smallest limit for each, the number of those who are served changes, and the others make room.
    if of.station_limit_w >= len(wants) * of.minimum_w:
        for before, after in zip(share(wants, of), share(wants, higher), strict=True):
            assert after.limit_w >= before.limit_w - A_HAIR_W


@given(some_wants(always_controllable=True), cabinets, st.data())
def test_sc_12_a_higher_limit_of_ones_own_never_lowers_ones_grant(
    wants: list[Want], of: Cabinet, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(wants) - 1))
    asked = wants[index]
    raised = Want(asked.outlet, asked.demand_w, asked.limit_w + 1000 * data.draw(st.integers(1, 100)))
    before = share(wants, of)[index]
    after = share([*wants[:index], raised, *wants[index + 1 :]], of)[index]
    assert after.limit_w >= before.limit_w - A_HAIR_W


@given(some_wants(always_controllable=True), cabinets)
def test_sc_12_no_watt_is_kept_back_from_a_car_that_asks_for_it(wants: list[Want], of: Cabinet) -> None:
    grants = share(wants, of)
    free_w = of.station_limit_w - sum(max(each.limit_w, of.minimum_w) for each in grants)
    free_modules = of.modules - sum(each.modules for each in grants)
    for asked, given_ in zip(wants, grants, strict=True):
        could_have = min(asked.limit_w, asked.demand_w, (given_.modules + free_modules) * of.module_w)
        assert given_.limit_w >= could_have - A_HAIR_W or free_w <= A_HAIR_W or asked.limit_w == 0
