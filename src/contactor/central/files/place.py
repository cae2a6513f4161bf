"""SHELL: a place: where one station brings one file or fetches one, with a name and a password that nobody can guess.

It takes one whole file and is closed then; a transfer that breaks off may be tried again, a bounded number of times.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlsplit, urlunsplit

TRIES_MAX = 10
LIFETIME_MS = 24 * 3600 * 1000
"""How long a place stays open after the moment for which it was made."""
_NAME_BYTES = 8
_SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class PlaceKey:
    """What a station is told: the name of a place, and its password."""

    name: str
    secret: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "PlaceKey":
        """A new one."""
        return cls(secrets.token_hex(_NAME_BYTES), secrets.token_hex(_SECRET_BYTES))

    @property
    def secret_hash(self) -> bytes:
        """What is kept; a fast hash is enough for a password made of chance."""
        return sha256(self.secret.encode()).digest()

    def location(self, exchange_url: str, file_name: str = "") -> str:
        """The URL with both: of a folder, or of a file in it."""
        parts = urlsplit(exchange_url)
        path = f"{parts.path}/{self.name}/{quote(file_name, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{self.name}:{self.secret}@{parts.netloc}", path=path))


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it is kept."""

    place_id: int
    name: str
    secret_hash: bytes = field(repr=False)
    station_id: str
    diagnostics_id: int | None
    image_id: int | None
    expires_at_ms: int
    tries: int
    used_at_ms: int | None

    def opens_with(self, name: str, secret: str) -> bool:
        """Whether that is its key; a near miss takes as long as a far one."""
        given = sha256(secret.encode(errors="replace")).digest()
        return hmac.compare_digest(given, self.secret_hash) and name == self.name

    def why_closed(self, now_ms: int) -> str | None:
        """Why nothing can be brought or fetched here any more; None while it can."""
        if self.used_at_ms is not None:
            return "a file has passed here, and each place serves one"
        if now_ms >= self.expires_at_ms:
            return "the time of this place is over"
        return f"{TRIES_MAX} transfers were begun here" if self.tries >= TRIES_MAX else None
