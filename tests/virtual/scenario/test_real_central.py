"""A scenario against a real central system, over a real websocket, with its trace in a file."""

from pathlib import Path

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import IdTag
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings
from contactor.central.tags import Tag
from contactor.link.websocket_client import WebSocketDialer
from contactor.virtual.scenario.player import Opposite, Playing, play
from contactor.virtual.scenario.reader import read_scenario
from contactor.virtual.trace.trace_file import TraceFile, read_trace

CHARGE = b"""
speed = 60.0
[station.configuration]
MinimumStatusDuration = 0
[[step]]
expect.online = true
[[step]]
plug = { outlet = 1, soc_percent = 30 }
[[step]]
badge = "ANNA"
[[step]]
expect.status = { connector = 1, status = "Charging" }
[[step]]
badge = "ANNA"
[[step]]
expect.frame = { action = "StopTransaction", fields = { reason = "Local" } }
[[step]]
expect.outbox = 0
"""


async def test_a_scenario_charges_at_a_real_central_system_and_every_frame_is_in_its_trace(tmp_path: Path) -> None:
    settings = CentralSettings(
        listen_port=0,
        database=str(tmp_path / "ledger.sqlite"),
        allow_unknown_stations=True,
        tags=(Tag(IdTag("ANNA")),),
    )
    clock = SystemClock()
    scenario = read_scenario(CHARGE, name="charge", place="charge.toml")
    trace = tmp_path / "trace.jsonl"
    async with CentralServer(settings) as central:
        opposite = Opposite(f"ws://127.0.0.1:{central.port}/ocpp", "CP-9", WebSocketDialer())
        with TraceFile(trace, "CP-9", clock) as file:
            verdict = await play(scenario, Playing(clock, Dice.unpredictable(), opposite, watch=lambda _name: file))
        (transaction,) = central.queries.transactions()
    assert verdict.is_passed, verdict.words()
    assert (transaction.station_id, transaction.id_tag, transaction.stop_reason) == ("CP-9", "ANNA", "Local")
    assert len(read_trace(trace)) == verdict.frames
