"""Settings and ratings that no hardware can have are refused by name and value."""

from dataclasses import fields, replace

import pytest

from contactor.base.errors import BadSetting
from contactor.rig.plug import CableRating, PlugKind
from contactor.rig.settings import RigSettings


@pytest.mark.parametrize("name", [field.name for field in fields(RigSettings)])
@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_a_rate_or_duration_is_above_zero_and_finite(name: str, value: float) -> None:
    with pytest.raises(BadSetting, match=f"rig {name}: {value} "):
        replace(RigSettings(), **{name: value})


def test_the_bounds_of_the_insulation_check_may_not_cross() -> None:
    with pytest.raises(BadSetting, match=r"insulation_check_min_s: 6\.0 .* 5\.0"):
        RigSettings(insulation_check_min_s=6.0)


@pytest.mark.parametrize(("power_w", "current_a"), [(0.0, 100.0), (1000.0, -1.0)])
def test_a_cable_carries_something(power_w: float, current_a: float) -> None:
    with pytest.raises(BadSetting, match="cable "):
        CableRating(power_w, current_a)


def test_d_17_only_ccs2_follows_a_limit() -> None:
    assert [plug.follows_limit for plug in PlugKind] == [True, False]
