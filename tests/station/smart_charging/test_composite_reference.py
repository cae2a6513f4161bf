"""What profiles allow, held to the reference algorithm, which is written here a second time, plainly."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.ocpp.composite_schedule import Ceiling, Plan, forecast, limit_w, next_change
from contactor.ocpp.datatypes import ChargingProfile
from tests.station.bench import START
from tests.station.smart_charging.plans import DAY_S, LOCAL_W, plan_of
from tests.station.smart_charging.spelling import instant, made, profile


def reference_limit(profiles: Sequence[tuple[str, ChargingProfile]], began: datetime, at: datetime) -> float | None:
    """The reference algorithm, word for word, on profiles tagged `tx`, `own` or `station`."""
    valid = [
        (group, each)
        for group, each in profiles
        if (not each.valid_from or each.valid_from <= at) and (not each.valid_to or at < each.valid_to)
    ]
    chosen = [each for group, each in valid if group == "tx"]
    if not chosen:
        own = [each for group, each in valid if group == "own"]
        levels = {each.stack_level for each in own}
        chosen = own + [each for group, each in valid if group == "station" and each.stack_level not in levels]
    for each in sorted(chosen, key=lambda one: one.stack_level, reverse=True):
        limit = reference_period_limit(each, began, at)
        if limit is not None:
            return limit
    return None


def reference_period_limit(each: ChargingProfile, began: datetime, at: datetime) -> float | None:
    schedule = each.charging_schedule
    anchor = began
    if schedule.start_schedule and each.charging_profile_kind != "Relative":
        anchor = schedule.start_schedule
        if each.charging_profile_kind == "Recurring":
            days = 1 if each.recurrency_kind == "Daily" else 7
            while anchor + timedelta(days=days) <= at:
                anchor += timedelta(days=days)
    offset = at - anchor
    if offset < timedelta(0) or (schedule.duration and offset >= timedelta(seconds=schedule.duration)):
        return None
    limit = None
    for period in schedule.charging_schedule_period:
        if timedelta(seconds=period.start_period) <= offset:
            limit = period.limit
    return limit


HORIZON_S = 3 * DAY_S
LIMITS = st.sampled_from([0.0, 1000.0, 22_000.5, 50_000.0, 90_000.0])
# Whole seconds and broken ones, near each other so that things meet, and days apart for what recurs.
INSTANTS = st.one_of(
    st.integers(-300, 600),
    st.integers(-300, 600).map(lambda tenth: tenth / 10),
    st.integers(-2 * DAY_S, HORIZON_S),
)
SPANS = st.one_of(st.integers(1, 400), st.integers(1, 2 * DAY_S))


@st.composite
def some_profile(draw: st.DrawFn, level: int) -> ChargingProfile:
    kind = draw(st.sampled_from(["Absolute", "Relative", "Recurring"]))
    later = draw(st.lists(SPANS, max_size=4, unique=True))
    needs_start = kind == "Recurring"
    return made(
        profile(
            1,
            {0: draw(LIMITS)} | {at: draw(LIMITS) for at in sorted(later)},
            level=level,
            kind=kind,
            start=draw(INSTANTS if needs_start else st.none() | INSTANTS),
            duration=draw(st.none() | SPANS),
            valid_from=draw(st.none() | INSTANTS),
            valid_to=draw(st.none() | INSTANTS),
            recurrencyKind=draw(st.sampled_from(["Daily", "Weekly"])),
        )
    )


@st.composite
def some_profiles(draw: st.DrawFn) -> list[tuple[str, ChargingProfile]]:
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(["tx", "own", "station"]), st.integers(0, 3)), min_size=1, max_size=6, unique=True
        )
    )
    return [(group, draw(some_profile(level))) for group, level in places]


def as_plan(profiles: Sequence[tuple[str, ChargingProfile]], began_s: float) -> Plan:
    groups = {name: [each for group, each in profiles if group == name] for name in ("tx", "own", "station")}
    return plan_of(for_transaction=groups["tx"], own=groups["own"], station=groups["station"], began_s=began_s)


@settings(max_examples=150, deadline=None)
@given(some_profiles(), INSTANTS, st.lists(st.floats(-DAY_S, HORIZON_S), min_size=5, max_size=30))
def test_sc_10_the_limit_at_any_instant_is_the_reference_algorithms(
    profiles: list[tuple[str, ChargingProfile]], began_s: float, moments_s: list[float]
) -> None:
    plan = as_plan(profiles, began_s)
    for moment_s in [*moments_s, began_s]:
        at = instant(moment_s)
        assert limit_w(plan, at) == reference_limit(profiles, instant(began_s), at)


@settings(max_examples=150, deadline=None)
@given(some_profiles(), INSTANTS, INSTANTS)
def test_sc_10_the_limit_rests_until_the_next_change_to_the_microsecond(
    profiles: list[tuple[str, ChargingProfile]], began_s: float, from_s: float
) -> None:
    plan, began, at = as_plan(profiles, began_s), instant(began_s), instant(from_s)
    change = next_change(plan, at)
    end = instant(HORIZON_S) if change is None else change - timedelta(microseconds=1)
    before = reference_limit(profiles, began, at)
    span = end - at
    for part in range(21):
        assert reference_limit(profiles, began, at + span * part / 20) == before


@settings(max_examples=100, deadline=None)
@given(
    some_profiles(),
    st.integers(-600, 0).map(float) | st.integers(-600, 0).map(lambda tenth: tenth / 10),
    st.integers(1, HORIZON_S),
    st.lists(st.integers(0, HORIZON_S), max_size=40),
)
def test_sc_24_a_composite_schedule_is_the_reference_in_every_second_and_never_above_it(
    profiles: list[tuple[str, ChargingProfile]], began_s: float, duration_s: int, seconds: list[int]
) -> None:
    """Pointwise; the first period starts at 0, starts rise, and neighbours differ."""
    schedule = forecast([Ceiling(as_plan(profiles, began_s), LOCAL_W)], LOCAL_W, START, duration_s)
    starts = [period.start_period for period in schedule.periods]
    limits = [period.limit for period in schedule.periods]
    assert starts[0] == 0
    assert all(earlier < later < duration_s for earlier, later in itertools.pairwise(starts))
    assert all(one != other for one, other in itertools.pairwise(limits))
    assert schedule.duration_s == duration_s
    # Around each start it must change exactly there; elsewhere wherever chance looks.
    for second in {*starts, *(start - 1 for start in starts[1:]), *(each for each in seconds if each < duration_s)}:
        wanted = reference_limit(profiles, instant(began_s), START + timedelta(seconds=second, microseconds=999_999))
        shown = [limit for start, limit in zip(starts, limits, strict=True) if start <= second][-1]
        assert shown == (LOCAL_W if wanted is None else min(wanted, LOCAL_W))


@settings(max_examples=60, deadline=None)
@given(some_profiles(), some_profiles(), st.integers(1, 1000), st.lists(st.integers(0, 999), max_size=20))
def test_sc_27_connector_0_is_the_sum_of_the_connectors_under_the_stations_limit(
    one: list[tuple[str, ChargingProfile]],
    other: list[tuple[str, ChargingProfile]],
    duration_s: int,
    seconds: list[int],
) -> None:
    ceilings = [Ceiling(as_plan(one, 0), 150_000.0), Ceiling(as_plan(other, -30), 50_000.0)]
    schedule = forecast(ceilings, LOCAL_W, START, duration_s)
    for second in [each for each in seconds if each < duration_s]:
        at = START + timedelta(seconds=second, microseconds=999_999)
        shown = [period.limit for period in schedule.periods if period.start_period <= second][-1]
        assert shown == round(min(LOCAL_W, sum(ceiling.at(at) for ceiling in ceilings)), 1)
