"""SHELL: how a TCP connection is broken off: the peer sees a reset (RST), and no end it could take for a polite one."""

import asyncio
import socket
import struct

_NO_LINGERING = struct.pack("ii", 1, 0)


def reset_at_close(transport: asyncio.BaseTransport) -> None:
    """Have the connection reset when it is closed; what has no socket just ends."""
    wire = transport.get_extra_info("socket")
    if wire is not None and wire.fileno() >= 0:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
