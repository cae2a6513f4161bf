"""Health: alive, ready, in numbers; and a server that starts and stops in good order."""

from pathlib import Path

import pytest

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.central.api.server import ApiServer
from contactor.central.server import CentralServer
from contactor.central.traffic import Histogram
from tests.central.api.bench import API, api_in, problem_of, served
from tests.central.bench import STATION
from tests.central.test_server import BOOT, ask, station_at


async def test_the_numbers_tell_of_stations_answers_and_the_writer(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        await ask(station, "Heartbeat", {})
        nobody = await bench.client()
        lines = (await nobody.get("/metrics")).text.splitlines()
        assert "contactor_stations_online 1.0" in lines
        assert "contactor_stations_known 2.0" in lines
        assert 'contactor_messages_total{action="Heartbeat",outcome="answered"} 1.0' in lines
        assert "contactor_answer_seconds_count 2.0" in lines
        system = (await bench.admin.get(f"{API}/system")).json()
        assert system["requests_answered"] == 2
        assert 0 < system["commits"] <= system["items_written"]
        assert 0 <= system["answering_s"] < 60
        assert 'contactor_commands{state="queued"} 0.0' in lines
        assert any(line.startswith("contactor_writer_batch_items_bucket") for line in lines)
        assert STATION not in "".join(lines)


async def test_alive_ready_and_what_runs(database: str) -> None:
    async with api_in(database) as bench:
        nobody = await bench.client()
        assert (await nobody.get("/livez")).json() == {"status": "ok"}
        assert (await nobody.get("/readyz")).json() == {"status": "ok", "warnings": []}
        system = (await bench.admin.get(f"{API}/system")).json()
        assert (system["database"], system["stations_known"]) == (bench.central.engine.dialect.name, 2)
        await bench.central.writer.stop()
        problem_of(await nobody.get("/readyz"), 503)
        problem_of(await bench.admin.post(f"{API}/tags", json={"id_tag": "A"}), 503)


async def test_a_port_that_is_taken_is_told_in_one_line(database: str, tmp_path: Path) -> None:
    async with api_in(database) as bench:
        given = served(tmp_path, api_port=bench.api.port)
        async with CentralServer(given) as central:
            second = ApiServer(central)
            with pytest.raises(BadSetting, match=str(bench.api.port)):
                await second.start()
            with pytest.raises(BrokenPromise):
                _ = second.port
            await second.stop()


def test_a_histogram_counts_each_value_at_the_smallest_bound_that_holds_it() -> None:
    histogram = Histogram((1, 10))
    for value in (0.5, 1, 2, 10, 11):
        histogram.note(value)
    assert (histogram.counts, histogram.total) == ([2, 2, 1], 24.5)
    assert histogram.count == 5
