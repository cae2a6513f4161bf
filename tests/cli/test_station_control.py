"""A station as a process of its own, and the commands that play with it: the path of a person at a terminal."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from contactor.cli.main import main

STATION = (sys.executable, "-m", "contactor", "station")
RUNNING = ("--url", "ws://127.0.0.1:1/ocpp", "--id", "CP-1", "--control-port", "0", "--log-level", "error")


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A station that runs, and where its control API is."""
    process = subprocess.Popen([*STATION, *RUNNING, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["control"]
    finally:
        process.kill()
        process.communicate(timeout=60)


@dataclass(frozen=True)
class Played:
    """What a command said, and how it ended."""

    stdout: str
    stderr: str
    returncode: int


Play = Callable[..., Played]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Play:
    """Run a command in this process, which spares seconds of imports for each."""

    def play_it(url: str, *words: str) -> Played:
        monkeypatch.setenv("CONTACTOR_STATION", url)
        monkeypatch.setattr(sys, "argv", ["contactor", "station", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return Played(said.out, said.err, int(ended.value.code or 0))

    return play_it


def state_of(play: Play, url: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(play(url, "state", "--json").stdout)
    return state


def test_the_commands_play_with_a_station_that_runs(play: Play) -> None:
    with running() as (process, url):
        for words, said in [
            (("plug", "1", "--soc", "35", "--max-power", "20000"), "CP-1: saloon is plugged in at outlet 1\n"),
            (("car", "1", "--stop-at", "70"), "CP-1: the car at outlet 1 stops at 70 %\n"),
            (("touch",), "CP-1: the screen is touched\n"),
            (("badge", "ANNA", "--outlet", "1"), "CP-1: badge ANNA is presented for outlet 1\n"),
            (("emergency-stop", "press"), "CP-1: the terminal's emergency stop is pressed\n"),
            (("emergency-stop", "release"), "CP-1: the terminal's emergency stop is released\n"),
            (("door", "open", "--place", "power-cabinet"), "CP-1: the power cabinet's door is open\n"),
            (("fault", "raise", "0x10020F", "--outlet", "2"), "CP-1: 0x10020F is active\n"),
            (("network", "cut", "--way", "half-open"), "CP-1: the network is cut (half-open)\n"),
            (("network", "restore"), "CP-1: the network is back\n"),
            (("speed", "60"), "CP-1: 60 s of charging pass in one\n"),
            (("power", "cut"), "CP-1: the power is cut\n"),
        ]:
            done = play(url, *words)
            assert done == Played(said, "", 0)
        state = state_of(play, url)
        assert state["is_running"] is False
        assert "CP-1" in play(url, "state").stdout
        refused = play(url, "unplug", "2")
        assert refused.stderr == "contactor: outlet: 2 cannot be used; no vehicle is connected to it\n"
        assert refused.returncode == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


def test_nobody_at_the_address_is_one_line_with_the_next_step(play: Play) -> None:
    done = play("http://127.0.0.1:1", "plug", "1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "start `contactor station --control-port 9180" in done.stderr


def test_an_option_for_running_is_refused_before_a_verb(play: Play) -> None:
    done = play("http://127.0.0.1:1", "--id", "X", "plug", "1")
    assert done.returncode == 2
    assert done.stderr == "contactor: --id: 'X' cannot be used; it is for running a station; plug does without\n"


def test_a_car_is_still_plugged_in_after_kill_9_and_a_second_process_is_kept_out(tmp_path: Path, play: Play) -> None:
    """PW-04: the state folder survives SIGKILL; one folder belongs to one process."""
    folder = ("--state", str(tmp_path / "state"))
    with running(*folder) as (process, url):
        assert play(url, "plug", "1", "--soc", "35").returncode == 0
        second = subprocess.run([*STATION, *RUNNING, *folder], capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 2
        assert second.stderr == (
            f"contactor: state folder: '{tmp_path / 'state'}' cannot be used; "
            "another station process works in it; give each station its own\n"
        )
        process.kill()
        process.wait(timeout=60)
    with running(*folder) as (_, url):
        assert state_of(play, url)["outlets"]["1"]["vehicle"]["soc_percent"] == pytest.approx(35)


def test_the_factory_file_makes_the_station(tmp_path: Path, play: Play) -> None:
    file = tmp_path / "factory.toml"
    file.write_text('model = "EVD1S120THB"\nserial = "F-1"\n[configuration]\nHeartbeatInterval = 77\n')
    with running("--factory", str(file), "--serial", "F-2") as (_, url):
        state = state_of(play, url)
        assert (state["identity"]["model"], state["identity"]["serial"]) == ("EVD1S120THB", "F-2")
        assert state["configuration"]["HeartbeatInterval"]["value"] == "77"


def test_watch_tells_what_happens(play: Play) -> None:
    with running() as (_, url):
        watching = subprocess.Popen([*STATION, "watch", "--json", "--at", url], stdout=subprocess.PIPE, text=True)
        try:
            assert watching.stdout is not None
            assert json.loads(watching.stdout.readline())["kind"] == "state"
            play(url, "plug", "2")
            for line in watching.stdout:
                item = json.loads(line)
                if item["kind"] == "status":
                    break
            assert item["facts"]["connector"] == 2
            watching.send_signal(signal.SIGINT)
            assert watching.wait(timeout=60) == 0
        finally:
            watching.kill()
            watching.communicate(timeout=60)


def test_the_front_panel_is_served_beside_the_station_and_ends_with_it() -> None:
    words = [*STATION, *RUNNING, "--drivers", "ANNA", "--panel-port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline()).keys() == {"control"}
            panel_url = json.loads(process.stdout.readline())["panel"]
            page = httpx.get(f"{panel_url}/stations/CP-1", timeout=30)
            assert page.status_code == 200
            assert "ANNA-1" in page.text
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
            with pytest.raises(httpx.ConnectError):
                httpx.get(panel_url)
        finally:
            process.kill()
