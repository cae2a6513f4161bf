"""Knows where to dial and with which key: those in force, and the last good ones to fall back on (D-23, SEC-10)."""

from typing import NamedTuple, Protocol

import msgspec

from contactor.station.configuration import Configuration
from contactor.station.effects import Dial
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.store.port import Shelf, Store

REFUSALS_BEFORE_DOUBT = 3
"""So often a new key is refused before the previous one is tried as well."""

MISSES_BEFORE_FALLBACK = 3
FALLBACK_AFTER_S = 300.0
"""A new address is given up after so many attempts and so much time, both."""

_UNAUTHORISED = 401


class Address(NamedTuple):
    """A central system and the name this station has there; None where never set."""

    url: str | None
    identity: str | None


class Acceptance(Protocol):
    """Who knows where the station belongs."""

    @property
    def last_good(self) -> Address | None:
        """The address at which it was last accepted."""
        ...


class _PreviousKey(msgspec.Struct, frozen=True):
    """The key before the present one; `is_good` once it was let in where the present one was not."""

    key: str
    is_good: bool = False


_PREVIOUS_KEY = Shelf("previous_key", _PreviousKey)


class Credentials:
    """What the next attempt to connect uses; it learns from how the attempts end."""

    __slots__ = ("_acceptance", "_configuration", "_dialled_key", "_first_miss_s", "_key", "_misses",
                 "_previous", "_refusals", "_store")  # fmt: skip

    def __init__(self, store: Store, configuration: Configuration, acceptance: Acceptance) -> None:
        self._configuration = configuration
        self._acceptance = acceptance
        self._store = store
        self._previous = _PREVIOUS_KEY.records(store).get("key")
        self._key = configuration.text(Key.AUTHORIZATION_KEY)
        self._dialled_key = self._key
        self._refusals = 0
        self._misses = 0
        self._first_miss_s = 0.0

    @property
    def address(self) -> Address:
        """The address in force."""
        return Address(self._configuration.text(Key.SUPERVISION_URL), self._configuration.text(Key.BOX_IDENTIFIER))

    def next_dial(self) -> Dial | None:
        """What to dial; None while the station has no address."""
        url, identity = self.address
        if not url or not identity:
            return None
        self._dialled_key = self._next_key()
        return Dial(url, identity, None if self._dialled_key is None else bytes.fromhex(self._dialled_key))

    # What happens to them

    def key_changed(self) -> None:
        """AuthorizationKey was written: use it from the next connection on; remember the one that works (SEC-07)."""
        works = self._previous.key if self._previous is not None and self._previous.is_good else self._key
        self._key = self._configuration.text(Key.AUTHORIZATION_KEY)
        self._refusals = 0
        if works is not None and works != self._key:
            self._remember(_PreviousKey(works))

    def admitted(self) -> None:
        """The connection stands: address and key are good."""
        self._misses = self._refusals = 0
        if self._previous is None:
            return
        if self._dialled_key == self._key:
            self._previous = None
            _PREVIOUS_KEY.delete(self._store, "key")
        elif not self._previous.is_good:
            self._remember(_PreviousKey(self._previous.key, is_good=True))

    def missed(self, status: int | None, now: Moment) -> Address | None:
        """An attempt has failed; `status` is the HTTP status if there was an answer.

        Returns the address given up, if this was the one attempt too many and the last good one is in force again.
        """
        self._refusals += status == _UNAUTHORISED
        good = self._acceptance.last_good
        if good is None or good == self.address:
            return None
        if self._misses == 0:
            self._first_miss_s = now.s
        self._misses += 1
        if self._misses < MISSES_BEFORE_FALLBACK or now.s - self._first_miss_s < FALLBACK_AFTER_S:
            return None
        given_up = self.address
        self._misses = 0
        self._configuration.overwrite(Key.SUPERVISION_URL, good.url or "")
        self._configuration.overwrite(Key.BOX_IDENTIFIER, good.identity or "")
        return given_up

    def _next_key(self) -> str | None:
        if self._previous is None:
            return self._key
        present, previous = self._key, self._previous.key
        first, second = (previous, present) if self._previous.is_good else (present, previous)
        doubts = self._refusals - REFUSALS_BEFORE_DOUBT
        return second if doubts >= 0 and doubts % 2 == 0 else first

    def _remember(self, previous: _PreviousKey) -> None:
        self._previous = previous
        _PREVIOUS_KEY.put(self._store, "key", previous)
