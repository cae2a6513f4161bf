"""Every row of the guide and of OCPP has its test, and the page that says which is current."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.traceability import COLLECTED, PAGE, WITHOUT_TEST, ids_in, page, sections, texts_of

ROOT = Path(__file__).resolve().parents[2]


def test_no_row_is_without_a_test_and_the_page_is_current(request: pytest.FixtureRequest) -> None:
    items = request.config.stash[COLLECTED]
    if {item.path for item in items} != set((ROOT / "tests").rglob("test_*.py")):
        _check_elsewhere()
        return
    # In a run of the whole suite all tests are collected already, which takes longer than to look through them.
    text, empty = page(texts_of(items))
    assert empty == []
    assert (ROOT / "docs" / "reference" / PAGE).read_text(encoding="utf-8") == text, "`make docs` writes it again"


def _check_elsewhere() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.traceability", "--check", "docs/reference"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("test_tx_08_a_lost_start", {"TX-08"}),
        ("test_la_2_the_screen_decides", {"LA-2"}),
        ("test_x[RA-10]", {"RA-10"}),
        ("test_x\nHolds FW-01..03 and D-31.", {"FW-01", "FW-02", "FW-03", "D-31"}),
        ("test_utf_8_and_ccs2_name_no_row", set()),
    ],
)
def test_ids_are_found_in_names_parameters_and_docstrings(text: str, ids: set[str]) -> None:
    assert ids_in(text) == ids


def test_a_row_without_test_and_reason_is_reported() -> None:
    _text, empty = page([("tests/a.py::test_a", "test_tx_01_something")])
    assert "TX-02" in empty
    assert "TX-01" not in empty
    assert not set(WITHOUT_TEST) & set(empty)


def test_every_reason_is_for_a_row_that_exists() -> None:
    rows = {row for section in sections().values() for row in section}
    assert set(WITHOUT_TEST) <= rows
