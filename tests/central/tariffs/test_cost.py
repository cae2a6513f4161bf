"""What charges cost, to the last decimal: by hand, and for every charge hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.central.milliseconds import to_ms
from contactor.central.tariffs.charge import Charge, Point, Span, idle_spans, make_charge
from contactor.central.tariffs.cost import Kind, cost_of, rate_spans
from contactor.central.tariffs.currency import DECIMALS, rounded
from contactor.central.tariffs.tariff import BadTariff, Rate, Tariff, Weekday, read_tariff, tariff_text

PARIS = ZoneInfo("Europe/Paris")
HOUR_MS = 3_600_000
NOON_MS = to_ms(datetime(2026, 5, 1, 12, 0, tzinfo=UTC))  # a Friday


def tariff(*rates: Rate, currency: str = "EUR", zone: str = "UTC", **fields: object) -> Tariff:
    return Tariff(currency, zone, rates, **fields)  # type: ignore[arg-type]  # a tariff's own fields by name


def charge(minutes: float, energy_wh: int, *, since_ms: int = NOON_MS, idle: tuple[Span, ...] = ()) -> Charge:
    """A charge at even power."""
    until_ms = since_ms + round(minutes * 60_000)
    return make_charge(Span(since_ms, until_ms), 1000, 1000 + energy_wh, [], idle=idle)


def local_ms(*parts: int, fold: int = 0) -> int:
    return to_ms(datetime(*parts, tzinfo=PARIS, fold=fold).astimezone(UTC))  # type: ignore[arg-type, misc]


def test_energy_time_and_start_fee_add_up_and_vat_comes_on_top() -> None:
    plain = tariff(
        Rate(per_kwh=Decimal("0.40"), per_minute=Decimal("0.05")), start_fee=Decimal(1), vat_percent=Decimal(20)
    )
    cost = cost_of(plain, charge(30, 10_000))
    assert (cost.net, cost.vat, cost.total) == (Decimal("6.50"), Decimal("1.30"), Decimal("7.80"))
    assert [(line.kind, line.quantity, line.amount) for line in cost.lines] == [
        (Kind.START, Decimal(1), Decimal("1.000000")),
        (Kind.ENERGY, Decimal(10), Decimal("4.000000")),
        (Kind.TIME, Decimal(30), Decimal("1.500000")),
    ]


@pytest.mark.parametrize(
    ("currency", "price", "total"), [("VND", "3858.4", "16780"), ("JOD", "0.1235", "0.537"), ("EUR", "0.3333", "1.45")]
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, price: str, total: str) -> None:
    """ISO 4217: the dong has none (the guide's example is 16780 VND), the Jordanian dinar three."""
    cost = cost_of(tariff(Rate(per_kwh=Decimal(price)), currency=currency), charge(10, 4349))
    assert str(cost.total) == total
    assert -cost.total.as_tuple().exponent == DECIMALS[currency]  # type: ignore[operator]


def test_each_hour_is_paid_at_its_own_rate() -> None:
    night = Rate(per_kwh=Decimal("0.20"), from_hour=22)
    day = Rate(per_kwh=Decimal("0.50"))
    since_ms = NOON_MS + 9 * HOUR_MS + HOUR_MS // 2  # 21:30
    assert cost_of(tariff(night, day), charge(60, 10_000, since_ms=since_ms)).total == Decimal("3.50")


def test_the_readings_say_how_the_energy_was_spread() -> None:
    """Eight of ten kWh flowed before ten in the evening."""
    night, day = Rate(per_kwh=Decimal("0.20"), from_hour=22), Rate(per_kwh=Decimal("0.50"))
    since_ms = NOON_MS + 9 * HOUR_MS + HOUR_MS // 2
    span = Span(since_ms, since_ms + HOUR_MS)
    seen = [Point(since_ms + HOUR_MS // 2, Fraction(8000))]
    assert cost_of(tariff(night, day), make_charge(span, 0, 10_000, seen)).total == Decimal("4.40")


def test_weekdays_have_their_own_rates() -> None:
    weekend = Rate(per_kwh=Decimal(1), weekdays=(Weekday.SATURDAY, Weekday.SUNDAY))
    week = Rate(per_kwh=Decimal(2))
    assert cost_of(tariff(weekend, week), charge(60, 1000)).total == 2
    assert cost_of(tariff(weekend, week), charge(60, 1000, since_ms=NOON_MS + 24 * HOUR_MS)).total == 1


@pytest.mark.parametrize(
    ("since_ms", "until_ms", "night_minutes"),
    [
        # The clocks go from two to three: the hour from one to four lasts two hours.
        (local_ms(2026, 3, 29, 1, 0), local_ms(2026, 3, 29, 4, 0), 60),
        # The clocks go from three back to two: from two to three lasts two hours.
        (local_ms(2026, 10, 25, 1, 0), local_ms(2026, 10, 25, 4, 0), 180),
        (local_ms(2026, 5, 1, 1, 0), local_ms(2026, 5, 1, 4, 0), 120),
    ],
)
def test_days_on_which_the_clocks_change_have_as_many_hours_as_they_have(
    since_ms: int, until_ms: int, night_minutes: int
) -> None:
    night = Rate(per_minute=Decimal(1), until_hour=3)
    local = tariff(night, Rate(), zone="Europe/Paris")
    cost = cost_of(local, make_charge(Span(since_ms, until_ms), 0, 0, []))
    assert cost.total == night_minutes


def test_a_full_car_that_stays_pays_for_idle_time_and_not_for_charging_time() -> None:
    rate = Rate(per_minute=Decimal("0.10"), idle_per_minute=Decimal("0.50"))
    idle = (Span(NOON_MS + 30 * 60_000, NOON_MS + 60 * 60_000),)
    assert cost_of(tariff(rate), charge(60, 0, idle=idle)).total == Decimal("18.00")
    assert cost_of(tariff(rate, idle_free_minutes=10), charge(60, 0, idle=idle)).total == Decimal("13.00")
    assert cost_of(tariff(rate, idle_free_minutes=40), charge(60, 0, idle=idle)).total == Decimal("3.00")


def test_idle_is_suspended_ev_after_the_charge_has_flowed() -> None:
    """A car that is not ready says SuspendedEV as well; a full one may wake up again."""
    span = Span(0, 100)
    told = [(5, "SuspendedEV"), (10, "Charging"), (40, "SuspendedEV"), (50, "Charging"), (70, "SuspendedEV")]
    assert idle_spans(told, span) == [Span(40, 50), Span(70, 100)]
    assert idle_spans([(5, "SuspendedEV"), (90, "Finishing")], span) == []
    assert idle_spans([(1, "Charging"), (5, "SuspendedEV"), (90, "Finishing")], span) == [Span(5, 90)]


def test_cs_16_a_meter_that_went_back_costs_no_energy() -> None:
    assert cost_of(tariff(Rate(per_kwh=Decimal(1))), charge(60, -500)).total == 0


def test_energy_of_a_charge_that_lasted_no_time_is_paid_all_the_same() -> None:
    assert cost_of(tariff(Rate(per_kwh=Decimal(1))), charge(0, 2500)).total == Decimal("2.50")


@pytest.mark.parametrize(
    ("flawed", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"zone": "Mars/Olympus"}, "time_zone"),
        ({"zone": "../etc/passwd"}, "time_zone"),
        ({"vat_percent": Decimal(101)}, "vat_percent"),
        ({"start_fee": Decimal("0.0000001")}, "start_fee"),
        ({"start_fee": Decimal("NaN")}, "start_fee"),
        ({"idle_free_minutes": -1}, "idle_free_minutes"),
    ],
)
def test_a_tariff_that_cannot_be_is_refused_by_field_and_value(flawed: dict[str, object], field: str) -> None:
    with pytest.raises(BadTariff) as refused:
        tariff(Rate(), **flawed)  # type: ignore[arg-type]  # a tariff's own fields by name
    assert refused.value.field == field


def test_every_hour_needs_a_rate() -> None:
    with pytest.raises(BadTariff, match="monday 0:00"):
        tariff(Rate(from_hour=6))
    with pytest.raises(BadTariff, match=r"rates\.0\.until_hour"):
        tariff(Rate(from_hour=22, until_hour=6), Rate())


def test_a_tariff_is_kept_digit_by_digit() -> None:
    kept = tariff(Rate(per_kwh=Decimal("0.100"), weekdays=(Weekday.MONDAY,)), Rate(), vat_percent=Decimal("8.1"))
    assert read_tariff(tariff_text(kept)) == kept


def test_halves_are_rounded_away_from_zero() -> None:
    halves = [Fraction(1, 200), Fraction(-1, 200), Fraction(3, 200), Fraction(149, 10_000)]
    assert [str(rounded(half, 2)) for half in halves] == ["0.01", "-0.01", "0.02", "0.01"]


# --- For every charge ---------------------------------------------------------------------------------------------

prices = st.decimals(0, 100, places=3)
rates = st.builds(Rate, per_kwh=prices, per_minute=prices, idle_per_minute=prices)
hours = st.integers(0, 23)
zones = st.sampled_from(["UTC", "Europe/Paris", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
starts = st.integers(to_ms(datetime(2026, 1, 1, tzinfo=UTC)), to_ms(datetime(2027, 1, 1, tzinfo=UTC)))


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    special = draw(st.lists(st.tuples(rates, hours, st.sets(st.sampled_from(list(Weekday)))), max_size=3))
    first = [
        Rate(rate.per_kwh, rate.per_minute, rate.idle_per_minute, tuple(sorted(days)), hour, hour + 1)
        for rate, hour, days in special
    ]
    return Tariff(
        draw(st.sampled_from(["EUR", "VND", "JOD"])),
        draw(zones),
        (*first, draw(rates)),
        draw(prices),
        draw(st.decimals(0, 30, places=1)),
        draw(st.integers(0, 60)),
    )


steps = st.lists(st.tuples(st.integers(1, 7_200_000), st.integers(-500, 20_000), st.booleans()), min_size=1, max_size=8)


def so_far(since_ms: int, told: list[tuple[int, int, bool]]) -> Charge:
    """A charge as it looks after these steps: so much later, so much more on the register, idle or not."""
    at_ms, register_wh, points, idle = since_ms, 1000, [], []
    for later_ms, more_wh, is_idle in told:
        if is_idle:
            idle.append(Span(at_ms, at_ms + later_ms))
        at_ms, register_wh = at_ms + later_ms, register_wh + more_wh
        points.append(Point(at_ms, Fraction(register_wh)))
    return make_charge(Span(since_ms, at_ms), 1000, None, points, idle=idle)


@given(tariffs(), starts, steps)
def test_a_cost_never_falls_as_the_charge_goes_on(by: Tariff, since_ms: int, told: list[tuple[int, int, bool]]) -> None:
    totals = [cost_of(by, so_far(since_ms, told[: end + 1])).total for end in range(len(told))]
    assert totals == sorted(totals)


@given(rates, starts, steps, zones)
def test_splitting_at_hours_changes_nothing_where_prices_are_the_same(
    rate: Rate, since_ms: int, told: list[tuple[int, int, bool]], zone: str
) -> None:
    whole = Tariff("EUR", zone, (rate,))
    # The same prices, but a rate of its own for every hour.
    cut = Tariff(
        "EUR",
        zone,
        tuple(Rate(rate.per_kwh, rate.per_minute, rate.idle_per_minute, (), hour, hour + 1) for hour in range(24)),
    )
    assert cost_of(whole, so_far(since_ms, told)) == cost_of(cut, so_far(since_ms, told))


@given(tariffs(), starts, st.integers(0, 3 * 24 * HOUR_MS))
def test_the_spans_of_rates_fit_together_and_each_keeps_to_its_hours(by: Tariff, since_ms: int, lasted_ms: int) -> None:
    spans = list(rate_spans(by, Span(since_ms, since_ms + lasted_ms)))
    assert (spans[0][0].since_ms, spans[-1][0].until_ms) == (since_ms, since_ms + lasted_ms)
    assert all(one.until_ms == other.since_ms for (one, _), (other, _) in pairwise(spans))
    for span, rate in spans:
        for at_ms in (span.since_ms, max(span.since_ms, span.until_ms - 1)):
            local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(by.zone)
            assert next(each for each in by.rates if each.holds(local.weekday(), local.hour)) == rate


@given(tariffs(), starts, steps, st.randoms(use_true_random=False))
def test_the_order_in_which_readings_came_does_not_matter(
    by: Tariff, since_ms: int, told: list[tuple[int, int, bool]], chance: object
) -> None:
    charge_ = so_far(since_ms, told)
    mixed = list(charge_.meter)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    again = make_charge(charge_.span, 1000, None, mixed, idle=charge_.idle)
    assert cost_of(by, again) == cost_of(by, charge_)
