"""Knows whether a badge may charge: the decision tables as one pure function, and the way to the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

import msgspec

from contactor.base.ids import IdTag, same_tag
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.ocpp.messages import Authorize, AuthorizeResult
from contactor.station.calls import Calls, Errand, Failure
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.memory import Memory
from contactor.station.present import Present


class Standing(StrEnum):
    """What a list or cache knows of a badge it has an entry for."""

    VALID = auto()
    NOT_VALID = auto()


class Verdict(StrEnum):
    """What to do with a badge."""

    ACCEPT = auto()
    REFUSE = auto()
    ASK_CENTRAL = auto()


@dataclass(frozen=True, slots=True)
class Policy:
    """The configuration keys that decide."""

    local_pre_authorize: bool
    local_authorize_offline: bool
    allow_unknown_offline: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to whoever presented a badge."""

    id_tag: IdTag
    is_accepted: bool
    parent: str | None = None


Then = Callable[[Decision, Moment], None]
"""Whoever waits for a decision."""


def judge(*, online: bool, listed: Standing | None, cached: Standing | None, policy: Policy) -> Verdict:
    """Decide what to do with a badge, and do nothing about it (decision tables AU 8.1 and 8.2).

    `listed` and `cached` are what the enabled list and the enabled cache know; None is no entry, or not enabled.
    """
    known = listed if listed is not None else cached  # the list wins (CA-07)
    if online:
        may_skip_asking = policy.local_pre_authorize and known is Standing.VALID
        return Verdict.ACCEPT if may_skip_asking else Verdict.ASK_CENTRAL
    if known is Standing.NOT_VALID:
        return Verdict.REFUSE  # even where all unknown badges are welcome (D-27)
    if policy.allow_unknown_offline:
        return Verdict.ACCEPT
    return Verdict.ACCEPT if known is Standing.VALID and policy.local_authorize_offline else Verdict.REFUSE


def is_presentable(uid: str) -> bool:
    """Whether a text can be an idTag at all: 1 to 20 printable ASCII characters (AU-09)."""
    return 1 <= len(uid) <= 20 and uid.isascii() and uid.isprintable()


class Authorization:
    """Finds the decision for a badge: from what is known here, or from the central system."""

    __slots__ = ("_calls", "_configuration", "_conflict_found", "_memory", "_present")

    def __init__(
        self,
        memory: Memory,
        calls: Calls,
        present: Present,
        conflict_found: Callable[[Moment], None],
    ) -> None:
        self._configuration = memory.configuration
        self._memory = memory
        self._calls = calls
        self._present = present
        self._conflict_found = conflict_found

    def decide(self, id_tag: IdTag, now: Moment, then: Then, *, needs_parent: bool = False) -> None:
        """Decide about a badge; `then` hears the decision, at once or when the central system has answered.

        With `needs_parent` a badge that is known here but not its parent is asked about while that is possible
        (RSV-08).
        """
        is_online = self._present.is_online
        verdict = self._judge(id_tag, now, online=is_online)
        if needs_parent and is_online and self.parent_known_here(id_tag, now) is None:
            verdict = Verdict.ASK_CENTRAL
        if verdict is Verdict.ASK_CENTRAL:
            self._ask(id_tag, then, self._decide_alone)
        else:
            then(self._decision(id_tag, now, is_accepted=verdict is Verdict.ACCEPT), now)

    def decide_free(self, id_tag: IdTag, now: Moment, then: Then) -> None:
        """Decide about the tag that stands for everybody: only the central system can refuse it (D-26)."""
        if self._present.is_online:
            self._ask(id_tag, then, lambda tag, at: self._decision(tag, at, is_accepted=True))
        else:
            then(self._decision(id_tag, now, is_accepted=True), now)

    def _ask(self, id_tag: IdTag, then: Then, alone: Callable[[IdTag, Moment], Decision]) -> None:
        """Ask the central system; `alone` decides if it has no answer (AU-07)."""

        def answered(result: AuthorizeResult, at: Moment) -> None:
            self.learned(id_tag, result.id_tag_info, at)
            accepted = result.id_tag_info.status is AuthorizationStatus.ACCEPTED
            parent = _parent(result.id_tag_info) or self.parent_known_here(id_tag, at)
            then(Decision(id_tag, accepted, parent), at)

        def failed(_failure: Failure, at: Moment) -> None:
            then(alone(id_tag, at), at)

        self._calls.put(Errand(Authorize(id_tag=id_tag), answered, failed), urgent=True)

    def _decide_alone(self, id_tag: IdTag, now: Moment) -> Decision:
        verdict = self._judge(id_tag, now, online=False)
        return self._decision(id_tag, now, is_accepted=verdict is Verdict.ACCEPT)

    def parent_known_here(self, id_tag: IdTag, now: Moment) -> str | None:
        """The parent of a badge from a valid entry of the list or, if it is not there, the cache."""
        entry = self._entry(id_tag, now)
        return _parent(entry) if entry and _is_valid(entry) else None

    def learned(self, id_tag: IdTag, info: IdTagInfo, now: Moment) -> None:
        """The central system has told the standing of a badge: remember it (CA-01), report a conflict (LL-12)."""
        listed = self._listed(id_tag, now.instant)
        if listed is None:
            if self._configuration.flag(Key.AUTHORIZATION_CACHE_ENABLED):
                self._memory.badge_cache.put(id_tag, info, now.instant)
            return
        central_accepts = info.status is AuthorizationStatus.ACCEPTED
        # ConcurrentTx says nothing about the badge, only about where else it is charging.
        if info.status is not AuthorizationStatus.CONCURRENT_TX and central_accepts != _is_valid(listed):
            self._conflict_found(now)

    def _decision(self, id_tag: IdTag, now: Moment, *, is_accepted: bool) -> Decision:
        return Decision(id_tag, is_accepted, self.parent_known_here(id_tag, now) if is_accepted else None)

    def _judge(self, id_tag: IdTag, now: Moment, *, online: bool) -> Verdict:
        listed = self._listed(id_tag, now.instant)
        cached = self._cached(id_tag, now.instant)
        policy = Policy(
            local_pre_authorize=self._configuration.flag(Key.LOCAL_PRE_AUTHORIZE),
            local_authorize_offline=self._configuration.flag(Key.LOCAL_AUTHORIZE_OFFLINE),
            allow_unknown_offline=self._configuration.flag(Key.ALLOW_OFFLINE_TX_FOR_UNKNOWN_ID),
        )
        return judge(online=online, listed=_standing(listed), cached=_standing(cached), policy=policy)

    def _entry(self, id_tag: IdTag, now: Moment) -> IdTagInfo | None:
        return self._listed(id_tag, now.instant) or self._cached(id_tag, now.instant)

    def _listed(self, id_tag: IdTag, instant: datetime) -> IdTagInfo | None:
        enabled = self._configuration.flag(Key.LOCAL_AUTH_LIST_ENABLED)
        return self._memory.local_list.look_up(id_tag, instant) if enabled else None

    def _cached(self, id_tag: IdTag, instant: datetime) -> IdTagInfo | None:
        enabled = self._configuration.flag(Key.AUTHORIZATION_CACHE_ENABLED)
        return self._memory.badge_cache.look_up(id_tag, instant) if enabled else None


def same_group(parent: str | None, other: str | None) -> bool:
    """Whether two badges have the same parent; no parent is no group (AU-14)."""
    return parent is not None and other is not None and same_tag(parent, other)


def _parent(info: IdTagInfo) -> str | None:
    return None if info.parent_id_tag is msgspec.UNSET else info.parent_id_tag


def _is_valid(info: IdTagInfo) -> bool:
    # ConcurrentTx in a list means a good badge that was busy when the list was made (section 3.5.2).
    return info.status in (AuthorizationStatus.ACCEPTED, AuthorizationStatus.CONCURRENT_TX)


def _standing(info: IdTagInfo | None) -> Standing | None:
    if info is None:
        return None
    return Standing.VALID if _is_valid(info) else Standing.NOT_VALID
