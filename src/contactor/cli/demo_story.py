"""How the demo tells what happens: a line for each thing a person would want to know."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from contactor.station.effects import Note

Facts = Mapping[str, Any]  # a note's facts are for people; each row below knows its own

_LINES: Mapping[str, tuple[str, Callable[[Facts], str]]] = {
    "connected": ("dim", lambda _: "is connected to the central system"),
    "disconnected": ("yellow", lambda facts: f"lost the central system and charges on ({facts['reason']})"),
    "connection failed": ("yellow", lambda facts: f"cannot reach it, tries again in {facts['next_attempt_s']:g} s"),
    "accepted": ("dim", lambda _: "has booted and is accepted"),
    "transaction started": (
        "green",
        lambda facts: f"connector {facts['connector']}: {facts['id_tag']} charges, meter at {_kwh(facts['meter_wh'])}",
    ),
    "transaction stopped": (
        "cyan",
        lambda facts: (
            f"connector {facts['connector']}: {facts['id_tag']} took {_kwh(facts['energy_wh'])} ({facts['reason']})"
        ),
    ),
    "badge refused": ("red", lambda facts: f"connector {facts['connector']}: badge {facts['id_tag']} refused"),
    "fault": ("red", lambda facts: f"trouble {facts['dtc']}"),
    "fault cleared": ("dim", lambda facts: f"trouble {facts['dtc']} is over"),
}


class Storyteller:
    """Prints the story to stdout, or keeps silent."""

    def __init__(self, *, silent: bool) -> None:
        self._console = Console(quiet=silent, highlight=False)

    def welcome(self, console_url: str, login: tuple[str, str] | None, panel_url: str, control_url: str) -> None:
        """What there is to open."""
        self._console.print("\n[bold]Contactor demo[/bold]: two stations, their drivers, one central system")
        self._console.print(f"  open this       [bold]{console_url}[/bold]   for operators", soft_wrap=True)
        if login is None:
            self._console.print("  sign in         as before: this folder's first demo told the password")
        else:
            self._console.print(
                f"  sign in         [bold]{login[0]}[/bold]   password [bold]{login[1]}[/bold]", soft_wrap=True
            )
        self._console.print(f"  and this        [bold]{panel_url}[/bold]   for drivers, no login", soft_wrap=True)
        self._console.print(f"  control API     {control_url}", soft_wrap=True)

    def explain(self, url: str, central_pid: int, place: Path) -> None:
        """What runs, and what to try."""
        self._console.print(f"  central system  {url}  (process {central_pid})")
        self._console.print(f"  ledger          {place}", soft_wrap=True)
        self._console.print(f"  try this        kill -9 {central_pid}   it comes back, and no charge is lost")
        self._console.print("  end             Ctrl-C\n")

    def farewell(self) -> None:
        """The last line."""
        self._console.print("\nThe demo ends; stations and central system are shut down.")

    def tell(self, station: str, note: Note) -> None:
        """One thing that happened at a station; what no line is made for is not worth one."""
        row = _LINES.get(note.event)
        if row is not None:
            style, words = row
            self._console.print(f"  [bold]{station}[/bold]  [{style}]{words(note.facts)}[/{style}]")

    def central_gone(self) -> None:
        """The central system's process has ended."""
        self._console.print("  [bold red]The central system is gone.[/bold red] Starting it again.")

    def central_failed(self, error: Exception) -> None:
        """It was started again, and did not come up."""
        self._console.print(f"  [bold red]The central system did not come up[/bold red] ({error}). Trying again.")

    def central_back(self, pid: int) -> None:
        """It runs again."""
        self._console.print(f"  The central system is back as process {pid}; the stations will find it.")


def _kwh(energy_wh: float) -> str:
    return f"{energy_wh / 1000:.3f} kWh"
