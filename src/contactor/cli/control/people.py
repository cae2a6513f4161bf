"""What drivers do at a station that runs: `contactor station plug`, `unplug`, `car`, `badge`, `touch`, `stop`."""

from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.cli.control.client import DEFAULT_URL, At, ControlClient, Name, given

Outlet = Annotated[int, typer.Argument(min=1, help="The outlet, from 1.")]
MaxPower = Annotated[float | None, typer.Option(min=0, help="The car's greatest power in watts; 0 pauses it.")]
StopAt = Annotated[float | None, typer.Option(min=0, max=100, help="It stops by itself at this percentage.")]


def plug(
    outlet: Outlet,
    car: Annotated[str | None, typer.Option(help="A car of the garage; one that fits if not given.")] = None,
    soc: Annotated[float, typer.Option(min=0, max=100, help="How full its battery is, in percent.")] = 20.0,
    battery_wh: Annotated[float | None, typer.Option(help="Size of its battery in watt-hours.")] = None,
    max_power: MaxPower = None,
    stop_at: StopAt = None,
    curve: Annotated[
        str | None,
        typer.Option(metavar="SOC:POWER,...", help="Its curve in percent, such as 0:100,80:50,100:5."),
    ] = None,
    stays: Annotated[bool, typer.Option("--stays", help="When done it asks for nothing and stays ready.")] = False,
    willing_after: Annotated[float, typer.Option(min=0, help="Seconds until it first asks for energy.")] = 0.0,
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Connect a car to an outlet."""
    body = given(
        vehicle=car,
        soc_percent=soc,
        battery_wh=battery_wh,
        max_power_w=max_power,
        stop_at_soc_percent=stop_at,
        curve=None if curve is None else _points(curve),
        ends_when_done=not stays,
        willing_after_s=willing_after,
    )
    ControlClient(at).do(station, "POST", f"/outlets/{outlet}/plug", body)


def unplug(outlet: Outlet, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Disconnect the car, whatever it is doing."""
    ControlClient(at).do(station, "POST", f"/outlets/{outlet}/unplug")


def car(
    outlet: Outlet, max_power: MaxPower = None, stop_at: StopAt = None, at: At = DEFAULT_URL, station: Name = None
) -> None:
    """Change what the plugged car wants."""
    body = given(max_power_w=max_power, stop_at_soc_percent=stop_at)
    if not body:
        raise BadSetting("--max-power and --stop-at", None, "give one of them")
    ControlClient(at).do(station, "PATCH", f"/outlets/{outlet}/vehicle", body)


def badge(
    uid: Annotated[str, typer.Argument(help="Its text.")],
    outlet: Annotated[int | None, typer.Option(min=1, help="Choose this outlet on the screen first.")] = None,
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Hold a badge to the reader."""
    ControlClient(at).do(station, "POST", "/badge", given(uid=uid, outlet=outlet))


def touch(
    outlet: Annotated[int | None, typer.Argument(min=1, help="The outlet to show; the next one if not given.")] = None,
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Touch the screen."""
    ControlClient(at).do(station, "POST", "/screen/touch", given(outlet=outlet))


def stop(outlet: Outlet, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Press the stop button of an outlet on the screen."""
    ControlClient(at).do(station, "POST", f"/outlets/{outlet}/stop")


def _points(text: str) -> list[dict[str, float]]:
    points = []
    for part in text.split(","):
        soc, _, power = part.partition(":")
        try:
            points.append({"soc_percent": float(soc), "power_percent": float(power)})
        except ValueError:
            raise BadSetting("--curve", text, "write SOC:POWER in percent, such as 0:100,80:50,100:5") from None
    return points
