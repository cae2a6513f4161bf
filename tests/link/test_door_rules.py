"""Who is cut before a byte is read: limits per address."""

import pytest

from contactor.link import door_rules
from contactor.link.door_rules import BURST_S, DoorLimits, DoorRules, Turning
from contactor.link.pace import Pace

HERE, THERE = "203.0.113.7", "203.0.113.8"


def test_an_address_has_so_many_connections_and_no_more_until_one_ends() -> None:
    rules = DoorRules(DoorLimits(connections_max=2))
    assert [rules.enter(HERE, 0) for _ in range(3)] == [None, None, Turning.TOO_MANY]
    assert rules.enter(THERE, 0) is None
    rules.leave(HERE)
    assert [rules.enter(HERE, 0) for _ in range(2)] == [None, Turning.TOO_MANY]
    assert rules.turned == {Turning.TOO_MANY: 2}


def test_an_address_may_come_at_its_pace_after_ten_seconds_worth_at_once() -> None:
    rules = DoorRules(DoorLimits(handshakes_per_s=2))
    at_once = round(2 * BURST_S)
    assert [rules.enter(HERE, 0) for _ in range(at_once)] == [None] * at_once
    assert rules.enter(HERE, 0) is Turning.TOO_FAST
    assert rules.enter(THERE, 0) is None
    assert [rules.enter(HERE, 0.5), rules.enter(HERE, 0.5)] == [None, Turning.TOO_FAST]


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "::1", "fe80::1%eth0"])
def test_trusted_networks_may_do_anything(address: str) -> None:
    trusted = ("10.0.0.0/8", "::1", "fe80::/10")
    rules = DoorRules(DoorLimits(connections_max=1, handshakes_per_s=0.1, trusted=trusted))
    assert [rules.enter(address, 0) for _ in range(5)] == [None] * 5


def test_a_customer_of_ipv6_is_one_address_whichever_of_its_own_it_uses() -> None:
    rules = DoorRules(DoorLimits(connections_max=1))
    assert rules.enter("2001:db8:1:2::1", 0) is None
    assert rules.enter("2001:db8:1:2:ffff::9", 0) is Turning.TOO_MANY
    assert rules.enter("2001:db8:1:3::1", 0) is None


def test_what_is_remembered_of_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_rules, "PACES_MAX", 3)
    rules = DoorRules(DoorLimits(handshakes_per_s=1))
    for number in range(50):
        assert rules.enter(f"198.51.100.{number}", 0) is None
    assert len(rules._paces) <= 3


def test_a_pace_counts_what_it_could_not_prevent() -> None:
    pace = Pace(10, 2, now_s=0)
    assert [pace.take(0), pace.take(0)] == [0, 0]
    assert pace.take(0) == pytest.approx(0.1)
    assert pace.take(0) == pytest.approx(0.2)
    assert pace.take(10) == 0
