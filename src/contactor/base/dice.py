"""SHELL: chance that can be repeated: everything random in a core is drawn from dice it was given."""

import random
import uuid

_VERSION_4_MASK = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_4 = 0x4000 << 64 | 0x8000 << 48
"""The bits by which RFC 4122 tells a random UUID (version 4, variant 10) from the others."""


class Dice:
    """A seeded source of chance; the same seed gives the same throws on every machine."""

    __slots__ = ("_random", "seed")

    def __init__(self, seed: int | str) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 - chance for behaviour, never for secrets

    @classmethod
    def unpredictable(cls) -> "Dice":
        """Dice that no other process has: for message ids and back-off of real stations."""
        return cls(uuid.uuid4().hex)

    def between(self, low: float, high: float) -> float:
        """A number, every one between `low` and `high` as likely."""
        return self._random.uniform(low, high)

    def happens(self, probability: float) -> bool:
        """True with the given probability, 0 to 1."""
        return self._random.random() < probability

    def message_id(self) -> str:
        """A fresh UUID version 4 in its 36-character spelling (RPC-01)."""
        # Spelled here, because a UUID object costs three times as much and every message has one.
        digits = f"{self._random.getrandbits(128) & _VERSION_4_MASK | _VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
