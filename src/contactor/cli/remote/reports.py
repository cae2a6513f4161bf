"""`contactor reports`: energy, sessions, utilisation and uptime."""

from pathlib import Path
from typing import Annotated

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.files import write_file
from contactor.cli.remote.output import print_json, print_rows

app = typer.Typer(help="Reports: on the terminal, or as CSV, JSON or a page to print.", no_args_is_help=True)

_COLUMNS = ("name", "sessions", "energy_wh", "charging_s", "utilisation", "uptime")
_FORMATS = {".csv": "csv", ".html": "html", ".htm": "html"}


@app.callback()
def reports() -> None:
    """Keep `energy` a command of its own."""


@app.command()
def energy(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; .csv and .html say what, others are JSON.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="From when on, 2026-05-01T00:00:00Z; 30 days if not given.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Until when; now if not given.")] = None,
    by: Annotated[str, typer.Option(help="station, site, model or month.")] = "station",
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Report energy, sessions, utilisation and uptime."""
    wanted = {"from": start, "to": to, "by": by}
    if file is not None:
        form = _FORMATS.get(file.suffix.lower(), "json")
        answer = ApiClient(api).ask("GET", "/reports/energy", parameters={**wanted, "format": form})
        write_file(file, answer.content)
        return
    report = ApiClient(api).get("/reports/energy", **wanted)
    print_json(report) if as_json else print_rows([*report["lines"], report["total"]], _COLUMNS)
