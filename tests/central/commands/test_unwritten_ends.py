"""What the disk does not take of a command's end is written later: every command ends, whatever the disk does."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from contactor.base.virtual_loop import run_virtually
from contactor.central.commands import steps
from contactor.central.commands.command import CommandState
from tests.central.commands.scripted_station import a_bench

TICKS_S = 30


@pytest.mark.parametrize("step", ["conclude", "end_unsent"])
def test_an_end_that_could_not_be_written_is_written_when_the_disk_is_well(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, is_well = getattr(steps, step), False

    def write_if_well(connection: Connection, *what: object) -> object:
        if not is_well:
            raise OperationalError("UPDATE", {}, Exception("disk is full"))
        return write(connection, *what)

    async def story() -> None:
        nonlocal is_well
        async with a_bench() as bench:
            if step == "conclude":
                await bench.connect()
            expected = CommandState.ANSWERED if step == "conclude" else CommandState.EXPIRED
            kept = await bench.order("ClearCache", {}, wait_s=2)
            view = await bench.central.desk.settled(kept.command_id, wait_s=TICKS_S)
            assert not view.state.is_final
            is_well = True
            view = await bench.central.desk.settled(kept.command_id, wait_s=TICKS_S)
            assert view.state is expected

    monkeypatch.setattr(steps, step, write_if_well)
    run_virtually(story())
