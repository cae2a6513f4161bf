"""The commands as a person meets them: help, versions, and one clear line for every mistake."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import contactor
from contactor.cli.main import main
from contactor.station.store.sqlite import SqliteStore


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, which spares a second of imports for each."""

    def run_it(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["contactor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capfd.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run_it


def test_the_package_is_the_command_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == f"contactor {contactor.__version__}\n"


@pytest.mark.parametrize("command", [[], ["station"], ["central"], ["demo"], ["guide"], ["firmware", "make"]])
def test_every_command_explains_itself(command: list[str], run: Run) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Usage: " in done.stdout


STATION = ["station", "--url", "ws://127.0.0.1:1/ocpp", "--id", "CP-1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["station"], "--url and --id: not given"),
        ([*STATION, "--model", "EVD9"], "model: 'EVD9' cannot be used; EVlink Pro DC has EVD1S120TBB"),
        (["station", "--url", "http://x", "--id", "CP-1"], "SupervisionUrl: 'http://x' cannot be used"),
        (["station", "--url", "ws://x", "--id", ""], "BoxIdentifier: '' cannot be used"),
        ([*STATION, "--key", "abc"], "AuthorizationKey: '<3 characters>' cannot be used"),
        ([*STATION, "--serial", "x" * 26], "--serial: "),
        ([*STATION, "--speed", "0"], "--speed: 0.0 cannot be used"),
        ([*STATION, "--set", "HeartbeatInterval"], "--set: 'HeartbeatInterval' cannot be used"),
        ([*STATION, "--set", "HeartbeatInterval=soon"], "HeartbeatInterval: 'soon' cannot be used"),
        ([*STATION, "--set", "Nonsense=1"], "EVlink Pro DC has no such key"),
        ([*STATION, "--product", "unknown"], "'unknown' cannot be used"),
        ([*STATION, "--ca-file", "/nonexistent.pem"], "/nonexistent.pem"),
        ([*STATION, "--drivers", ""], "--drivers: '' cannot be used"),
        ([*STATION, "--drivers", "a badge that is too long"], "--drivers: "),
        (["station", "--url", "ws://a..b/ocpp", "--id", "A"], "SupervisionUrl: 'ws://a..b/ocpp' cannot be used"),
        (["station", "--url", "ws://op:s3cret@x/ocpp", "--id", "A"], "AuthorizationKey is for that"),
        (["central", "--port", "99999"], "--port: 99999 cannot be used"),
        (["central", "--config", "/nonexistent.toml"], "settings file: '/nonexistent.toml' cannot be used"),
        (["central", "--tls-key", "/nonexistent.key"], "tls_key: '/nonexistent.key' cannot be used"),
        (["demo", "--speed", "-1"], "--speed: -1.0 cannot be used"),
        (["firmware", "make", "/tmp", "--version", "1"], "IMAGE: '/tmp' cannot be used"),
        (["firmware", "check", "/nonexistent.fw"], "IMAGE: '/nonexistent.fw' cannot be used"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line_and_exit_code_2(arguments: list[str], words: str, run: Run) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_state_folder_that_is_in_use_is_refused(tmp_path: Path, run: Run) -> None:
    held = SqliteStore(tmp_path)
    try:
        done = run(*STATION, "--state", str(tmp_path))
    finally:
        held.close()
    assert done.returncode == 2
    assert "another station process works in it" in done.stderr


def test_a_firmware_image_is_made_and_checked(tmp_path: Path, run: Run) -> None:
    image = str(tmp_path / "image.fw")
    assert run("firmware", "make", image, "--version", "2.0.1").returncode == 0
    done = run("firmware", "check", image)
    assert done.stdout == '{"product": "EVlink Pro DC", "version": "2.0.1", "size": 0}\n'


def test_a_file_that_is_no_image_is_refused_with_its_reason(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "image.fw"
    file.write_text("nothing of the kind")
    done = run("firmware", "check", str(file))
    assert done.returncode == 2
    assert "the file is no firmware image" in done.stderr
