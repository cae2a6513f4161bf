"""The badge reader gives a badge's text as it is, or nothing when it is broken."""

import pytest

from contactor.base.errors import BadSetting
from contactor.hardware.signals import BadgePresented
from contactor.rig.badge_reader import read_badge


@pytest.mark.parametrize("uid", ["04A2B3C4", " spaced ", "longer than twenty characters", "x"])
def test_the_text_goes_on_unchecked(uid: str) -> None:
    assert read_badge(uid, is_working=True) == BadgePresented(uid)


def test_a_broken_reader_gives_nothing() -> None:
    assert read_badge("04A2B3C4", is_working=False) is None


def test_a_badge_without_a_text_is_refused_even_by_a_broken_reader() -> None:
    with pytest.raises(BadSetting, match="badge: ''"):
        read_badge("", is_working=False)
