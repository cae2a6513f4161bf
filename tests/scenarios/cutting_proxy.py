"""A proxy of our own between stations and central system, for sockets to be cut, or to fall silent."""

import asyncio
import contextlib
from random import Random
from types import TracebackType
from typing import Self


class _Pipe:
    """One connection through the proxy."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._writers = (near, far)
        self.is_silent = False

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: "CuttingProxy") -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                proxy.chunks += 1
                proxy.tell()
                if not self.is_silent:
                    writer.write(chunk)
                    await writer.drain()
        if not self.is_silent:
            self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


class CuttingProxy:
    """Forwards every connection to a port; `cut` and `silence` strike at some of those that stand."""

    def __init__(self, target_port: int, chance: Random) -> None:
        self.port = 0
        self.chunks = 0
        self._target_port = target_port
        self._chance = chance
        self._pipes: set[_Pipe] = set()
        self._server: asyncio.Server | None = None
        self._enough_at = 0
        self._enough = asyncio.Event()

    async def see(self, chunks: int, within_s: float) -> None:
        """Wait until so many more pieces have gone through."""
        self._enough_at = self.chunks + chunks
        self._enough.clear()
        await asyncio.wait_for(self._enough.wait(), within_s)

    def tell(self) -> None:
        if self.chunks >= self._enough_at:
            self._enough.set()

    def cut(self, share: float) -> None:
        """Cut some of the connections."""
        for pipe in list(self._pipes):
            if self._chance.random() < share:
                pipe.cut()

    def silence(self, share: float) -> None:
        """Let nothing more through some of the connections, and tell nobody."""
        for pipe in self._pipes:
            pipe.is_silent = pipe.is_silent or self._chance.random() < share

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for pipe in list(self._pipes):
            pipe.cut()

    async def _take(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            near.transport.abort()
            return
        pipe = _Pipe(near, far)
        self._pipes.add(pipe)
        try:
            await asyncio.gather(pipe.pump(near_reader, far, self), pipe.pump(far_reader, near, self))
        finally:
            self._pipes.discard(pipe)
            pipe.cut()
