"""The figures of a report, by hand."""

import re
from datetime import UTC, datetime

from contactor.central.reports.charts import BARS_MAX
from contactor.central.reports.figures import NO_MODEL, NO_SITE, By, Charge, Span, StationRecord, months_of, report_of
from contactor.central.reports.page import as_html

HOUR = 3_600_000


def at_ms(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def charge(begin_h: int, end_h: int, energy_wh: int | None) -> Charge:
    return Charge(Span(begin_h * HOUR, end_h * HOUR), energy_wh)


def test_a_charge_counts_where_it_ended_and_its_time_where_it_was() -> None:
    station = StationRecord("A", None, 0, 2, [charge(8, 12, 5000), charge(18, 22, 9000), charge(19, 20, None)])
    (line,) = report_of([station], Span(10 * HOUR, 20 * HOUR), By.STATION).lines
    assert (line.name, line.sessions, line.energy_wh) == ("A", 1, 5000)
    assert line.charging_s == (2 + 2 + 1) * 3600
    assert line.utilisation == 5 / 20


def test_uptime_counts_since_the_station_was_known_and_utilisation_needs_connectors() -> None:
    young = StationRecord("A", None, 15 * HOUR, 0, (), [Span(0, 16 * HOUR), Span(18 * HOUR, 99 * HOUR)])
    unborn = StationRecord("B", None, 50 * HOUR, 1)
    one, other = report_of([young, unborn], Span(10 * HOUR, 20 * HOUR), By.STATION).lines
    assert (one.uptime, one.utilisation) == (0.6, None)
    assert (other.uptime, other.utilisation) == (None, None)


def test_stations_are_summed_by_site_and_the_total_is_the_sum_of_the_lines() -> None:
    stations = [
        StationRecord(name, site, 0, 1, [charge(1, 2, energy_wh)])
        for name, site, energy_wh in (("A", "depot", 1), ("B", "depot", 2), ("C", None, 4))
    ]
    report = report_of(stations, Span(0, 10 * HOUR), By.SITE)
    assert [(line.name, line.energy_wh, line.sessions) for line in report.lines] == [(NO_SITE, 4, 1), ("depot", 3, 2)]
    assert (report.total.energy_wh, report.total.sessions) == (7, 3)


def test_stations_are_summed_by_the_model_they_name() -> None:
    stations = [
        StationRecord(name, "depot", 0, 1, [charge(1, 2, energy_wh)], model=model)
        for name, model, energy_wh in (("A", "EVD1S180TBB", 1), ("B", "EVD1S180TBB", 2), ("C", None, 4))
    ]
    report = report_of(stations, Span(0, 10 * HOUR), By.MODEL)
    assert [(line.name, line.energy_wh) for line in report.lines] == [(NO_MODEL, 4), ("EVD1S180TBB", 3)]


def test_months_are_cut_to_the_time_and_add_up_to_it_over_new_year_and_leap_day() -> None:
    span = Span(at_ms(2027, 12, 15), at_ms(2028, 3, 2))
    months = months_of(span)
    assert [name for name, _ in months] == ["2027-12", "2028-01", "2028-02", "2028-03"]
    assert [month.length_ms // (24 * HOUR) for _, month in months] == [17, 31, 29, 1]
    station = StationRecord("A", None, 0, 1, [Charge(Span(at_ms(2028, 1, 31), at_ms(2028, 2, 1)), 700)])
    lines = report_of([station], span, By.MONTH).lines
    assert [(line.name, line.energy_wh) for line in lines if line.sessions] == [("2028-02", 700)]
    assert [line.name for line in lines if line.charging_s] == ["2028-01"]


def test_the_page_escapes_what_stations_are_called_and_says_what_its_charts_leave_out() -> None:
    stations = [StationRecord(f"<script>{number:03}", None, 0, 1) for number in range(BARS_MAX + 5)]
    page = as_html(report_of(stations, Span(0, HOUR), By.STATION))
    assert "<script" not in page
    assert "&lt;script&gt;064" in page
    assert "5 more are in the table" in page
    assert "http" not in page  # nothing is fetched


def test_the_page_shows_the_totals_first_and_a_dash_where_there_is_nothing_to_be_a_share_of() -> None:
    charges = [Charge(Span(0, HOUR // 2), 12_000), Charge(Span(HOUR // 2, HOUR - 1), 6_500)]
    page = as_html(report_of([StationRecord("A", None, 0, 0, charges)], Span(0, HOUR), By.STATION))
    for name, value in (("Energy", "18 kWh"), ("Sessions", "2"), ("A session", "9.2 kWh"), ("Utilisation", "-")):
        assert f"<div><dt>{name}</dt><dd>{value}</dd></div>" in page
    assert re.search(r'<text x="206.0" y="13">-</text>', page)  # the bar of the utilisation has no length
    assert "Nothing to show" in as_html(report_of([], Span(0, HOUR), By.STATION))


def test_months_stand_as_columns_side_by_side_and_uptime_is_measured_against_all_of_the_time() -> None:
    start, end = at_ms(2024, 1, 1), at_ms(2026, 1, 1)
    half = [Span(month.from_ms, (month.from_ms + month.until_ms) // 2) for _, month in months_of(Span(start, end))]
    page = as_html(report_of([StationRecord("A", None, start, 1, (), half)], Span(start, end), By.MONTH))
    uptime = page.split("Uptime, %</figcaption>")[1].split("</figure>")[0]
    heights = [float(found) for found in re.findall(r'height="([\d.]+)" rx', uptime)]
    assert len(heights) == 24
    assert set(heights) == {58.0}  # half of what a whole month would have
    assert re.findall(r">(20\d\d-\d\d)<", uptime) == [f"{y}-{m:02}" for y in (2024, 2025) for m in (1, 4, 7, 10)]
