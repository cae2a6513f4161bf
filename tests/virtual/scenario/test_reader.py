"""What is wrong with a scenario's file is told with file, step, field and value."""

import re
from pathlib import Path

import pytest

from contactor.base.errors import BadSetting
from contactor.virtual.scenario.reader import read_scenario
from contactor.virtual.scenario.scenario import Scenario
from contactor.virtual.scenario.shelf import find_scenario


def read(text: str) -> Scenario:
    return read_scenario(text.encode(), name="mine", place="mine.toml")


def step(text: str) -> str:
    return f"[[step]]\nexpect.online = true\n[[step]]\n{text}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "'mine.toml' cannot be used; it is not TOML"),
        ("title = 'empty'", "mine.toml: step: []"),
        ("colour = 1\n" + step("unplug = 1"), "mine.toml: colour: 1"),
        ("speed = 0.0\n" + step("unplug = 1"), "mine.toml: speed: 0.0"),
        ("starts_at = 'noon'\n" + step("unplug = 1"), "mine.toml: starts_at: 'noon'"),
        ("[station]\nmodel = 'EVD9'\n" + step("unplug = 1"), "mine.toml: station: model: 'EVD9'"),
        ("[central.tags]\nANNA = 'Nice'\n" + step("unplug = 1"), "mine.toml: central.tags.ANNA: 'Nice'"),
        ("[central.answers]\nReset = 'silence'\n" + step("unplug = 1"), "mine.toml: central.answers.Reset: 'silence'"),
        (step("fly = 1"), "mine.toml: step 2, fly: 1 cannot be used; there is no such word"),
        (step("plug = 1\nunplug = 1"), "mine.toml: step 2, words: ['plug', 'unplug']"),
        (step("expect.luck = 1"), "mine.toml: step 2, luck: 1"),
        (step("plug = { outlet = 1, soc_percent = 120 }"), "mine.toml: step 2, plug.soc_percent: 120"),
        (
            step("plug = { outlet = 3 }"),
            "mine.toml: step 2, plug.outlet: 3 cannot be used; EVD1S180TBB has outlets 1 to 2",
        ),
        (step("plug = { outlet = 1, vehicle = 'tank' }"), "mine.toml: step 2, plug.vehicle: 'tank'"),
        (step("plug = { outlet = 1, vehicle = 'old_hatchback' }"), "mine.toml: step 2, plug.vehicle: 'old_hatchback'"),
        (step("raise_fault = '0x999999'"), "mine.toml: step 2, raise_fault.dtc: '0x999999'"),
        (step("order = { action = 'Dance' }"), "mine.toml: step 2, order.action: 'Dance'"),
        (step("answers = { Reset = 'silence' }"), "mine.toml: step 2, answers"),
        (step("network = 'wet'"), "mine.toml: step 2, network.way: 'wet'"),
        (step("expect.screen = { page = 'charging' }"), "mine.toml: step 2, screen"),
        (step("expect.status = { connector = 1, status = 'Happy' }"), "mine.toml: step 2, status.status: 'Happy'"),
        (step("say = 1\nunplug = 1"), "mine.toml: step 2, say: 1"),
    ],
)
def test_a_mistake_is_named(text: str, words: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read(text)
    assert words in str(caught.value)


def test_a_value_alone_stands_for_the_field_that_says_it_all() -> None:
    assert read(step("badge = 'ANNA'")).steps[1].form == read(step("badge = { uid = 'ANNA' }")).steps[1].form


def test_a_scenario_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadSetting, match=r"'nothing' cannot be used; there are availability, badge_accepted"):
        find_scenario("nothing")
    with pytest.raises(BadSetting, match=r"nothing\.toml"):
        find_scenario("./nothing.toml")


def test_the_file_the_how_to_shows_can_be_read() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "play-scenarios.md").read_text()
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert read(shown).title == "A blocked badge"
