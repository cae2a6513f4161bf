"""Looking at stations that run: `contactor station list`, `state`, `watch`."""

import json
from typing import Annotated

import typer

from contactor.base.sweeping import unswept
from contactor.cli.control.client import DEFAULT_URL, AsJson, At, ControlClient, ControlError, Json, Name
from contactor.cli.remote.output import plain, print_json, print_one, print_rows


def list_stations(at: At = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the stations that a control API serves."""
    items = ControlClient(at).ask("GET", "/stations")
    if as_json:
        print_json(items)
    else:
        print_rows(items, ("name", "station_id", "model", "is_running", "is_online", "outlets"))


def state(at: At = DEFAULT_URL, station: Name = None, as_json: AsJson = False) -> None:
    """Show the whole state of a station."""
    client = ControlClient(at)
    item = client.ask("GET", client.path(station))
    if as_json:
        print_json(item)
        return
    print_one(_heading(item))
    print_rows(map(_outlet_row, item["outlets"].values()), _OUTLET_COLUMNS)


def watch(
    after: Annotated[int | None, typer.Option(min=0, help="Go on after this number of the feed.")] = None,
    at: At = DEFAULT_URL,
    station: Name = None,
    as_json: AsJson = False,
) -> None:
    """Follow what happens until Ctrl-C: messages, statuses, notes, effects; with --json changes of state as well."""
    client = ControlClient(at)
    query = "" if after is None else f"?after={after}"
    url = f"ws{client.url.removeprefix('http')}{client.path(station, '/feed/socket')}{query}"
    with unswept():
        from contactor.cli import loop  # looking once is sooner without

    raise typer.Exit(loop.run(_follow(url, client.headers, as_json=as_json)))


_OUTLET_COLUMNS = ("number", "plug", "status", "car", "soc", "power_kw", "register_wh", "id_tag", "light")


def _heading(item: Json) -> dict[str, object]:
    connection = item["connection"] or {}
    screen = item["screen"] or {}
    return {
        "station": item["name"],
        "model": item["identity"]["model"],
        "serial": item["identity"]["serial"],
        "running": item["is_running"],
        "online": connection.get("is_online", False),
        "url": connection.get("url"),
        "messages owed": connection.get("messages_owed"),
        "network": item["network"]["failure"] or "works",
        "speed": item["speed"],
        "screen": screen.get("headline", "dark"),
        "faults": [f"{each['dtc']} {each['text'] or ''}".strip() for each in item["faults"]],
    }


def _outlet_row(outlet: Json) -> dict[str, object]:
    connector, vehicle = outlet["connector"] or {}, outlet["vehicle"] or {}
    return {
        "number": outlet["number"],
        "plug": outlet["plug"],
        "status": connector.get("status"),
        "car": vehicle.get("name"),
        "soc": vehicle.get("soc_percent"),
        "power_kw": round(outlet["power_w"] / 1000, 1),
        "register_wh": outlet["register_wh"],
        "id_tag": (connector.get("transaction") or {}).get("id_tag"),
        "light": outlet["light"],
    }


async def _follow(url: str, headers: dict[str, str], *, as_json: bool) -> int:
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, InvalidHandshake

    try:
        async with connect(url, additional_headers=headers, max_size=None) as socket:
            async for text in socket:
                typer.echo(str(text)) if as_json else _tell(json.loads(text))
    except (OSError, InvalidHandshake) as error:
        raise ControlError(f"{url} cannot be followed ({error}); see: contactor station list") from error
    except ConnectionClosed as error:
        raise ControlError(f"the feed ended ({error}); watch again with --after") from error
    return 0


def _tell(item: Json) -> None:
    kind = item["kind"]
    if kind in ("state", "change"):
        return
    if kind == "frame":
        frame = item["frame"]
        arrow = ">" if frame["direction"] == "sent" else "<"
        words = f"{arrow} {frame['action'] or frame['kind']} {frame['text']}"
    else:
        facts = " ".join(f"{name}={value}" for name, value in item["facts"].items())
        words = f"  {item['event']} {facts}"
    typer.echo(plain(f"{item['sequence']:>6} {item['at'][11:23]} {words}"))
