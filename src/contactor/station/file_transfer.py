"""SHELL: moves files by FTP, HTTP and HTTPS, bounded in size and time (FW-11, DG-02, DG-08).

Whatever a file server does ends as content or as TransferFailure with a short reason. Users, passwords and queries
of URLs are in no reason and no log: they are taken off the URL before any library sees it, and where that cannot be,
the library's own log is kept from telling them.
"""

import asyncio
import logging
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import aioftp
import httpx

from contactor.base.errors import LinkError

LIMIT_S = 600.0
IDLE_S = 60.0
CONNECT_S = 30.0
CHUNK_BYTES = 64 * 1024
REDIRECTS_MAX = 5

Progress = Callable[[int, int | None], None]
"""Told how many bytes are done, and of how many if that is known."""

# Both name what they are asked for at these levels: httpx whole URLs with their queries, aioftp the user.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("aioftp.client").setLevel(logging.WARNING)


class TransferFailure(LinkError):
    """A file did not get through; the message is for people and holds no secret."""


class FileTransfer(Protocol):
    """Moves one file; both raise TransferFailure."""

    async def download(self, url: str, size_max: int, progress: Progress) -> bytes:
        """Fetch a file of at most `size_max` bytes."""
        ...

    async def upload(self, url: str, content: bytes, progress: Progress) -> None:
        """Put a file to where a URL says, name included."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    """A URL taken apart: what may be shown stands apart from who asks."""

    parts: SplitResult
    host: str
    port: int | None
    auth: tuple[str, str] | None

    @property
    def path(self) -> str:
        """The path of an FTP server, relative to where its login ends up (RFC 1738 section 3.2.2)."""
        return unquote(self.parts.path.removeprefix("/"))

    @property
    def address(self) -> str:
        """The URL without who asks."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return urlunsplit(self.parts._replace(netloc=host + port, fragment=""))


class NetworkFiles:
    """Real transfers.

    Args:
        tls: for HTTPS; without it the system's authorities are trusted. The server is verified in any case.
        limit_s: no transfer takes longer than this in all.
        idle_s: and none is silent for longer than this.
    """

    __slots__ = ("_idle_s", "_limit_s", "_tls")

    def __init__(self, tls: ssl.SSLContext | None = None, *, limit_s: float = LIMIT_S, idle_s: float = IDLE_S) -> None:
        self._tls = tls
        self._limit_s = limit_s
        self._idle_s = idle_s

    async def download(self, url: str, size_max: int, progress: Progress) -> bytes:
        """Fetch a file of at most `size_max` bytes.

        Raises:
            TransferFailure: it is not there, too large, not for us, or the connection broke or took too long.
        """
        place = _place(url)
        fetch = self._fetch_by_ftp if place.parts.scheme == "ftp" else self._fetch_by_http
        receipt = _Receipt(size_max, progress)
        await self._guarded(fetch(place, receipt))
        return bytes(receipt.content)

    async def upload(self, url: str, content: bytes, progress: Progress) -> None:
        """Put a file: by STOR, or by PUT.

        Raises:
            TransferFailure: the server does not take it, or the connection broke or took too long.
        """
        place = _place(url)
        put = self._put_by_ftp if place.parts.scheme == "ftp" else self._put_by_http
        await self._guarded(put(place, _Dispatch(content, progress)))

    async def _guarded(self, transfer: Coroutine[None, None, None]) -> None:
        """Let a transfer run within its time, and turn all the ways it can fail into one."""
        try:
            async with asyncio.timeout(self._limit_s):
                await transfer
        except TransferFailure:
            raise
        except TimeoutError as error:
            raise TransferFailure("the transfer took too long") from error
        except aioftp.StatusCodeError as error:
            # Without the server's own words, which may repeat ours.
            raise TransferFailure(f"the FTP server answered {'/'.join(error.received_codes)}") from error
        except ssl.SSLCertVerificationError as error:
            raise TransferFailure(f"the server's certificate is refused: {error.verify_message}") from error
        except OSError as error:
            raise TransferFailure(f"no connection: {error.strerror or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise TransferFailure(_reason(error)) from error
        # A file server is a stranger, and what breaks on its answers inside a library must not break the station:
        # every transfer has to end with a word.
        except Exception as error:
            raise TransferFailure(f"the server cannot be understood ({type(error).__name__})") from error

    # HTTP

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls if self._tls is not None else ssl.create_default_context(),
            timeout=httpx.Timeout(self._idle_s, connect=CONNECT_S),
            # What is fetched is the file as it lies there, by no one's proxy and with no one's .netrc.
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        )

    async def _fetch_by_http(self, place: _Place, receipt: "_Receipt") -> None:
        async with self._client() as client:
            request, auth = client.build_request("GET", place.address), place.auth
            for _ in range(REDIRECTS_MAX + 1):
                response = await client.send(request, auth=auth, stream=True)
                try:
                    if response.next_request is None:
                        await _take_body(response, receipt)
                        return
                    # httpx carries the credentials on within the same origin only; given again they would go anywhere.
                    request, auth = _redirected(request, response.next_request), None
                finally:
                    await response.aclose()
        raise TransferFailure(f"more than {REDIRECTS_MAX} redirections")

    async def _put_by_http(self, place: _Place, dispatch: "_Dispatch") -> None:
        length = {"Content-Length": str(len(dispatch.content))}
        async with self._client() as client:
            request = client.build_request("PUT", place.address, content=dispatch.chunks(), headers=length)
            response = await client.send(request, auth=place.auth, stream=True)
            await response.aclose()  # only the status counts
        _require_success(response)

    # FTP

    @asynccontextmanager
    async def _ftp_data(self, place: _Place, command: str) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
        """Log in and open the data connection of a command; afterwards let the server say that all went well.

        Passive mode only, and data connections only to the host that was asked for (DG-08). aioftp's own streams
        leave a data connection open when the command is refused, so it is looked after here.
        """
        client = aioftp.Client(socket_timeout=self._idle_s, connection_timeout=CONNECT_S)
        try:
            await client.connect(place.host, place.port or aioftp.DEFAULT_PORT)
            await client.login(*(place.auth or (aioftp.DEFAULT_USER, aioftp.DEFAULT_PASSWORD)))
            reader, writer = await client.get_passive_connection("I")
            try:
                await client.command(f"{command} {place.path}", "1xx")
                yield reader, writer
            finally:
                writer.close()
            await client.command(None, "2xx", "1xx")
        finally:
            client.close()

    async def _fetch_by_ftp(self, place: _Place, receipt: "_Receipt") -> None:
        async with self._ftp_data(place, "RETR") as (reader, _writer):
            while True:
                async with asyncio.timeout(self._idle_s):
                    chunk = await reader.read(CHUNK_BYTES)
                if not chunk:
                    return
                receipt.add(chunk)

    async def _put_by_ftp(self, place: _Place, dispatch: "_Dispatch") -> None:
        async with self._ftp_data(place, "STOR") as (_reader, writer):
            async for chunk in dispatch.chunks():
                writer.write(chunk)
                async with asyncio.timeout(self._idle_s):
                    await writer.drain()


class _Receipt:
    """What has come in so far, and never more than was asked for."""

    __slots__ = ("_progress", "_size_max", "content", "expected")

    def __init__(self, size_max: int, progress: Progress) -> None:
        self.content = bytearray()
        self.expected: int | None = None
        self._size_max = size_max
        self._progress = progress

    def expect(self, size: int) -> None:
        """The server says how much it will send."""
        self._check(size)
        self.expected = size

    def add(self, chunk: bytes) -> None:
        """More has come."""
        self._check(len(self.content) + len(chunk))
        self.content += chunk
        self._progress(len(self.content), self.expected)

    def _check(self, size: int) -> None:
        if size > self._size_max:
            raise TransferFailure(f"the file is larger than {self._size_max} bytes")


class _Dispatch:
    """What is to go out, piece by piece."""

    __slots__ = ("_progress", "content")

    def __init__(self, content: bytes, progress: Progress) -> None:
        self.content = content
        self._progress = progress

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content, with a word of progress after each piece."""
        for start in range(0, len(self.content), CHUNK_BYTES):
            yield self.content[start : start + CHUNK_BYTES]
            self._progress(min(start + CHUNK_BYTES, len(self.content)), len(self.content))


def _require_success(response: httpx.Response) -> None:
    if not response.is_success:
        raise TransferFailure(f"the server answered {response.status_code}")


async def _take_body(response: httpx.Response, receipt: _Receipt) -> None:
    _require_success(response)
    length = response.headers.get("Content-Length", "")
    if length.isdecimal():
        receipt.expect(int(length))
    async for chunk in response.aiter_raw(CHUNK_BYTES):
        receipt.add(chunk)


def _redirected(request: httpx.Request, following: httpx.Request) -> httpx.Request:
    if following.url.scheme not in ("http", "https") or (request.url.scheme, following.url.scheme) == ("https", "http"):
        raise TransferFailure(f"redirected from {request.url.scheme} to {following.url.scheme}")
    return following


def _place(url: str) -> _Place:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise TransferFailure("the URL cannot be read") from error
    if parts.scheme not in ("ftp", "http", "https") or not host:
        raise TransferFailure(f"no file can be moved by {parts.scheme!r}")
    auth = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    return _Place(parts, host, port, auth)


def _reason(error: httpx.HTTPError) -> str:
    """Say what went wrong on an HTTP connection; a refused certificate is told by its own name."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the server's certificate is refused: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return f"the connection failed: {type(error).__name__}"
