"""`contactor lists`: which tags stations' local lists hold, and how far each station has come."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson, Json
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(
    help="Local lists: say who is on which stations' lists, and see how far they are.", no_args_is_help=True
)

_COLUMNS = ("station_id", "state", "wanted_entries", "held_entries", "held_version", "changes", "left_out", "failure")
Name = Annotated[str, typer.Argument(help="The rule's name.")]
Station = Annotated[str, typer.Argument(help="The station's identity.")]


@app.command()
def rules(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the rules."""
    items = ApiClient(api).get("/list-rules")
    if as_json:
        print_json(items)
        return
    print_rows(
        ({"rule": each["name"], "stations": _words(each["stations"]), "tags": _words(each["tags"])} for each in items),
        ("rule", "stations", "tags"),
    )


@app.command("set")
def set_rule(
    name: Name,
    station: Annotated[list[str] | None, typer.Option(help="A station it is for; may be given several times.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model it is for; all stations without either.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group (parent tag) whose tags are listed.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag that is listed; all tags without either.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Say which stations' lists hold which tags, in place of what a rule of that name said."""
    body = {
        "stations": _choice("--station", "stations", station, "--model", "models", model),
        "tags": _choice("--tag", "tags", tag, "--group", "groups", group),
    }
    ApiClient(api).put_named("/list-rules", name, body)
    typer.echo(f"{name} is set")


@app.command()
def remove(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a rule; what stations hold by it stays there unless another rule covers them."""
    ApiClient(api).change("DELETE", f"/list-rules/{quote(name, safe='')}")
    typer.echo(f"{name} is removed")


@app.command("list")
def list_lists(
    state: Annotated[str | None, typer.Option(help="Only those unmanaged, in_step, behind or failing.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List how far stations have come."""
    items = ApiClient(api).pages("/local-lists", "after", limit, state=state)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a station's list: as it should be, and as the station has it."""
    client, path = ApiClient(api), f"/stations/{quote(station, safe='')}/local-list"
    item, entries = client.get(path), client.pages(f"{path}/entries", "after", 10_000)
    if as_json:
        print_json({**item, "entries": entries})
        return
    print_one(item)
    print_rows(entries, ("id_tag", "wanted", "held", "is_in_step"))


@app.command()
def retry(station: Station, api: ApiUrl = DEFAULT_URL) -> None:
    """Try again at a station whose list fails."""
    ApiClient(api).ask("POST", f"/stations/{quote(station, safe='')}/local-list/retry")
    typer.echo(f"{station} is tried again as soon as it is connected")


def _choice(
    one: str, one_kind: str, ones: list[str] | None, other: str, other_kind: str, others: list[str] | None
) -> dict[str, object]:
    if ones and others:
        raise BadSetting(other, ", ".join(others), f"give it or {one}, not both; make a second rule for the other")
    if ones:
        return {"kind": one_kind, "names": ones}
    return {"kind": other_kind, "names": others} if others else {"kind": "all"}


def _words(choice: Json) -> str:
    return f"{choice['kind']} {', '.join(choice['names'])}".strip()
