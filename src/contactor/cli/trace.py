"""`contactor trace`: shows what a trace has, and where two traces part."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contactor.station.trace import Direction
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.trace.difference import Comparison, Difference, differences
from contactor.virtual.trace.trace_file import read_trace
from contactor.virtual.trace.traced import Traced

PAYLOAD_SHOWN_MAX = 120
_ARROWS = {Direction.SENT: "->", Direction.RECEIVED: "<-"}

app = typer.Typer(
    help="Read traces: what passed between a station and its central system, frame by frame.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="A trace, as `contactor station --trace` writes it.")]
Actions = Annotated[list[str] | None, typer.Option("--action", help="Only frames of this action; may be repeated.")]
Way = Annotated[Direction | None, typer.Option(help="Only frames the station sent, or received.")]


@app.command()
def show(
    file: File,
    action: Actions = None,
    direction: Way = None,
    kind: Annotated[FrameKind | None, typer.Option(help="Only calls, results or errors.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Show payloads in full.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines themselves.")] = False,
) -> None:
    """Show a trace as a table: when, which way, what."""
    lines = _chosen(read_trace(file), action, direction)
    lines = [each for each in lines if kind is None or each.kind is kind]
    for each in lines:
        typer.echo(_as_json(each) if as_json else _row(each, is_whole=whole))
    if not as_json:
        typer.echo(f"{len(lines)} frames")


@app.command()
def diff(
    left: File,
    right: File,
    action: Actions = None,
    direction: Way = None,
    ids: Annotated[bool, typer.Option("--ids", help="Compare message ids too.")] = False,
    instants: Annotated[bool, typer.Option("--instants", help="Compare instants too.")] = False,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave this field of payloads out, such as meterStop; may be repeated.")
    ] = None,
) -> None:
    """Tell where two traces part; exits with 1 if they do. Message ids and instants do not matter unless asked for."""
    comparison = Comparison(ids, instants, frozenset(ignore or ()))
    found = differences(
        _chosen(read_trace(left), action, direction), _chosen(read_trace(right), action, direction), comparison
    )
    for each in found:
        _tell(each)
    typer.echo("no differences that matter" if not found else f"{len(found)} differences")
    raise typer.Exit(1 if found else 0)


def _chosen(lines: Sequence[Traced], actions: list[str] | None, direction: Direction | None) -> list[Traced]:
    return [
        each
        for each in lines
        if (not actions or each.action in actions) and (direction is None or each.direction is direction)
    ]


def _tell(difference: Difference) -> None:
    typer.echo(f"@ {difference.left_number} / {difference.right_number}")
    for sign, lines in (("-", difference.left), ("+", difference.right)):
        for each in lines:
            typer.echo(f"{sign} {_row(each, is_whole=True)}")


def _row(traced: Traced, *, is_whole: bool) -> str:
    said = traced.text if traced.frame is None else json.dumps(traced.payload)
    shown = said or ""
    if not is_whole and len(shown) > PAYLOAD_SHOWN_MAX:
        shown = f"{shown[:PAYLOAD_SHOWN_MAX]}..."
    action = _printable(traced.action or "?")
    return f"{traced.at:24}  {_ARROWS[traced.direction]}  {traced.kind:10}  {action:30}  {_printable(shown)}"


def _printable(text: str) -> str:
    """What a peer sent may hold anything; a terminal is not told to do what it says."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _as_json(traced: Traced) -> str:
    return msgspec.json.encode(traced).decode()
