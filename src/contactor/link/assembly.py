"""How frames make a message, and which frames may not (RFC 6455 sections 5.2, 5.4 and 8.1)."""

from contactor.base.errors import LinkError
from contactor.link.link import CLOSE_NOT_UTF8, CLOSE_PROTOCOL_ERROR, CLOSE_TOO_BIG

CONTINUATION = 0x0
TEXT = 0x1
BINARY = 0x2


class FrameRefused(LinkError):
    """The peer broke the framing; the link ends with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} (close code {code})")
        self.code = code
        self.reason = reason


def check_text(text: bytes) -> bytes:
    """Return the text as it is.

    Raises:
        FrameRefused: it is not UTF-8 (close code 1007).
    """
    if not text.isascii():  # almost all of OCPP is ASCII, and this costs no copy
        try:
            text.decode()
        except UnicodeDecodeError as error:
            raise FrameRefused(CLOSE_NOT_UTF8, "text is not UTF-8") from error
    return text


class Assembly:
    """Puts fragments together; bounds the whole message, because many small fragments pass any limit on one frame."""

    __slots__ = ("_fragments", "_kind", "_length", "_length_max")

    def __init__(self, length_max: int) -> None:
        assert length_max > 0
        self._length_max = length_max
        self._kind: int | None = None
        self._fragments: list[bytes] = []
        self._length = 0

    @property
    def is_pending(self) -> bool:
        """Whether a message was begun and not ended."""
        return self._kind is not None

    def take(self, kind: int, is_final: bool, payload: bytes) -> bytes | None:
        """Take the next data frame; return the text it completes, or None if there is none yet.

        Binary messages are swallowed (TR-10): one stray frame should not cost a station its session.

        Raises:
            FrameRefused: continuation without a start, a start inside a message, too long in total, or not UTF-8.
        """
        self._admit_kind(kind)
        self._length += len(payload)
        if self._length > self._length_max:
            raise FrameRefused(CLOSE_TOO_BIG, f"message longer than {self._length_max} bytes")
        if self._kind == TEXT:
            self._fragments.append(payload)
        return self._finish() if is_final else None

    def _admit_kind(self, kind: int) -> None:
        if kind == CONTINUATION:
            if self._kind is None:
                raise FrameRefused(CLOSE_PROTOCOL_ERROR, "continuation frame without a message to continue")
        elif self._kind is None:
            self._kind = kind
        else:
            raise FrameRefused(CLOSE_PROTOCOL_ERROR, "new message inside a fragmented one")

    def _finish(self) -> bytes | None:
        is_text = self._kind == TEXT
        text = b"".join(self._fragments)
        self._kind = None
        self._fragments.clear()
        self._length = 0
        return check_text(text) if is_text else None
