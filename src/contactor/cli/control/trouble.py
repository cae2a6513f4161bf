"""What goes wrong at a station that runs: `contactor station emergency-stop`, `door`, `fault`."""

from typing import Annotated

import typer

from contactor.cli.control.client import DEFAULT_URL, At, ControlClient, Name, given
from contactor.virtual.control.place import Place

emergency_stop = typer.Typer(help="Press and release the emergency stops.", no_args_is_help=True)
door = typer.Typer(help="Open and close the doors of the cabinets.", no_args_is_help=True)
fault = typer.Typer(help="Raise and clear trouble codes.", no_args_is_help=True)

Where = Annotated[Place, typer.Option("--place", help="Which cabinet.")]
Dtc = Annotated[str, typer.Argument(help="A trouble code; see: contactor guide errors.")]
Outlet = Annotated[int | None, typer.Option(min=1, help="At this outlet; the whole station if not given.")]


@emergency_stop.command()
def press(place: Where = Place.TERMINAL, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Press an emergency stop; it stays pressed."""
    ControlClient(at).do(station, "POST", f"/emergency-stops/{place}/press")


@emergency_stop.command()
def release(place: Where = Place.TERMINAL, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Release an emergency stop."""
    ControlClient(at).do(station, "POST", f"/emergency-stops/{place}/release")


@door.command("open")
def open_door(place: Where = Place.TERMINAL, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Open a door."""
    ControlClient(at).do(station, "POST", f"/doors/{place}/open")


@door.command("close")
def close_door(place: Where = Place.TERMINAL, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Close a door."""
    ControlClient(at).do(station, "POST", f"/doors/{place}/close")


@fault.command("raise")
def raise_fault(dtc: Dtc, outlet: Outlet = None, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Make a trouble code active."""
    ControlClient(at).do(station, "POST", "/faults/raise", given(dtc=dtc, outlet=outlet))


@fault.command("clear")
def clear_fault(dtc: Dtc, outlet: Outlet = None, at: At = DEFAULT_URL, station: Name = None) -> None:
    """Repair what a trouble code stands for."""
    ControlClient(at).do(station, "POST", "/faults/clear", given(dtc=dtc, outlet=outlet))
