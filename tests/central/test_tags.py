"""What is said about an idTag."""

import pytest
from msgspec import UNSET

from contactor.base.ids import IdTag
from contactor.central.tags import Tag, judge_tag, tag_key
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from tests.central.bench import NOON, at

KNOWN = IdTag("04A2FF10")


def test_cs_08_an_unknown_tag_is_invalid() -> None:
    assert judge_tag(None, open_elsewhere=0, now=NOON) == IdTagInfo(status=AuthorizationStatus.INVALID)


def test_cs_08_cs_18_an_accepted_tag_carries_its_group_and_its_expiry() -> None:
    tag = Tag(KNOWN, parent_id_tag=IdTag("FLEET-7"), expires_at=at(1))
    assert judge_tag(tag, open_elsewhere=0, now=NOON) == IdTagInfo(
        status=AuthorizationStatus.ACCEPTED, parent_id_tag=IdTag("FLEET-7"), expiry_date=at(1)
    )


def test_cs_08_a_tag_without_group_or_expiry_carries_neither() -> None:
    judged = judge_tag(Tag(KNOWN), open_elsewhere=0, now=NOON)
    assert (judged.parent_id_tag, judged.expiry_date) == (UNSET, UNSET)


@pytest.mark.parametrize(
    ("tag", "open_elsewhere", "status"),
    [
        (Tag(KNOWN), 0, "Accepted"),
        (Tag(KNOWN), 1, "ConcurrentTx"),
        (Tag(KNOWN, allows_concurrent=True), 1, "Accepted"),
        (Tag(KNOWN, expires_at=at(1)), 0, "Accepted"),
        (Tag(KNOWN, expires_at=at(0)), 0, "Expired"),
        (Tag(KNOWN, expires_at=at(-1)), 1, "Expired"),
        (Tag(KNOWN, is_blocked=True), 0, "Blocked"),
        (Tag(KNOWN, is_blocked=True, expires_at=at(-1)), 1, "Blocked"),
    ],
)
def test_cs_08_cs_09_the_status_of_a_known_tag(tag: Tag, open_elsewhere: int, status: str) -> None:
    assert judge_tag(tag, open_elsewhere=open_elsewhere, now=NOON).status == status


def test_rpc_14_case_does_not_count() -> None:
    assert tag_key("04a2ff10") == tag_key("04A2FF10") != tag_key("04A2FF11")
