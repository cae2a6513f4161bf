"""What would it do, from the command line."""

from pathlib import Path

from contactor.central.api.role import Role
from contactor.virtual.twin.twins import VirtualTwins
from tests.central.api.bench import api_with
from tests.central.bench import STATION
from tests.cli.test_remote import runner

FIELDS = ("connectorId=1", "type=Inoperative")


async def test_what_if_prints_the_answer_the_messages_the_limits_and_the_unknown(tmp_path: Path) -> None:
    async with api_with(VirtualTwins(), tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        code, said, _ = await run(
            "stations", "what-if", STATION, "ChangeAvailability", "connectorId=1", "type=Inoperative"
        )
        assert code == 0
        lines = said.splitlines()
        assert lines[0].split() == ["twin", "Generic", "DC", "GDC60-1"]
        assert '"status": "Accepted"' in lines[1]
        assert any("StatusNotification" in line and '"Unavailable"' in line for line in lines)
        row = next(line.split() for line in lines if line.startswith("1  "))
        assert row[:5] == ["1", "Available", "Unavailable", "60000", "W"]
        assert "* the station itself: it was never heard of" in lines
