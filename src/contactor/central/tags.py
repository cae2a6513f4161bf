"""What the central system says about an idTag: one pure judgement, used by Authorize, starts and stops alike."""

from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import UNSET

from contactor.base.ids import IdTag
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus

KEY_LENGTH_MAX = 255
"""What the store's columns for it hold."""
CONCURRENT_MAX = 10_000
PATTERNS_MAX = 100
PATTERN_LENGTH_MAX = 255
ANY = "*"
"""At the end of a station pattern: whatever follows."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A registered idTag.

    `expires_at` is the first instant at which it is not valid any more. `allows_concurrent` lets it have several
    transactions open at once, `concurrent_max` only so many. `stations` are those where it may charge, each an id or
    the beginning of ids and a `*`; none means all.
    """

    id_tag: IdTag
    parent_id_tag: IdTag | None = None
    expires_at: datetime | None = None
    is_blocked: bool = False
    allows_concurrent: bool = False
    concurrent_max: int | None = None
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagGroup:
    """What holds for all tags of a group, beside what holds for each; `concurrent_max` counts them together."""

    name: IdTag
    expires_at: datetime | None = None
    is_blocked: bool = False
    concurrent_max: int | None = None
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag is shown, and how many transactions are open elsewhere: of the tag, and of its group.

    Both are 0 where nothing is being started: ConcurrentTx is a word for StartTransaction only (CS-09).
    """

    station_id: str
    open_elsewhere: int = 0
    open_in_group: int = 0


def tag_key(id_tag: str) -> str:
    """The spelling under which a tag is kept and found: case does not count (RPC-14).

    A letter can become three by it. Only texts that are too long for any registered tag are cut.
    """
    return id_tag.casefold()[:KEY_LENGTH_MAX]


def may_charge_at(stations: tuple[str, ...], station_id: str) -> bool:
    """Whether a list of allowed stations lets one in."""
    return not stations or any(
        station_id.startswith(each[:-1]) if each.endswith(ANY) else station_id == each for each in stations
    )


def bounded_by(tag: Tag, group: TagGroup | None) -> Tag:
    """A tag with what its group adds to it that does not change from place to place: its block and its expiry."""
    if group is None:
        return tag
    expiries = [each for each in (tag.expires_at, group.expires_at) if each is not None]
    return replace(tag, expires_at=min(expiries, default=None), is_blocked=tag.is_blocked or group.is_blocked)


def judge_tag(tag: Tag | None, place: Place, *, now: datetime, group: TagGroup | None = None) -> IdTagInfo:
    """Judge a tag at the instant `now` (CS-08, CS-09).

    A station where it may not charge is told Invalid, as if it knew no such tag: Blocked would say that somebody has
    withdrawn it. What is known of a tag's group and expiry is always told, the earlier of its own and its group's.
    """
    if tag is None:
        return IdTagInfo(status=AuthorizationStatus.INVALID)
    expiries = [each.expires_at for each in (tag, group) if each is not None and each.expires_at is not None]
    return IdTagInfo(
        status=_status(tag, group, place, now),
        parent_id_tag=UNSET if tag.parent_id_tag is None else tag.parent_id_tag,
        expiry_date=min(expiries, default=UNSET),
    )


def _status(tag: Tag, group: TagGroup | None, place: Place, now: datetime) -> AuthorizationStatus:
    both = (tag,) if group is None else (tag, group)
    if any(each.is_blocked for each in both):
        return AuthorizationStatus.BLOCKED
    if any(each.expires_at is not None and now >= each.expires_at for each in both):
        return AuthorizationStatus.EXPIRED
    if not all(may_charge_at(each.stations, place.station_id) for each in both):
        return AuthorizationStatus.INVALID
    if _has_too_many(tag, group, place):
        return AuthorizationStatus.CONCURRENT_TX
    return AuthorizationStatus.ACCEPTED


def _has_too_many(tag: Tag, group: TagGroup | None, place: Place) -> bool:
    own_max = tag.concurrent_max
    if own_max is None and not tag.allows_concurrent:
        own_max = 1
    if own_max is not None and place.open_elsewhere >= own_max:
        return True
    return group is not None and group.concurrent_max is not None and place.open_in_group >= group.concurrent_max
