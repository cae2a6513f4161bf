"""`contactor sites`: power that stations share."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson, Json
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Sites: list, set, remove; who gets what, and what would be if.", no_args_is_help=True)

_COLUMNS = ("site_id", "name", "limit_w", "policy", "is_active", "stations")
_SHARES = ("station_id", "connector_id", "transaction_id", "soc_percent", "demand_w", "share_w", "in_force_w")
_RESERVES = ("station_id", "connector_id", "power_w", "why")
_MOVES = ("station_id", "connector_id", "purpose", "limit_w", "was_w")
_TOTALS = ("limit_w", "measured_w", "committed_w", "reserved_w", "free_w", "is_over")

SiteId = Annotated[str, typer.Argument(help="The site's id.")]


@app.command("list")
def list_sites(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List sites."""
    items = ApiClient(api).pages("/sites", "after", 100_000)
    if as_json:
        print_json(items)
    else:
        print_rows([{**item, "stations": len(item["members"])} for item in items], _COLUMNS)


@app.command()
def show(site: SiteId, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show what is set for a site."""
    item = ApiClient(api).get(_path(site))
    print_json(item) if as_json else print_one(item)


@app.command("set")
def set_site(
    site: SiteId,
    file: Annotated[Path, typer.Argument(help="TOML file with the site's fields, as in examples/site.toml.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add a site, or replace what is set for it."""
    body = _read(file)
    client = ApiClient(api)
    known = {item["site_id"] for item in client.pages("/sites", "after", 100_000)}
    if site in known:
        client.change("PUT", _path(site), body)
    else:
        client.ask("POST", "/sites", body={**body, "site_id": site})
    typer.echo(f"{site} is {'changed' if site in known else 'added'}")


@app.command()
def remove(site: SiteId, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a site; its stations keep the limits they have."""
    ApiClient(api).change("DELETE", _path(site))
    typer.echo(f"{site} is removed")


@app.command()
def power(site: SiteId, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show who gets how much now, what is reserved and why, and what is about to be sent."""
    _print_power(ApiClient(api).get(f"{_path(site)}/power"), as_json=as_json)


@app.command("dry-run")
def dry_run(
    site: SiteId,
    limit_w: Annotated[int | None, typer.Option(min=0, help="Another limit, whatever the time.")] = None,
    policy: Annotated[
        str | None, typer.Option(help="Another policy: equal, arrival, state_of_charge or priority.")
    ] = None,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Tell what would be shared and sent; nothing is changed and nothing sent."""
    trial = {name: value for name, value in (("limit_w", limit_w), ("policy", policy)) if value is not None}
    answer = ApiClient(api).ask("POST", f"{_path(site)}/dry-run", body=trial)
    _print_power(answer.json(), as_json=as_json)


def _print_power(state: Json, *, as_json: bool) -> None:
    if as_json:
        print_json(state)
        return
    print_one({name: state[name] for name in _TOTALS})
    for title, columns in (("shares", _SHARES), ("reserves", _RESERVES), ("moves", _MOVES)):
        if state[title]:
            typer.echo(f"\n{title}")
            print_rows(state[title], columns)


def _read(file: Path) -> Json:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadSetting("FILE", str(file), f"it cannot be read: {error.strerror}") from error
    try:
        return msgspec.toml.decode(content)
    except msgspec.DecodeError as error:
        raise BadSetting("FILE", str(file), f"it is no TOML: {error}") from error


def _path(site: str) -> str:
    return f"/sites/{quote(site, safe='')}"
