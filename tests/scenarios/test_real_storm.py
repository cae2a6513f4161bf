"""The checkers of virtual storms over real processes and sockets: nothing is lost when either end is killed."""

from pathlib import Path

import pytest

from tests.scenarios.real_storm import storm, violations


@pytest.mark.timeout(300)
async def test_promise_3_real_stations_and_their_central_system_survive_kills_and_cuts(tmp_path: Path) -> None:
    database = str(tmp_path / "central.sqlite")
    aftermath = await storm(tmp_path, database, rounds=4, stations=4, seed=3, server=None)
    assert violations(tmp_path, database, aftermath) == []
    assert len(aftermath.looks) == 4
    assert aftermath.blows.total() == 4
