"""A real broker on loopback, in a process of its own: `python -m tests.mqtt.broker_process CONFIGURATION`, as JSON.

It writes its port once it listens. In a process it can be lost as brokers are lost, by a kill, and its ways with
asyncio are not those of whom it is to test: its own end hung now and then.
"""

import asyncio
import json
import sys
from typing import Any

from amqtt.broker import Broker


async def serve(configuration: dict[str, Any]) -> None:  # Any: whatever the broker takes
    running = Broker(configuration)
    await running.start()
    server = next(iter(running._servers.values()))
    print(server.instance.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
