"""SHELL: the peer: mobilityhouse/ocpp on websockets, as its own guide begins, with handlers that write nothing.

    python -m benchmarks.peer_server 21000

It gets uvloop, and neither compression nor pings, so that nothing but the work on messages is compared.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import uvloop
from ocpp.routing import on as _on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Handler = TypeVar("Handler", bound=Callable[..., object])

_transaction_ids = itertools.count(1)


def on(action: Action) -> Callable[[Handler], Handler]:
    """The package's own decorator, with the types it leaves out."""
    decorate: Callable[[Handler], Handler] = _on(action)
    return decorate


class Station(ChargePoint):  # type: ignore[misc]  # the package ships no types
    """One station's end, with the answers the benchmarks need."""

    @on(Action.boot_notification)
    def boot(self, **_request: object) -> call_result.BootNotification:
        """Welcome anybody."""
        return call_result.BootNotification(_now(), 300, RegistrationStatus.accepted)

    @on(Action.heartbeat)
    def heartbeat(self) -> call_result.Heartbeat:
        """Tell the time."""
        return call_result.Heartbeat(_now())

    @on(Action.start_transaction)
    def begin(self, **_request: object) -> call_result.StartTransaction:
        """Give a number."""
        return call_result.StartTransaction(next(_transaction_ids), {"status": AuthorizationStatus.accepted})

    @on(Action.stop_transaction)
    def end(self, **_request: object) -> call_result.StopTransaction:
        """Forget the end."""
        return call_result.StopTransaction()

    @on(Action.meter_values)
    def meter_values(self, **_request: object) -> call_result.MeterValues:
        """Forget what was measured."""
        return call_result.MeterValues()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _converse(connection: ServerConnection) -> None:
    request = connection.request
    assert request is not None
    try:
        await Station(request.path.rpartition("/")[2], connection).start()
    except ConnectionClosed:
        return


async def run(port: int) -> None:
    """Listen until the process ends; the first line on stdout tells the address."""
    # Any: the subprotocol is a NewType there.
    subprotocols: list[Any] = ["ocpp1.6"]
    async with serve(
        _converse, "127.0.0.1", port, subprotocols=subprotocols, compression=None, ping_interval=None, backlog=4096
    ):
        print(json.dumps({"listening": f"ws://127.0.0.1:{port}"}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1])))
