"""SHELL: secrets of people and programs: made of chance, shown once, kept as hashes, compared in constant time."""

import hmac
import secrets
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contactor.central.credentials import KEY_BYTES_MAX, SALT_BYTES, KeyDigest

TOKEN_PREFIX = "contactor_"  # noqa: S105 - what tokens begin with, so that scanners find a leaked one; no secret
_ID_BYTES = 6
_SECRET_BYTES = 32
_PASSWORD_BYTES = 15

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What proves who asks, a token's or a login's: an id to find it by, and a random secret."""

    ticket_id: str
    secret: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "Ticket":
        """A new one."""
        return cls(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "Ticket | None":
        """The ticket that a text stands for, None if it cannot be one."""
        ticket_id, dot, secret = text.removeprefix(TOKEN_PREFIX).partition(".")
        is_one = dot and len(ticket_id) == 2 * _ID_BYTES and secret and len(text) <= 128 and text.isascii()
        return cls(ticket_id, secret) if is_one else None

    @property
    def text(self) -> str:
        """What its owner keeps."""
        return f"{TOKEN_PREFIX}{self.ticket_id}.{self.secret}"

    @property
    def secret_hash(self) -> bytes:
        """What we keep; a fast hash is enough for a secret made of 32 random bytes."""
        return sha256(self.secret.encode()).digest()

    @property
    def csrf_token(self) -> str:
        """What a page must send with every write beside its cookie; it follows from the secret, so nobody keeps it."""
        return hmac.new(self.secret.encode(), b"csrf", sha256).hexdigest()

    def matches(self, secret_hash: bytes) -> bool:
        """Whether it is the one that was hashed; a near miss takes as long as a far one."""
        return hmac.compare_digest(self.secret_hash, secret_hash)


def is_same_text(one: str, other: str) -> bool:
    """Compare texts of which one is secret, in constant time."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def fresh_station_key() -> bytes:
    """A station's AuthorizationKey, as long as one may be (SEC-06)."""
    return secrets.token_bytes(KEY_BYTES_MAX)


def salted(station_key: bytes) -> KeyDigest:
    """What is kept of a station's key."""
    return KeyDigest.of(station_key, secrets.token_bytes(SALT_BYTES))


def new_password() -> str:
    """A password that nobody can guess, for the first person."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def hash_password(password: str) -> str:
    """What is kept of a password; slow on purpose (about 50 ms), so never on the event loop."""
    return _hasher.hash(password)


def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash (nobody of that name) False, after as long a time."""
    try:
        matches = _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(_PASSWORD_BYTES))
