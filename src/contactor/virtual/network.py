"""SHELL: a station's way to its central system, which somebody can cut in four ways and restore."""

from enum import StrEnum

from contactor.base.dice import Dice
from contactor.link.link import CLOSE_GOING_AWAY, Dialer, LinkFailed, Receiver, Target
from contactor.link.weather import CLEAR, Sky, Weather, WeatherDialer, WeatheredLink


class Cut(StrEnum):
    """How a network fails."""

    CLEAN = "clean"
    """The connection is closed as if by the peer, and nobody can be dialled."""
    SILENT = "silent"
    """The connection stays, pings are answered, and every message vanishes: only unanswered calls tell."""
    RESET = "reset"
    """The connection is reset without a closing handshake (TCP RST), and nobody can be dialled."""
    HALF_OPEN = "half-open"
    """Nothing gets through and neither end is told; the station's pings find out, if it pings."""


class Network:
    """A dialer through which one station dials, and a switch on its wire."""

    __slots__ = ("_dialer", "_link", "_sky", "failure")

    def __init__(self, dialer: Dialer, dice: Dice) -> None:
        self._sky = Sky(dice)
        self._dialer = WeatherDialer(dialer, self._sky)
        self._link: WeatheredLink | None = None
        self.failure: Cut | None = None
        """How it is cut at the moment; None if it works."""

    async def dial(self, target: Target, receiver: Receiver) -> WeatheredLink:
        """Connect, see `contactor.link.link.Dialer`."""
        link = await self._dialer.dial(target, receiver)
        if self._sky.weather.dial_failure:  # cut while the other side was still answering
            link.abort()
            raise LinkFailed("the network was cut")
        self._link = link
        return link

    def cut(self, how: Cut, *, noticed_s: float | None) -> None:
        """Cut it, or cut it in another way; a half-open line is found out after `noticed_s` seconds, or never."""
        self.failure = how
        self._sky.weather = _WEATHER[how] if how is not Cut.HALF_OPEN else _half_open(noticed_s)
        if self._link is None or not self._link.is_open:
            return
        if how is Cut.CLEAN:
            self._link.close(CLOSE_GOING_AWAY, "the network was cut")
        elif how is Cut.RESET:
            self._link.abort()
        elif how is Cut.HALF_OPEN:
            self._link.fall_silent()

    def restore(self) -> None:
        """Let everything through again; a line that was half-open is dead all the same, as in real life."""
        self.failure = None
        self._sky.weather = CLEAR


def _half_open(noticed_s: float | None) -> Weather:
    return Weather(silence=1.0, silence_noticed_s=noticed_s, dial_failure=1.0)


_WEATHER = {
    Cut.CLEAN: Weather(dial_failure=1.0),
    Cut.RESET: Weather(dial_failure=1.0),
    Cut.SILENT: Weather(loss=1.0),
}
