"""What surrounds a station that runs: `contactor station power`, `restart`, `network`, `supply`, `speed`."""

from typing import Annotated

import typer

from contactor.cli.control.client import DEFAULT_URL, At, ControlClient, Name, given
from contactor.virtual.network import Cut

power = typer.Typer(help="Cut and return the power.", no_args_is_help=True)
network = typer.Typer(help="Cut and restore the way to the central system.", no_args_is_help=True)


@power.command("cut")
def cut_power(at: At = DEFAULT_URL, station: Name = None) -> None:
    """Take the power away at this instant."""
    ControlClient(at).do(station, "POST", "/power/cut")


@power.command("return")
def return_power(at: At = DEFAULT_URL, station: Name = None) -> None:
    """Give the power back."""
    ControlClient(at).do(station, "POST", "/power/return")


@network.command("cut")
def cut_network(
    way: Annotated[Cut, typer.Option(help="Closed, reset, silent, or half-open.")] = Cut.CLEAN,
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Cut the network."""
    ControlClient(at).do(station, "POST", "/network/cut", {"way": way})


@network.command("restore")
def restore_network(at: At = DEFAULT_URL, station: Name = None) -> None:
    """Let everything through again."""
    ControlClient(at).do(station, "POST", "/network/restore")


def restart(at: At = DEFAULT_URL, station: Name = None) -> None:
    """End the station's software at this instant and start it again."""
    ControlClient(at).do(station, "POST", "/restart")


def supply(
    voltage: Annotated[float, typer.Option(help="Volts between phases; 400 is nominal.")] = 400.0,
    available: Annotated[float | None, typer.Option(help="Watts the site leaves; no limit if not given.")] = None,
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Change the mains; without options they are as they should be."""
    ControlClient(at).do(station, "PUT", "/supply", given(voltage_v=voltage, available_w=available))


def speed(
    factor: Annotated[float, typer.Argument(help="Seconds of charging that pass in one, up to 1000.")],
    at: At = DEFAULT_URL,
    station: Name = None,
) -> None:
    """Let the physics run faster or slower."""
    ControlClient(at).do(station, "PUT", "/speed", {"speed": factor})
