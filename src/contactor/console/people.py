"""SHELL: who is signed in at this console: a session each, known by a random cookie, holding the person's API login."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from contactor.console.api_client import ApiClient
from contactor.console.role import Role

COOKIE = "contactor_console"
SESSION_S = 12 * 3600
"""As long as the API's own login holds."""
SESSIONS_MAX = 2000


@dataclass(slots=True, eq=False)
class Session:
    """A person at a browser."""

    key: str = field(repr=False)
    name: str
    role: Role
    client: ApiClient
    until_s: float
    on_end: list[Callable[[], None]] = field(default_factory=list)
    """What is to be closed with it: open tabs outlive a cookie."""
    is_over: bool = False


class People:
    """The sessions there are."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self.came = asyncio.Event()
        """Set while somebody is signed in."""

    def add(self, name: str, role: Role, client: ApiClient) -> Session:
        """Sign somebody in; the oldest session makes room if there are too many."""
        key = secrets.token_urlsafe(32)
        session = Session(key, name, role, client, time.monotonic() + SESSION_S)
        self._sessions[key] = session
        while len(self._sessions) > SESSIONS_MAX:
            self.end(next(iter(self._sessions.values())))
        self.came.set()
        return session

    def find(self, key: str | None) -> Session | None:
        """The session of a cookie, if it still holds."""
        session = self._sessions.get(key or "")
        if session is not None and session.until_s <= time.monotonic():
            self.end(session)
            return None
        return session

    def anybody(self) -> Session | None:
        """The session that was signed in last: the feed is read with its login."""
        return next(reversed(self._sessions.values()), None)

    def end(self, session: Session) -> None:
        """Sign somebody out, at all their tabs."""
        session.is_over = True
        if self._sessions.pop(session.key, None) is None:
            return
        for close in session.on_end:
            close()
        if not self._sessions:
            self.came.clear()
