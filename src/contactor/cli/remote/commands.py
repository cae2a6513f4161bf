"""`contactor commands`: what operators have stations do."""

import json
from typing import Annotated

import msgspec
import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows
from contactor.ocpp.actions import ACTIONS

app = typer.Typer(help="Commands to stations: send, list, show, cancel.", no_args_is_help=True)

_COLUMNS = ("command_id", "station_id", "action", "by", "state", "status", "follow_up", "transaction_id", "queued_at")
Number = Annotated[int, typer.Argument(min=1, help="The command's number.")]
Wait = Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for it to end.")]


@app.command()
def send(
    station: Annotated[str, typer.Argument(help="The station's identity.")],
    action: Annotated[str, typer.Argument(help="The action, such as Reset; `contactor commands actions` lists them.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields as OCPP spells them, such as type=Soft.")] = None,
    payload: Annotated[str | None, typer.Option(help="The whole request as JSON, in place of fields.")] = None,
    wait: Wait = 10.0,
    keep: Annotated[float | None, typer.Option(help="Seconds to wait for a station that is offline.")] = None,
    why: Annotated[str, typer.Option(help="The reason; it is kept.")] = "",
    key: Annotated[str | None, typer.Option(help="Idempotency key: sent twice it is one command.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Override the product's limits.")] = False,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Have a station do something, and print what it answers."""
    body = {
        "station_id": station,
        "action": action,
        "payload": payload_of(action, fields or [], payload),
        "wait_for_station_s": keep,
        "why": why,
        "force": force,
    }
    answer = ApiClient(api).ask(
        "POST", "/commands", body=body, parameters={"wait": wait}, headers={"Idempotency-Key": key}
    )
    print_json(answer.json()) if as_json else print_one(answer.json())


@app.command()
def actions(api: ApiUrl = DEFAULT_URL) -> None:
    """List the actions there are."""
    for name in ApiClient(api).get("/commands/actions"):
        typer.echo(name)


@app.command("list")
def list_commands(
    station: Annotated[str | None, typer.Option(help="Only those to a station.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in a state, such as queued.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List commands, the newest first."""
    items = ApiClient(api).pages("/commands", "before", limit, station_id=station, state=state)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(number: Number, wait: Wait = 0.0, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a command."""
    item = ApiClient(api).get(f"/commands/{number}", wait=wait)
    print_json(item) if as_json else print_one(item)


@app.command()
def cancel(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Take back a command that still waits."""
    typer.echo(ApiClient(api).ask("POST", f"/commands/{number}/cancel").json()["state"])


def payload_of(action: str, fields: list[str], payload: str | None) -> object:
    """The request that was given, as fields or as JSON."""
    if payload is not None:
        if fields:
            raise BadSetting("--payload", payload, "give fields or the whole payload, not both")
        try:
            return json.loads(payload)
        except ValueError as error:
            raise BadSetting("--payload", payload, f"it is not JSON: {error}") from error
    found: dict[str, object] = {}
    for text in fields:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise BadSetting("FIELDS", text, "write NAME=VALUE, such as type=Soft")
        found[name] = _value(action, name, value)
    return found


def _value(action: str, name: str, text: str) -> object:
    """The value that OCPP's type for the field makes of the text: "5" is a number for connectorId, none for idTag."""
    known = ACTIONS.get(action)
    kinds = {} if known is None else {each.encode_name: each.type for each in msgspec.structs.fields(known.request)}
    try:
        value = msgspec.convert(text, kinds.get(name, str), strict=False)
    except msgspec.ValidationError:
        # A structure written as JSON, or something wrong that the API explains better than we can.
        try:
            return json.loads(text)
        except ValueError:
            return text
    return value if isinstance(value, bool | int | float) else text
