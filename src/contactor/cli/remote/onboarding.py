"""`contactor onboarding`: stations that knock, and Pending ones on their way to being accepted."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows
from contactor.ocpp.enumerations import RegistrationStatus

app = typer.Typer(
    help="On-boarding: approve or refuse who knocks, lead stations to being accepted.", no_args_is_help=True
)

_KNOCKS = ("identity", "address", "times", "first_at", "last_at")
_ONBOARDINGS = ("station_id", "state", "stage", "detail", "rotates_key", "started_by", "started_at", "ended_at")
Identity = Annotated[str, typer.Argument(help="The identity it came by.")]
Station = Annotated[str, typer.Argument(help="The station's identity.")]
RotateKey = Annotated[bool, typer.Option("--rotate-key", help="Begin with a fresh key.")]


@app.command()
def knocking(
    refused: Annotated[bool, typer.Option("--refused", help="Those that were refused.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List who knocked and is not registered."""
    items = ApiClient(api).pages("/knocks", "after", limit, refused=refused)
    print_json(items) if as_json else print_rows(items, _KNOCKS)


@app.command()
def approve(
    identity: Identity,
    registration: Annotated[
        RegistrationStatus, typer.Option(help="The answer to its boot.")
    ] = RegistrationStatus.PENDING,
    key: Annotated[str | None, typer.Option(help="Its AuthorizationKey, 32 to 40 hexadecimal digits.")] = None,
    generate_key: Annotated[bool, typer.Option("--generate-key", help="Make a random key and print it, once.")] = False,
    onboard: Annotated[bool, typer.Option("--onboard", help="Lead it to being accepted by itself.")] = False,
    rotate_key: RotateKey = False,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Register a station that knocked; prints it as JSON, with its key if one was made."""
    body = {
        "registration": registration.value,
        "key": key,
        "generate_key": generate_key,
        "onboard": onboard,
        "rotate_key": rotate_key,
    }
    print_json(ApiClient(api).ask("POST", f"/knocks/{quote(identity, safe='')}/approve", body=body).json())


@app.command()
def refuse(identity: Identity, api: ApiUrl = DEFAULT_URL) -> None:
    """Take a name off the list of those that wait; it is turned away as before."""
    ApiClient(api).ask("POST", f"/knocks/{quote(identity, safe='')}/refuse")
    typer.echo(f"{identity} is refused")


@app.command()
def forget(identity: Identity, api: ApiUrl = DEFAULT_URL) -> None:
    """Forget that somebody knocked."""
    ApiClient(api).ask("DELETE", f"/knocks/{quote(identity, safe='')}")
    typer.echo(f"{identity} is forgotten")


@app.command()
def begin(station: Station, rotate_key: RotateKey = False, api: ApiUrl = DEFAULT_URL) -> None:
    """Lead a Pending station to being accepted: its key if asked, its configuration, its boot."""
    answer = ApiClient(api).ask("POST", _path(station), body={"rotate_key": rotate_key})
    print_one(answer.json())


@app.command("list")
def list_onboardings(
    state: Annotated[str | None, typer.Option(help="Only those running, done, failed or stopped.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List each station's latest on-boarding."""
    items = ApiClient(api).pages("/onboardings", "after", limit, state=state)
    print_json(items) if as_json else print_rows(items, _ONBOARDINGS)


@app.command()
def show(station: Station, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a station's latest on-boarding."""
    item = ApiClient(api).get(_path(station))
    print_json(item) if as_json else print_one(item)


@app.command()
def stop(station: Station, api: ApiUrl = DEFAULT_URL) -> None:
    """Stop an on-boarding; the station stays as it is."""
    ApiClient(api).ask("DELETE", _path(station))
    typer.echo(f"the on-boarding of {station} is stopped")


def _path(station: str) -> str:
    return f"/stations/{quote(station, safe='')}/onboarding"
