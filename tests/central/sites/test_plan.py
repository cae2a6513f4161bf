"""What is sent for a site: lower limits first, higher ones when there is room, nothing for nothing."""

from contactor.central.sites.draws import Allocation, Draw, Place, Share
from contactor.central.sites.plan import Held, Move, Pace, Purpose, moves, standby_moves

A, B = Place("A", 1), Place("B", 1)
PACE = Pace(pace_s=30, step_w=1000)
NOW_MS = 1_000_000


def draw(place: Place) -> Draw:
    return Draw(place, 180_000, 180_000, 1000, 500, 0)


def held(place: Place, in_force_w: int | None, *, pending_w: int | None = None, **other: object) -> Held:
    given: dict[str, object] = {"is_under_way": False, "changed_at_ms": 0, "transaction_id": 7, **other}
    return Held(place, 180_000, in_force_w, pending_w, **given)  # type: ignore[arg-type]  # a record's own fields by name


def planned(limit_w: int, targets: dict[Place, int], *known: Held) -> dict[Place, int]:
    shares = tuple(Share(place, target_w) for place, target_w in targets.items())
    allocation = Allocation(limit_w, shares, 0, sum(targets.values()))
    sent = moves(allocation, [draw(place) for place in targets], {each.place: each for each in known}, PACE, NOW_MS)
    return {move.place: move.limit_w for move in sent}


def test_a_higher_limit_waits_until_the_lower_one_was_taken() -> None:
    assert planned(100_000, {A: 50_000, B: 50_000}, held(A, 99_000), held(B, 1000)) == {A: 50_000}
    assert planned(100_000, {A: 50_000, B: 50_000}, held(A, 50_000), held(B, 1000)) == {B: 50_000}


def test_a_higher_limit_takes_what_room_there_is() -> None:
    assert planned(100_000, {A: 50_000, B: 50_000}, held(A, 80_000, is_under_way=True), held(B, 1000)) == {B: 20_000}


def test_what_may_have_been_taken_counts_until_a_later_limit_was() -> None:
    known = held(A, 20_000, pending_w=90_000), held(B, 10_000)
    assert planned(100_000, {A: 50_000, B: 50_000}, *known) == {A: 50_000}


def test_the_pace_and_the_step_hold_back_higher_limits_but_no_lower_one() -> None:
    just_now = NOW_MS - 29_000
    assert planned(100_000, {A: 50_000}, held(A, 20_000, changed_at_ms=just_now)) == {}
    assert planned(100_000, {A: 50_000}, held(A, 20_000, changed_at_ms=just_now - 1000)) == {A: 50_000}
    assert planned(100_000, {A: 20_999}, held(A, 20_000)) == {}
    assert planned(100_000, {A: 20_000}, held(A, 50_000, changed_at_ms=NOW_MS)) == {A: 20_000}


def test_a_small_step_down_is_made_where_the_limit_is_at_stake_only() -> None:
    assert planned(100_000, {A: 49_500}, held(A, 50_000)) == {}
    assert planned(49_500, {A: 49_500}, held(A, 50_000)) == {A: 49_500}


def test_a_connector_without_any_limit_of_ours_gets_one_at_once() -> None:
    assert planned(200_000, {A: 180_000}, held(A, None)) == {A: 180_000}


def test_nobody_is_told_while_something_is_under_way_or_the_last_attempt_failed() -> None:
    assert planned(100_000, {A: 20_000}, held(A, 50_000, is_under_way=True)) == {}
    assert planned(100_000, {A: 20_000}, held(A, 50_000, waits_until_ms=NOW_MS + 1)) == {}
    assert planned(100_000, {A: 20_000}, held(A, 50_000, waits_until_ms=NOW_MS)) == {A: 20_000}


def test_a_held_car_is_let_go_again_with_1_kw_or_more() -> None:
    """D-15: no limit lies between 0 and 1 kW."""
    assert planned(900, {A: 1000}, held(A, 0)) == {}
    assert planned(2000, {A: 1000}, held(A, 0)) == {A: 1000}


def test_default_profiles_are_sent_where_they_are_missing_or_differ() -> None:
    known = [held(A, None, standby_w=None), held(B, 1000, standby_w=1000)]
    assert standby_moves(known, 1000, NOW_MS, PACE) == [Move(A, Purpose.STANDBY, 1000, None)]
