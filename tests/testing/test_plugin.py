"""A sample project's own suite runs with the plugin, with pytest-asyncio and without."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pytest_project"
INSTALLED = bool(entry_points(group="pytest11", name="contactor"))
"""An environment that was made before the plugin does not know it by name yet."""
ASK = () if INSTALLED else ("-p", "contactor.testing.plugin")


def suite(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *ASK, *options, "."],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


pytestmark = pytest.mark.timeout(300)  # every test of the project makes a central system with a database of its own


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample project, away from our own settings."""
    for file in EXAMPLE.glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    return tmp_path


def test_the_sample_project_passes(project: Path) -> None:
    done = suite(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_plain_tests_need_no_asyncio_plugin(project: Path) -> None:
    (project / "pytest.ini").unlink()
    done = suite(project, "-p", "no:asyncio", "--ignore=test_with_asyncio.py", "-k", "order or told")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_a_suite_that_asks_for_nothing_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\n\ndef test_nothing():\n"
        "    assert not [name for name in sys.modules if name.startswith(('contactor.central', 'contactor.virtual'))]\n"
    )
    done = suite(tmp_path, "-p", "no:asyncio")
    assert done.returncode == 0, done.stdout + done.stderr


OWN = """
import pytest
from contactor.base.errors import BadSetting
from contactor.testing.stage import NeverAsked

NOWHERE = "ws://127.0.0.1:9/ocpp"


def test_all_that_happens_to_a_station(contactor_station):
    station = contactor_station(NOWHERE)
    station.plug(1, soc_percent=20)
    station.car(1, max_power_w=0)
    assert station.state.outlets[1].vehicle.max_power_w == 0
    station.door("power cabinet")
    station.until(lambda state: "0x200204" in {each.dtc for each in state.faults}).result()
    station.emergency_stop()
    station.until(lambda state: "0x100202" in {each.dtc for each in state.faults}).result()
    station.emergency_stop(is_pressed=False)
    station.door("power cabinet", is_open=False)
    station.until(lambda state: not state.faults).result()
    station.supply(available_w=60_000)
    station.speed(10)
    assert (station.state.supply.available_w, station.state.speed) == (60_000, 10)


def test_what_is_wrong_is_named(contactor_station):
    station = contactor_station(NOWHERE)
    with pytest.raises(BadSetting, match="way: 'silly' cannot be used"):
        station.network("silly")
    with pytest.raises(BadSetting, match="dtc: '0x99' cannot be used"):
        station.raise_fault("0x99")
    with pytest.raises(BadSetting, match="soc: 20 cannot be used"):
        station.plug(1, soc=20)


def test_who_never_asks_is_told(contactor_station):
    contactor_station(NOWHERE).frame("Heartbeat", within_s=0)
"""


def test_a_station_has_every_verb_names_what_is_wrong_and_warns_of_what_nobody_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(OWN)
    done = suite(tmp_path, "-p", "no:asyncio", "-W", "default")
    assert "3 passed, 1 warning" in done.stdout, done.stdout + done.stderr
    assert "NeverAsked: CP-1: Heartbeat was waited for" in done.stdout
