"""What `contactor storm` says of a run: every finding whole, in one line, whatever signs it holds."""

from collections import Counter

import pytest

from contactor.cli.storm_verdict import print_verdict
from contactor.storm.evidence import Violation
from contactor.storm.verdict import Figures, Verdict

FIGURES = Figures(
    station_hours=12.4,
    wall_s=6.2,
    frames=2408,
    transactions=29,
    readings=1142,
    energy_wh=639_755,
    visits=40,
    orders=Counter(Reset=57),
    troubles=Counter(line_cut=139),
    codes=Counter(),
    notes=Counter(),
    settled_after_s=0.0,
)


def test_a_finding_is_told_word_for_word_and_a_line_stays_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    what = "owed [Charging] and [/b], was told [1, 2]" + " again" * 20
    found = Violation("statuses are legal", "CP-1", 12.0, what)
    print_verdict(Verdict("bad_lines", 7, (found,), "8ec2914f1281284c00", FIGURES), as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        f"statuses are legal  12.0 s  CP-1  {what}",
        "12.4 station-hours in 6.2 s (2.0 a second), 2408 messages, 139 troubles, 57 orders; settled after 0 s",
        "29 transactions, 1142 readings, 639755 Wh: 1 VIOLATIONS",
        "trace 8ec2914f1281284c",
    ]
