"""The desk as those see it who order: the REST API, the command line, and later parts of the central system."""

from collections.abc import Sequence
from typing import Protocol

from contactor.base.ids import StationId
from contactor.central.commands.command import CommandState, CommandView, Order


class Desk(Protocol):
    """Takes orders; all methods belong to the event loop of the central system. `CentralServer.desk` is one."""

    async def submit(self, order: Order) -> CommandView:
        """Check an order, keep it and put it in line; return its record at once, whatever will come of it.

        Raises:
            CommandRefused: a field is wrong; nothing was kept.
            QueueFull: too many wait for this station.
            WriterFull, WriterStopped: nothing can be written now.
        """
        ...

    async def rotate_key(self, station_id: StationId, *, by: str, why: str = "") -> CommandView:
        """Give a station a fresh AuthorizationKey (SEC-07, SEC-08); nobody gets to see it.

        Until the outcome is known both keys are accepted, so that neither a crash here nor one there locks it out.

        Raises:
            CommandRefused: the station is unknown or Rejected.
            QueueFull: too many wait for this station.
        """
        ...

    async def cancel(self, command_id: int, *, by: str) -> CommandView:
        """Take back a command that waits; one that was sent, or has ended, stays as it is and is returned so.

        Raises:
            UnknownCommand: there is none of that number.
        """
        ...

    async def settled(self, command_id: int, *, wait_s: float) -> CommandView:
        """Wait until a command has ended, at most `wait_s` seconds, and return its record as it is then.

        Raises:
            UnknownCommand: there is none of that number.
        """
        ...

    async def find(self, command_id: int) -> CommandView | None:
        """The record of a command."""
        ...

    async def history(
        self,
        *,
        station_id: str | None = None,
        states: Sequence[CommandState] = (),
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[CommandView]:
        """Commands, the newest first; `before_id` goes on where the last page ended, no `states` means all."""
        ...
