"""The benchmark of what is kept measures all four servers, and finds what was answered in both databases."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_all_servers_are_measured_and_nothing_that_was_answered_is_missing_after_the_kill() -> None:
    arguments = ["--json", "--seconds", "0.3", "--rounds", "1", "--connections", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.durable", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["rates"]) == 3 * 4
    assert min(rate["msg_per_s"] for rate in found["rates"]) > 0
    for proof in found["proof"].values():
        assert proof["answered"] == proof["kept"]
        assert min(proof["kept"].values()) > 0
