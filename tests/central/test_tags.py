"""What is said about an idTag."""

import pytest
from msgspec import UNSET

from contactor.base.ids import IdTag
from contactor.central.tags import Place, Tag, TagGroup, judge_tag, may_charge_at, tag_key
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from tests.central.bench import NOON, STATION, at

KNOWN = IdTag("04A2FF10")
FLEET = IdTag("FLEET-7")
HERE = Place(STATION)


def test_cs_08_an_unknown_tag_is_invalid() -> None:
    assert judge_tag(None, HERE, now=NOON) == IdTagInfo(status=AuthorizationStatus.INVALID)


def test_cs_08_cs_18_an_accepted_tag_carries_its_group_and_its_expiry() -> None:
    tag = Tag(KNOWN, parent_id_tag=IdTag("FLEET-7"), expires_at=at(1))
    assert judge_tag(tag, HERE, now=NOON) == IdTagInfo(
        status=AuthorizationStatus.ACCEPTED, parent_id_tag=IdTag("FLEET-7"), expiry_date=at(1)
    )


def test_cs_08_a_tag_without_group_or_expiry_carries_neither() -> None:
    judged = judge_tag(Tag(KNOWN), HERE, now=NOON)
    assert (judged.parent_id_tag, judged.expiry_date) == (UNSET, UNSET)


@pytest.mark.parametrize(
    ("tag", "open_elsewhere", "status"),
    [
        (Tag(KNOWN), 0, "Accepted"),
        (Tag(KNOWN), 1, "ConcurrentTx"),
        (Tag(KNOWN, allows_concurrent=True), 1, "Accepted"),
        (Tag(KNOWN, concurrent_max=2), 1, "Accepted"),
        (Tag(KNOWN, concurrent_max=2), 2, "ConcurrentTx"),
        (Tag(KNOWN, allows_concurrent=True, concurrent_max=3), 3, "ConcurrentTx"),
        (Tag(KNOWN, stations=("RDAM-*",)), 0, "Accepted"),
        (Tag(KNOWN, stations=("AMS-01", "RDAM-02")), 0, "Invalid"),
        (Tag(KNOWN, stations=("AMS-01",), is_blocked=True), 0, "Blocked"),
        (Tag(KNOWN, expires_at=at(1)), 0, "Accepted"),
        (Tag(KNOWN, expires_at=at(0)), 0, "Expired"),
        (Tag(KNOWN, expires_at=at(-1)), 1, "Expired"),
        (Tag(KNOWN, is_blocked=True), 0, "Blocked"),
        (Tag(KNOWN, is_blocked=True, expires_at=at(-1)), 1, "Blocked"),
    ],
)
def test_cs_08_cs_09_the_status_of_a_known_tag(tag: Tag, open_elsewhere: int, status: str) -> None:
    assert judge_tag(tag, Place(STATION, open_elsewhere), now=NOON).status == status


def test_rpc_14_case_does_not_count() -> None:
    assert tag_key("04a2ff10") == tag_key("04A2FF10") != tag_key("04A2FF11")


@pytest.mark.parametrize(
    ("group", "open_in_group", "status"),
    [
        (TagGroup(FLEET), 9, "Accepted"),
        (TagGroup(FLEET, is_blocked=True), 0, "Blocked"),
        (TagGroup(FLEET, expires_at=at(0)), 0, "Expired"),
        (TagGroup(FLEET, stations=("AMS-*",)), 0, "Invalid"),
        (TagGroup(FLEET, concurrent_max=3), 2, "Accepted"),
        (TagGroup(FLEET, concurrent_max=3), 3, "ConcurrentTx"),
    ],
)
def test_cs_08_what_holds_for_a_group_holds_for_its_tags(group: TagGroup, open_in_group: int, status: str) -> None:
    place = Place(STATION, open_in_group=open_in_group)
    assert judge_tag(Tag(KNOWN, parent_id_tag=FLEET), place, now=NOON, group=group).status == status


def test_cs_08_the_earlier_expiry_is_told() -> None:
    tag, group = Tag(KNOWN, parent_id_tag=FLEET, expires_at=at(90)), TagGroup(FLEET, expires_at=at(60))
    assert judge_tag(tag, HERE, now=NOON, group=group).expiry_date == at(60)


@pytest.mark.parametrize(
    ("stations", "is_let_in"),
    [
        ((), True),
        (("RDAM-01",), True),
        (("RDAM-0",), False),
        (("RDAM-0*",), True),
        (("*",), True),
        (("r*",), False),
    ],
)
def test_a_station_is_meant_by_its_id_or_by_how_it_begins(stations: tuple[str, ...], *, is_let_in: bool) -> None:
    assert may_charge_at(stations, STATION) is is_let_in
