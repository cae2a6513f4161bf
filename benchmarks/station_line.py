"""SHELL: one station's connection, as lean as it can be: a socket, ready frames, and one call outstanding."""

import json
import socket
from typing import Self

from benchmarks.calls import CallTemplate, boot_notification, start_transaction

PATIENCE_S = 20.0
"""How long a server may take for a connection or an answer before the benchmark gives up."""

_TEXT = 0x81
_TWO_BYTE_LENGTH = 126


class LineFailed(Exception):
    """A server answered otherwise than it has to for the figures to mean anything."""


class StationLine:
    """A connection to `port`, open as long as it is the subject of `with`."""

    def __init__(self, port: int, identity: str, *, answer: bytes) -> None:
        """Connect and upgrade.

        Args:
            port: Where the server listens on this machine.
            identity: The station's name, the last segment of the path.
            answer: How the text of every answer begins.

        Raises:
            LineFailed: the server did not upgrade the connection.
        """
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at_s = 0.0
        self.calls = 0
        self._identity = identity
        self._answer = answer
        self._unread = b""
        try:
            self._upgrade()
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def boot(self) -> None:
        """Introduce the station, so that it may send anything else."""
        status = self._ask(boot_notification())["status"]
        if status != "Accepted":
            raise LineFailed(f"{self._identity}: the boot was answered {status!r}")

    def start_transaction(self) -> int:
        """Begin a charge and return its number."""
        return int(str(self._ask(start_transaction())["transactionId"]))

    def send(self, template: CallTemplate) -> None:
        """Make the next call."""
        self.calls += 1
        self.socket.send(template.frame_of(self.calls))

    def next_id(self) -> int:
        """The number of the next call."""
        self.calls += 1
        return self.calls

    def receive(self) -> bytes | None:
        """Read what came: the text of the answer, or None while a part of it is missing.

        Raises:
            LineFailed: it is no answer, or the server hung up.
        """
        came = self.socket.recv(65_536)
        frame = self._unread + came if self._unread else came
        text = _text_of(frame)
        if text is None:
            if not came:
                raise LineFailed(f"{self._identity}: the server hung up")
            self._unread = frame
            return None
        self._unread = b""
        if not text.startswith(self._answer):
            raise LineFailed(f"{self._identity}: {text!r} is no answer")
        return text

    def _ask(self, template: CallTemplate) -> dict[str, object]:
        self.send(template)
        while (text := self.receive()) is None:
            pass
        payload: dict[str, object] = json.loads(text)[2]
        return payload

    def _upgrade(self) -> None:
        self.socket.send(
            f"GET /ocpp/{self._identity} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            came = self.socket.recv(65_536)
            head += came
            if not came or len(head) > 65_536:
                break
        if not head.startswith(b"HTTP/1.1 101"):
            raise LineFailed(f"{self._identity}: the server did not upgrade: {head[:200]!r}")


def _text_of(frame: bytes) -> bytes | None:
    """The text of one whole unmasked frame; None if it is not all there yet."""
    if len(frame) < 4:
        return None
    if frame[0] != _TEXT:
        raise LineFailed(f"{frame[:200]!r} is no text")
    length, begin = frame[1], 2
    if length == _TWO_BYTE_LENGTH:
        length, begin = int.from_bytes(frame[2:4], "big"), 4
    if len(frame) > begin + length:
        raise LineFailed(f"{frame[:200]!r} is more than one answer")
    return frame[begin:] if len(frame) == begin + length else None
