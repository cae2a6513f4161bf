"""SHELL: the limit: a websocket server that gives every message back unread.

python -m benchmarks.echo_server 21000 [CERTIFICATE KEY]
"""

import asyncio
import json
import ssl
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server


class Echo(WSListener):
    """Returns what comes."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame came."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        else:
            transport.send(frame.msg_type, frame.get_payload_as_bytes())


def _echo(_request: WSUpgradeRequest) -> Echo:
    return Echo()


async def serve(port: int, files: tuple[str, str] | None) -> None:
    """Listen until the process ends, by wss if there is a certificate; the first line on stdout tells the address."""
    tls = None
    if files:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*files)
    await ws_create_server(
        _echo,
        "127.0.0.1",
        port,
        ssl=tls,
        ssl_handshake_timeout=60 if files else None,
        websocket_handshake_timeout=60,
        backlog=4096,
        read_buffer_init_size=2048,
        use_aiofastnet=False,
        logger_name="echo",
    )
    print(json.dumps({"listening": f"ws://127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), (sys.argv[2], sys.argv[3]) if sys.argv[2:] else None))
