"""Keeps the list of badges that the central system sent, exactly as it sent it (LL-01..11)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from contactor.base.ids import IdTag
from contactor.ocpp.datatypes import AuthorizationData, IdTagInfo
from contactor.ocpp.enumerations import UpdateStatus, UpdateType
from contactor.station.badge_cache import as_of
from contactor.station.store.port import Shelf, Store


class _Version(msgspec.Struct, frozen=True):
    version: int


LOCAL_LIST = Shelf("local_list", AuthorizationData)
_LOCAL_LIST_VERSION = Shelf("local_list_version", _Version)


class LocalList:
    """Entries by badge and the list's version; an update happens whole or not at all."""

    __slots__ = ("_entries", "_entries_max", "_entries_per_request_max", "_store", "_version")

    def __init__(self, store: Store, *, entries_max: int, entries_per_request_max: int) -> None:
        self._entries_max = entries_max
        self._entries_per_request_max = entries_per_request_max
        self._store = store
        self._entries = LOCAL_LIST.records(store)
        kept = _LOCAL_LIST_VERSION.records(store).get("version")
        self._version = kept.version if kept else 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def version(self) -> int:
        """The version last sent, and 0 for an empty list whatever was sent (LL-01)."""
        return self._version if self._entries else 0

    def look_up(self, id_tag: IdTag, instant: datetime) -> IdTagInfo | None:
        """What the list says of a badge now, or None if it does not speak of it."""
        entry = self._entries.get(id_tag.casefold())
        if entry is None or entry.id_tag_info is msgspec.UNSET:
            return None
        return as_of(entry.id_tag_info, instant)

    def update(self, version: int, kind: UpdateType, entries: Sequence[AuthorizationData]) -> UpdateStatus:
        """Judge and carry out a SendLocalList; any answer but Accepted changes nothing."""
        tags = {entry.id_tag.casefold() for entry in entries}
        if version <= 0 or len(tags) < len(entries) or len(entries) > self._entries_per_request_max:
            return UpdateStatus.FAILED  # LL-09, LL-06, LL-07
        if kind is UpdateType.FULL:
            wanted = _replaced(entries)
        elif version <= self.version:
            return UpdateStatus.VERSION_MISMATCH
        else:
            wanted = _amended(self._entries, entries)
        if wanted is None or len(wanted) > self._entries_max:
            return UpdateStatus.FAILED
        self._become(wanted, version)
        return UpdateStatus.ACCEPTED

    def _become(self, wanted: dict[str, AuthorizationData], version: int) -> None:
        for key in self._entries.keys() - wanted.keys():
            LOCAL_LIST.delete(self._store, key)
        for key, entry in wanted.items():
            if self._entries.get(key) != entry:
                LOCAL_LIST.put(self._store, key, entry)
        self._entries = wanted
        self._version = version
        _LOCAL_LIST_VERSION.put(self._store, "version", _Version(version))


def _replaced(entries: Sequence[AuthorizationData]) -> dict[str, AuthorizationData] | None:
    """A whole new list; every entry must say what the badge may do (LL-03)."""
    if any(entry.id_tag_info is msgspec.UNSET for entry in entries):
        return None
    return {entry.id_tag.casefold(): entry for entry in entries}


def _amended(
    present: dict[str, AuthorizationData], entries: Sequence[AuthorizationData]
) -> dict[str, AuthorizationData]:
    """The list with entries put in, or taken out where they say nothing (LL-04)."""
    wanted = dict(present)
    for entry in entries:
        if entry.id_tag_info is msgspec.UNSET:
            wanted.pop(entry.id_tag.casefold(), None)
        else:
            wanted[entry.id_tag.casefold()] = entry
    return wanted
