"""Which texts a configuration key takes, and how they are written afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.guide.limits import canonical_value
from contactor.guide.load import load_product

GUIDE = load_product()

URL_OF_255 = "wss://central.example/" + "a" * 233


def canonical(name: str, text: str) -> str:
    return canonical_value(GUIDE.configuration[name], text)


@pytest.mark.parametrize(
    ("name", "text", "stored"),
    [
        ("LocalPreAuthorize", "TRUE", "true"),
        ("LocalPreAuthorize", " false ", "false"),
        ("HeartbeatInterval", "0060", "60"),
        ("HeartbeatInterval", " 60 ", "60"),
        ("HeartbeatInterval", "0", "0"),
        ("HeartbeatInterval", "2147483647", "2147483647"),
        ("disconnectedMeterValueSampleInterval", "5", "5"),
        ("disconnectedMeterValueSampleInterval", "3600", "3600"),
        ("MeterValuesSampledData", "SoC, Power.Offered", "SoC,Power.Offered"),
        ("MeterValuesSampledData", "SoC,SoC", "SoC"),
        ("MeterValuesSampledData", "", ""),
        ("MeterValuesSampledData", " ", ""),
        ("MeterValuesAlignedData", ",".join(["SoC"] * 9), "SoC"),
        ("StopTxnSampledData", "", ""),
        ("ConnectorPhaseRotation", "2.NotApplicable", "2.NotApplicable"),
        ("UnlockConnectorOnEVSideDisconnect", "False", "false"),
        ("DefaultIdTag", "A" * 20, "A" * 20),
        ("BoxIdentifier", "RDAM 123", "RDAM 123"),
        ("BoxIdentifier", "b" * 50, "b" * 50),
        ("AuthorizationKey", "4F43412D4F4354542D61646D696E2D74657374", "4F43412D4F4354542D61646D696E2D74657374"),
        ("AuthorizationKey", "0" * 32, "0" * 32),
        ("AuthorizationKey", "f" * 40, "f" * 40),
        ("SupervisionUrl", "ws://127.0.0.1:8180/ocpp", "ws://127.0.0.1:8180/ocpp"),
        ("SupervisionUrl", URL_OF_255, URL_OF_255),
    ],
)
def test_cf_06_to_cf_09_a_fitting_value_is_taken_in_its_canonical_form(name: str, text: str, stored: str) -> None:
    assert canonical(name, text) == stored
    assert canonical(name, stored) == stored


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("LocalPreAuthorize", "1", "true or false"),
        ("LocalPreAuthorize", "yes", "true or false"),
        ("LocalPreAuthorize", "", "true or false"),
        ("HeartbeatInterval", "60.0", "whole number"),
        ("HeartbeatInterval", "+60", "whole number"),
        ("HeartbeatInterval", "6_0", "whole number"),
        ("HeartbeatInterval", "٦٠", "whole number"),
        ("HeartbeatInterval", "", "whole number"),
        ("MeterValueSampleInterval", "-1", "at least 0"),
        ("HeartbeatInterval", "2147483648", "at most 2147483647"),
        ("HeartbeatInterval", "0" * 501, "at most 500 characters"),
        ("disconnectedMeterValueSampleInterval", "4", "at least 5"),
        ("disconnectedMeterValueSampleInterval", "3601", "at most 3600"),
        ("MeterValuesSampledData", "soc", "not among"),
        ("MeterValuesSampledData", "SoC,,", "no empty item"),
        ("MeterValuesSampledData", "Frequency", "not among"),
        ("MeterValuesSampledData", "Voltage.L1", "not among"),
        ("MeterValuesSampledData", ",".join(["SoC"] * 9), "at most 8 items"),
        ("MeterValuesAlignedData", ",".join(["SoC"] * 10), "at most 9 items"),
        ("StopTxnAlignedData", "SoC", "at most 0 items"),
        ("ConnectorPhaseRotation", "RST", "not among"),
        ("ConnectorPhaseRotation", "Not Applicable", "not among"),
        ("ConnectorPhaseRotation", "1.NotApplicable,2.NotApplicable", "at most 1 items"),
        ("ConnectorPhaseRotation", "", "at least 1 items"),
        ("UnlockConnectorOnEVSideDisconnect", "true", "expected false"),
        ("DefaultIdTag", "", "at least 1"),
        ("DefaultIdTag", "A" * 21, "at most 20"),
        ("DefaultIdTag", "Ä", "printable ASCII"),
        ("BoxIdentifier", "b" * 51, "at most 50"),
        ("BoxIdentifier", "line\nbreak", "printable ASCII"),
        ("AuthorizationKey", "0" * 30, "at least 32"),
        ("AuthorizationKey", "0" * 42, "at most 40"),
        ("AuthorizationKey", "0" * 33, "pairs of hex digits"),
        ("AuthorizationKey", "g" * 32, "pairs of hex digits"),
        ("SupervisionUrl", URL_OF_255 + "a", "at most 255"),
        ("SupervisionUrl", "https://central.example", "ws://host or wss://host"),
        ("SupervisionUrl", "ws://", "ws://host or wss://host"),
        ("SupervisionUrl", "ws://central example/", "ws://host or wss://host"),
        ("SupervisionUrl", "", "ws://host or wss://host"),
        ("SupervisionUrl", "ws://central.example:70000", "expected a URL"),
        ("SupervisionUrl", "ws://central.example/?key=1", "without query"),
        ("SupervisionUrl", "ws://central.example/#here", "without query"),
    ],
)
def test_cf_04_a_value_beyond_the_limits_is_refused_with_what_would_fit(name: str, text: str, expected: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        canonical(name, text)
    assert refusal.value.setting == name
    assert expected in refusal.value.expected


def test_a_refused_secret_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as refusal:
        canonical("AuthorizationKey", "do not print me, please, whatever happens")
    assert "print me" not in str(refusal.value)
    assert refusal.value.value == "<41 characters>"


@given(name=st.sampled_from(sorted(GUIDE.configuration)), text=st.text(max_size=60))
def test_any_text_is_either_refused_or_stored_in_a_form_that_stays(name: str, text: str) -> None:
    try:
        stored = canonical(name, text)
    except BadSetting:
        return
    assert canonical(name, stored) == stored
