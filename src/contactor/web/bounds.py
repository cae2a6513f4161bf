"""What surrounds every route: no body larger than allowed, and headers that keep browsers from doing harm."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contactor.web.problem import MEDIA_TYPE, Problem

BODY_BYTES_MAX = 256 * 1024

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class SafeHeaders:
    """Adds the headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=_as_scope(message))
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class _TooLarge(Exception):
    pass


class BoundedBody:
    """Refuses bodies that are too large, by what they say of themselves and by what really comes.

    `larger` names the endings of the paths that may have more, with how many bytes, `larger_below` their beginnings.
    """

    def __init__(
        self, app: ASGIApp, *, larger: Mapping[str, int] | None = None, larger_below: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._larger = larger or {}
        self._larger_below = larger_below or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as long as its body is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bytes_max = self._bytes_max(scope["path"])
        problem = Problem(413, f"a body has at most {bytes_max} bytes here")
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > bytes_max:
            await _refuse(problem, send)
            return
        left = bytes_max

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise _TooLarge
            return message

        try:
            await self._app(scope, counted, send)
        except _TooLarge:
            await _refuse(problem, send)

    def _bytes_max(self, path: str) -> int:
        endings = [limit for ending, limit in self._larger.items() if path.endswith(ending)]
        beginnings = [limit for beginning, limit in self._larger_below.items() if path.startswith(beginning)]
        return max((*endings, *beginnings), default=BODY_BYTES_MAX)


async def _refuse(problem: Problem, send: Send) -> None:
    body = problem.text()
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _as_scope(message: Message) -> MutableMapping[str, Any]:  # Any: as ASGI types its messages
    message.setdefault("headers", [])
    return message
