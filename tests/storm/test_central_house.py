"""A storm's central system dies and comes back at any moment, that of its start included."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from contactor.base.virtual_loop import run_virtually
from contactor.central.settings import CentralSettings
from contactor.link.memory import MemoryNetwork
from contactor.storm.central_house import CentralHouse, lay_database
from contactor.storm.clocks import StormClock
from contactor.storm.storm_writer import Fate

Story = Callable[[CentralHouse], Coroutine[Any, Any, None]]


def tell(folder: Path, story: Story) -> None:
    """Tell a story of a house whose commits take ten seconds."""

    async def told() -> None:
        settings = CentralSettings(database=str(lay_database(folder)))
        house = CentralHouse(settings, MemoryNetwork(), StormClock(), iter(map(str, range(10**6))).__next__)
        house.disk.delay_s = lambda: 10.0
        await story(house)
        await house.stop()

    run_virtually(told())


@pytest.mark.parametrize("fate", [None, *Fate], ids=str)
def test_a_process_that_is_killed_as_it_starts_is_not_there_and_can_be_started_again(
    tmp_path: Path, fate: Fate | None
) -> None:
    async def story(house: CentralHouse) -> None:
        starting = asyncio.ensure_future(house.start())
        await asyncio.sleep(5.0)
        if fate is None:
            house.kill()
        house.disk.fate = fate
        await starting
        assert (house.is_up, house.kills) == (False, 1)
        await house.start()
        assert (house.is_up, house.kills) == (True, 1)

    tell(tmp_path, story)


def test_a_process_that_finds_no_room_as_it_starts_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(house: CentralHouse) -> None:
        begun: list[float] = []
        start = CentralHouse._start

        async def start_without_room(self: CentralHouse) -> None:
            begun.append(asyncio.get_running_loop().time())
            await start(self)
            if len(begun) == 1:
                await self.server.stop()  # type: ignore[union-attr]  # it has just been started
                self.server = None
                self.disk.is_full = True
                raise OperationalError("INSERT", {}, Exception("database or disk is full"))

        monkeypatch.setattr(CentralHouse, "_start", start_without_room)
        await house.start()
        assert house.is_up
        assert begun == [0.0, 15.0]

    tell(tmp_path, story)
