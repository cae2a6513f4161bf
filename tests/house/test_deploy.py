"""What stands in deploy/ fits what it deploys."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactor.central.settings_file import load_settings
from contactor.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
INSTALLED = "/opt/contactor/bin/contactor"
UNITS = ("contactor-central.service", "contactor-backup.service", "contactor-mqtt.service", "contactor-backup.timer")


def commands_of(unit: str) -> list[list[str]]:
    """What a unit starts, word by word; a shell's own words after it."""
    lines = re.findall(r"^Exec\w+=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)
    return [shlex.split(shlex.split(line)[2] if "-c" in shlex.split(line) else line) for line in lines]


def ours() -> list[list[str]]:
    found = [words for unit in UNITS[:3] for words in commands_of(unit)]
    return [words[words.index(INSTALLED) + 1 :] for words in found if INSTALLED in words]


@pytest.mark.parametrize("words", ours(), ids=lambda words: words[0])
def test_what_the_units_start_is_a_command_with_these_options(words: list[str]) -> None:
    told = CliRunner().invoke(app, [words[0], "--help"]).stdout
    options = [word for word in words if word.startswith("--")]
    assert options
    assert [option for option in options if option not in told] == []


def test_the_units_start_the_central_system_its_backup_and_the_bridge() -> None:
    assert [words[0] for words in ours()] == ["central", "backup", "mqtt"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_no_fault_with_the_units(tmp_path: Path, unit: str) -> None:
    for name in UNITS:
        # The programs are not installed where the unit expects them; any executable stands for them.
        (tmp_path / name).write_text((DEPLOY / name).read_text().replace(INSTALLED, "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = [line for line in done.stderr.splitlines() if unit in line]
    assert (done.returncode, told) == (0, [])


def test_the_unit_waits_longer_than_the_settings_drain() -> None:
    settings = load_settings(DEPLOY / "central.toml")
    found = re.search(r"^TimeoutStopSec=(\d+)$", (DEPLOY / UNITS[0]).read_text(), re.MULTILINE)
    assert found is not None
    assert int(found[1]) > settings.drain_s + settings.drain_spread_s


def test_the_container_copies_what_there_is_and_installs_what_can_be() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert re.findall(r"\.\[(\w+)\]", text) == ["postgresql"]
    assert "postgresql" in extras
    assert 'ENTRYPOINT ["contactor"]' in text


def test_the_variables_of_the_container_are_settings() -> None:
    found = dict(re.findall(r"(CONTACTOR_\w+)=(\S+)", (DEPLOY / "Containerfile").read_text()))
    settings = load_settings(None, found)
    assert (settings.listen_host, settings.api_host) == ("0.0.0.0", "0.0.0.0")
    assert settings.database == "/var/lib/contactor/contactor.db"


def test_alerts_ask_for_numbers_that_are_told() -> None:
    told = (ROOT / "src/contactor/central/api/metrics.py").read_text()
    asked = set(re.findall(r"contactor_\w+", (DEPLOY / "alerts.yml").read_text()))
    assert asked
    assert [name for name in asked if f'"{name.removesuffix("_total")}"' not in told] == []
