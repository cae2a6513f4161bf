"""File servers on 127.0.0.1 for tests: HTTP and HTTPS by hand, so that they can misbehave, and FTP by aioftp."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aioftp


def page(content: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An answer with a body."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


@dataclass(slots=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpFiles:
    """Answers each request with the next of `answers`, the last one again and again; None never answers."""

    port: int = 0
    answers: list[bytes | None] = field(default_factory=lambda: [page(b"")])
    asked: list[Asked] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await _request(reader))
            self.is_asked.set()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked has gone
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _version = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


@asynccontextmanager
async def http_files(*answers: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpFiles]:
    """An HTTP server, or with a context an HTTPS server, that answers as it is told."""
    files = HttpFiles(tls=tls)
    if answers:
        files.answers = list(answers)
    server = await asyncio.start_server(files.serve, "127.0.0.1", 0, ssl=tls)
    files.port = server.sockets[0].getsockname()[1]
    async with server:
        yield files


@asynccontextmanager
async def raw_server(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> AsyncIterator[int]:
    """A server that does with each connection what it is told; yields its port."""

    async def serve_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        result = serve(reader, writer)
        if asyncio.iscoroutine(result):
            await result
        writer.close()

    server = await asyncio.start_server(serve_and_close, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def ftp_files(folder: Path, *, user: str = "station", password: str = "s3cret") -> AsyncIterator[int]:
    """An FTP server that lets one user read and write a folder, passively only; yields its port."""
    permissions = [aioftp.Permission("/", readable=True, writable=True)]
    server = aioftp.Server([aioftp.User(user, password, base_path=folder, permissions=permissions)])
    await server.start("127.0.0.1", 0)
    try:
        yield server.server_port
    finally:
        await server.close()
