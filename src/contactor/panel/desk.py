"""SHELL: what the pages work with: the control API, the badges at hand, and a follower for each station."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from contactor.panel.control_client import ControlClient, ControlRefusal, ControlUnreachable, Json
from contactor.panel.follower import Follower

FOLLOWERS_MAX = 50


@dataclass(slots=True)
class Desk:
    """One for all pages of a process."""

    client: ControlClient
    badges: tuple[str, ...]
    _names: frozenset[str] = frozenset()
    _followers: dict[str, Follower] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def stations(self) -> list[Json]:
        """The stations that are served, each in a line.

        Raises:
            ControlUnreachable: nobody answers.
            ControlRefusal: the answer is no.
        """
        stations = list(await self.client.ask("GET", "/stations"))
        self._names = frozenset(str(each["name"]) for each in stations)
        return stations

    async def follower(self, name: str) -> Follower | None:
        """Who follows a station; None if there is no such station, or too many are followed already."""
        if name not in self._names:
            with contextlib.suppress(ControlUnreachable, ControlRefusal):
                await self.stations()
        if name not in self._names:
            return None
        if name not in self._followers:
            if len(self._followers) >= FOLLOWERS_MAX:
                return None
            follower = self._followers[name] = Follower(self.client, name)
            task = self._tasks[name] = asyncio.create_task(follower.run(), name=f"contactor-panel-{name}")
            task.add_done_callback(lambda _task: self._forget(name))
        return self._followers[name]

    async def close(self) -> None:
        """Follow nobody any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.close()

    def _forget(self, name: str) -> None:
        self._followers.pop(name, None)
        self._tasks.pop(name, None)
