"""What the API answered, as tables for people or JSON for programs; whatever a station sent stays text."""

import json
import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactor.cli.remote.client import Json

_WIDTH_UNBOUNDED = 240
"""Where nobody looks at it, nothing is folded."""


def print_json(answer: Json) -> None:
    """Print JSON; in ASCII, because a text may hold what a terminal takes for a command."""
    typer.echo(json.dumps(answer, indent=2))


def print_rows(items: Iterable[Json], columns: Sequence[str]) -> None:
    """Print a table with a row for each item."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for item in items:
        table.add_row(*(Text(plain(item.get(column))) for column in columns))
    _console().print(table)


def print_one(item: Json) -> None:
    """Print one thing, a line for each of its fields."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in item.items():
        table.add_row(name.replace("_", " "), Text(plain(value)))
    _console().print(table)


def plain(value: object) -> str:
    """A value as a cell; what is not printable is spelled out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ", ".join(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _console() -> Console:
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH_UNBOUNDED, highlight=False)
