"""A real broker on loopback, and somebody who reads and writes its topics."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

PROJECT = Path(__file__).parents[2]
WITHIN_S = 30.0
QOS = 1


class LoopbackBroker:
    """A broker that can be killed and started again on its port; what was retained is gone then."""

    def __init__(self, *, listener: dict[str, object] | None = None, plugins: dict[str, object] | None = None) -> None:
        self._listener = listener or {}
        self._plugins = plugins or {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        self._process: Process | None = None
        self.port = 0

    async def start(self) -> None:
        pytest.importorskip("amqtt.broker")
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self.port}", **self._listener}
        configuration = {"listeners": {"default": listener}, "plugins": self._plugins}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.mqtt.broker_process", json.dumps(configuration), stdout=PIPE, cwd=PROJECT
        )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the broker did not start"
        self.port = int(line)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def broker(**how: Any) -> AsyncIterator[LoopbackBroker]:  # Any: whatever the broker takes
    running = LoopbackBroker(**how)
    await running.start()
    try:
        yield running
    finally:
        await running.kill()


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
