"""SHELL: a connection to the broker: every wait on it is bounded, and ends at once when it is cancelled."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiomqtt

from contactor.mqtt.broker import Broker

AT_LEAST_ONCE = 1
ANSWER_S = 10.0
"""A broker that has not answered after so long is given up, and dialled again."""
KEEP_ALIVE_S = 20
WAITING_MAX = 20
"""More messages that nobody has read yet are left out."""


class Line:
    """A connection that stands.

    The client's own limits are switched off: it waits by `asyncio.wait_for`, which before Python 3.12 keeps a
    cancellation to itself when it comes together with the answer, and whoever was cancelled would go on for ever.

    Its calls raise `aiomqtt.MqttError` when the connection is lost and TimeoutError when the broker does not answer.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    @property
    def messages(self) -> AsyncIterator[aiomqtt.Message]:
        """What comes on the topics that are subscribed to."""
        return self._client.messages

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Give the broker a message, and wait until it has it."""
        async with asyncio.timeout(ANSWER_S):
            await self._client.publish(topic, payload, qos=AT_LEAST_ONCE, retain=retain)

    async def subscribe(self, topic: str) -> None:
        """Have a topic's messages from now on, and the one that it retains."""
        async with asyncio.timeout(ANSWER_S):
            await self._client.subscribe(topic, qos=AT_LEAST_ONCE)


@asynccontextmanager
async def line_to(broker: Broker, client_id: str, *, will: tuple[str, str]) -> AsyncIterator[Line]:
    """A connection to a broker; `will` is the topic and the text that it retains when the connection is lost.

    Raises:
        MqttError: the broker is not there, refuses us, or the connection is lost.
        TimeoutError: it does not answer.
    """
    topic, text = will
    client = aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.user,
        password=broker.password,
        tls_context=broker.tls,
        identifier=client_id,
        keepalive=KEEP_ALIVE_S,
        will=aiomqtt.Will(topic, text, qos=AT_LEAST_ONCE, retain=True),
        timeout=math.inf,
        max_queued_incoming_messages=WAITING_MAX,
        logger=logging.getLogger("contactor.mqtt.wire"),
    )
    async with asyncio.timeout(ANSWER_S):
        # Where nobody answers the client closes its socket by itself, when KEEP_ALIVE_S are over.
        await client.__aenter__()
    try:
        yield Line(client)
    finally:
        async with asyncio.timeout(ANSWER_S):
            await client.__aexit__(None, None, None)
