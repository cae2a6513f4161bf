"""`contactor transactions`: the ledger."""

from pathlib import Path
from typing import Annotated

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson, Json
from contactor.cli.remote.files import write_file
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Transactions: list, show, cost, export, close ghosts.", no_args_is_help=True)

_COLUMNS = (
    "transaction_id station_id connector_id id_tag state started_at stopped_at energy_wh cost_total currency "
    "stop_reason suspicions"
).split()
_TOTALS = ("of", "currency", "transactions", "energy_wh", "net", "vat", "total")
Number = Annotated[int, typer.Argument(min=1, help="The transaction's number.")]
StationOption = Annotated[str | None, typer.Option(help="Only those of a station.")]
TagOption = Annotated[str | None, typer.Option(help="Only those of a tag.")]
StateOption = Annotated[str | None, typer.Option(help="open, stopped or stop_missing.")]
SuspectOption = Annotated[bool | None, typer.Option("--suspect/--sound", help="Only those that are, or are not.")]
FromOption = Annotated[str | None, typer.Option("--from", help="Started then or later, 2026-05-01T00:00:00Z.")]
BeforeOption = Annotated[str | None, typer.Option("--before", help="Started before.")]


@app.command("list")
def list_transactions(
    station: StationOption = None,
    tag: TagOption = None,
    state: StateOption = None,
    suspect: SuspectOption = None,
    start: FromOption = None,
    end: BeforeOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List transactions, the newest first."""
    wanted = _wanted(station, tag, state, suspect, start, end)
    items = ApiClient(api).pages("/transactions", "before", limit, **wanted)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a transaction and what happened to it."""
    client = ApiClient(api)
    item, story = client.get(f"/transactions/{number}"), client.get(f"/transactions/{number}/timeline")
    if as_json:
        print_json({**item, "timeline": story})
        return
    print_one(item)
    print_rows(story, ("at", "text"))


@app.command()
def readings(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List a transaction's readings."""
    items = ApiClient(api).pages(f"/transactions/{number}/readings", "skip", 10_000)
    print_json(items) if as_json else print_rows(items, ("taken_at", "energy_wh", "power_w", "soc_percent"))


@app.command()
def cost(
    number: Number,
    check: Annotated[bool, typer.Option("--check", help="Compute it again from the readings, and compare.")] = False,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show what a transaction costs, and how that adds up."""
    item = ApiClient(api).get(f"/transactions/{number}/cost{'/check' if check else ''}")
    if as_json:
        print_json(item)
        return
    if check:
        print_one(
            {"verdict": item["verdict"], "kept": _amounts(item["kept"]["cost"]), "now": _amounts(item["recomputed"])}
        )
        return
    tariff = item["tariff"]
    by = f"{tariff['name']}, version {tariff['version']}"
    print_one({"cost": _amounts(item["cost"]), "final": item["is_final"], "tariff": by})
    print_rows(item["cost"]["lines"], ("kind", "quantity", "unit", "price", "amount"))


@app.command()
def costs(
    by: Annotated[str, typer.Option(help="site_id, model or station_id.")] = "site_id",
    start: FromOption = None,
    end: BeforeOption = None,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Sum what transactions came to, of the last 30 days unless told otherwise."""
    items = ApiClient(api).get("/costs", by=by, started_from=start, started_before=end)
    print_json(items) if as_json else print_rows(items, _TOTALS)


def _amounts(cost: Json) -> str:
    return f"{cost['total']} {cost['currency']} ({cost['net']} + VAT {cost['vat']})"


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; a name that ends in .json makes JSON, others CSV.")],
    station: StationOption = None,
    tag: TagOption = None,
    state: StateOption = None,
    suspect: SuspectOption = None,
    start: FromOption = None,
    end: BeforeOption = None,
    per_hour: Annotated[bool, typer.Option("--per-hour", help="A line for each hour of each transaction.")] = False,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Write transactions, or the energy of their hours, to a file."""
    form = "json" if file.suffix == ".json" else "csv"
    wanted = _wanted(station, tag, state, suspect, start, end)
    unit = {"per": "hour" if per_hour else "transaction"}
    answer = ApiClient(api).ask("GET", "/transactions/export", parameters={**wanted, **unit, "format": form})
    write_file(file, answer.content)


@app.command()
def close(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    meter: Annotated[int | None, typer.Option(min=0, help="meterStop in Wh; the latest reading if not given.")] = None,
    at: Annotated[str | None, typer.Option(help="When it ended; now if not given.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Close the record of a transaction whose stop never came; the station is told nothing."""
    body = {"reason": reason, "meter_stop_wh": meter, "stopped_at": at}
    typer.echo(ApiClient(api).ask("POST", f"/transactions/{number}/close", body=body).json()["note"])


@app.command()
def correct(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    meter_start: Annotated[int | None, typer.Option(min=0, help="meterStart in Wh.")] = None,
    meter_stop: Annotated[int | None, typer.Option(min=0, help="meterStop in Wh.")] = None,
    stopped: Annotated[str | None, typer.Option(help="When it ended, such as 2026-05-01T12:00:00Z.")] = None,
    tag: Annotated[str | None, typer.Option(help="Whose it was.")] = None,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Put a transaction right that has ended; what the station reported is kept beside it."""
    body = {
        "reason": reason,
        "meter_start_wh": meter_start,
        "meter_stop_wh": meter_stop,
        "stopped_at": stopped,
        "id_tag": tag,
    }
    item = ApiClient(api).change("POST", f"/transactions/{number}", body, sub="/corrections").json()
    print_json(item) if as_json else print_one(item)


@app.command()
def corrections(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List what was put right in a transaction, with the values before."""
    items = ApiClient(api).get(f"/transactions/{number}/corrections")
    print_json(items) if as_json else print_rows(items, ("at", "field", "old_value", "new_value", "who", "why"))


@app.command()
def hours(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List what a transaction took in each hour."""
    items = ApiClient(api).get(f"/transactions/{number}/hours")
    print_json(items) if as_json else print_rows(items, ("hour", "energy_wh"))


def _wanted(
    station: str | None, tag: str | None, state: str | None, suspect: bool | None, start: str | None, end: str | None
) -> dict[str, object]:
    return {
        "station_id": station,
        "id_tag": tag,
        "state": state,
        "suspect": suspect,
        "started_from": start,
        "started_before": end,
    }
