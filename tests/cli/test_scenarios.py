"""`contactor station run` plays scenarios with a verdict and a trace; `contactor trace` shows and compares traces."""

import contextlib
import json
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactor.base.errors import BadSetting
from contactor.cli.main import app
from contactor.virtual.trace.trace_file import read_trace

SCENARIO = """
[[step]]
expect.online = true
[[step]]
plug = { outlet = 1, soc_percent = 30 }
[[step]]
badge = "ANNA"
[[step]]
expect.frame = "StartTransaction"
"""


def contactor(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(each) for each in words])
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def recorded(folder: Path, name: str, text: str) -> Path:
    scenario, trace = folder / f"{name}.toml", folder / f"{name}.jsonl"
    scenario.write_text(text)
    code, output = contactor("station", "run", "--fast", "--trace", trace, scenario)
    assert code == 0, output
    return trace


def test_a_scenario_is_played_with_progress_and_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SCENARIO)
    code, output = contactor("station", "run", "--fast", tmp_path / "mine.toml")
    assert code == 0
    assert output.splitlines()[0].endswith("ok        1  online True")
    assert output.splitlines()[-1].startswith("passed: mine, 4 steps")


def test_a_scenario_that_fails_exits_with_1_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[[step]]\nexpect.frame = { action = 'Reset', within_s = 5 }\n")
    code, output = contactor("station", "run", "--fast", "--quiet", tmp_path / "mine.toml")
    assert code == 1
    assert output == "failed: mine, step 1 (frame action=Reset within_s=5): no Reset call was sent (after 5 s)\n"


def test_shipped_scenarios_are_listed_and_played_by_name() -> None:
    code, output = contactor("station", "run", "--list")
    assert code == 0
    assert "badge_accepted            A badge starts and ends a charge\n" in output
    assert "    guide, local authentication, row 1 (LA-1); OCPP 1.6, 4.8 StartTransaction" in output
    code, output = contactor("station", "run", "--fast", "badge_refused", "free_mode")
    assert code == 0
    lines = output.splitlines()
    assert lines[0] == "badge_refused: A badge the central system refuses charges nothing"
    assert lines[-1] == "2 of 2 passed"


def test_at_a_terminal_the_step_that_is_waited_for_is_shown_before_it_is_over(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[[step]]\nsay = 'Anna [the first] plugs in'\nplug = 1\n")
    script = f"{sys.executable} -m contactor station run {tmp_path / 'mine.toml'}"
    master, terminal = pty.openpty()
    try:
        done = subprocess.Popen(shlex.split(script), stdout=terminal, env={**os.environ, "TERM": "xterm"})
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal of a process that has ended
            while part := os.read(master, 1000):
                shown += part
        assert done.wait() == 0
    finally:
        os.close(master)
    said = shown.decode()
    words = "Anna [the first] plugs in"
    assert said.index(f"step 1: {words}") < said.index(f"--        1  {words}")
    assert "passed: mine, 1 steps" in said


def test_what_a_step_says_is_written_for_people_and_cut_where_it_is_long(tmp_path: Path) -> None:
    fields = {f"field{number}": "*" for number in range(20)}
    given = ", ".join(f'{name} = "{value}"' for name, value in fields.items())
    expected = f'[[step]]\nexpect.no_frame = {{ action = "Authorize", for_s = 1, fields = {{ {given} }} }}\n'
    (tmp_path / "mine.toml").write_text(expected)
    code, output = contactor("station", "run", "--fast", tmp_path / "mine.toml")
    assert code == 0
    said = output.splitlines()[0].partition("    1  ")[2]
    assert said.startswith("no frame action=Authorize for_s=1 fields=(field0 *, field1 *, ")
    assert said.endswith("...")


def test_options_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadSetting, match="--fast"):
        contactor("station", "run", "--fast", "--url", "ws://127.0.0.1:1/ocpp", "badge_accepted")
    with pytest.raises(BadSetting, match="--trace"):
        contactor("station", "run", "--fast", "--trace", "x", "badge_accepted", "free_mode")
    with pytest.raises(BadSetting, match=r"FILE\|NAME"):
        contactor("station", "run")


def test_a_trace_has_every_frame_both_ways_with_its_action(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in recorded(tmp_path, "mine", SCENARIO).read_text().splitlines()]
    assert lines[0]["direction"] == "sent"
    assert lines[0]["action"] == "BootNotification"
    assert lines[0]["at"] == "2026-03-02T08:00:00Z"
    assert lines[0]["frame"][:3] == [2, lines[0]["message_id"], "BootNotification"]
    assert (lines[1]["direction"], lines[1]["kind"], lines[1]["action"]) == ("received", "result", "BootNotification")


def test_a_trace_is_shown_with_filters(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "mine", SCENARIO)
    code, output = contactor("trace", "show", "--action", "StartTransaction", "--direction", "sent", trace)
    assert code == 0
    first, last = output.splitlines()
    assert "->  call        StartTransaction" in first
    assert '"idTag": "ANNA"' in first
    assert last == "1 frames"


def test_what_differs_from_run_to_run_is_no_difference(tmp_path: Path) -> None:
    left = recorded(tmp_path, "left", SCENARIO)
    right = recorded(tmp_path, "right", f"starts_at = 2026-05-01T00:00:00Z\n{SCENARIO}")
    assert contactor("trace", "diff", left, right) == (0, "no differences that matter\n")
    assert contactor("trace", "diff", "--instants", left, right)[0] == 1


def test_what_matters_is_a_difference_unless_it_is_left_out(tmp_path: Path) -> None:
    left = recorded(tmp_path, "left", SCENARIO)
    right = recorded(tmp_path, "right", SCENARIO.replace("ANNA", "BEN"))
    code, output = contactor("trace", "diff", left, right)
    assert code == 1
    assert "- 2026-03-02" in output
    assert '"idTag": "BEN"' in output
    assert contactor("trace", "diff", "--ignore", "idTag", left, right)[0] == 0


def test_a_line_that_is_no_frame_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"at":"noon"}\n')
    with pytest.raises(BadSetting, match=r"bad\.jsonl, line 1"):
        contactor("trace", "show", tmp_path / "bad.jsonl")


def test_secrets_are_not_in_a_trace(tmp_path: Path) -> None:
    """The AuthorizationKey is masked as it is in diagnostics (DG-05)."""
    key = "00112233445566778899aabbccddeeff"
    order = f"""
[[step]]
order = {{ action = "ChangeConfiguration", payload = {{ key = "AuthorizationKey", value = "{key}" }} }}
"""
    trace = recorded(tmp_path, "mine", f"[[step]]\nexpect.online = true\n{order}")
    assert any(each.action == "ChangeConfiguration" for each in read_trace(trace))
    assert key not in trace.read_text()
