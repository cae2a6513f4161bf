"""A websocket peer made by hand, from either side, and a relay that can fall silent: for what no library would do."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.link.ears import PATIENCE_S

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN = 0x80
MASK = b"\x11\x22\x33\x44"


def frame(kind: int, payload: bytes = b"", *, first_bits: int = FIN, masked: bool = True) -> bytes:
    """Spell one frame; `first_bits` are FIN and the reserved bits."""
    mask_bit = 0x80 if masked else 0
    length = len(payload)
    if length < 126:
        head = bytes([first_bits | kind, mask_bit | length])
    elif length < 65536:
        head = bytes([first_bits | kind, mask_bit | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([first_bits | kind, mask_bit | 127]) + length.to_bytes(8, "big")
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[index % 4] for index, byte in enumerate(payload))


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return code.to_bytes(2, "big") + reason


def request(path: str = "/RDAM", *lines: str, leave_out: str = "") -> bytes:
    """Spell an upgrade request; `lines` replace the headers of the same name or are added."""
    headers = {
        "host": "Host: central.test",
        "upgrade": "Upgrade: websocket",
        "connection": "Connection: Upgrade",
        "sec-websocket-key": "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
        "sec-websocket-version": "Sec-WebSocket-Version: 13",
        "sec-websocket-protocol": "Sec-WebSocket-Protocol: ocpp1.6",
    }
    headers.update({line.partition(":")[0].lower(): line for line in lines})
    headers.pop(leave_out, None)
    return "\r\n".join([f"GET {path} HTTP/1.1", *headers.values(), "", ""]).encode()


@dataclass
class Answer:
    """The head of an HTTP answer."""

    status: int
    headers: dict[str, str]


@dataclass
class Frame:
    kind: int
    payload: bytes


class RawPeer:
    """One end of a TCP connection that speaks as much websocket as the test wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, some: bytes) -> None:
        self.writer.write(some)

    async def head(self) -> list[str]:
        raw = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        return raw.decode().split("\r\n")

    async def answer(self) -> Answer:
        first, *rest = await self.head()
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in rest if line}
        return Answer(int(first.split(" ")[1]), headers)

    async def body(self) -> bytes:
        """Everything until the peer closes the connection."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE_S)

    async def frame(self) -> Frame:
        return await asyncio.wait_for(self._frame(), PATIENCE_S)

    async def _frame(self) -> Frame:
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length >= 126:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
        mask = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
        payload = await self.reader.readexactly(length)
        return Frame(first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)))

    async def frame_of(self, kind: int) -> Frame:
        """The next frame of one kind; others are dropped."""
        while (found := await self.frame()).kind != kind:
            pass
        return found

    async def close_code(self) -> int:
        """The code of the close frame that must come."""
        return int.from_bytes((await self.frame_of(CLOSE)).payload[:2], "big")

    async def end(self) -> None:
        """Wait until the peer has closed TCP."""
        try:
            while await asyncio.wait_for(self.reader.read(65536), PATIENCE_S):
                pass
        except ConnectionResetError:
            pass

    async def body_or_reset(self) -> bytes:
        """Everything until the peer closes or resets the connection."""
        try:
            return await self.body()
        except ConnectionResetError:
            return b""

    def accept(self, head: list[str], *, subprotocol: str | None = "ocpp1.6", extra: str = "") -> None:
        """Answer an upgrade request as a server does."""
        key = next(line.partition(":")[2].strip() for line in head if line.lower().startswith("sec-websocket-key"))
        digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}",
        ]
        if subprotocol is not None:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        if extra:
            lines.append(extra)
        self.write("\r\n".join([*lines, "", ""]).encode())


@asynccontextmanager
async def raw_client(port: int) -> AsyncIterator[RawPeer]:
    """A TCP connection to a listener."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4 * 1024 * 1024)
    try:
        yield RawPeer(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def raw_station(port: int, *lines: str, path: str = "/RDAM") -> AsyncIterator[RawPeer]:
    """A station made by hand, upgraded."""
    async with raw_client(port) as peer:
        peer.write(request(path, *lines))
        assert (await peer.answer()).status == 101
        yield peer


@asynccontextmanager
async def raw_server(handle: Callable[[RawPeer], Awaitable[None]]) -> AsyncIterator[int]:
    """A server made by hand; yields its port, and fails the test if a handler failed."""
    peers: list[RawPeer] = []
    handlers: list[asyncio.Task[None]] = []

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = RawPeer(reader, writer)
        peers.append(peer)
        handlers.append(asyncio.ensure_future(_handled(handle, peer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*handlers)
    finally:
        server.close()
        for handler in handlers:
            handler.cancel()
        for peer in peers:
            peer.writer.transport.abort()


async def _handled(handle: Callable[[RawPeer], Awaitable[None]], peer: RawPeer) -> None:
    await handle(peer)
    peer.writer.close()


class Relay:
    """Passes TCP on between two ends until it is told to fall silent; then it keeps both connections and drops all."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._pumps: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []
        self.is_silent = False

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> "Relay":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._writers += [writer, far_writer]
        self._pumps += [
            asyncio.ensure_future(self._pump(reader, far_writer)),
            asyncio.ensure_future(self._pump(far_reader, writer)),
        ]

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65536):
                if not self.is_silent:
                    writer.write(some)
        except ConnectionResetError:
            pass
        if not self.is_silent:
            writer.close()
