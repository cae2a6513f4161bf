"""The gate before every route: who asks, and whether it was a page of our own that made a browser ask."""

import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from contactor.virtual.control.desk import the_desk
from contactor.web.loopback import is_loopback, name_in
from contactor.web.problem import Problem

TOKEN_LENGTH_MIN = 16


async def gate(connection: HTTPConnection) -> None:
    """Let a request through, or refuse it.

    Raises:
        Problem: 401 without the token, 403 for another site's page or name.
    """
    host = connection.headers.get("Host", "")
    origin = connection.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Problem(403, "a page of another site may not ask here", field="Origin", value=origin[:200])
    token = the_desk(connection).token
    if token is None:
        # A name of somebody else's may lead here as well; then a page of theirs would count as one of ours.
        if not is_loopback(name_in(host)):
            raise Problem(403, "ask for localhost or a loopback address", field="Host", value=host[:200])
    elif not _shows(connection, token):
        raise Problem(
            401,
            "send the token: Authorization: Bearer TOKEN",
            headers={"WWW-Authenticate": 'Bearer realm="contactor station"'},
        )


def _shows(connection: HTTPConnection, token: str) -> bool:
    scheme, _, shown = connection.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())
