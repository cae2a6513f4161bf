"""A real broker on loopback, and somebody who reads and writes its topics."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest

WITHIN_S = 10.0
QOS = 1


class LoopbackBroker:
    """A broker that can be stopped and started again on its port; what was retained is gone then."""

    def __init__(self, *, listener: dict[str, object] | None = None, plugins: dict[str, object] | None = None) -> None:
        self._listener = listener or {}
        self._plugins = plugins or {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        self._broker: Any = None  # Any: the library is not typed
        self.port = 0

    async def start(self) -> None:
        module = pytest.importorskip("amqtt.broker")
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self.port}", **self._listener}
        self._broker = module.Broker({"listeners": {"default": listener}, "plugins": self._plugins})
        await self._broker.start()
        server = next(iter(self._broker._servers.values()))
        self.port = server.instance.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self._broker.shutdown()


@asynccontextmanager
async def broker(**how: Any) -> AsyncIterator[LoopbackBroker]:  # Any: whatever the broker takes
    running = LoopbackBroker(**how)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


class Reader:
    """What comes on all topics, and what each holds now."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.held: dict[str, Any] = {}
        self.came: list[tuple[str, Any]] = []

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        await self._client.publish(topic, payload, qos=QOS, retain=retain)

    async def until(self, condition: Callable[["Reader"], bool]) -> None:
        """Read until something is so."""
        async with asyncio.timeout(WITHIN_S):
            while not condition(self):
                message = await anext(aiter(self._client.messages))
                assert isinstance(message.payload, bytes)
                topic, text = str(message.topic), message.payload.decode()
                value = json.loads(text) if text.startswith("{") else text
                self.came.append((topic, value))
                if value == "":
                    self.held.pop(topic, None)
                else:
                    self.held[topic] = value

    async def holds(self, topic: str, **facts: object) -> None:
        """Read until a topic holds these facts."""

        def is_so(reader: Reader) -> bool:
            held = reader.held.get(topic)
            return isinstance(held, dict) and all(held.get(name) == value for name, value in facts.items())

        await self.until(is_so)


@asynccontextmanager
async def reader_at(port: int, **how: Any) -> AsyncIterator[Reader]:  # Any: whatever the client takes
    async with aiomqtt.Client("127.0.0.1", port, **how) as client:
        await client.subscribe("#", qos=QOS)
        yield Reader(client)
