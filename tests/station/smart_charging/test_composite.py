"""What profiles allow, cases by hand; times are seconds after the bench's start."""

from datetime import datetime

from contactor.ocpp.composite_schedule import STEPS_MAX, Ceiling, Plan, forecast, limit_w, next_change
from tests.station.bench import START
from tests.station.smart_charging.plans import DAY_S, LOCAL_W, WEEK_S, plan_of
from tests.station.smart_charging.spelling import instant, made, profile


def periods(plan: Plan, duration_s: int, *, start_s: float = 0.0, local_w: float = LOCAL_W) -> dict[int, float]:
    made_of = forecast([Ceiling(plan, local_w)], LOCAL_W, instant(start_s), duration_s)
    assert made_of.duration_s == duration_s
    return {period.start_period: period.limit for period in made_of.periods}


def test_sc_10_tc_072_the_higher_level_prevails_while_its_schedule_runs() -> None:
    low = made(profile(1, {0: 6000, 100: 8000, 200: 10_000}, level=0, duration=400))
    high = made(profile(2, {0: 7000, 100: 9000}, level=1, duration=150))
    assert periods(plan_of(own=[low, high]), 350) == {0: 7000, 100: 9000, 150: 8000, 200: 10_000}


def test_sc_11_tc_066_a_tx_profile_whose_schedule_is_over_does_not_let_the_default_back() -> None:
    default = made(profile(1, {0: 6000, 60: 10_000, 120: 8000, 180: 15_000, 260: 8000}, duration=300))
    for_transaction = made(
        profile(2, {0: 8000, 50: 11_000, 140: 16_000, 200: 6000, 240: 12_000}, duration=260, purpose="TxProfile")
    )
    plan = plan_of(own=[default], for_transaction=[for_transaction])
    assert periods(plan, 400) == {0: 8000, 50: 11_000, 140: 16_000, 200: 6000, 240: 12_000, 260: LOCAL_W}


def test_sc_11_a_tx_profile_that_is_not_valid_yet_or_any_more_leaves_the_default_in_force() -> None:
    default = made(profile(1, {0: 20_000}))
    for_transaction = made(profile(2, {0: 40_000}, purpose="TxProfile", valid_from=100, valid_to=200))
    plan = plan_of(own=[default], for_transaction=[for_transaction])
    assert periods(plan, 300) == {0: 20_000, 100: 40_000, 200: 20_000}


def test_sc_10_validity_begins_with_valid_from_and_ends_before_valid_to() -> None:
    plan = plan_of(own=[made(profile(1, {0: 20_000}, valid_from=100, valid_to=200))])
    assert limit_w(plan, instant(99.999)) is None
    assert limit_w(plan, instant(100)) == 20_000
    assert limit_w(plan, instant(199.999)) == 20_000
    assert limit_w(plan, instant(200)) is None


def test_sc_06_a_connectors_own_default_hides_the_stations_of_the_same_level_only() -> None:
    wide_low = made(profile(1, {0: 20_000}, level=0))
    wide_high = made(profile(2, {0: 30_000}, level=2, valid_to=500))
    own = made(profile(3, {0: 10_000}, level=0))
    plan = plan_of(own=[own], station=[wide_low, wide_high])
    assert periods(plan, 1000) == {0: 30_000, 500: 10_000}


def test_sc_12_a_limit_above_what_the_connector_has_is_cut_to_that() -> None:
    plan = plan_of(own=[made(profile(1, {0: 400_000, 60: 30_000}))])
    assert periods(plan, 120, local_w=60_000) == {0: 60_000, 60: 30_000}


def test_sc_13_absolute_counts_from_start_schedule() -> None:
    plan = plan_of(own=[made(profile(1, {0: 20_000, 50: 30_000}, start=-20, duration=100))], began_s=-500)
    assert periods(plan, 200) == {0: 20_000, 30: 30_000, 80: LOCAL_W}


def test_sc_13_absolute_that_starts_later_limits_nothing_before() -> None:
    plan = plan_of(own=[made(profile(1, {0: 20_000}, start=90))])
    assert periods(plan, 200) == {0: LOCAL_W, 90: 20_000}


def test_sc_13_absolute_without_start_schedule_counts_from_the_transaction() -> None:
    plan = plan_of(own=[made(profile(1, {0: 20_000, 100: 30_000}))], began_s=-70)
    assert periods(plan, 200) == {0: 20_000, 30: 30_000}


def test_sc_14_relative_counts_from_the_transaction_whatever_start_schedule_says() -> None:
    plan = plan_of(own=[made(profile(1, {0: 20_000, 100: 30_000}, kind="Relative", start=4000))], began_s=-70)
    assert periods(plan, 200) == {0: 20_000, 30: 30_000}


def test_sc_15_a_daily_profile_is_executed_every_day_anew() -> None:
    """Less power from 8 to 20 o'clock, every day; the bench starts at noon."""
    midnight_s = -12 * 3600
    daily = made(
        profile(
            1,
            {0: 110_000, 8 * 3600: 60_000, 20 * 3600: 110_000},
            kind="Recurring",
            recurrencyKind="Daily",
            start=midnight_s - 400 * DAY_S,
        )
    )
    eight_s, twenty_s = 20 * 3600, 8 * 3600
    assert periods(plan_of(own=[daily]), 2 * DAY_S) == {
        0: 60_000,
        twenty_s: 110_000,
        eight_s: 60_000,
        twenty_s + DAY_S: 110_000,
        eight_s + DAY_S: 60_000,
    }


def test_sc_15_a_weekly_profile_keeps_weekday_and_hour_and_falls_back_outside_its_duration() -> None:
    weekly = made(
        profile(
            2, {0: 10_000}, level=1, kind="Recurring", recurrencyKind="Weekly", start=3600 - 2 * WEEK_S, duration=7200
        )
    )
    always = made(profile(1, {0: 90_000}))
    assert periods(plan_of(own=[weekly, always]), WEEK_S + DAY_S) == {
        0: 90_000,
        3600: 10_000,
        10_800: 90_000,
        WEEK_S + 3600: 10_000,
        WEEK_S + 10_800: 90_000,
    }


def test_sc_15_what_is_longer_than_the_recurrence_is_not_executed() -> None:
    daily = made(
        profile(
            1,
            {0: 10_000, DAY_S - 60: 20_000, DAY_S + 60: 30_000},
            kind="Recurring",
            recurrencyKind="Daily",
            start=0,
            duration=2 * DAY_S,
        )
    )
    assert periods(plan_of(own=[daily]), 2 * DAY_S) == {
        0: 10_000,
        DAY_S - 60: 20_000,
        DAY_S: 10_000,
        2 * DAY_S - 60: 20_000,
    }


def test_sc_15_a_recurring_profile_does_nothing_before_its_first_start() -> None:
    daily = made(profile(1, {0: 10_000}, kind="Recurring", recurrencyKind="Daily", start=3 * DAY_S))
    plan = plan_of(own=[daily])
    assert limit_w(plan, instant(2 * DAY_S)) is None
    assert next_change(plan, instant(0)) == instant(3 * DAY_S)


def test_clk_05_a_day_has_24_hours_when_summer_time_begins() -> None:
    """29 March 2026 has 23 hours in Central Europe; a daily profile keeps its hour of UTC."""
    before_s = (datetime.fromisoformat("2026-03-28T08:00:00Z") - START).total_seconds()
    daily = made(
        profile(1, {0: 10_000}, kind="Recurring", recurrencyKind="Daily", start=before_s - 27 * DAY_S, duration=60)
    )
    assert periods(plan_of(own=[daily]), DAY_S + 120, start_s=before_s) == {
        0: 10_000,
        60: LOCAL_W,
        DAY_S: 10_000,
        DAY_S + 60: LOCAL_W,
    }


def test_sc_16_periods_beyond_the_duration_are_not_executed() -> None:
    plan = plan_of(own=[made(profile(1, {0: 10_000, 50: 20_000, 150: 30_000}, duration=100))])
    assert periods(plan, 300) == {0: 10_000, 50: 20_000, 100: LOCAL_W}


def test_sc_16_a_duration_beyond_the_last_period_stretches_it() -> None:
    plan = plan_of(own=[made(profile(1, {0: 10_000, 100: 20_000}, duration=300))])
    assert periods(plan, 400) == {0: 10_000, 100: 20_000, 300: LOCAL_W}


def test_sc_16_without_a_duration_the_last_limit_holds_for_good() -> None:
    plan = plan_of(own=[made(profile(1, {0: 10_000, 100: 20_000}))])
    assert next_change(plan, instant(100)) is None
    assert periods(plan, 10 * 365 * DAY_S) == {0: 10_000, 100: 20_000}


def test_sc_24_a_change_within_a_second_shows_from_that_second_on() -> None:
    plan = plan_of(own=[made(profile(1, {0: 10_000, 100: 20_000}, start=0.4))])
    assert periods(plan, 200) == {0: 10_000, 100: 20_000}


def test_sc_24_numbers_that_reach_beyond_the_calendar_do_no_harm() -> None:
    endless = 2**63 - 1
    plan = plan_of(own=[made(profile(1, {0: 10_000, endless: 20_000}, duration=endless))])
    assert periods(plan, endless) == {0: 10_000}


def test_sc_24_a_schedule_with_endless_changes_ends_where_it_says() -> None:
    daily = made(profile(1, {0: 10_000, 3600: 20_000}, kind="Recurring", recurrencyKind="Daily", start=0))
    schedule = forecast([Ceiling(plan_of(own=[daily]), LOCAL_W)], LOCAL_W, START, 2**63 - 1)
    assert len(schedule.periods) == STEPS_MAX
    assert schedule.duration_s == STEPS_MAX // 2 * DAY_S
