"""A scenario ends with the first step that fails, and says what there was instead."""

import pytest

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.virtual_loop import run_virtually
from contactor.link.memory import MemoryNetwork
from contactor.virtual.loop_clock import LoopClock
from contactor.virtual.scenario.player import Opposite, Playing, play
from contactor.virtual.scenario.reader import read_scenario
from contactor.virtual.scenario.verdict import Verdict

BEGIN = """
[station.configuration]
MinimumStatusDuration = 0
[[step]]
expect.online = true
[[step]]
plug = { outlet = 1, soc_percent = 30 }
"""


def played(rest: str, begin: str = BEGIN) -> Verdict:
    scenario = read_scenario(f"{begin}{rest}".encode(), name="mine", place="mine.toml")
    return run_virtually(play(scenario, Playing(LoopClock(scenario.starts_at), Dice(1))))


@pytest.mark.parametrize(
    ("rest", "failure"),
    [
        (
            "expect.frame = { action = 'StartTransaction', within_s = 5 }",
            "no StartTransaction call was sent (after 5 s)",
        ),
        (
            "expect.status = { connector = 1, status = 'Charging', within_s = 5 }",
            "connector 1 is Preparing (after 5 s)",
        ),
        ("expect.no_frame = { action = 'StatusNotification', for_s = 5 }", "a StatusNotification call was sent"),
        ("expect.screen = { outlet = 1, page = 'charging', within_s = 5 }", "page is identify (after 5 s)"),
        ("expect.meter = { outlet = 1, at_least_wh = 1, within_s = 5 }", "the register is 0 Wh (after 5 s)"),
        ("expect.transaction = { connector = 1, within_s = 5 }", "no transaction is open (after 5 s)"),
        ("expect.outbox = { messages = 1, within_s = 5 }", "messages is 0 (after 5 s)"),
        ("expect.online = { is_online = false, within_s = 5 }", "is_online is True (after 5 s)"),
        ("plug = 1", "outlet 1: 'saloon' cannot be used; it is taken"),
        (
            "order = { action = 'UnlockConnector', payload = { connectorId = 1 }, answer = { status = 'Unlocked' } }",
            "UnlockConnector was answered {'status': 'NotSupported'}",
        ),
    ],
)
def test_what_there_was_instead_is_told(rest: str, failure: str) -> None:
    verdict = played(f"[[step]]\n{rest}\n[[step]]\nunplug = 1\n")
    assert not verdict.is_passed
    assert verdict.failure is not None
    assert verdict.failure.step.number == 3
    assert len(verdict.played) == 3  # the unplug is not played any more
    assert failure in (verdict.failure.failure or "")


def test_frames_in_another_order_do_not_do() -> None:
    rest = """
[[step]]
badge = "ANNA"
[[step]]
expect.frames = { within_s = 60, frames = [{ action = "StartTransaction" }, { action = "Authorize" }] }
"""
    verdict = played(rest)
    assert "not all came, or not in this order" in (verdict.failure.failure or "") if verdict.failure else False


def test_a_frame_is_good_for_one_expectation() -> None:
    expected = "[[step]]\nexpect.frame = { action = 'Authorize', within_s = 20 }\n"
    assert played(f"[[step]]\nbadge = 'ANNA'\n{expected}").is_passed
    assert not played(f"[[step]]\nbadge = 'ANNA'\n{expected}{expected}").is_passed


def test_fields_may_be_anything_or_absent() -> None:
    begin = "[[step]]\nbadge = 'ANNA'\n[[step]]\nexpect.frame = { within_s = 20, action = 'StartTransaction', fields = "
    assert played(f"{begin}{{ timestamp = '*', reservationId = '-' }} }}").is_passed
    assert not played(f"{begin}{{ timestamp = '-' }} }}").is_passed
    assert not played(f"{begin}{{ reservationId = '*' }} }}").is_passed


def test_a_boot_that_is_not_answered_keeps_the_station_offline() -> None:
    begin = "[central.answers]\nBootNotification = 'silence'\n"
    verdict = played("[[step]]\nexpect.frame = 'BootNotification'\n[[step]]\nexpect.online = false\n", begin)
    assert verdict.is_passed, verdict.words()


def test_a_real_central_system_is_not_told_what_to_do() -> None:
    scenario = read_scenario(b"[[step]]\norder = 'ClearCache'\n", name="mine", place="mine.toml")

    async def story() -> None:
        opposite = Opposite("ws://central/ocpp", "CP-1", MemoryNetwork().dialer())
        await play(scenario, Playing(LoopClock(scenario.starts_at), Dice(1), opposite))

    with pytest.raises(BadSetting, match="step 1: 'order' cannot be used; a real central system has its own mind"):
        run_virtually(story())
