"""SHELL: one station of a reconnect storm: dials over TLS with its key, boots, and tries again until it is accepted."""

import asyncio
import base64
import random
import ssl
from dataclasses import dataclass

from benchmarks.calls import boot_notification

HANDSHAKE_LIMIT_S = 60.0
RETRY_S = (0.5, 1.5)
"""A station that is not let in waits so long, by chance."""
_TWO_BYTE_LENGTH = 126
_LENGTH_MASK = 0x7F


@dataclass
class Storm:
    """Where all stations dial, and what became of them."""

    port: int
    tls: ssl.SSLContext
    key: bytes
    accepted_s: list[float]
    """How long each took from its first dial to its accepted boot."""
    answer_s: list[float]
    """How long each boot waited for its answer."""
    retries: int = 0


async def reconnect(storm: Storm, identity: str) -> asyncio.WriteTransport:
    """Come back, however often it takes, and return the connection."""
    now_s = asyncio.get_running_loop().time
    began_s = now_s()
    while True:
        try:
            writer, answered_s = await _attempt(storm, identity)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            storm.retries += 1
            await asyncio.sleep(random.uniform(*RETRY_S))
            continue
        storm.answer_s.append(answered_s)
        storm.accepted_s.append(now_s() - began_s)
        return writer.transport


async def _attempt(storm: Storm, identity: str) -> tuple[asyncio.StreamWriter, float]:
    now_s = asyncio.get_running_loop().time
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", storm.port, ssl=storm.tls, server_hostname="localhost", ssl_handshake_timeout=HANDSHAKE_LIMIT_S
    )
    try:
        writer.write(_upgrade(identity, storm.key))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionRefusedError(head[:80])
        asked_s = now_s()
        writer.write(boot_notification().frame_of(1))
        text = await _text(reader)
        # The limit gives back the call; a central system accepts the station.
        if not (text.startswith(b"[2,") or b'"Accepted"' in text):
            raise ConnectionRefusedError(text[:80])
    except BaseException:
        writer.transport.abort()
        raise
    return writer, now_s() - asked_s


def _upgrade(identity: str, key: bytes) -> bytes:
    basic = base64.b64encode(identity.encode() + b":" + key).decode()
    return (
        f"GET /ocpp/{identity} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {basic}\r\n\r\n"
    ).encode()


async def _text(reader: asyncio.StreamReader) -> bytes:
    length = (await reader.readexactly(2))[1] & _LENGTH_MASK
    if length == _TWO_BYTE_LENGTH:
        length = int.from_bytes(await reader.readexactly(2), "big")
    return await reader.readexactly(length)
