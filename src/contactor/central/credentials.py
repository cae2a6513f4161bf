"""A station's AuthorizationKey as the central system keeps it: a salted digest, never the key (SEC-09).

A fast hash is enough because the keys are random and long; a slow one would cost a fleet its reconnect.
"""

import hmac
from dataclasses import dataclass
from hashlib import blake2b

from contactor.base.errors import BadSetting

KEY_BYTES_MIN = 16
KEY_BYTES_MAX = 20
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeyDigest:
    """What is left of a key once it has been taken in; has no text that could leak it."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, key: bytes, salt: bytes) -> "KeyDigest":
        """The digest of a key; `salt` is `SALT_BYTES` of fresh chance."""
        assert len(salt) == SALT_BYTES
        return cls(salt, _digest(key, salt))

    def matches(self, password: bytes) -> bool:
        """Whether the password's bytes are the key (SEC-06); takes as long for a near miss as for a far one."""
        return hmac.compare_digest(_digest(password, self.salt), self.digest)


def read_key(setting: str, text: str) -> bytes:
    """The bytes an AuthorizationKey's hexadecimal text stands for.

    Raises:
        BadSetting: not 16 to 20 bytes in hexadecimal (SEC-06); the message does not repeat the text.
    """
    expected = f"give {KEY_BYTES_MIN} to {KEY_BYTES_MAX} bytes as {2 * KEY_BYTES_MIN} to {2 * KEY_BYTES_MAX} hex digits"
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise BadSetting(setting, "(not shown)", expected) from None
    # `fromhex` skips spaces, so the length of the text counts as well.
    if not KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX or len(text) != 2 * len(key):
        raise BadSetting(setting, "(not shown)", expected)
    return key


def _digest(key: bytes, salt: bytes) -> bytes:
    return blake2b(key, salt=salt, digest_size=32).digest()
