"""The decision tables for a badge: as a pure function (tables 8.1 and 8.2)."""

import itertools
from dataclasses import dataclass

import pytest

from contactor.station.authorization import Policy, Standing, Verdict, judge

VALID, NOT_VALID, NONE = Standing.VALID, Standing.NOT_VALID, None
ACCEPT, REFUSE, ASK = Verdict.ACCEPT, Verdict.REFUSE, Verdict.ASK_CENTRAL
BOTH = (True, False)
ANY_ENTRY = (VALID, NOT_VALID, NONE)


@dataclass(frozen=True)
class Online:
    """A row of table 8.1; each field holds every value the row covers."""

    pre_authorize: tuple[bool, ...]
    listed: tuple[Standing | None, ...]
    cached: tuple[Standing | None, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Offline:
    """A row of table 8.2."""

    listed: tuple[Standing | None, ...]
    cached: tuple[Standing | None, ...]
    authorize_offline: tuple[bool, ...]
    allow_unknown: tuple[bool, ...]
    verdict: Verdict


ONLINE = {
    "8.1-1 the list vouches": Online((True,), (VALID,), ANY_ENTRY, ACCEPT),
    "8.1-2 the cache vouches": Online((True,), (NONE,), (VALID,), ACCEPT),
    "8.1-3 the list knows nothing good": Online((True,), (NOT_VALID,), ANY_ENTRY, ASK),
    "8.1-3 neither knows anything good": Online((True,), (NONE,), (NOT_VALID, NONE), ASK),
    "8.1-3 the central system is always asked": Online((False,), ANY_ENTRY, ANY_ENTRY, ASK),
}

OFFLINE = {
    "8.2-1": Offline((NOT_VALID,), ANY_ENTRY, BOTH, BOTH, REFUSE),
    "8.2-2": Offline((VALID,), ANY_ENTRY, (True,), BOTH, ACCEPT),
    "8.2-3": Offline((VALID,), ANY_ENTRY, (False,), (True,), ACCEPT),
    "8.2-4": Offline((VALID,), ANY_ENTRY, (False,), (False,), REFUSE),
    "8.2-5": Offline((NONE,), (NOT_VALID,), BOTH, BOTH, REFUSE),
    "8.2-6": Offline((NONE,), (VALID,), (True,), BOTH, ACCEPT),
    "8.2-7": Offline((NONE,), (VALID,), (False,), (True,), ACCEPT),
    "8.2-8": Offline((NONE,), (VALID,), (False,), (False,), REFUSE),
    "8.2-9": Offline((NONE,), (NONE,), BOTH, (True,), ACCEPT),
    "8.2-10": Offline((NONE,), (NONE,), BOTH, (False,), REFUSE),
}


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ONLINE.items()])
def test_online_a_badge_is_judged_by_table_8_1(row: Online) -> None:
    """AU-02..05."""
    for pre_authorize, listed, cached in itertools.product(row.pre_authorize, row.listed, row.cached):
        for authorize_offline, allow_unknown in itertools.product(BOTH, BOTH):
            policy = Policy(pre_authorize, authorize_offline, allow_unknown)
            assert judge(online=True, listed=listed, cached=cached, policy=policy) is row.verdict


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in OFFLINE.items()])
def test_offline_a_badge_is_judged_by_table_8_2(row: Offline) -> None:
    """D-27: even where every unknown badge is welcome, one that is known as bad is not."""
    for listed, cached in itertools.product(row.listed, row.cached):
        for authorize_offline, allow_unknown in itertools.product(row.authorize_offline, row.allow_unknown):
            for pre_authorize in BOTH:
                policy = Policy(pre_authorize, authorize_offline, allow_unknown)
                assert judge(online=False, listed=listed, cached=cached, policy=policy) is row.verdict


def test_the_rows_cover_every_case_once() -> None:
    online = [
        (p, e, c) for row in ONLINE.values() for p, e, c in itertools.product(row.pre_authorize, row.listed, row.cached)
    ]
    assert sorted(map(str, online)) == sorted(map(str, itertools.product(BOTH, ANY_ENTRY, ANY_ENTRY)))
    offline = [
        case
        for row in OFFLINE.values()
        for case in itertools.product(row.listed, row.cached, row.authorize_offline, row.allow_unknown)
    ]
    assert sorted(map(str, offline)) == sorted(map(str, itertools.product(ANY_ENTRY, ANY_ENTRY, BOTH, BOTH)))
