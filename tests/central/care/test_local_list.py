"""The next step of a local list, whatever the station holds and however much it takes at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.ids import IdTag
from contactor.central.care.local_list import (
    Entries,
    ListState,
    applied,
    changes_between,
    entries_text,
    next_request,
    read_entries,
    wanted_of,
)
from contactor.central.tags import Tag
from contactor.ocpp.enumerations import AuthorizationStatus, UpdateType
from contactor.ocpp.messages import GetLocalListVersion, SendLocalList
from tests.central.bench import NOON, at

tags = st.builds(
    Tag,
    id_tag=st.sampled_from([IdTag(f"T{number}") for number in range(30)]),
    parent_id_tag=st.sampled_from([None, IdTag("FLEET")]),
    is_blocked=st.booleans(),
)


def listed(*names: str) -> Entries:
    return wanted_of([Tag(IdTag(name)) for name in names], 4000, NOON).entries


def sent(request: object) -> SendLocalList:
    assert isinstance(request, SendLocalList)
    return request


@given(held=st.lists(tags), wanted=st.lists(tags), per_request=st.integers(1, 7), last=st.integers(0, 99))
def test_ll_08_ll_14_steps_lead_to_what_is_wanted_with_rising_versions_and_no_step_too_long(
    held: list[Tag], wanted: list[Tag], per_request: int, last: int
) -> None:
    entries: Entries | None = wanted_of(held, 4000, NOON).entries
    target = wanted_of(wanted, 4000, NOON).entries
    for _ in range(100):
        request = next_request(target, ListState(entries, last, is_checked=True), per_request)
        if request is None:
            break
        update = sent(request)
        assert update.list_version == last + 1
        assert len(update.local_authorization_list or ()) <= per_request
        entries, last = applied(entries, update), update.list_version
    assert entries == target


def test_ll_14_a_thousand_tags_are_one_full_and_two_differential_updates() -> None:
    target = listed(*(f"T{number}" for number in range(1000)))
    state, kinds = ListState(None, 0, is_checked=True), []
    while (request := next_request(target, state, 400)) is not None:
        update = sent(request)
        kinds.append((update.update_type, update.list_version, len(update.local_authorization_list or ())))
        state = ListState(applied(state.held, update), update.list_version, is_checked=True)
    full, difference = UpdateType.FULL, UpdateType.DIFFERENTIAL
    assert kinds == [(full, 1, 400), (difference, 2, 400), (difference, 3, 200)]


@pytest.mark.parametrize(
    "state", [ListState(listed("A")), ListState(listed("A"), is_checked=True, is_sending=True), ListState()]
)
def test_the_version_is_asked_before_anything_is_sent_that_could_be_wrong(state: ListState) -> None:
    assert isinstance(next_request(listed("B"), state, 400), GetLocalListVersion)


def test_ll_13_the_whole_is_sent_where_nothing_is_known() -> None:
    update = sent(next_request(listed("A", "B"), ListState(None, 7, is_checked=True), 400))
    assert (update.update_type, update.list_version) == (UpdateType.FULL, 8)


def test_ll_02_a_list_that_is_to_be_empty_is_emptied_even_where_nothing_is_known() -> None:
    update = sent(next_request({}, ListState(None, 7, is_checked=True), 400))
    assert (update.update_type, update.local_authorization_list) == (UpdateType.FULL, ())
    assert next_request({}, ListState({}, 8, is_checked=True), 400) is None


def test_ll_04_a_difference_adds_changes_and_deletes() -> None:
    held = listed("GONE", "STAYS", "CHANGES")
    wanted = wanted_of(
        [Tag(IdTag("stays")), Tag(IdTag("CHANGES"), is_blocked=True), Tag(IdTag("NEW"))], 4000, NOON
    ).entries
    changes = {str(each.id_tag): each.id_tag_info for each in changes_between(held, wanted)}
    assert set(changes) == {"GONE", "CHANGES", "NEW", "stays"}  # a tag that is spelled anew is written anew
    assert not changes["GONE"]


def test_a_list_that_is_too_long_keeps_the_tags_that_may_charge() -> None:
    over = Tag(IdTag("A-OVER"), expires_at=at(-1))
    chosen = [over, Tag(IdTag("B-BLOCKED"), is_blocked=True), Tag(IdTag("C")), Tag(IdTag("D"), expires_at=at(1))]
    wanted = wanted_of(chosen, 2, NOON)
    assert (list(wanted.entries), wanted.left_out) == (["c", "d"], 2)


def test_entries_say_blocked_and_leave_expiry_to_the_stations_clock() -> None:
    chosen = [Tag(IdTag("OVER"), expires_at=at(-1)), Tag(IdTag("BAD"), is_blocked=True, parent_id_tag=IdTag("F"))]
    entries = wanted_of(chosen, 9, NOON).entries
    infos = [each.id_tag_info for each in entries.values()]
    assert [info.status for info in infos if info] == [AuthorizationStatus.BLOCKED, AuthorizationStatus.ACCEPTED]
    assert [info.expiry_date for info in infos if info][1] == at(-1)


@given(st.lists(tags))
def test_entries_are_kept_as_they_are(held: list[Tag]) -> None:
    entries = wanted_of(held, 4000, NOON).entries
    assert read_entries(entries_text(entries)) == entries


def test_the_digest_is_of_the_content_and_not_of_its_order() -> None:
    one, other = [Tag(IdTag("A")), Tag(IdTag("B"))], [Tag(IdTag("B")), Tag(IdTag("A"))]
    assert wanted_of(one, 9, NOON).digest == wanted_of(other, 9, NOON).digest
    assert wanted_of(one, 9, NOON).digest != wanted_of(one[:1], 9, NOON).digest
