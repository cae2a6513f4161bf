"""Commands are imported when they are called."""

import subprocess
import sys

import pytest
from typer.main import get_command

from contactor.cli.main import COMMANDS, app
from contactor.cli.station import COMMANDS as STATION_COMMANDS
from contactor.cli.station import app as station


def test_a_command_that_asks_an_api_loads_neither_end_of_the_wire() -> None:
    program = (
        "import sys; from contactor.cli.main import app; from typer.main import get_command\n"
        "group = get_command(app); context = group.make_context('contactor', ['tags'])\n"
        "group.get_command(context, 'tags'); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "contactor.cli.remote.tags" in loaded
    assert [name for name in loaded if name.startswith(("contactor.central", "contactor.station", "sqlalchemy"))] == []


@pytest.mark.parametrize("verb", ["plug", "state", "network", "run"])
def test_a_command_that_plays_with_a_running_station_loads_no_station_and_no_player(verb: str) -> None:
    program = (
        "import sys; from contactor.cli.station import app; from typer.main import get_command\n"
        "group = get_command(app); context = group.make_context('station', [])\n"
        f"group.get_command(context, {verb!r}); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = (
        "contactor.rig",
        "contactor.virtual.scenario",
        "contactor.virtual.virtual_station",
        "contactor.ocpp",
        "picows",
    )
    assert [name for name in loaded if name.startswith(heavy)] == []


def test_a_central_system_or_a_station_without_an_api_does_not_load_what_serves_one() -> None:
    program = "import sys, contactor.cli.central, contactor.cli.running_station; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"contactor.central.server", "contactor.virtual.virtual_station"} <= set(loaded)
    assert {"fastapi", "uvicorn", "nicegui"} & set(loaded) == set()


def test_every_command_of_the_table_can_be_loaded() -> None:
    group = get_command(app)
    with group.make_context("contactor", ["tags"]) as context:
        assert [group.get_command(context, name).name for name in COMMANDS] == list(COMMANDS)  # type: ignore[attr-defined]  # it is a group
        assert group.get_command(context, "nonsense") is None  # type: ignore[attr-defined]  # as above


def test_every_command_of_a_station_can_be_loaded() -> None:
    group = get_command(station)
    with group.make_context("station", ["list"]) as context:
        loaded = [group.get_command(context, name).name for name in STATION_COMMANDS]  # type: ignore[attr-defined]  # it is a group
    assert loaded == list(STATION_COMMANDS)
