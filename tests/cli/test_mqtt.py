"""`contactor mqtt` as a process: it comes, tells the fleet, and says that it goes."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from contactor.central.api.role import Role
from tests.central.api.bench import api_in
from tests.central.bench import STATION
from tests.mqtt.broker import WITHIN_S, broker, reader_at


async def test_the_bridge_runs_until_it_is_told_to_end(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, broker() as mqtt, reader_at(mqtt.port) as reader:
        words = ("mqtt", "--broker", f"mqtt://127.0.0.1:{mqtt.port}", "--prefix", "home/cars")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "contactor", *words, "--place", str(tmp_path / "place"), "--api", bench.api.url),
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "CONTACTOR_TOKEN": await bench.token(Role.VIEWER)},
        )
        await reader.holds(f"home/cars/stations/{STATION}/state", is_online=False)
        assert process.stderr is not None
        await asyncio.wait_for(process.stderr.readuntil(b"the bridge is up"), WITHIN_S)
        process.send_signal(signal.SIGTERM)
        await reader.until(lambda seen: seen.held.get("home/cars/bridge/state") == "offline")
        _, said = await process.communicate()
        assert process.returncode == 0, said
        assert (tmp_path / "place").read_text().strip().isdecimal()


@pytest.mark.parametrize(
    ("words", "variables", "named"),
    [
        (("--broker", "mqtt://user:secret@h"), {}, "--broker"),
        (("--prefix", "a/#"), {}, "--prefix"),
        (("--discovery", "home assistant"), {}, "--discovery"),
        ((), {"CONTACTOR_MQTT_PASSWORD": "secret"}, "CONTACTOR_MQTT_USER"),
        ((), {"CONTACTOR_TOKEN": ""}, "CONTACTOR_TOKEN"),
    ],
)
async def test_a_setting_that_cannot_be_is_named(
    tmp_path: Path, words: tuple[str, ...], variables: dict[str, str], named: str
) -> None:
    given = {**os.environ, "CONTACTOR_TOKEN": "some", **variables}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "contactor", "mqtt", *words),
        stderr=asyncio.subprocess.PIPE,
        env=given,
        cwd=tmp_path,
    )
    _, said = await process.communicate()
    assert (process.returncode, named in said.decode()) == (2, True), said
    assert b"secret" not in said
