"""The ends of commands: whoever waits is told, and the record is asked only where it knows more (CS-21)."""

import asyncio
from dataclasses import replace

from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandState, CommandView
from contactor.central.commands.endings import Endings
from tests.central.bench import NOON, STATION

SENT = CommandView(
    command_id=7,
    station_id=STATION,
    action="ClearCache",
    by="anna",
    why="",
    request={},
    state=CommandState.SENT,
    queued_at=NOON,
    expires_at=None,
    sent_at=NOON,
    ended_at=None,
    status=None,
    answer=None,
    detail="",
    follow_up=None,
    transaction_id=None,
    idempotency_key=None,
)
ENDED = replace(SENT, state=CommandState.ANSWERED, ended_at=NOON, status="Accepted")


class Shelf:
    """A record of one command, which counts how often it is asked."""

    def __init__(self, view: CommandView) -> None:
        self.view = view
        self.times_asked = 0

    async def find(self, _command_id: int) -> CommandView:
        self.times_asked += 1
        return self.view


def waited_for(
    shelf: Shelf, *, is_expected: bool = True, is_given_up: bool = False, is_told: bool = True
) -> CommandView:
    async def story() -> CommandView:
        endings = Endings(shelf.find)
        if is_expected:
            endings.expect(SENT.command_id)
        if is_given_up:
            endings.give_up(SENT.command_id)
        if is_told:
            asyncio.get_running_loop().call_later(5.0, endings.tell, ENDED)
        return await endings.wait_for(SENT.command_id, wait_s=10.0)

    return run_virtually(story())


def test_who_waits_for_an_end_that_is_to_come_is_told_it_and_does_not_ask_the_record() -> None:
    shelf = Shelf(SENT)
    assert waited_for(shelf) == ENDED
    assert shelf.times_asked == 0


def test_of_a_command_that_is_not_in_line_the_record_is_asked_first() -> None:
    shelf = Shelf(ENDED)
    assert waited_for(shelf, is_expected=False, is_told=False) == ENDED
    assert shelf.times_asked == 1


def test_the_record_is_asked_for_one_that_was_given_up() -> None:
    assert waited_for(Shelf(ENDED), is_given_up=True, is_told=False) == ENDED


def test_an_end_that_does_not_come_in_time_leaves_what_the_record_has() -> None:
    assert waited_for(Shelf(SENT), is_told=False) == SENT
