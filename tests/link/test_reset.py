"""A connection that is reset looks to its peer like one that broke, and not like one that ended."""

import asyncio

import pytest

from contactor.link.reset import reset_at_close


@pytest.mark.parametrize("is_reset", [True, False])
async def test_a_reset_is_an_error_to_the_peer_and_an_end_is_none(is_reset: bool) -> None:
    outcome: asyncio.Future[BaseException | bytes] = asyncio.get_running_loop().create_future()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            outcome.set_result(await reader.read())
        except ConnectionResetError as error:
            outcome.set_result(error)
        writer.close()

    async with await asyncio.start_server(peer, "127.0.0.1", 0) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        if is_reset:
            reset_at_close(writer.transport)
        writer.transport.abort()
        assert isinstance(await outcome, ConnectionResetError) is is_reset
