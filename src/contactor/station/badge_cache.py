"""Remembers what the central system said about badges, so that a known one can charge while it is away (CA-01..09)."""

from datetime import datetime

import msgspec

from contactor.base.ids import IdTag
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.station.store.port import Shelf, Store

CAPACITY = 4000

_GOOD = frozenset({AuthorizationStatus.ACCEPTED, AuthorizationStatus.CONCURRENT_TX})
"""What may be said of a good badge; ConcurrentTx only means that it was charging elsewhere."""


class _Cached(msgspec.Struct, frozen=True):
    info: IdTagInfo
    learned_at: datetime


BADGE_CACHE = Shelf("badge_cache", _Cached)


class BadgeCache:
    """Entries by badge, valid and not, over power cuts; case does not count."""

    __slots__ = ("_entries", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries = BADGE_CACHE.records(store)

    def __len__(self) -> int:
        return len(self._entries)

    def look_up(self, id_tag: IdTag, instant: datetime) -> IdTagInfo | None:
        """What was said of a badge, as it stands now: past its expiry date it is Expired (CA-02)."""
        entry = self._entries.get(id_tag.casefold())
        return as_of(entry.info, instant) if entry else None

    def put(self, id_tag: IdTag, info: IdTagInfo, instant: datetime) -> None:
        """Remember the newest word on a badge, making room if there is none (CA-03)."""
        key = id_tag.casefold()
        if key not in self._entries and len(self._entries) >= CAPACITY:
            self._forget(self._least_useful(instant))
        self._entries[key] = entry = _Cached(info, instant)
        BADGE_CACHE.put(self._store, key, entry)

    def forget(self, id_tag: IdTag) -> None:
        """Drop one badge, for instance because the local list now speaks for it (CA-08)."""
        if id_tag.casefold() in self._entries:
            self._forget(id_tag.casefold())

    def clear(self) -> None:
        """Drop everything (ClearCache, CA-05)."""
        for key in list(self._entries):
            self._forget(key)

    def _forget(self, key: str) -> None:
        del self._entries[key]
        BADGE_CACHE.delete(self._store, key)

    def _least_useful(self, instant: datetime) -> str:
        # Not-valid entries go first, then the oldest.
        def worth(key: str) -> tuple[bool, datetime]:
            entry = self._entries[key]
            return as_of(entry.info, instant).status in _GOOD, entry.learned_at

        return min(self._entries, key=worth)


def as_of(info: IdTagInfo, instant: datetime) -> IdTagInfo:
    """The entry as it stands at an instant: a good badge past its expiry date is Expired."""
    if info.expiry_date is msgspec.UNSET or info.expiry_date > instant:
        return info
    if info.status not in _GOOD:
        return info
    return msgspec.structs.replace(info, status=AuthorizationStatus.EXPIRED)
