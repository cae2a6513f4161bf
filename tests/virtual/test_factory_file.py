"""Factory files: what stands in one becomes the station, and every mistake is named with file, field and value."""

from pathlib import Path

import pytest

from contactor.base.errors import BadSetting
from contactor.virtual.factory_file import load_factory

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "factory.toml"


def test_the_example_is_good() -> None:
    factory = load_factory(EXAMPLE)
    assert (factory.model, factory.serial) == ("EVD1S180THB", "PILOT-0001")
    assert factory.initial["MeterValueSampleInterval"] == "10"
    assert factory.initial["AuthenticationOCPPMode"] == "true"
    assert factory.initial["MeterValuesSampledData"] == "Energy.Active.Import.Register,Power.Active.Import,SoC"


def test_what_is_given_besides_wins_over_the_file() -> None:
    factory = load_factory(EXAMPLE).differing(
        product=None, model="EVD1S180TBB", serial=None, initial={"HeartbeatInterval": "5"}
    )
    assert (factory.model, factory.serial, factory.initial["HeartbeatInterval"]) == ("EVD1S180TBB", "PILOT-0001", "5")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model = ", "it is not TOML"),
        ('colour = "red"', "colour: 'red' cannot be used; there is no such field"),
        ('product = "unknown"', "product: 'unknown' cannot be used"),
        ('model = "EVD9"', "model: 'EVD9' cannot be used"),
        ("model = 9", "model: 9 cannot be used; give a text"),
        ('serial = "' + "x" * 26 + '"', "serial: "),
        ('outlets = ["CCS2"]', "outlets: ['CCS2'] cannot be used"),
        ("configuration = 1", "configuration: 1 cannot be used"),
        ("[configuration]\nNonsense = 1", "configuration.Nonsense: 1 cannot be used; EVlink Pro DC has no such key"),
        ("[configuration]\nHeartbeatInterval = -1", "configuration.HeartbeatInterval: '-1' cannot be used"),
        ("[configuration]\nHeartbeatInterval = 1.5", "configuration.HeartbeatInterval: 1.5 cannot be used"),
        ('[configuration]\nAuthorizationKey = "secret-text"', "AuthorizationKey: '<11 characters>' cannot be used"),
    ],
)
def test_a_mistake_is_named_with_file_field_and_value(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "factory.toml"
    file.write_text(text)
    with pytest.raises(BadSetting) as refused:
        load_factory(file)
    assert words in str(refused.value)
    assert str(file) in str(refused.value)
    assert "secret-text" not in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        load_factory(tmp_path / "none.toml")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(BadSetting, match="cannot be read"):
        load_factory(tmp_path / "bytes")
