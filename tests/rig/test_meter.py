"""The meter: exact energy inside, whole watt-hours outside, never backwards (MV-10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.rig.meter import Meter


def test_400_volts_and_90_amperes_for_a_minute_are_600_watt_hours() -> None:
    meter = Meter()
    meter.flow(400.0, 90.0)
    meter.settle(60.0)
    assert (meter.power_w, meter.delivered_wh(60.0), meter.register_wh(60.0)) == (36_000.0, 600.0, 600)


def test_the_register_shows_whole_watt_hours_rounded_down_on_top_of_its_first_reading() -> None:
    meter = Meter(1_000)
    meter.flow(360.0, 10.0)  # 3600 W: one watt-hour a second
    assert [meter.register_wh(seconds) for seconds in (0.0, 0.99, 1.0, 1.99, 2.0)] == [1000, 1000, 1001, 1001, 1002]


def test_reading_between_settlements_leaves_no_trace() -> None:
    watched, left_alone = Meter(), Meter()
    for meter in (watched, left_alone):
        meter.flow(401.3, 77.7)
    for tenth in range(1000):
        watched.register_wh(tenth / 10)
    for meter in (watched, left_alone):
        meter.settle(100.0)
    assert watched.delivered_wh(100.0) == left_alone.delivered_wh(100.0)


def test_a_restored_meter_continues_its_count_and_nothing_flows() -> None:
    meter = Meter(now_s=50.0)
    meter.flow(400.0, 100.0)
    meter.restore(500, 20.75, 80.0)
    assert meter.register_wh(1_000.0) == 520
    assert (meter.voltage_v, meter.current_a, meter.power_w) == (0.0, 0.0, 0.0)


def test_a_register_cannot_start_below_zero() -> None:
    with pytest.raises(BadSetting, match="meter register: -1 "):
        Meter(-1)


@given(
    stretches=st.lists(st.tuples(st.floats(0, 3600), st.floats(0, 1000), st.floats(0, 500)), min_size=1, max_size=30)
)
def test_mv_10_the_register_never_goes_back(stretches: list[tuple[float, float, float]]) -> None:
    meter, now_s, shown_wh = Meter(), 0.0, 0
    for length_s, voltage_v, current_a in stretches:
        meter.flow(voltage_v, current_a)
        for share in (0.25, 0.5, 1.0):
            reading_wh = meter.register_wh(now_s + share * length_s)
            assert reading_wh >= shown_wh
            shown_wh = reading_wh
        now_s += length_s
        meter.settle(now_s)
        assert meter.register_wh(now_s) == shown_wh
