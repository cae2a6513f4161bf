"""Every example runs, and says what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

from contactor.central.settings_file import load_settings

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

EXPECTED = {
    "one_charge.py": "ANNA took",
    "read_the_guide.py": "29 models, 52 keys",
    "talk_ocpp.py": "FormationViolation",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("name", "words"), EXPECTED.items())
def test_an_example_runs(name: str, words: str) -> None:
    done = run(str(EXAMPLES / name))
    assert done.returncode == 0, done.stderr
    assert words in done.stdout


def test_the_ledger_example_names_what_is_missing(tmp_path: Path) -> None:
    done = run(str(EXAMPLES / "read_the_ledger.py"), str(tmp_path / "none.sqlite"))
    assert done.returncode == 1
    assert "there is no ledger" in done.stderr


def test_the_example_settings_are_good() -> None:
    settings = load_settings(EXAMPLES / "central.toml")
    assert [station.station_id for station in settings.stations] == ["RDAM-01"]


def test_every_program_is_run_here() -> None:
    assert {file.name for file in EXAMPLES.glob("*.py")} == {*EXPECTED, "read_the_ledger.py"}
