"""The duty to bring local lists into step with what is wanted of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from contactor.central.care.duty import Step, Subject
from contactor.central.care.list_rows import ListRow, find_list, list_failed, state_of, want_list
from contactor.central.care.list_rules import ListRule, WantedLists
from contactor.central.care.local_list import HELD_MAX, PER_REQUEST, Entries, Wanted, changes_between, next_request
from contactor.central.commands.facts import StationFacts
from contactor.ocpp.enumerations import RegistrationStatus


@dataclass(frozen=True, slots=True)
class ListLook:
    """A station's list as it is wanted and as it is known to be; `wanted` is None where no rule covers the station.

    `failure` is why the station does not come into step, as far as that is about what is wanted now.
    """

    rules: Sequence[ListRule]
    wanted: Wanted | None
    row: ListRow | None
    held: Entries | None
    failure: str | None

    @property
    def changes(self) -> int:
        """How many entries are to be added, changed or removed."""
        if self.wanted is None:
            return 0
        return len(changes_between(self.held or {}, self.wanted.entries))

    @property
    def state(self) -> str:
        """`unmanaged`, `failing`, `behind` or `in_step`."""
        if self.wanted is None:
            return "unmanaged"
        if self.failure is not None:
            return "failing"
        return "behind" if self.held is None or self.changes else "in_step"


def look_at_list(lists: WantedLists, subject: Subject) -> ListLook:
    """How things stand with a station's list."""
    rules = lists.rules_for(subject.connection, subject.station_id, subject.described[0])
    row = find_list(subject.connection, subject.station_id)
    held = state_of(row).held
    if not rules:
        return ListLook((), None, row, held, None)
    held_max = _number(subject.facts, "LocalAuthListMaxLength", HELD_MAX)
    wanted = lists.wanted(subject.connection, subject.station_id, rules, held_max, subject.now)
    is_about_this = row is not None and row.wanted_digest == wanted.digest
    return ListLook(rules, wanted, row, held, row.failure if row is not None and is_about_this else None)


class ListDuty:
    """Orders the next request of each station's list."""

    def __init__(self, lists: WantedLists) -> None:
        self._lists = lists

    def next_step(self, subject: Subject) -> Step | None:
        """Ask for the version, send the whole or a difference, or leave it (LL-13, LL-14, LL-15)."""
        if subject.registration is not RegistrationStatus.ACCEPTED:
            return None
        if not self._lists.rules_for(subject.connection, subject.station_id, subject.described[0]):
            return None
        look = look_at_list(self._lists, subject)
        wanted = look.wanted
        if wanted is None or look.failure is not None:
            return None
        per_request = _number(subject.facts, "SendLocalListMaxLength", PER_REQUEST)
        request = next_request(wanted.entries, state_of(look.row), per_request)
        if request is None:
            return None
        is_new = look.row is None or look.row.wanted_digest != wanted.digest
        return Step(
            note=partial(want_list, station_id=subject.station_id, digest=wanted.digest) if is_new else None,
            request=request,
            why="local list",
            refused=lambda connection, reason: list_failed(connection, subject.station_id, reason, subject.now),
        )


def _number(facts: StationFacts, key: str, default: int) -> int:
    found = facts.number(key)
    return default if found is None else found
