"""`contactor files`: diagnostics that stations bring."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.files import write_file
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Diagnostics: have a station bring them, list, download, remove.", no_args_is_help=True)

_COLUMNS = (
    *("diagnostics_id", "ordered_at", "state", "file_name", "size_bytes", "status_told", "ordered_by", "why", "detail"),
)
Station = Annotated[str, typer.Argument(help="The station's id.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The number of the diagnostics.")]


@app.command("get")
def order(
    station: Station,
    since: Annotated[str | None, typer.Option(help="Nothing from before, such as 2026-05-01T12:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Nothing from after.")] = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    wait_for_station_s: Annotated[
        float | None, typer.Option(min=1, help="Let it wait so many seconds for a station that is away.")
    ] = None,
    via: Annotated[str, typer.Option(help="http, or ftp where that is served.")] = "http",
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Have a station bring its diagnostics."""
    times = {"start_time": since, "stop_time": until}
    body = {**times, "why": why, "wait_for_station_s": wait_for_station_s, "via": via}
    made = ApiClient(api).ask("POST", f"{_station(station)}/diagnostics", body=body).json()
    typer.echo(f"diagnostics {made['diagnostics_id']} of {station} are {made['state']}")


@app.command("list")
def list_diagnostics(
    station: Station,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List a station's diagnostics, the newest first."""
    items = ApiClient(api).pages(f"{_station(station)}/diagnostics", "before", limit)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show how far diagnostics have come."""
    item = ApiClient(api).get(f"/diagnostics/{number}")
    print_json(item) if as_json else print_one(item)


@app.command()
def download(
    number: Number,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Write the archive to a file."""
    write_file(file, ApiClient(api).ask("GET", f"/diagnostics/{number}/file").content)


@app.command()
def remove(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove diagnostics and their archive."""
    ApiClient(api).ask("DELETE", f"/diagnostics/{number}")
    typer.echo(f"diagnostics {number} are removed")


def _station(station: str) -> str:
    return f"/stations/{quote(station, safe='')}"
