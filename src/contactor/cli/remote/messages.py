"""`contactor messages`: what a station and the central system say to each other."""

import json
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiError, ApiUrl, AsJson, Json
from contactor.cli.remote.output import plain, print_json, print_rows

_COLUMNS = ("at", "direction", "action", "message_id", "took_ms", "frame")


def show(
    station: Annotated[str, typer.Argument(help="The station's identity.")],
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what passes from now on.")] = False,
    action: Annotated[str | None, typer.Option(help="Only calls of an action, and their answers.")] = None,
    direction: Annotated[str | None, typer.Option(help="in (from the station) or out (to it).")] = None,
    message_id: Annotated[str | None, typer.Option(help="Only a call and its answer.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Then or later, 2026-05-01T00:00:00Z.")] = None,
    end: Annotated[str | None, typer.Option("--before", help="Before then.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many that were kept, at most.")] = 50,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show a station's messages, the oldest first; secrets are masked. With --follow, JSON is a line for each."""
    client = ApiClient(api)
    wanted = {"action": action, "direction": direction, "message_id": message_id}
    found = client.pages("/messages", "before", limit, station_id=station, **wanted, at_from=start, at_before=end)[::-1]
    if not follow:
        if not found and not client.get("/messages", limit=1)["are_kept"]:
            typer.echo("no message is kept: set log_messages = true, or use --follow", err=True)
        print_json(found) if as_json else print_rows(found, _COLUMNS)
        return
    for item in found:
        _print_line(item, as_json=as_json)
    try:
        for item in _live(client, f"/stations/{quote(station, safe='')}/messages/stream"):
            if all(value is None or item[name] == value for name, value in wanted.items()):
                _print_line(item, as_json=as_json)
    except KeyboardInterrupt:
        return


def _live(client: ApiClient, path: str) -> Iterator[Json]:
    for kind, data in client.events(path):
        if kind == "fell_behind":
            raise ApiError("messages came faster than they were printed; repeat")
        yield json.loads(data)


def _print_line(item: Json, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(item))
        return
    took = "" if item["took_ms"] is None else f" {item['took_ms']:g} ms"
    arrow = "<" if item["direction"] == "in" else ">"
    typer.echo(plain(f"{item['at']} {arrow} {item['action']}{took} {item['frame']}"))
