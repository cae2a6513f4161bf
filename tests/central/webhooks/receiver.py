"""A program on a real socket that is sent deliveries, and answers as a test wants."""

import asyncio
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass
class Received:
    """One delivery as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def sequence(self) -> int:
        return int(json.loads(self.body)["sequence"])

    def is_signed_with(self, secret: str) -> bool:
        """What docs/how-to/webhooks.md tells receivers to do."""
        parts = dict(part.split("=", 1) for part in self.headers["contactor-signature"].split(","))
        expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + self.body, sha256).hexdigest()
        return hmac.compare_digest(expected, parts["v1"])


@dataclass
class Receiver:
    """What came, and what is answered: the next of `answers`, then 200 for ever."""

    port: int = 0
    scheme: str = "http"
    answers: list[str] = field(default_factory=list)
    got: list[Received] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?of=test"

    @property
    def sequences(self) -> list[int]:
        return [each.sequence for each in self.got]

    async def next(self) -> Received:
        """The latest delivery, as soon as there is one."""
        await self.came.wait()
        return self.got[-1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Received(headers, body))
        self.came.set()
        answer = self.answers.pop(0) if self.answers else "200 OK"
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*answers: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(answers=list(answers), scheme="http" if tls is None else "https")
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
