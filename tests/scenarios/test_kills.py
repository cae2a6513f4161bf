"""Promise 3, on both databases: what was answered survives SIGKILL under load, and nothing is recorded twice."""

from pathlib import Path

from tests.scenarios.kills import Charge, Load, Station, differences, kill_again_and_again


async def test_promise_3_what_was_answered_survives_kills_and_nothing_is_there_twice(
    database: str, tmp_path: Path
) -> None:
    stations = await kill_again_and_again(tmp_path, database, rounds=3, seed=16)
    assert differences(database, stations) == []
    assert all(station.charges for station in stations)


async def test_the_comparison_itself_notices_what_is_lost_and_what_is_too_much(tmp_path: Path) -> None:
    database = str(tmp_path / "ledger.db")
    stations = await kill_again_and_again(tmp_path, database, rounds=1, seed=16)
    assert differences(database, stations) == []
    never_recorded, same_number = Station("CP-0", Load()), Station("CP-0", Load())
    never_recorded.charges = [Charge(10, 0, number=10**9, readings_wh=[100], meter_stop_wh=100)]
    same_number.charges = [stations[0].charges[0]]
    lost = differences(database, [*stations, never_recorded])
    assert [line.split(":")[0] for line in lost] == ["transaction 1000000000", "readings of 1000000000"]
    assert differences(database, [*stations, same_number]) == ["1 numbers were given twice"]
    too_much = differences(database, stations[1:])
    assert len(too_much) == 2 * len(stations[0].charges)
