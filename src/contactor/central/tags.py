"""What the central system says about an idTag: one pure judgement, used by Authorize, starts and stops alike."""

from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from contactor.base.ids import IdTag
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus

KEY_LENGTH_MAX = 255
"""What the store's columns for it hold."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A registered idTag.

    `expires_at` is the first instant at which it is not valid any more. `allows_concurrent` lets it have several
    transactions open at once.
    """

    id_tag: IdTag
    parent_id_tag: IdTag | None = None
    expires_at: datetime | None = None
    is_blocked: bool = False
    allows_concurrent: bool = False


def tag_key(id_tag: str) -> str:
    """The spelling under which a tag is kept and found: case does not count (RPC-14).

    A letter can become three by it. Only texts that are too long for any registered tag are cut.
    """
    return id_tag.casefold()[:KEY_LENGTH_MAX]


def judge_tag(tag: Tag | None, *, open_elsewhere: int, now: datetime) -> IdTagInfo:
    """Judge a tag at the instant `now` (CS-08, CS-09).

    `open_elsewhere` counts its open transactions other than the one being started; 0 where nothing is being started,
    because ConcurrentTx is a word for StartTransaction only. What is known of a tag's group and expiry is always told.
    """
    if tag is None:
        return IdTagInfo(status=AuthorizationStatus.INVALID)
    return IdTagInfo(
        status=_status(tag, open_elsewhere, now),
        parent_id_tag=UNSET if tag.parent_id_tag is None else tag.parent_id_tag,
        expiry_date=UNSET if tag.expires_at is None else tag.expires_at,
    )


def _status(tag: Tag, open_elsewhere: int, now: datetime) -> AuthorizationStatus:
    if tag.is_blocked:
        return AuthorizationStatus.BLOCKED
    if tag.expires_at is not None and now >= tag.expires_at:
        return AuthorizationStatus.EXPIRED
    if open_elsewhere and not tag.allows_concurrent:
        return AuthorizationStatus.CONCURRENT_TX
    return AuthorizationStatus.ACCEPTED
