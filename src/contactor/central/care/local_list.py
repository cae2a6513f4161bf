"""A station's local list as it should be and as it is, and the next step from the one to the other (LL-08, LL-13..14).

Pure: entries by their tag's key, what is known of the station, and its limits go in; a request comes out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import UNSET

from contactor.central.tags import Tag, tag_key
from contactor.ocpp.datatypes import AuthorizationData, IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus, UpdateType
from contactor.ocpp.messages import GetLocalListVersion, SendLocalList

Entries = Mapping[str, AuthorizationData]
"""A list's entries by `tag_key`."""

PER_REQUEST = 400
HELD_MAX = 4000
"""What a station is taken to bear that says neither: the guide's own limits."""


@dataclass(frozen=True, slots=True)
class ListState:
    """What is known of the list at a station; `held` None: nothing is.

    `is_checked` says that the station has told its version since it booted. `is_sending`: an update is under way, or
    its outcome is not known.
    """

    held: Entries | None = None
    last_version: int = 0
    is_checked: bool = False
    is_sending: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a station's list should hold, and how many tags are left out because it holds no more."""

    entries: Entries
    left_out: int
    digest: str


def wanted_of(tags: Iterable[Tag], held_max: int, now: datetime) -> Wanted:
    """The list for some tags, cut to what the station holds: those that may charge go before those that may not."""
    chosen = sorted(tags, key=lambda tag: (_is_useless(tag, now), tag_key(tag.id_tag)))
    entries = {tag_key(tag.id_tag): _entry(tag) for tag in chosen[: max(held_max, 0)]}
    return Wanted(entries, max(len(chosen) - len(entries), 0), _digest(entries))


def changes_between(held: Entries, wanted: Entries) -> list[AuthorizationData]:
    """What a differential update has to say; what is to go comes first, to make room."""
    gone = [AuthorizationData(id_tag=entry.id_tag) for key, entry in held.items() if key not in wanted]
    return [*gone, *(entry for key, entry in wanted.items() if held.get(key) != entry)]


def next_request(wanted: Entries, state: ListState, per_request: int) -> SendLocalList | GetLocalListVersion | None:
    """The next step; None when the station holds what it should."""
    if not state.is_checked or state.is_sending:
        return GetLocalListVersion()
    held = {} if state.held is None else state.held
    changes = changes_between(held, wanted)
    if state.held is not None and not changes:
        return None
    # Full where there is nothing to differ from, or nothing known (LL-13); the rest follows as differences (LL-14).
    kind = UpdateType.DIFFERENTIAL if held else UpdateType.FULL
    return SendLocalList(
        list_version=state.last_version + 1,
        update_type=kind,
        local_authorization_list=tuple(changes[: max(per_request, 1)]),
    )


def applied(held: Entries | None, update: SendLocalList) -> Entries | None:
    """What a list holds after an update; None where that cannot be known."""
    changes = () if update.local_authorization_list is UNSET else update.local_authorization_list
    if update.update_type is UpdateType.FULL:
        return {tag_key(each.id_tag): each for each in changes}
    if held is None:
        return None
    entries = dict(held)
    for each in changes:
        if each.id_tag_info is UNSET:
            entries.pop(tag_key(each.id_tag), None)
        else:
            entries[tag_key(each.id_tag)] = each
    return entries


def entries_text(entries: Entries) -> str:
    """Entries as they are kept."""
    return msgspec.json.encode(list(entries.values())).decode()


def read_entries(text: str) -> Entries:
    """Entries as they were kept."""
    kept = msgspec.json.decode(text, type=tuple[AuthorizationData, ...])
    return {tag_key(each.id_tag): each for each in kept}


def _entry(tag: Tag) -> AuthorizationData:
    """A tag's entry. It does not say Expired: the station has a clock, and a list must not change by itself."""
    info = IdTagInfo(
        status=AuthorizationStatus.BLOCKED if tag.is_blocked else AuthorizationStatus.ACCEPTED,
        parent_id_tag=UNSET if tag.parent_id_tag is None else tag.parent_id_tag,
        expiry_date=UNSET if tag.expires_at is None else tag.expires_at,
    )
    return AuthorizationData(id_tag=tag.id_tag, id_tag_info=info)


def _is_useless(tag: Tag, now: datetime) -> bool:
    return tag.is_blocked or (tag.expires_at is not None and tag.expires_at <= now)


def _digest(entries: Entries) -> str:
    ordered = entries_text(dict(sorted(entries.items())))
    return blake2b(ordered.encode(), digest_size=16).hexdigest()
