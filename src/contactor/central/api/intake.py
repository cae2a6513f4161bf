"""SHELL: files pass through in pieces: taken in as they come, given out as they are read, bounded in size and time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect

from contactor.central.api.office import Office
from contactor.central.api.problem import Problem
from contactor.central.files.content_rows import (
    PIECE_BYTES,
    Content,
    append_pieces,
    begin_content,
    drop_content,
    read_pieces,
    seal_content,
)
from contactor.central.store.port import WriterFull, WriterStopped

TRANSFER_S = 900.0
"""No file takes longer."""
IDLE_S = 60.0
"""And none is silent for longer."""
PIECES_AT_ONCE = 8
"""Pieces written, or read, in one go: stations wait no longer than that takes."""

T = TypeVar("T")


async def take_in(
    office: Office, body: AsyncIterator[bytes], bytes_max: int, finish: Callable[[Connection, Content], T | Problem]
) -> T:
    """Keep a file that comes, and finish in the transaction that makes it whole; what breaks off leaves nothing.

    Raises:
        Problem: it is empty, too large or too slow, broke off, or `finish` returned one.
    """
    now_ms = office.now_ms()
    content_id = await office.write(lambda connection: begin_content(connection, now_ms))
    is_whole = False
    try:
        async with asyncio.timeout(TRANSFER_S):
            content = await _receive(office, body, bytes_max, content_id)

        def work(connection: Connection) -> T | Problem:
            seal_content(connection, content)
            return finish(connection, content)

        told = await office.write(work)
        is_whole = True
        return told
    except TimeoutError as error:
        raise Problem(408, f"a file may take {TRANSFER_S:.0f} s, and be silent for {IDLE_S:.0f} s") from error
    except ClientDisconnect as error:
        raise Problem(400, "the connection ended before the file did") from error
    finally:
        if not is_whole:
            _forget(office, content_id)


async def _receive(office: Office, body: AsyncIterator[bytes], bytes_max: int, content_id: int) -> Content:
    digest, size_bytes, number, waiting = sha256(), 0, 0, bytearray()

    async def write(count: int) -> None:
        nonlocal number
        piece, at = bytes(waiting[:count]), number
        del waiting[:count]
        number = await office.write(lambda connection: append_pieces(connection, content_id, at, piece))

    while True:
        async with asyncio.timeout(IDLE_S):
            chunk = await anext(body, None)
        if chunk is None:
            break
        size_bytes += len(chunk)
        if size_bytes > bytes_max:
            raise Problem(413, f"a file has at most {bytes_max} bytes here")
        digest.update(chunk)
        waiting += chunk
        while len(waiting) >= PIECES_AT_ONCE * PIECE_BYTES:
            await write(PIECES_AT_ONCE * PIECE_BYTES)
    await write(len(waiting))
    if not size_bytes:
        raise Problem(422, "the file is empty", field="body")
    return Content(content_id, size_bytes, digest.hexdigest())


def _forget(office: Office, content_id: int) -> None:
    try:
        office.writer.write(partial(drop_content, content_id=content_id), lambda _outcome: None)
    except (WriterFull, WriterStopped):
        office.log.warning("a broken file stays until it is old", content_id=content_id)


async def give_out(office: Office, content: Content, passed: Callable[[], None] = lambda: None) -> AsyncIterator[bytes]:
    """The pieces of a file; `passed` is called when the last was taken, before anything else is waited for.

    Whoever has all of it hangs up, and what gives it out is cancelled wherever it waits.
    """
    number = 0
    left_bytes = content.size_bytes
    while left_bytes > 0:
        pieces = await office.read(
            partial(read_pieces, content_id=content.content_id, number=number, count=PIECES_AT_ONCE)
        )
        if not pieces:
            return  # forgotten meanwhile: the rest will never come
        for piece in pieces:
            yield piece
            left_bytes -= len(piece)
        number += len(pieces)
    passed()
