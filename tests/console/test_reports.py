"""Reports become lines and bars, and the times that people name become bounds."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contactor.central.api.routers.alarms import CountedBy
from contactor.central.reports.figures import By
from contactor.central.tariffs.cost_totals import TotalsBy
from contactor.console.periods import PERIODS
from contactor.console.report_kinds import KINDS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LINE = {"name": "A", "sessions": 2, "energy_wh": 23_400, "charging_s": 5400, "utilisation": 0.25, "uptime": None}


def test_every_group_that_the_api_takes_is_offered() -> None:
    taken = {"energy": By, "costs": TotalsBy, "alarms": CountedBy}
    assert {name: set(kind.groups) for name, kind in KINDS.items()} == {
        name: {member.value for member in words} for name, words in taken.items()
    }


def test_a_line_of_energy_is_in_the_units_that_people_read_and_the_sum_stands_apart() -> None:
    kind = KINDS["energy"]
    report = {"lines": [LINE], "total": {**LINE, "name": "total", "uptime": 1.0}}
    (line,) = kind.lines(report)
    assert line == {
        "name": "A",
        "sessions": 2,
        "energy": 23.4,
        "charging": 1.5,
        "utilisation": 25.0,
        "uptime": None,
    }
    total = kind.total(report)
    assert total is not None
    assert (total["name"], total["uptime"]) == ("All together", 100.0)
    assert kind.total({"lines": [], "total": LINE}) is None


def test_costs_keep_each_currency_apart_and_their_amounts_as_they_are() -> None:
    amounts = {"transactions": 3, "energy_wh": 1000, "net": "1.10", "vat": "0.23", "total": "1.33"}
    lines = KINDS["costs"].lines([{"of": "", "currency": "EUR", **amounts}, {"of": "A", "currency": "CHF", **amounts}])
    assert [(line["name"], line["total"]) for line in lines] == [("(none), EUR", "1.33"), ("A, CHF", "1.33")]


def test_alarms_are_told_with_the_mean_time_to_repair() -> None:
    counts = [{"of": "0x100202", "total": 3, "open": 1, "mean_repair_s": 5400.0}]
    (line,) = KINDS["alarms"].lines(counts)
    assert line == {"name": "0x100202", "alarms": 3, "open": 1, "repair": 1.5}


def test_every_figure_that_can_be_drawn_is_in_the_table() -> None:
    for kind in KINDS.values():
        columns = {column.name for column in kind.columns}
        assert {measure.name for measure in kind.measures} <= columns


@pytest.mark.parametrize(
    ("period", "begins", "ends"),
    [
        ("The last 7 days", "2026-03-24T00:00:00+01:00", None),
        ("The last 30 days", "2026-03-01T00:00:00+01:00", None),
        ("This month", "2026-03-01T00:00:00+01:00", None),
        ("The month before", "2026-02-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00"),
        ("This year", "2026-01-01T00:00:00+01:00", None),
    ],
)
def test_a_named_time_begins_at_midnight_of_the_readers_clock(period: str, begins: str, ends: str | None) -> None:
    now = datetime(2026, 3, 31, 14, 30, tzinfo=AMSTERDAM)  # two days after the clocks went forward
    start, end = PERIODS[period](now)
    assert (start.isoformat(), end and end.isoformat()) == (begins, ends)
