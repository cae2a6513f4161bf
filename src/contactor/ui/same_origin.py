"""The headers of every answer, and who may ask: a page of this console, and of nobody else."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

# NiceGUI writes scripts into its pages and compiles templates in the browser; nothing of anybody else's may run, be
# fetched or be spoken to.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: then browsers call our own forms' origin "null".
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": _POLICY,
}


class SameOrigin:
    """Refuses writes and websockets that a page of another site asks for: NiceGUI's own socket takes any."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "websocket" and not _is_own(Headers(scope=scope), is_needed=True):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and scope["method"] not in _READING and not _is_own(Headers(scope=scope)):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"a page of another site may not ask this"})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _is_own(headers: Headers, *, is_needed: bool = False) -> bool:
    origin = headers.get("Origin")
    if origin is None:
        return not is_needed
    return urlsplit(origin).netloc == headers.get("Host", "")
