"""Hostile input costs its sender at most its own line: others are answered, nothing grows, nothing ends."""

from pathlib import Path

import pytest

from tests.scenarios.hostile import FRAMES, attack


@pytest.mark.timeout(240)
async def test_err_14_an_honest_station_is_answered_whatever_others_send(tmp_path: Path) -> None:
    """ERR-14, TR: half-open handshakes, slow headers, deep JSON, bad UTF-8, oversize, replayed and unasked ids."""
    report = await attack(tmp_path, handshakes=100, rounds=1)
    assert report.frames == len(FRAMES)
    assert report.honest_answers > len(FRAMES)
    assert report.harm == []
    assert report.words().endswith("nobody was harmed")
