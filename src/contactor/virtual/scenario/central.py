"""The central system a scenario describes: answers the station's calls, and asks it what the steps say."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from contactor.base.clock import Clock
from contactor.base.instants import to_text
from contactor.link.link import CLOSE_GOING_AWAY, Admit, Closure, Handshake, Link
from contactor.station.events import Moment
from contactor.virtual.scenario.answers import ERROR, SILENCE, Answers
from contactor.virtual.scenario.scenario import Script

_NOW = re.compile(r"@now(?:([+-]\d{1,8})s?)?")


class ScriptedCentral:
    """One end of the wire; a receiver of whatever station comes. `reach` opens and closes the way to it."""

    def __init__(self, script: Script, clock: Clock, reach: Callable[[bool], None]) -> None:
        self.answers = Answers(script)
        self._clock = clock
        self._reach = reach
        self._link: Link | None = None
        self._orders = 0

    def admit(self, _handshake: Handshake) -> Admit:
        """Let everybody in."""
        return Admit(self)

    def link_opened(self, link: Link) -> None:
        """A station is there."""
        self._link = link

    def text_received(self, text: bytes) -> None:
        """Answer a call; answers of the station are read where its frames are."""
        match msgspec.json.decode(text):
            case [2, str() as message_id, str() as action, dict() as fields]:
                self._answer(message_id, action, fields)

    def link_closed(self, _closure: Closure) -> None:
        """The station is gone."""
        self._link = None

    # What steps make it do

    def order(self, action: str, payload: Mapping[str, object]) -> str | None:
        """Ask the station something; the message id, None if no station is there."""
        if self._link is None:
            return None
        self._orders += 1
        message_id = f"order-{self._orders}"
        self._send([2, message_id, action, self._filled(payload)])
        return message_id

    def hang_up(self) -> None:
        """Close the connection in an orderly way."""
        if self._link is not None:
            self._link.close(CLOSE_GOING_AWAY, "the central system hangs up")

    def go_away(self) -> None:
        """Break the connection, and be out of reach."""
        self._reach(False)
        if self._link is not None:
            self._link.abort()

    def come_back(self) -> None:
        """Be in reach again."""
        self._reach(True)

    # The parts

    def _answer(self, message_id: str, action: str, fields: Mapping[str, object]) -> None:
        now = Moment(self._clock.monotonic_s(), self._clock.now())
        answer = self.answers.answer(action, fields, now)
        if answer == ERROR:
            self._send([4, message_id, "InternalError", "the scenario wants it so", {}])
        elif answer != SILENCE:
            self._send([3, message_id, self._filled(answer)])

    def _send(self, frame: list[object]) -> None:
        if self._link is not None:
            self._link.send(msgspec.json.encode(frame))

    def _filled(self, value: object) -> object:
        """Put instants where a scenario says `@now+3600s`."""
        match value:
            case dict():
                return {name: self._filled(each) for name, each in value.items()}
            case list():
                return [self._filled(each) for each in value]
            case str() if (found := _NOW.fullmatch(value)) is not None:
                return to_text(self._clock.now() + timedelta(seconds=int(found[1] or 0)))
            case _:
                return value
