"""`contactor tariffs`: what charges cost."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson, Json
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Tariffs: list, show, make, change, retire.", no_args_is_help=True)

_COLUMNS = "tariff_id name version currency time_zone vat_percent for valid_from valid_until retired_at".split()
_RATE_COLUMNS = "weekdays from_hour until_hour per_kwh per_minute idle_per_minute".split()
Number = Annotated[int, typer.Argument(min=1, help="The tariff's number.")]
TermsFile = Annotated[Path, typer.Argument(help="JSON with the tariff's name, currency, rates and the rest.")]


@app.command("list")
def list_tariffs(
    retired: Annotated[
        bool | None, typer.Option("--retired/--current", help="Only those that are, or are not.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List tariffs as they are now."""
    items = ApiClient(api).pages("/tariffs", "after", limit, retired=retired)
    print_json(items) if as_json else print_rows([_row(item) for item in items], _COLUMNS)


@app.command()
def show(
    number: Number,
    versions: Annotated[bool, typer.Option("--versions", help="All versions, the newest first.")] = False,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show a tariff and its rates."""
    client = ApiClient(api)
    items = client.get(f"/tariffs/{number}/versions") if versions else [client.get(f"/tariffs/{number}")]
    if as_json:
        print_json(items if versions else items[0])
        return
    for item in items:
        print_one({name: value for name, value in _row(item).items() if name not in ("rates", "assigned_to", "etag")})
        print_rows(item["rates"], _RATE_COLUMNS)


@app.command()
def make(file: TermsFile, api: ApiUrl = DEFAULT_URL) -> None:
    """Make a tariff; charges that begin from now on go by it."""
    made = ApiClient(api).ask("POST", "/tariffs", body=_read(file)).json()
    typer.echo(f"tariff {made['tariff_id']} is made")


@app.command()
def change(number: Number, file: TermsFile, api: ApiUrl = DEFAULT_URL) -> None:
    """Replace a tariff by a new version; charges that have begun go on as they began."""
    made = ApiClient(api).change("PUT", f"/tariffs/{number}", _read(file)).json()
    typer.echo(f"tariff {number} has version {made['version']} now")


@app.command()
def retire(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Let no charge begin by a tariff any more."""
    ApiClient(api).change("DELETE", f"/tariffs/{number}")
    typer.echo(f"tariff {number} is retired")


def _row(item: Json) -> Json:
    subjects = [each["station_id"] or each["group"] or "all" for each in item["assigned_to"]]
    return {**item, "for": subjects}


def _read(file: Path) -> Json:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("FILE", str(file), f"it cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise BadSetting("FILE", str(file), f"it is not JSON: {error}") from error
