"""`contactor stations`: the stations a central system knows."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.central.security_mode import SecurityMode
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.commands import payload_of
from contactor.cli.remote.output import print_json, print_one, print_rows
from contactor.cli.remote.rehearsal import print_rehearsal
from contactor.ocpp.enumerations import ChargingRateUnit, RegistrationStatus

app = typer.Typer(
    help="Stations: list, register, accept or turn away, give keys, see uptime and profiles.", no_args_is_help=True
)

_COLUMNS = (
    "station_id",
    "registration",
    "is_online",
    "has_key",
    "security",
    "vendor",
    "model",
    "firmware_version",
    "last_seen_at",
)
_UPTIME = ("counted_from", "counted_until", "connected_s", "uptime_share")
_CERTIFICATES = ("number", "asked_at", "state", "subject", "serial_number", "valid_until", "detail")
_PROFILES = ("connector_id", "purpose", "stack_level", "profile_id", "transaction_id", "installed_at", "profile")
Station = Annotated[str, typer.Argument(help="The station's identity.")]
Key = Annotated[str | None, typer.Option(help="The key, 32 to 40 hexadecimal digits; a random one if not given.")]


@app.command("list")
def list_stations(
    text: Annotated[str | None, typer.Option(help="Part of an id, vendor, model or serial number.")] = None,
    registration: Annotated[RegistrationStatus | None, typer.Option(help="How they are regarded.")] = None,
    online: Annotated[bool | None, typer.Option("--online/--offline", help="Only those that are, or are not.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List stations."""
    items = ApiClient(api).pages(
        "/stations", "after", limit, text=text, registration=registration and registration.value, online=online
    )
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a station and its connectors."""
    item = ApiClient(api).get(_path(station))
    if as_json:
        print_json(item)
        return
    connectors = item.pop("connectors")
    print_one(item)
    print_rows(connectors, ("connector_id", "status", "error_code", "vendor_error_code", "reported_at"))


@app.command()
def add(
    station: Station,
    registration: Annotated[
        RegistrationStatus, typer.Option(help="The answer to its boot.")
    ] = RegistrationStatus.ACCEPTED,
    security: Annotated[SecurityMode | None, typer.Option(help="What it must show to be let in.")] = None,
    key: Annotated[str | None, typer.Option(help="Its AuthorizationKey, 32 to 40 hexadecimal digits.")] = None,
    generate_key: Annotated[bool, typer.Option("--generate-key", help="Make a random key and print it, once.")] = False,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Register a station; prints it as JSON, with its key if one was made."""
    body = {
        "station_id": station,
        "registration": registration.value,
        "security": security and security.value,
        "key": key,
        "generate_key": generate_key,
    }
    print_json(ApiClient(api).ask("POST", "/stations", body=body).json())


@app.command()
def register(
    station: Station,
    registration: Annotated[RegistrationStatus, typer.Argument(help="The answer to its next boot.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Accept a station, let it wait, or turn it away."""
    answer = ApiClient(api).change("PATCH", _path(station), {"registration": registration.value})
    typer.echo(f"{station} is {answer.json()['registration']}")


@app.command()
def demand(
    station: Station,
    security: Annotated[
        str, typer.Argument(metavar="MODE", help=f'{", ".join(SecurityMode)}, or "default" for the setting of all.')
    ],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Say what a station must show to be let in; it has to connect again."""
    answer = ApiClient(api).change("PATCH", _path(station), {"security": security})
    typer.echo(f"{station} must show: {answer.json()['security'] or 'what the settings demand of all'}")


@app.command()
def quirks(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List what a station does against the letter of OCPP; each message was read and answered all the same."""
    items = ApiClient(api).get(f"{_path(station)}/quirks")
    columns = ("kind", "field", "example", "times", "first_seen_at", "last_seen_at", "meaning")
    print_json(items) if as_json else print_rows(items, columns)


@app.command()
def remove(station: Station, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a station that has no transactions."""
    ApiClient(api).change("DELETE", _path(station))
    typer.echo(f"{station} is removed")


@app.command()
def certificates(
    station: Station,
    limit: Annotated[int, typer.Option(min=1, help="How many rows at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List the certificates that were signed for a station, the newest first."""
    items = ApiClient(api).pages(f"{_path(station)}/certificates", "before", limit)
    print_json(items) if as_json else print_rows(items, _CERTIFICATES)


@app.command()
def set_key(station: Station, key: Key = None, api: ApiUrl = DEFAULT_URL) -> None:
    """Set the key by which a station is let in; the station is told nothing, see rotate-key."""
    print_json(ApiClient(api).change("POST", _path(station), {"key": key}, sub="/key").json())


@app.command()
def remove_key(station: Station, api: ApiUrl = DEFAULT_URL) -> None:
    """Let a station in without a password."""
    ApiClient(api).change("DELETE", _path(station), sub="/key")
    typer.echo(f"{station} is let in without a key")


@app.command()
def rotate_key(
    station: Station,
    wait: Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for the outcome.")] = 30.0,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Give a station a fresh key over OCPP, at both ends at once."""
    answer = ApiClient(api).ask("POST", f"{_path(station)}/key-rotation", parameters={"wait": wait}).json()
    print_one({name: answer[name] for name in ("command_id", "state", "status", "detail")})


@app.command()
def uptime(
    station: Annotated[str | None, typer.Argument(help="The station's identity; all stations if not given.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="From when on; 30 days ago if not given.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when; now if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show how long stations were connected, and for one station when."""
    client = ApiClient(api)
    if station is None:
        items = client.pages("/presence", "after", limit, **{"from": start, "until": until})
        print_json(items) if as_json else print_rows(items, ("station_id", "is_online", "last_seen_at", *_UPTIME))
        return
    item = client.get(f"{_path(station)}/presence", **{"from": start, "until": until})
    periods = client.pages(f"{_path(station)}/presence/periods", "before", limit)
    if as_json:
        print_json({**item, "periods": periods})
        return
    print_one(item)
    print_rows(periods, ("since", "until"))


@app.command()
def profiles(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the charging profiles a station holds."""
    items = ApiClient(api).get(f"{_path(station)}/charging-profiles")
    print_json(items) if as_json else print_rows(items, _PROFILES)


@app.command()
def schedule(
    station: Station,
    connector: Annotated[int, typer.Option(min=0, help="The connector; 0 for the whole station.")] = 0,
    duration: Annotated[int, typer.Option(min=1, help="Seconds from now on.")] = 86_400,
    unit: Annotated[ChargingRateUnit, typer.Option(help="Watts or amperes.")] = ChargingRateUnit.W,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show what the installed profiles allow from now on; the station is not asked."""
    wanted = {"connector_id": connector, "duration_s": duration, "unit": unit.value}
    item = ApiClient(api).get(f"{_path(station)}/composite-schedule", **wanted)
    if as_json:
        print_json(item)
        return
    steps = item.pop("steps")
    print_one(item)
    print_rows(steps, ("start_s", "limit"))


@app.command("what-if")
def what_if(
    station: Station,
    action: Annotated[str, typer.Argument(help="The action, such as Reset; `contactor commands actions` lists them.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields as OCPP spells them, such as type=Soft.")] = None,
    payload: Annotated[str | None, typer.Option(help="The whole request as JSON, in place of fields.")] = None,
    watch: Annotated[int, typer.Option(min=1, help="For how many of its own seconds the twin is watched.")] = 60,
    duration: Annotated[int, typer.Option(min=1, help="How many seconds the schedules look ahead.")] = 3600,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Tell what a station would answer and do, by its twin; the real one is neither asked nor changed."""
    body = {
        "action": action,
        "payload": payload_of(action, fields or [], payload),
        "watch_s": watch,
        "duration_s": duration,
    }
    item = ApiClient(api).ask("POST", f"{_path(station)}/what-if", body=body).json()
    print_json(item) if as_json else print_rehearsal(item)


def _path(station: str) -> str:
    return f"/stations/{quote(station, safe='')}"
