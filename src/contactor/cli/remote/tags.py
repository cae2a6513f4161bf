"""`contactor tags`: who may charge."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.files import read_file, write_file
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Tags: list, add, block, remove, bring in a file.", no_args_is_help=True)

_COLUMNS = (
    *("id_tag", "parent_id_tag", "expires_at", "is_blocked", "allows_concurrent", "concurrent_max", "stations"),
)
Tag = Annotated[str, typer.Argument(help="The idTag.")]


@app.command("list")
def list_tags(
    text: Annotated[str | None, typer.Option(help="Part of the tag.")] = None,
    parent: Annotated[str | None, typer.Option(help="The group.")] = None,
    blocked: Annotated[bool | None, typer.Option("--blocked/--free", help="Only those that are, or are not.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List tags."""
    items = ApiClient(api).pages("/tags", "after", limit, text=text, parent=parent, blocked=blocked)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(tag: Tag, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a tag."""
    item = ApiClient(api).get(_path(tag))
    print_json(item) if as_json else print_one(item)


@app.command()
def add(
    tag: Tag,
    parent: Annotated[str | None, typer.Option(help="The group it belongs to.")] = None,
    expires: Annotated[str | None, typer.Option(help="Such as 2027-01-01T00:00:00Z.")] = None,
    blocked: Annotated[bool, typer.Option("--blocked", help="Refuse it.")] = False,
    concurrent: Annotated[bool, typer.Option("--concurrent", help="Let it charge in several places.")] = False,
    at_most: Annotated[int | None, typer.Option(min=1, help="How many transactions at a time.")] = None,
    station: Annotated[list[str] | None, typer.Option(help="Where it may charge: an id, or RDAM-*; repeat it.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add a tag."""
    body = {"id_tag": tag, "parent_id_tag": parent, "expires_at": expires, "is_blocked": blocked}
    bounds = {"concurrent_max": at_most, "stations": station or []}
    ApiClient(api).ask("POST", "/tags", body={**body, **bounds, "allows_concurrent": concurrent})
    typer.echo(f"{tag} is added")


@app.command()
def block(tag: Tag, api: ApiUrl = DEFAULT_URL) -> None:
    """Refuse a tag from now on."""
    _set_blocked(tag, api, is_blocked=True)


@app.command()
def unblock(tag: Tag, api: ApiUrl = DEFAULT_URL) -> None:
    """Take a tag again."""
    _set_blocked(tag, api, is_blocked=False)


@app.command()
def remove(tag: Tag, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a tag; its transactions stay."""
    ApiClient(api).change("DELETE", _path(tag))
    typer.echo(f"{tag} is removed")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 whose first row names the columns, id_tag among them.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add or replace the tags of a file; with one bad row none is taken."""
    csv = {"Content-Type": "text/csv"}
    counts = ApiClient(api).ask("POST", "/tags/import", content=read_file(file), headers=csv).json()
    typer.echo(f"{counts['added']} tags added, {counts['replaced']} replaced")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; `tags import` takes it in again.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Write all tags to a CSV file."""
    write_file(file, ApiClient(api).ask("GET", "/tags/export").content)


def _set_blocked(tag: str, api: str, *, is_blocked: bool) -> None:
    client = ApiClient(api)
    item = client.get(_path(tag))
    body = {name: item[name] for name in _COLUMNS if name != "id_tag"} | {"is_blocked": is_blocked}
    client.ask("PUT", _path(tag), body=body, headers={"If-Match": item["etag"]})
    typer.echo(f"{tag} is {'blocked' if is_blocked else 'free'}")


def _path(tag: str) -> str:
    return f"/tags/{quote(tag, safe='')}"
