"""A fleet against the real central system: in virtual time on a memory network, and over real sockets."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contactor.base.ids import IdTag, StationId
from contactor.base.virtual_loop import run_virtually
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.store.address import MEMORY
from contactor.central.store.schema import TransactionState
from contactor.central.store.writer import TurnWriter
from contactor.central.tags import Tag
from contactor.fleet.fleet import Fleet
from contactor.fleet.plan import HOURS_A_DAY, Drivers, FleetPlan, Group, places
from contactor.fleet.report import Report, as_html, as_json
from contactor.fleet.tally import Sample
from contactor.link.memory import MemoryNetwork
from tests.central.bench import NOON
from tests.central.commands.closed_loop import LoopClock

URL = "ws://central/ocpp"
NOWHERE = "ws://127.0.0.1:9/ocpp"
PLAN = FleetPlan(
    URL,
    (Group(12, "CP-{number:02}", models=("EVD1S180TBB", "EVD1S120THB")),),
    Drivers((4.0,) * HOURS_A_DAY, badges=("TAG-1",)),
    ramp_up_per_s=4.0,
    duration_s=1800.0,
)


def settings_for(plan: FleetPlan, **changes: object) -> CentralSettings:
    given: dict[str, object] = {
        "database": MEMORY,
        "stations": tuple(
            StationSetting(StationId(place.station_id), None if place.key_hex is None else bytes.fromhex(place.key_hex))
            for place in places(plan)
        ),
        "tags": (Tag(IdTag("TAG-1"), allows_concurrent=True),),
        **changes,
    }
    return CentralSettings(**given)  # type: ignore[arg-type]  # the settings' own fields by name


def test_cars_come_and_charge_and_the_ledger_has_every_watt_hour() -> None:
    async def story() -> None:
        network, clock = MemoryNetwork(), LoopClock(NOON)
        central = CentralServer(
            settings_for(PLAN),
            clock=clock,
            listener_factory=lambda admit: network.listen(URL, admit),
            writer_factory=TurnWriter,
        )
        async with central, Fleet(PLAN, dialer=network.dialer(), clock=clock) as fleet:
            samples = [sample async for sample in fleet.samples(1.0)]
            # Three seconds to connect twelve, and up to one more each.
            assert next(each.at_s for each in samples if each.accepted == 12) <= 6.0
            assert samples[-1].visits > 10
            assert samples[-1].troubles == 0
            assert max(each.charging for each in samples) >= 2
            # Whoever has charged is in the ledger to the watt-hour; the others still charge.
            over = [each for each in central.queries.transactions() if each.state is TransactionState.STOPPED]
            assert len(over) == samples[-1].charged
            registers = sum(
                station.rig.read(outlet).register_wh for station in fleet.stations for outlet in station.rig.outlets
            )
            counted = 0
            for each in central.queries.transactions():
                rig = next(one.rig for one in fleet.stations if one.name == each.station_id)
                now_wh = rig.read(rig.outlets[each.connector_id - 1]).register_wh
                counted += (now_wh if each.meter_stop_wh is None else each.meter_stop_wh) - each.meter_start_wh
            assert counted == registers

    run_virtually(story())


async def test_two_workers_run_one_fleet_over_real_sockets(tmp_path: Path) -> None:
    plan = FleetPlan("ws://unused", (Group(20, key_seed="a seed"),))
    central = CentralServer(settings_for(plan, database=str(tmp_path / "c.db"), listen_port=0))
    async with central:
        url = f"ws://127.0.0.1:{central.port}/ocpp"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "contactor", "fleet", "run", "--stations", "20", "--url", url),
            *("--key-seed", "a seed", "--duration", "4", "--workers", "2", "--report", str(tmp_path / "run")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err
        assert b"20 stations" in out
        report = json.loads((tmp_path / "run.json").read_text())
        assert (report["end"]["stations"], report["end"]["owed"], report["troubles"]) == (20, 0, {})
        assert max(each["accepted"] for each in report["samples"]) == 20
        assert "a seed" not in (tmp_path / "run.json").read_text() + (tmp_path / "run.html").read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_fleet_that_nobody_answers_says_so_fails_and_writes_its_report(tmp_path: Path, workers: str) -> None:
    options = ["--stations", "2", "--url", NOWHERE, "--duration", "2", "--workers", workers, "--report", "run"]
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "fleet", "run", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr.strip()) == (1, "")
    assert "2 x connection failed: the peer" in done.stdout or "2 x connection failed: [Errno" in done.stdout
    report = json.loads((tmp_path / "run.json").read_text())
    assert (report["end"]["stations"], report["end"]["troubles"], sum(report["troubles"].values())) == (2, 2, 2)


def test_a_report_that_cannot_be_written_is_refused_before_the_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "fleet", "run", "--stations", "2", "--report", "/nowhere/run"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = "contactor: --report: '/nowhere/run' cannot be used; there is no folder /nowhere\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_wrong_option_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "fleet", "run", "--stations", "2", "--shard", "half"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "contactor: --shard: 'half' cannot be used; give i/n, such as 1/4\n")


def test_a_report_shows_hostile_words_as_text_and_its_charts_have_names() -> None:
    samples = [Sample(at_s=float(second), stations=2, accepted=2, frames_sent=second * 10) for second in range(1, 900)]
    plan = replace(PLAN, url="ws://<script>alert(1)</script>")
    page = as_html(Report(plan, NOON, "1", samples, {"<img src=x onerror=alert(1)>": 3}))
    assert "<script>" not in page
    assert "<img" not in page
    assert page.count("<svg") == page.count('role="img" aria-label="') == 6
    assert "Messages a second, both ways: at most 10, 10 at the end" in page


def test_a_report_of_nothing_can_be_written() -> None:
    empty = Report(PLAN, NOON, "1", (), {})
    assert "not all were" in as_html(empty)
    assert as_json(empty)["all_accepted_after_s"] is None
