"""Which test answers for which row of the guide and which rule of OCPP: the page docs/reference/traceability.md.

python -m tests.traceability DIR           write the page
python -m tests.traceability --check DIR   fail if it is not current, or if a row has no test

A test answers for a row if the row's id stands in its name, in the id of its parameters, or in its docstring; ranges
such as `FW-01..05` are read as all of their rows.
"""

import argparse
import contextlib
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from contactor.guide.load import load_product

PAGE = "traceability.md"
COLLECTED = pytest.StashKey[Sequence[pytest.Item]]()
"""All tests that a run has found, whether they are left out or not."""
SHOWN = 3

FAMILIES: Mapping[str, tuple[str, int, int]] = {
    # id: title, digits, last number
    "D": ("Decisions where the guide is silent or contradicts itself", 2, 36),
    "LA": ("Guide: local authentication", 1, 3),
    "RA": ("Guide: remote authentication", 1, 10),
    "TR": ("Transport", 2, 20),
    "RPC": ("Framing and calls", 2, 15),
    "ERR": ("CALLERROR", 2, 14),
    "BOOT": ("Boot and registration", 2, 19),
    "HB": ("Heartbeat", 2, 5),
    "CLK": ("Clock", 2, 5),
    "ST": ("Connector status", 2, 31),
    "FLT": ("Faults", 2, 12),
    "AU": ("Authorization", 2, 17),
    "CA": ("Authorization cache", 2, 9),
    "LL": ("Local authorization list", 2, 15),
    "TX": ("Start of a transaction", 2, 14),
    "STP": ("Stop of a transaction", 2, 10),
    "Q": ("Queue of transaction messages", 2, 13),
    "PW": ("Power loss", 2, 5),
    "MV": ("Metering", 2, 19),
    "SC": ("Smart charging", 2, 33),
    "RSV": ("Reservations", 2, 18),
    "AVL": ("Availability", 2, 12),
    "RST": ("Reset", 2, 8),
    "UNL": ("Unlock", 2, 3),
    "RS": ("Remote start and stop", 2, 13),
    "TRG": ("Trigger message", 2, 11),
    "FW": ("Firmware update", 2, 15),
    "DG": ("Diagnostics", 2, 8),
    "CF": ("Configuration", 2, 22),
    "DT": ("Data transfer", 2, 7),
    "SEC": ("Security: keys and TLS", 2, 26),
    "SE": ("Security events", 2, 6),
    "CS": ("Duties of the central system", 2, 28),
}

GAPS = frozenset({*(f"ST-{number}" for number in range(15, 30)), *(f"SEC-{number}" for number in range(13, 20))})
"""Numbers that were never given out."""

WITHOUT_TEST: Mapping[str, str] = {
    "CA-09": "a leftover of the specification: that answer carries no tag information",
    "DT-06": "advice on naming vendors",
    "FW-15": "applies where signed updates are offered, which this station does not",
    "RSV-06": "this product always takes reservations",
    "SC-33": "says what an answer does not promise",
    "SEC-04": "a freedom of whoever deploys",
    "SEC-25": "no certificates are made here; stations and central systems are given theirs",
    "CS-02": "a matter of measurement: see benchmarks/central.py",
    "SEC-12": "this product has no SecurityProfile key",
    "TR-18": "advice on deployment",
    "TX-06": "the cable is fixed to the station",
}
"""Rows nothing can be tested of, and why."""

_RANGE = re.compile(r"\b([A-Z]+)-(\d+)\.\.(?:[A-Z]+-)?(\d+)")
_ID = re.compile(r"\b([A-Z]+)-(\d+)\b")
_IN_NAME = re.compile(r"(?<![a-z0-9])([a-z]+)_(\d{1,2})(?![0-9])")


class _Collector:
    """A pytest plugin that keeps what was collected and runs nothing."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.items = list(items)


def collected() -> list[tuple[str, str]]:
    """Every test as (where it stands, text that may hold ids)."""
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()):
        # The package's own plugin is here before pytest could rewrite it, which matters to no collection.
        quietly = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
        code = pytest.main(["--collect-only", "-qq", *quietly, "tests"], plugins=[collector])
    if code != 0:
        raise SystemExit("the tests cannot be collected; run make test first")
    return texts_of(collector.items)


def texts_of(items: Iterable[pytest.Item]) -> list[tuple[str, str]]:
    """Each collected test as (where it stands, text that may hold ids)."""
    found = []
    for item in items:
        function = getattr(item, "obj", None)
        where = f"{item.path.relative_to(item.config.rootpath)}::{getattr(item, 'originalname', item.name)}"
        found.append((where, f"{item.name}\n{getattr(function, '__doc__', None) or ''}"))
    return found


def ids_in(text: str) -> set[str]:
    """The row ids a test's text names."""
    found = {_row(family, int(number)) for family, number in _ID.findall(text) if family in FAMILIES}
    for family, first, last in _RANGE.findall(text):
        if family in FAMILIES:
            found |= {_row(family, number) for number in range(int(first), int(last) + 1)}
    name = text.partition("\n")[0]
    found |= {_row(word.upper(), int(number)) for word, number in _IN_NAME.findall(name) if word.upper() in FAMILIES}
    return found


def _row(family: str, number: int) -> str:
    return f"{family}-{number:0{FAMILIES[family][1]}d}"


def sections() -> dict[str, list[str]]:
    """Every row that must have a test, under its heading."""
    product = load_product()
    rows = {"Guide: configuration keys": list(product.configuration)}
    rows["Guide: vendor error codes"] = list(product.vendor_errors)
    rows["Guide: operations"] = [operation.action for operation in product.operations]
    rows["Guide: models"] = list(product.models)
    for family, (title, _digits, last) in FAMILIES.items():
        numbered = [_row(family, number) for number in range(1, last + 1)]
        rows[f"{title} ({family})"] = [row for row in numbered if row not in GAPS]
    return rows


def page(tests: Iterable[tuple[str, str]]) -> tuple[str, list[str]]:
    """The page, and the rows that have neither a test nor a reason."""
    answering = _answering(list(tests))
    lines = [
        "# Traceability",
        "",
        "<!-- Written by `make docs` from the tests. Name a row in a test, not here. -->",
        "",
    ]
    lines += ["Each row of the guide and each rule of OCPP, and the tests that answer for it.", ""]
    empty = []
    for heading, rows in sections().items():
        lines += [f"## {heading}", "", "| row | tests |", "| --- | --- |"]
        for row in rows:
            answer = _answer(answering.get(row, []), WITHOUT_TEST.get(row))
            if not answer:
                empty.append(row)
            lines.append(f"| {row} | {answer} |")
        lines.append("")
    return "\n".join(lines), empty


def _answering(tests: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    guide_rows = [row for heading, rows in sections().items() if heading.startswith("Guide: ") for row in rows]
    words = re.compile(
        r"(?<![A-Za-z0-9])(" + "|".join(sorted(map(re.escape, guide_rows), key=len, reverse=True)) + r")(?![A-Za-z0-9])"
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for where, text in tests:
        for row in ids_in(text) | set(words.findall(text)):
            found[row][where] = None
    return {row: sorted(places) for row, places in found.items()}


def _answer(places: Sequence[str], reason: str | None) -> str:
    if not places:
        return f"none: {reason}" if reason else ""
    shown = ", ".join(f"`{place.removeprefix('tests/')}`" for place in places[:SHOWN])
    more = len(places) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.traceability", description="Write the traceability page.")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if not current or a row is empty")
    chosen = parser.parse_args(arguments)
    text, empty = page(collected())
    file = chosen.folder / PAGE
    if chosen.check:
        current = file.is_file() and file.read_text(encoding="utf-8") == text
        if not current:
            print(f"{file} is not current; `make docs` writes it again", file=sys.stderr)
    else:
        file.write_text(text, encoding="utf-8")
        current = True
    for row in empty:
        print(f"{row} has no test", file=sys.stderr)
    return 0 if current and not empty else 1


if __name__ == "__main__":
    sys.exit(main())
