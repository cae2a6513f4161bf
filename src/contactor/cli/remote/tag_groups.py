"""`contactor tag-groups`: what holds for all tags of a group."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.files import read_file, write_file
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Groups of tags: list, set bounds, block, bring in a file.", no_args_is_help=True)

_BOUNDS = ("expires_at", "is_blocked", "concurrent_max", "stations")
_COLUMNS = ("name", *_BOUNDS, "tags", "blocked_tags", "open_transactions")
Name = Annotated[str, typer.Argument(help="The group: what its tags name as their parent.")]


@app.command("list")
def list_groups(
    text: Annotated[str | None, typer.Option(help="Part of the name.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List groups, with how many tags each has."""
    items = ApiClient(api).pages("/tag-groups", "after", limit, text=text)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(name: Name, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a group."""
    item = ApiClient(api).get(_path(name))
    print_json(item) if as_json else print_one(item)


@app.command()
def add(
    name: Name,
    expires: Annotated[str | None, typer.Option(help="Such as 2027-01-01T00:00:00Z.")] = None,
    at_most: Annotated[int | None, typer.Option(min=1, help="How many transactions of all tags at a time.")] = None,
    station: Annotated[list[str] | None, typer.Option(help="Where they may charge: an id, or RDAM-*.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add a group."""
    body = {"name": name, "expires_at": expires, "concurrent_max": at_most, "stations": station or []}
    ApiClient(api).ask("POST", "/tag-groups", body=body)
    typer.echo(f"{name} is added")


@app.command()
def block(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Refuse all tags of a group from now on."""
    _set_blocked(name, api, is_blocked=True)


@app.command()
def unblock(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Take them again, as each of them is kept."""
    _set_blocked(name, api, is_blocked=False)


@app.command()
def remove(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a group that no tag is in."""
    ApiClient(api).change("DELETE", _path(name))
    typer.echo(f"{name} is removed")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 whose first row names the columns, name among them.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add or replace the groups of a file; with one bad row none is taken."""
    csv = {"Content-Type": "text/csv"}
    counts = ApiClient(api).ask("POST", "/tag-groups/import", content=read_file(file), headers=csv).json()
    typer.echo(f"{counts['added']} groups added, {counts['replaced']} replaced")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; `tag-groups import` takes it in again.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Write all groups to a CSV file."""
    write_file(file, ApiClient(api).ask("GET", "/tag-groups/export").content)


def _set_blocked(name: str, api: str, *, is_blocked: bool) -> None:
    client = ApiClient(api)
    item = client.get(_path(name))
    body = {each: item[each] for each in _BOUNDS} | {"is_blocked": is_blocked}
    client.ask("PUT", _path(name), body=body, headers={"If-Match": item["etag"]})
    typer.echo(f"{name} is {'blocked' if is_blocked else 'free'}")


def _path(name: str) -> str:
    return f"/tag-groups/{quote(name, safe='')}"
