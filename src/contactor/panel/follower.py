"""SHELL: follows the feed of one station for all tabs that look at it: one subscription, four pieces of news a second.

It follows while anybody looks and some time longer, so that the power curve is there for who comes back.
"""

import asyncio
import time

import structlog
from websockets.exceptions import WebSocketException

from contactor.panel.control_client import ControlClient
from contactor.panel.fan_out import FanOut, News, Tab
from contactor.panel.station_copy import WINDOW_S, StationCopy

TOLD_EVERY_S = 0.25
AGAIN_AFTER_S = 1.0
TABS_MAX = 100


class Follower:
    """Knows one station, and tells its tabs."""

    def __init__(self, client: ControlClient, name: str) -> None:
        self.copy = StationCopy()
        self._client = client
        self._name = name
        self._tabs = FanOut()
        self._line = {"state": "connecting", "reason": ""}
        self._looked_at_s = time.monotonic()
        self._log = structlog.get_logger("contactor.panel")

    @property
    def is_full(self) -> bool:
        """Whether no more tabs are let in."""
        return len(self._tabs) >= TABS_MAX

    def add(self) -> Tab:
        """A tab that looks at the station from now on."""
        tab = Tab(self._whole)
        self._tabs.add(tab)
        return tab

    def remove(self, tab: Tab) -> None:
        """It looks no more."""
        self._tabs.remove(tab)
        self._looked_at_s = time.monotonic()

    async def run(self) -> None:
        """Follow until nobody has looked for a while."""
        reading = asyncio.create_task(self._read(), name=f"contactor-panel-{self._name}")
        try:
            while len(self._tabs) or time.monotonic() - self._looked_at_s < WINDOW_S:
                await asyncio.sleep(TOLD_EVERY_S)
                self.copy.measure(round(time.time() * 1000))
                self._tell_news()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            reason = "The station's control API does not answer; trying again."
            try:
                async with self._client.follow(self._name) as socket:
                    self._set_line("live", "")
                    async for text in socket:
                        self.copy.read(text)
                    reason = "The station's control API has ended; trying again."
            except (OSError, WebSocketException) as error:
                self._log.info("a station's feed is gone", station=self._name, reason=str(error))
            self._set_line("stale", reason)
            await asyncio.sleep(AGAIN_AFTER_S)

    def _set_line(self, state: str, reason: str) -> None:
        self._line = {"state": state, "reason": reason}
        self._tabs.tell({"state": self._line})

    def _tell_news(self) -> None:
        state, rows, points = self.copy.take_news()
        news: dict[str, object] = {}
        if state:
            news[f"station:{self._name}"] = state
        if rows:
            news[f"frames:{self._name}"] = rows
        if points:
            news[f"power:{self._name}"] = {"points": points}
        self._tabs.tell(news)

    def _whole(self) -> News:
        return {
            "state": self._line,
            f"station:{self._name}": {} if self.copy.state is None else {"state": self.copy.state},
            f"frames:{self._name}": list(self.copy.rows),
            f"power:{self._name}": {"points": list(self.copy.points)},
        }
