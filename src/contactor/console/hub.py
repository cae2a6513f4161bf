"""SHELL: the console's one view of the fleet: a single subscription upstream, whoever and however many look at it.

It is read with the login of somebody who is signed in; while nobody is, nothing is asked. Rows come by REST, page by
page; events by the feed; readings and messages by their numbers, once a second; and tabs hear of it twice a second.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from contactor.base.errors import ContactorError
from contactor.console.api_client import API, ApiClient, ApiRefusal, Json
from contactor.console.board import Board, Facts
from contactor.console.fan_out import FanOut
from contactor.console.frames import message_row
from contactor.console.people import People, Session
from contactor.console.pulse import Pulse
from contactor.guide.load import load_product

TOLD_EVERY_S = 0.5
ASKED_EVERY_S = 1.0
RELOADED_EVERY_S = 1.5
"""A page of the fleet is read again so often, in turn: what no event tells (who was heard when) stays new."""
FIGURES_EVERY_S = 15.0
LOOKED_EVERY_S = 2.0
"""At what the central system counts of itself."""
AGAIN_AFTER_S = 2.0
PAGE = 200
"""Few rows at a time: while the central system reads and writes many, its stations wait."""
COUNTED_EVERY_S = 2.0
LATEST_MESSAGES = 100
"""Told when a tab begins to follow a station: more than come while a page is built."""
TREND = 90
"""Points of a trend."""


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """A part of a page that is to be told of events of some kinds; of one station, or of all."""

    kinds: frozenset[str]
    station_id: str | None
    heard: Callable[[], None]

    def hear(self, event: Facts) -> None:
        """Tell it, if it wants to know."""
        if event["kind"] in self.kinds and self.station_id in (None, event["station_id"]):
            self.heard()


class Hub:
    """Keeps the board, and tells the tabs."""

    def __init__(self, api_url: str, people: People) -> None:
        self.board = Board(load_product().vendor_errors)
        self.tabs = FanOut()
        self.state: dict[str, str] = {"state": "connecting", "reason": ""}
        self.is_loaded = False
        self._api_url = api_url
        self._people = people
        self._log = structlog.get_logger("contactor.console")
        self._after_event = 0
        self._after_reading = 0
        self._after_message: dict[str, int] = {}
        self._points: dict[str, list[list[object]]] = {}
        self._energy_today_wh = 0
        self._counted_at_s = 0.0
        self.figures: dict[str, object] = {}
        self._trends: dict[str, deque[float]] = {}
        self.listeners: set[Listener] = set()
        self.alarms: dict[str, int] = {"open": 0, "critical": 0}
        self._alarms_are_old = True
        self.pulse = Pulse()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._people.came.wait()
            session = self._people.anybody()
            assert session is not None
            try:
                await self._with(session.client)
            except* (ContactorError, OSError, WebSocketException, TimeoutError) as group:
                self._lost(session, group)
            self.tabs.tell_all({"state": self.state})
            await asyncio.sleep(AGAIN_AFTER_S)

    def fleet_text(self) -> bytes:
        """All rows, and the figures, as the fleet page fetches them."""
        return msgspec.json.encode({"rows": list(self.board.written()), **self.figures, "loaded": self.is_loaded})

    def first_news(self, topics: frozenset[str]) -> dict[str, object]:
        """What a tab that begins to follow must know."""
        news: dict[str, object] = {"state": self.state}
        for topic in topics:
            kind, _, station_id = topic.partition(":")
            if kind == "station":
                news[topic] = {"now": self.board.detail(station_id), "points": []}
            elif kind == "fleet":
                news[topic] = {"rows": [], **self.figures}
            elif kind == "alarms":
                news[topic] = self.alarms
            elif kind == "system":
                news[topic] = {"points": self.pulse.points}
        return news

    # Upstream

    async def _with(self, client: ApiClient) -> None:
        self._alarms_are_old = True
        events = await client.get("/events", after=2**53 - 1, limit=1)
        self._after_event = events["latest"]
        await self._ask_summary(client)
        await self._count_alarms(client)
        await self._load(client)
        self.is_loaded = True
        self._count()
        self.state = {"state": "live", "reason": ""}
        self.tabs.tell_all({"state": self.state})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear(client))
            tasks.create_task(self._every(ASKED_EVERY_S, lambda: self._measure(client)))
            tasks.create_task(self._every(ASKED_EVERY_S / 2, lambda: self._overhear(client)))
            tasks.create_task(self._every(ASKED_EVERY_S, lambda: self._count_alarms(client)))
            tasks.create_task(self._every(FIGURES_EVERY_S, lambda: self._ask_summary(client)))
            tasks.create_task(self._every(LOOKED_EVERY_S, lambda: self._look(client)))
            tasks.create_task(self._reload(client))
            tasks.create_task(self._every(TOLD_EVERY_S, self._tell))

    def _lost(self, session: Session, group: BaseExceptionGroup[BaseException]) -> None:
        error = group.exceptions[0]
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, ApiRefusal) and error.status == 401:
            self._people.end(session)
            return
        reason = "The central system does not answer; trying again."
        self.state = {"state": "stale", "reason": reason}
        self._log.warning("upstream lost", reason=str(error))

    async def _every(self, seconds: float, work: Callable[[], Any]) -> None:  # Any: an awaitable of whatever
        while True:
            await work()
            await asyncio.sleep(seconds)

    async def _load(self, client: ApiClient) -> None:
        found: set[str] = set()
        after: str | None = None
        while True:
            page = await client.get("/fleet", after=after, limit=PAGE)
            self.board.put(page["items"])
            found |= {each["station_id"] for each in page["items"]}
            after = page["next"]
            if after is None:
                self.board.keep_only(found)
                return

    async def _reload(self, client: ApiClient) -> None:
        after: str | None = None
        found: set[str] = set()
        while True:
            await asyncio.sleep(RELOADED_EVERY_S)
            page = await client.get("/fleet", after=after, limit=PAGE)
            self.board.put(page["items"])
            found |= {each["station_id"] for each in page["items"]}
            after = page["next"]
            if after is None:
                self.board.keep_only(found)
                found = set()

    async def _hear(self, client: ApiClient) -> None:
        scheme, host, path, _, _ = urlsplit(f"{self._api_url.rstrip('/')}{API}/events/socket")
        url = urlunsplit(("wss" if scheme == "https" else "ws", host, path, f"after={self._after_event}", ""))
        headers = {"Cookie": client.cookie_header}
        async with connect(
            url, additional_headers=headers, origin=Origin(f"{scheme}://{host}"), max_size=2**20, proxy=None
        ) as socket:
            async for text in socket:
                event = msgspec.json.decode(text)
                self._after_event = event["sequence"]
                self.board.hear(event)
                self._alarms_are_old |= event["kind"] == "alarm_changed"
                for listener in list(self.listeners):
                    listener.hear(event)
        raise OSError("the event feed has ended")

    async def _measure(self, client: ApiClient) -> None:
        found = await client.get("/fleet/readings", after=self._after_reading)
        self._after_reading = found["next"]
        self.board.measure(found["items"])
        followed = set(self.tabs.followed("station:"))
        for reading in found["items"] if followed else ():
            if reading["station_id"] in followed:
                self._points.setdefault(reading["station_id"], []).append(point_of(reading))

    async def _overhear(self, client: ApiClient) -> None:
        followed, begun = self.tabs.followed("messages:"), self.tabs.taken_up("messages:")
        for station_id in list(self._after_message):
            if station_id not in followed or station_id in begun:
                del self._after_message[station_id]
        for station_id in followed:
            came = await self._messages_of(client, station_id)
            self._after_message.setdefault(station_id, 0)
            if came:
                self._after_message[station_id] = came[-1]["number"]
                self.tabs.tell(f"messages:{station_id}", [message_row(each) for each in came])

    async def _messages_of(self, client: ApiClient, station_id: str) -> list[Json]:
        """What came since the last look, oldest first.

        When a tab begins to listen, it has read the record already, and more may have come in between. That is among
        the latest messages; of those every tab leaves out what it shows.
        """
        after = self._after_message.get(station_id)
        if after is None:
            latest = await client.get("/messages", station_id=station_id, limit=LATEST_MESSAGES)
            return list(reversed(latest["items"]))
        found = await client.get("/messages", station_id=station_id, after=after, limit=200)
        return list(found["items"])

    async def _ask_summary(self, client: ApiClient) -> None:
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        summary = await client.get("/fleet/summary", since=midnight.isoformat())
        self._energy_today_wh = summary["energy_wh"]
        if not self._after_reading:
            self._after_reading = summary["latest_reading"]

    async def _look(self, client: ApiClient) -> None:
        system = await client.get("/system")
        points = self.pulse.look(system, round(time.time() * 1000))
        if points:
            self.tabs.tell("system", {"points": points})

    async def _count_alarms(self, client: ApiClient) -> None:
        """Count what is open, once after whatever changed."""
        if not self._alarms_are_old:
            return
        self._alarms_are_old = False
        found = await client.get("/alarms/counts", by="severity", open=True)
        counted = {each["of"]: each["open"] for each in found}
        self.alarms = {"open": sum(counted.values()), "critical": counted.get("critical", 0)}
        self.tabs.tell("alarms", self.alarms)

    # Downstream

    async def _tell(self) -> None:
        changed = self.board.take_changed()
        news: dict[str, object] = {"rows": list(self.board.written(changed))} if self.tabs.is_followed("fleet") else {}
        if time.monotonic() >= self._counted_at_s + COUNTED_EVERY_S:
            self._count()
            news |= self.figures
        if news:
            self.tabs.tell("fleet", news)
        for station_id in self.tabs.followed("station:"):
            points = self._points.pop(station_id, [])
            if points or station_id in changed:
                self.tabs.tell(f"station:{station_id}", {"now": self.board.detail(station_id), "points": points})
        self._points.clear()

    def _count(self) -> None:
        """Sum up the fleet; ten thousand rows are counted once for all tabs."""
        self._counted_at_s = time.monotonic()
        figures = self.board.figures()
        values = {
            "online": float(figures.online),
            "charging": float(figures.charging),
            "power": figures.power_w,
            "energy": float(self._energy_today_wh),
            "reserved": float(figures.reserved),
            "faulted": float(figures.faulted),
        }
        for name, value in values.items():
            self._trends.setdefault(name, deque(maxlen=TREND)).append(value)
        self.figures = {
            "values": values,
            "trends": {name: list(trend) for name, trend in self._trends.items()},
            "stations": figures.stations,
            "connectors": figures.connectors,
            "counts": dict(figures.counts),
        }


def point_of(reading: Facts) -> list[object]:
    """A reading as a point of the station's chart: connector, milliseconds, kW, %."""
    power_w = reading["power_w"]
    at = datetime.fromisoformat(reading["taken_at"])
    return [
        reading["connector_id"],
        round(at.timestamp() * 1000),
        None if power_w is None else power_w / 1000,
        reading["soc_percent"],
    ]
