"""SHELL: a central system that only says yes: what a fleet is measured against, so that its own cost is what shows.

python -m benchmarks.sink_server 21000
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from itertools import count

import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

_ANSWERS = {
    b"Authorize": '{"idTagInfo":{"status":"Accepted"}}',
    b"DataTransfer": '{"status":"UnknownVendorId"}',
}
# The true time: a clock that stands still would be set, and that noted, with every Heartbeat.
_TIMES = {
    b"BootNotification": '{"status":"Accepted","currentTime":"%s","interval":60}',
    b"Heartbeat": '{"currentTime":"%s"}',
}
_numbers = count(1)


class Sink(WSListener):
    """Answers every call by its action alone; nothing is read of what it says."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame came."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        if frame.msg_type != WSMsgType.TEXT:
            return
        text = frame.get_payload_as_bytes()
        parts = text[:120].split(b'"', 5)
        if not text.startswith(b"[2") or len(parts) < 5:
            return
        message_id, action = parts[1].decode(), parts[3]
        if action == b"StartTransaction":
            answer = f'{{"transactionId":{next(_numbers)},"idTagInfo":{{"status":"Accepted"}}}}'
        elif action in _TIMES:
            answer = _TIMES[action] % datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        else:
            answer = _ANSWERS.get(action, "{}")
        transport.send(WSMsgType.TEXT, f'[3,"{message_id}",{answer}]'.encode())


def _sink(_request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
    response = WSUpgradeResponse.create_101_response(extra_headers={"Sec-WebSocket-Protocol": "ocpp1.6"})
    return WSUpgradeResponseWithListener(response, Sink())


async def serve(port: int) -> None:
    """Listen until the process ends; the first line on stdout tells the address."""
    await ws_create_server(
        _sink,
        "127.0.0.1",
        port,
        websocket_handshake_timeout=60,
        backlog=4096,
        read_buffer_init_size=2048,
        use_aiofastnet=False,
        logger_name="sink",
    )
    print(json.dumps({"listening": f"ws://127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
