"""SHELL: feeds as streams that never hang: events or messages, signs of life between them, an end when we stop."""

import asyncio
from collections.abc import AsyncIterator

from contactor.base.errors import ContactorError
from contactor.base.ids import StationId
from contactor.central.api.office import Office
from contactor.central.commands.command import CommandView
from contactor.central.events.event import Event
from contactor.central.overheard import Overheard


class TooSlow(ContactorError):
    """More messages of a station came than may wait for one reader."""

    def __init__(self, station_id: str) -> None:
        super().__init__(f"messages of {station_id} came faster than they were read")


SIGN_OF_LIFE_S = 15.0
"""After so long without an event something is sent all the same, so that proxies keep the stream open."""


async def live_events(office: Office, after: int) -> AsyncIterator[Event | None]:
    """Events after a number as they come, None now and then between them; ends when the server stops.

    Raises:
        FellBehind: the reader was too slow; it names where to go on.
    """
    async with office.feed.subscribe(after) as events:
        closing = asyncio.ensure_future(office.closing.wait())
        coming = asyncio.ensure_future(anext(events))
        try:
            while not closing.done():
                await asyncio.wait({coming, closing}, timeout=SIGN_OF_LIFE_S, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    yield None
                    continue
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                coming = asyncio.ensure_future(anext(events))
                yield event
        finally:
            closing.cancel()
            coming.cancel()
            await asyncio.gather(closing, coming, return_exceptions=True)


async def live_messages(office: Office, station_id: StationId) -> AsyncIterator[Overheard | None]:
    """A station's messages as they pass, None now and then between them; ends when the server stops.

    Raises:
        TooSlow: the reader was; what it has missed is only in the log.
    """
    woken = asyncio.Event()
    closing = asyncio.ensure_future(office.closing.wait())
    waking = asyncio.ensure_future(woken.wait())
    try:
        with office.sessions.taps.listen(station_id, woken.set) as tap:
            while not closing.done():
                await asyncio.wait({waking, closing}, timeout=SIGN_OF_LIFE_S, return_when=asyncio.FIRST_COMPLETED)
                if waking.done():
                    woken.clear()
                    waking = asyncio.ensure_future(woken.wait())
                else:
                    yield None
                for message in tap.take():
                    yield message
                if tap.is_late:
                    raise TooSlow(station_id)
    finally:
        closing.cancel()
        waking.cancel()
        await asyncio.gather(closing, waking, return_exceptions=True)


async def settled(office: Office, command_id: int, wait_s: float) -> CommandView:
    """A command when it has ended, or after `wait_s` seconds, or as soon as the server stops.

    Raises:
        UnknownCommand: there is none of that number.
    """
    ending = asyncio.ensure_future(office.desk.settled(command_id, wait_s=wait_s))
    closing = asyncio.ensure_future(office.closing.wait())
    try:
        await asyncio.wait({ending, closing}, return_when=asyncio.FIRST_COMPLETED)
        return ending.result() if ending.done() else await office.desk.settled(command_id, wait_s=0)
    finally:
        closing.cancel()
        ending.cancel()
        await asyncio.gather(closing, ending, return_exceptions=True)
