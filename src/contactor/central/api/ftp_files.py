"""SHELL: places as an FTP server sees them: a folder for each, in which one file can be brought, or one fetched.

aioftp asks for paths as it would a disk; nothing here ever touches one.
"""

import asyncio
import re
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from os import stat_result
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aioftp
from aioftp.pathio import AsyncPathIOContext

from contactor.central.api.file_shapes import FILE_PATTERN
from contactor.central.api.office import Office
from contactor.central.api.places import bring, enter, fetch, image_at
from contactor.central.api.problem import Problem
from contactor.central.files.image_rows import Image
from contactor.central.files.place import Place

Given = ParamSpec("Given")
Told = TypeVar("Told")

CHUNKS_WAITING_MAX = 8
"""Pieces of a file that wait for the disk; then whoever sends it waits."""


class PlaceUser(aioftp.User):
    """Who has named a place; `place` is set once its password was right."""

    def __init__(self, login: str) -> None:
        super().__init__(login, base_path="/", home_path="/")
        self.place: Place | None = None


def answered_451(
    step: "Callable[Concatenate[Transfer, Given], Awaitable[Told]]",
) -> "Callable[Concatenate[Transfer, Given], Coroutine[Any, Any, Told]]":  # Any: what nobody sends or throws in
    """A step of a transfer that ends it with the server's code 451 if it fails; the log says why."""

    @wraps(step)
    async def taken(transfer: "Transfer", /, *given: Given.args, **named: Given.kwargs) -> Told:
        try:
            return await step(transfer, *given, **named)
        except Problem as problem:
            transfer.log.info("a file did not pass by FTP", reason=problem.detail)
            raise aioftp.PathIOError from problem
        # The boundary of one transfer: whatever it runs into, the connection goes on.
        except Exception as error:
            transfer.log.exception("a file did not pass by FTP")
            raise aioftp.PathIOError from error

    return taken


class Transfer(AsyncPathIOContext):
    """A file that is on its way at a place, in one of both directions."""

    def __init__(self, office: Office, paths: "PlacePaths", path: Path, mode: str) -> None:
        super().__init__(paths, (path,), {"mode": mode})
        self.log = office.log
        self._office = office
        self._paths = paths
        self._path = path
        self._is_upload = mode != "rb"
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue(CHUNKS_WAITING_MAX)
        self._keeping: asyncio.Task[None] | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def __aenter__(self) -> "Transfer":
        """Be ready; the place is entered with the first piece, for what fails here leaves the server's stream open."""
        self.read, self.write = self._read, self._write  # type: ignore[assignment]  # the same for one file
        return self

    async def __aexit__(self, *args: Any) -> None:  # Any: as the library's own method has it
        """What came whole is kept, and only then is the station told so; what broke off leaves nothing."""
        if args[0] is None and self._is_upload:
            await self._finish()
        elif self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])

    @answered_451
    async def _finish(self) -> None:
        await (await self._put(None))

    @answered_451
    async def _read(self, _count: int) -> bytes:
        if self._pieces is None:
            await enter(self._office, self._paths.place, is_upload=False)
            image = await self._paths.image_of(self._path)
            if image is None:
                raise Problem(404, "this place has no such file")
            self._pieces = fetch(self._office, self._paths.place, image)
        return await anext(self._pieces, b"")

    @answered_451
    async def _write(self, data: bytes) -> int:
        await self._put(data)
        return len(data)

    async def _put(self, data: bytes | None) -> "asyncio.Task[None]":
        """Hand a piece on, unless the file is not kept any more, because it is too large perhaps."""
        keeping = self._keeping = self._keeping or await self._begin()
        putting = asyncio.ensure_future(self._chunks.put(data))
        await asyncio.wait((putting, keeping), return_when=asyncio.FIRST_COMPLETED)
        if not putting.done():
            putting.cancel()
            keeping.result()
        return keeping

    async def _begin(self) -> "asyncio.Task[None]":
        if re.fullmatch(FILE_PATTERN, self._path.name) is None:
            raise Problem(422, "this is no name for a file")
        await enter(self._office, self._paths.place, is_upload=True)
        keeping = bring(self._office, self._paths.place, self._path.name, self._body())
        return asyncio.get_running_loop().create_task(keeping, name="contactor-ftp-upload")

    async def _body(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk


class PlacePaths(aioftp.AbstractPathIO[Path]):
    """The paths of one connection: the root, the folder of the place whose key was shown, and the file in it."""

    office: Office

    @property
    def place(self) -> Place:
        """The place whose key was shown."""
        user = None if self.connection is None else self.connection.user
        if not isinstance(user, PlaceUser) or user.place is None:
            raise Problem(401, "name the place and its password")
        return user.place

    async def image_of(self, path: Path) -> Image | None:
        """The image that a path leads to."""
        return await image_at(self.office, self.place, path.name) if await self.is_dir(path.parent) else None

    async def exists(self, path: Path) -> bool:
        """Whether a path leads anywhere."""
        return await self.is_dir(path) or await self.is_file(path)

    async def is_dir(self, path: Path) -> bool:
        """Whether it is the root or the place."""
        return path in (Path("/"), Path("/") / self.place.name)

    async def is_file(self, path: Path) -> bool:
        """Whether it is the file that can be fetched."""
        return await self.image_of(path) is not None

    async def stat(self, path: Path) -> stat_result:
        """Tell the size of what can be fetched."""
        image = await self.image_of(path)
        mode = stat.S_IFDIR | 0o555 if image is None else stat.S_IFREG | 0o444
        return stat_result((mode, 0, 0, 1, 0, 0, 0 if image is None else image.content.size_bytes, 0, 0, 0))

    def open(self, *args: Any, **kwargs: Any) -> Transfer:  # Any: as the library's own method has it
        """Be ready for a transfer."""
        return Transfer(self.office, self, args[0], str(kwargs["mode"]))

    async def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:  # Any: it takes whatever is asked for
        raise aioftp.PathIOError

    # The server's commands do not come this far.
    mkdir = rmdir = unlink = rename = seek = read = write = close = _open = _refuse
    list = _refuse  # type: ignore[assignment]  # it would be an iterator
