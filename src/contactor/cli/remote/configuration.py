"""`contactor configuration`: what stations' configuration should be, where it is not, and how it is put right."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_rows

app = typer.Typer(help="Configuration: say what it should be, see where it is not, put it right.", no_args_is_help=True)

_DRIFT = ("station_id", "key", "wanted", "reported", "value_after_boot", "state", "outcome", "template")
Name = Annotated[str, typer.Argument(help="The template's name.")]
Station = Annotated[str, typer.Argument(help="The station's identity.")]


@app.command()
def show(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List a station's configuration as it reported it."""
    items = ApiClient(api).get(f"{_path(station)}/configuration")
    if as_json:
        print_json(items)
    else:
        print_rows(items, ("key", "value", "is_readonly", "value_after_boot", "reported_at"))


@app.command()
def templates(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the templates."""
    items = ApiClient(api).get("/configuration-templates")
    if as_json:
        print_json(items)
        return
    rows = (
        {
            "template": each["name"],
            "stations": f"{each['stations']['kind']} {', '.join(each['stations']['names'])}".strip(),
            "values": ", ".join(f"{key}={value}" for key, value in each["values"].items()),
        }
        for each in items
    )
    print_rows(rows, ("template", "stations", "values"))


@app.command("set")
def set_template(
    name: Name,
    values: Annotated[list[str], typer.Argument(help="Values as KEY=VALUE, such as MeterValueSampleInterval=30.")],
    station: Annotated[list[str] | None, typer.Option(help="A station it is for; may be given several times.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model it is for; all stations without either.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Say what stations' configuration should be, in place of what a template of that name said."""
    if station and model:
        raise BadSetting("--model", ", ".join(model), "give it or --station, not both; make a second template")
    scope: dict[str, object] = {"kind": "all"}
    if station or model:
        scope = {"kind": "stations" if station else "models", "names": station or model}
    body = {"stations": scope, "values": dict(_pair(text) for text in values)}
    ApiClient(api).put_named("/configuration-templates", name, body)
    typer.echo(f"{name} is set")


@app.command()
def remove(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a template; stations keep the values they have."""
    ApiClient(api).change("DELETE", f"/configuration-templates/{quote(name, safe='')}")
    typer.echo(f"{name} is removed")


@app.command()
def drift(
    station: Annotated[str | None, typer.Argument(help="Every key of a station; all that drift if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List where stations' configuration is not what it should be."""
    client = ApiClient(api)
    if station is None:
        items = client.pages("/configuration-drift", "after", limit)
    else:
        items = client.get(f"{_path(station)}/configuration/drift")
    print_json(items) if as_json else print_rows(items, _DRIFT)


@app.command()
def repair(
    station: Station,
    keys: Annotated[list[str] | None, typer.Argument(help="The keys; all that are not in step if not given.")] = None,
    why: Annotated[str, typer.Option(help="The reason; it is kept.")] = "",
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Order a change of each key that is not in step; see what came of it by `drift` or `commands list`."""
    body = {"keys": keys or [], "why": why}
    items = ApiClient(api).ask("POST", f"{_path(station)}/configuration/repair", body=body).json()
    print_json(items) if as_json else print_rows(items, ("command_id", "state", "detail", "request"))


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise BadSetting("VALUES", text, "write KEY=VALUE, such as MeterValueSampleInterval=30")
    return key, value


def _path(station: str) -> str:
    return f"/stations/{quote(station, safe='')}"
