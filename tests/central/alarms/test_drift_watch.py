"""What is not as wanted of a configuration is an alarm until it is; on both databases."""

import pytest

from contactor.base.virtual_loop import run_virtually
from contactor.central.alarms.alarm import ClosedBy
from contactor.central.alarms.alarm_rows import find_alarms
from tests.central.care.test_repair_duty import REPORT, want
from tests.central.commands.scripted_station import Bench, a_bench, until_next


def drifts(bench: Bench) -> list[tuple[str, str, str]]:
    """Each drift's key, details, and what closed it, the oldest first."""
    with bench.central.engine.connect() as connection:
        return [(view.subject, view.details, view.closed_by) for view in find_alarms(connection, limit=9)[::-1]]


def test_each_key_that_drifts_is_an_alarm_until_it_is_as_wanted(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            await bench.connect(lambda a, _p: REPORT if a == "GetConfiguration" else {"status": "Accepted"})
            await bench.settle("GetConfiguration", {})
            await want(bench, HeartbeatInterval="90", NumberOfConnectors="3", Unheard="1")
            await until_next(70)
            assert drifts(bench) == [
                ("HeartbeatInterval", "it is '60', and '90' is wanted", ""),
                ("NumberOfConnectors", "it is '2', and '3' is wanted", ""),
            ]
            await until_next(70)
            assert len(drifts(bench)) == 2
            await bench.settle("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "90"})
            await until_next(70)
            assert [closed_by for _, _, closed_by in drifts(bench)] == [ClosedBy.IN_ORDER, ""]
            await want(bench)  # nothing any more
            await until_next(70)
            assert [closed_by for _, _, closed_by in drifts(bench)] == [ClosedBy.IN_ORDER, ClosedBy.IN_ORDER]

    run_virtually(story())


@pytest.mark.parametrize(("word", "is_wrong"), [("Rejected", True), ("RebootRequired", False)])
def test_a_value_that_is_refused_is_wrong_and_one_that_waits_for_a_boot_is_not(word: str, is_wrong: bool) -> None:
    async def story() -> None:
        async with a_bench(repair_configuration=True) as bench:
            await bench.connect(lambda a, _p: REPORT if a == "GetConfiguration" else {"status": word})
            await bench.settle("GetConfiguration", {})
            await want(bench, HeartbeatInterval="90")
            await until_next(130)
            assert [said for _, said, closed_by in drifts(bench) if not closed_by] == (
                ["it is '60', and '90' is wanted; it answered Rejected"] if is_wrong else []
            )

    run_virtually(story())
