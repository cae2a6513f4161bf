"""`contactor reservations`: connectors kept for somebody."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Reservations: list, make, cancel.", no_args_is_help=True)

_COLUMNS = ("station_id", "reservation_id", "connector_id", "id_tag", "expires_at", "state", "transaction_id")
_OUTCOME = ("command_id", "state", "status", "detail")
Station = Annotated[str, typer.Argument(help="The station's identity.")]
Wait = Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for the station's answer.")]


@app.command("list")
def list_reservations(
    station: Annotated[str | None, typer.Option(help="Only those at a station.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those for a tag.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in a state, such as active.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List reservations."""
    items = ApiClient(api).pages("/reservations", "after", limit, station_id=station, id_tag=tag, state=state)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def make(
    station: Station,
    connector: Annotated[int, typer.Argument(min=0, help="The connector; 0 for any.")],
    tag: Annotated[str, typer.Argument(help="For whom.")],
    until: Annotated[str, typer.Argument(help="Until when, such as 2026-05-01T18:00:00Z.")],
    parent: Annotated[str | None, typer.Option(help="The group whose badges may use it too.")] = None,
    keep: Annotated[float | None, typer.Option(help="Seconds to wait for a station that is offline.")] = None,
    wait: Wait = 10.0,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Have a station keep a connector."""
    body = {
        "station_id": station,
        "connector_id": connector,
        "id_tag": tag,
        "parent_id_tag": parent,
        "expires_at": until,
        "wait_for_station_s": keep,
    }
    answer = ApiClient(api).ask("POST", "/reservations", body=body, parameters={"wait": wait}).json()
    print_one({"reservation_id": answer["request"]["reservationId"], **{name: answer[name] for name in _OUTCOME}})


@app.command()
def cancel(
    station: Station,
    number: Annotated[int, typer.Argument(help="The reservation's number.")],
    wait: Wait = 10.0,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Have a station give a reservation up."""
    path = f"/reservations/{quote(station, safe='')}/{number}/cancel"
    answer = ApiClient(api).ask("POST", path, parameters={"wait": wait}).json()
    print_one({name: answer[name] for name in _OUTCOME})
