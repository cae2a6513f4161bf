"""A connection to a real broker, or to something that only listens: its waits end."""

import asyncio
from typing import Any

import pytest

from contactor.mqtt import line as line_module
from contactor.mqtt.broker import Broker
from contactor.mqtt.line import line_to
from tests.mqtt.broker import broker

WILL = ("gone", "yes")


async def test_a_cancellation_that_comes_together_with_the_brokers_answer_is_kept() -> None:
    async with broker() as mqtt, line_to(Broker("127.0.0.1", mqtt.port), "someone", will=WILL) as line:
        wire = line._client._client
        confirm = wire.on_publish

        def confirm_and_cancel(*told: Any) -> None:  # Any: as the library tells it
            assert confirm is not None
            confirm(*told)
            publishing.cancel()

        wire.on_publish = confirm_and_cancel
        publishing = asyncio.create_task(line.publish("topic", "text"))
        with pytest.raises(asyncio.CancelledError):
            await publishing
        wire.on_publish = confirm
        await line.publish("topic", "the line still stands")


async def test_a_broker_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "ANSWER_S", 0.1)
    writers: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TimeoutError):
            async with line_to(Broker("127.0.0.1", port), "someone", will=WILL):
                pytest.fail("nobody has answered")
        for each in writers:
            each.close()
