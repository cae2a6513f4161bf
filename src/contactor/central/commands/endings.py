"""SHELL: the ends of commands: which are still to come and will be told, and who waits for one.

Whoever waits for an end that is to come need not ask the record; of any other command the record knows more.
"""

import asyncio
from collections.abc import Awaitable, Callable

from contactor.central.commands.command import CommandView


class Endings:
    """What the desk knows of ends; belongs to its event loop."""

    def __init__(self, find: Callable[[int], Awaitable[CommandView]]) -> None:
        """Know of none; `find` asks the record for a command."""
        self._find = find
        self._to_come: set[int] = set()
        self._bells: dict[int, list[asyncio.Future[CommandView]]] = {}

    def expect(self, command_id: int) -> None:
        """A command is in line: its end will be told."""
        self._to_come.add(command_id)

    def give_up(self, command_id: int) -> None:
        """A command has gone from the record, with its station: it never ends."""
        self._to_come.discard(command_id)

    def tell(self, view: CommandView) -> None:
        """A command has ended, and that is on disk."""
        self._to_come.discard(view.command_id)
        for bell in self._bells.pop(view.command_id, ()):
            if not bell.done():
                bell.set_result(view)

    async def wait_for(self, command_id: int, wait_s: float) -> CommandView:
        """The command when it has ended, or as the record has it after so many seconds."""
        bell: asyncio.Future[CommandView] = asyncio.get_running_loop().create_future()
        self._bells.setdefault(command_id, []).append(bell)
        try:
            if command_id not in self._to_come:
                view = await self._find(command_id)
                if view.state.is_final:
                    return view
            await asyncio.wait([bell], timeout=wait_s)
            return bell.result() if bell.done() else await self._find(command_id)
        finally:
            self._take_away(command_id, bell)

    def _take_away(self, command_id: int, bell: "asyncio.Future[CommandView]") -> None:
        bells = self._bells.get(command_id, [])
        if bell in bells:
            bells.remove(bell)
        if not bells:
            self._bells.pop(command_id, None)
