"""SHELL: the bridge: keeps the retained topics as the fleet is, passes events on, and takes orders if it is told to.

Each connection to the broker begins with the whole picture and goes on with what changes. An event counts as told, and
its number is kept, once the broker has confirmed it; so none is lost, and one may come twice.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiomqtt
import msgspec
import structlog

from contactor.base.backoff import Backoff
from contactor.base.dice import Dice
from contactor.base.errors import ContactorError
from contactor.mqtt.central import Central, CentralTrouble
from contactor.mqtt.discovery import discovery_of
from contactor.mqtt.line import Line, line_to
from contactor.mqtt.orders import BadOrder, read_order
from contactor.mqtt.picture import changes_between, event_text, picture_of
from contactor.mqtt.place import PlaceFile
from contactor.mqtt.settings import BridgeSettings
from contactor.mqtt.topics import Place

AGAIN_FIRST_S = 1.0
AGAIN_LONGEST_S = 60.0
LOOK_EVERY_S = 10.0
"""Readings are no events: what they change is seen after so long at the latest."""

Facts = Mapping[str, Any]  # Any: JSON, as the API tells it


class Bridge:
    """Between one central system and one broker; `run` works until it is cancelled."""

    def __init__(self, settings: BridgeSettings, central: Central, *, dice: Dice | None = None) -> None:
        self._settings = settings
        self._topics = settings.topics
        self._central = central
        self._place = PlaceFile(settings.place)
        self._log = structlog.get_logger("contactor.mqtt")
        self._backoff = Backoff(dice or Dice.unpredictable(), first_s=AGAIN_FIRST_S, longest_s=AGAIN_LONGEST_S)
        self._told: dict[str, str] = {}
        self._running: dict[tuple[str, int], int] = {}
        self._woken = asyncio.Event()
        self.connected = asyncio.Event()
        """Set once the broker has the whole picture."""

    async def run(self) -> None:
        """Work; after a failure of either side dial again, with growing waits.

        Raises:
            BadSetting: the file of the place cannot be used.
        """
        self._place.read()
        while True:
            try:
                await self._connection()
            except* (aiomqtt.MqttError, ContactorError, OSError) as group:
                reason = _reason(group)
            self.connected.clear()
            wait_s = self._backoff.next_wait_s()
            self._log.warning("the bridge is down", reason=reason, again_in_s=round(wait_s, 1))
            await asyncio.sleep(wait_s)

    async def _connection(self) -> None:
        """One connection to the broker, until either side fails."""
        settings = self._settings
        async with line_to(settings.broker, settings.client_id, will=(self._topics.bridge, "offline")) as line:
            place, flaw = await self._central.feed_from(self._place.read())
            if flaw:
                self._log.warning("the feed does not go on where it ended", reason=flaw)
            self._place.write(place)  # from the first start on nothing is missed
            await self._publish(line, {self._topics.bridge: "online"})
            try:
                await self._carry(line, place)
            finally:
                # Who ends on purpose says so; a broken line leaves it to the will.
                with suppress(aiomqtt.MqttError, TimeoutError):
                    await self._publish(line, {self._topics.bridge: "offline"})

    async def _carry(self, line: Line, place: int) -> None:
        """Tell how everything stands, and then what changes."""
        self._told = {}
        await self._look(line)
        self._backoff.succeeded()
        self._log.info("the bridge is up", after=place)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pass_on(line, place))
            tasks.create_task(self._keep_looking(line))
            if self._settings.obeys:
                await self._subscribe(line)
                tasks.create_task(self._obey(line))
            self.connected.set()

    # The picture

    async def _keep_looking(self, line: Line) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()
            self._woken.clear()
            await self._look(line)
            await asyncio.sleep(self._settings.pause_s)

    async def _look(self, line: Line) -> None:
        """Read the fleet and publish what is not told yet."""
        stations, alarms = await self._central.fleet(), await self._central.alarms()
        self._running = {
            (station["station_id"], each["connector_id"]): each["transaction_id"]
            for station in stations
            for each in station["transactions"]
        }
        picture = picture_of(self._topics, stations, alarms)
        prefix = self._settings.discovery_prefix
        if prefix is not None:
            picture |= discovery_of(prefix, self._topics, stations, with_orders=self._settings.obeys)
        await self._publish(line, changes_between(self._told, picture))
        self._told = picture

    # Events

    async def _pass_on(self, line: Line, place: int) -> None:
        async for event in self._central.events(place):
            self._woken.set()
            await line.publish(self._topics.events, event_text(event))
            self._place.write(event["sequence"])

    # Orders

    async def _subscribe(self, line: Line) -> None:
        for topic in self._topics.orders:
            await line.subscribe(topic)

    async def _obey(self, line: Line) -> None:
        async for message in line.messages:
            place = self._topics.place_of(str(message.topic))
            if place is None:
                continue
            if message.retain:
                # It would be carried out again at every connection.
                await self._tell_result(line, place, {"error": "an order must not be retained"})
                continue
            await self._carry_out(line, place, message.payload)

    async def _carry_out(self, line: Line, place: Place, payload: object) -> None:
        content = payload if isinstance(payload, bytes) else b""
        try:
            running = self._running.get((place.station_id, place.connector_id))
            command = read_order(place, content, running)
            view = await self._central.order(place.station_id, command.action, command.payload)
            told = {name: view[name] for name in ("command_id", "state", "status", "detail")}
        except (BadOrder, CentralTrouble) as error:
            told = {"error": str(error)}
        self._log.info("order by topic", station=place.station_id, connector=place.connector_id, verb=place.verb)
        await self._tell_result(line, place, told)

    async def _tell_result(self, line: Line, place: Place, told: Facts) -> None:
        await line.publish(self._topics.result(place), msgspec.json.encode(told).decode())

    async def _publish(self, line: Line, messages: Mapping[str, str]) -> None:
        for topic, payload in messages.items():
            await line.publish(topic, payload, retain=True)


def _reason(group: BaseExceptionGroup[BaseException]) -> str:
    """The first failure, in words that hold no secret."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
