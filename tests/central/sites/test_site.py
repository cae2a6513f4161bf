"""A site's limit by the clock on its wall, and what a car could use."""

from datetime import UTC, datetime

import pytest

from contactor.central.sites.demand import Drawing, demand_w
from contactor.central.sites.site import Site, Window

PEAK = Window(frozenset({0, 1, 2, 3, 4}), 17 * 60, 21 * 60, 50_000)
NIGHT = Window(frozenset({4}), 22 * 60, 6 * 60, 300_000)


@pytest.mark.parametrize(
    ("instant", "limit_w"),
    [
        # 1 May 2026 is a Friday; Paris is two hours ahead of UTC in summer, one in winter.
        (datetime(2026, 5, 1, 14, 59, tzinfo=UTC), 100_000),
        (datetime(2026, 5, 1, 15, 0, tzinfo=UTC), 50_000),
        (datetime(2026, 5, 1, 18, 59, tzinfo=UTC), 50_000),
        (datetime(2026, 5, 1, 19, 0, tzinfo=UTC), 100_000),
        (datetime(2026, 5, 2, 15, 0, tzinfo=UTC), 100_000),
        (datetime(2026, 1, 2, 15, 59, tzinfo=UTC), 100_000),
        (datetime(2026, 1, 2, 16, 0, tzinfo=UTC), 50_000),
        # Friday's night goes on into Saturday.
        (datetime(2026, 5, 2, 3, 59, tzinfo=UTC), 300_000),
        (datetime(2026, 5, 2, 4, 0, tzinfo=UTC), 100_000),
        (datetime(2026, 5, 1, 3, 59, tzinfo=UTC), 100_000),
    ],
)
def test_windows_follow_the_sites_own_clock(instant: datetime, limit_w: int) -> None:
    assert Site("S", "", 100_000, windows=(PEAK, NIGHT), time_zone="Europe/Paris").limit_at(instant) == limit_w


def test_of_windows_that_overlap_the_lowest_limit_holds() -> None:
    noon = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    lunch = [Window(frozenset({4}), 11 * 60, 13 * 60, limit_w) for limit_w in (70_000, 60_000, 80_000)]
    assert Site("S", "", 50_000, windows=lunch).limit_at(noon) == 60_000


@pytest.mark.parametrize(
    ("drawing", "expected_w"),
    [
        (Drawing(None, 50_000, 600, is_suspended=False), 180_000),
        (Drawing(20_000, 50_000, 59, is_suspended=False), 180_000),
        (Drawing(42_500, 50_000, 600, is_suspended=False), 180_000),
        (Drawing(20_000, 50_000, 600, is_suspended=False), 23_000),
        (Drawing(1_000, 50_000, 600, is_suspended=False), 3_000),
        (Drawing(100_000, None, 600, is_suspended=False), 115_000),
        (Drawing(20_000, 50_000, 600, is_suspended=True), 0),
    ],
)
def test_a_car_asks_for_all_its_connector_gives_until_it_shows_that_it_takes_less(
    drawing: Drawing, expected_w: int
) -> None:
    assert demand_w(drawing, ceiling_w=180_000) == expected_w
