"""Reading and writing the configuration over the wire (CF, and the decisions about keys)."""

import pytest

from contactor.base.errors import BadSetting
from contactor.guide.load import load_product
from contactor.ocpp.datatypes import KeyValue
from contactor.station.configuration import Configuration
from contactor.station.store.memory import MemoryStore
from tests.station.bench import Bench, Payload

NAMES = list(load_product().configuration)


def get(bench: Bench, *names: str) -> Payload:
    payload: Payload = bench.ask("GetConfiguration", {"key": list(names)})[2]
    return payload


def value_of(bench: Bench, key: str) -> str:
    (entry,) = get(bench, key)["configurationKey"]
    return str(entry["value"])


def change(bench: Bench, key: str, value: str) -> str:
    return bench.status_of_answer("ChangeConfiguration", {"key": key, "value": value})


@pytest.mark.parametrize(
    "name",
    [
        "Testing",
        "BlinkRepeat",
        "LightIntensity",
        "MaxEnergyOnInvalidId",
        "MessageTimeout",
        "StopTransactionMaxMeterValues",
        "SupportedFileTransferProtocols",
        "SecurityProfile",
        "CpoName",
        "AdditionalRootCertificateCheck",
        "CertificateSignedMaxChainSize",
        "CertificateStoreMaxLength",
        "AuthorizationCacheEnable",
        "EnableMeterValuesContainVoltage",
    ],
)
def test_cf_03_d_06_the_list_of_keys_is_closed(name: str) -> None:
    """CF-03, D-03, D-04, D-06: NotSupported to write, unknownKey to read; the guide's slips of the pen too."""
    bench = Bench()
    assert change(bench, name, "1") == "NotSupported"
    assert get(bench, name) == {"unknownKey": [name]}


@pytest.mark.parametrize("text", ["TRUE", "True", " true ", "tRuE"])
def test_cf_06_a_boolean_in_any_case(text: str) -> None:
    """CF-06: taken, and reported in lower case."""
    bench = Bench()
    assert change(bench, "LocalPreAuthorize", text) == "Accepted"
    assert value_of(bench, "LocalPreAuthorize") == "true"


@pytest.mark.parametrize("text", ["1", "0", "yes", "on", "", "truee"])
def test_cf_06_nothing_else_is_a_boolean(text: str) -> None:
    bench = Bench()
    assert change(bench, "LocalPreAuthorize", text) == "Rejected"
    assert value_of(bench, "LocalPreAuthorize") == "false"


@pytest.mark.parametrize(("text", "value"), [("0060", "60"), (" 60 ", "60"), ("0", "0"), ("2147483647", "2147483647")])
def test_cf_07_integers_with_zeros_and_blanks_around(text: str, value: str) -> None:
    bench = Bench()
    assert change(bench, "ConnectionTimeOut", text) == "Accepted"
    assert value_of(bench, "ConnectionTimeOut") == value


@pytest.mark.parametrize("text", ["60.0", "6e1", "0x3C", "6 0", "+60", "", "²", "٦٠", "2147483648", "9" * 400])
def test_cf_07_nothing_else_is_an_integer(text: str) -> None:
    """CF-07: decimal digits of ASCII only, and no number that others could not hold."""
    bench = Bench()
    assert change(bench, "ConnectionTimeOut", text) == "Rejected"
    assert value_of(bench, "ConnectionTimeOut") == "120"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SoC, Power.Offered", "SoC,Power.Offered"),
        ("SoC,SoC,SoC", "SoC"),
        ("", ""),
        ("  ", ""),
        (" Current.Import ", "Current.Import"),
    ],
)
def test_cf_08_lists_are_tidied(text: str, value: str) -> None:
    """CF-08: blanks trimmed, duplicates removed, empty is empty."""
    bench = Bench()
    assert change(bench, "MeterValuesSampledData", text) == "Accepted"
    assert value_of(bench, "MeterValuesSampledData") == value


@pytest.mark.parametrize("text", ["soc", "SoC,,", ",", "SoC;Power.Offered", ",".join(["SoC"] * 9)])
def test_cf_08_and_taken_whole_or_not_at_all(text: str) -> None:
    """CF-08: wrong case, empty items, other separators, nine items where eight are allowed."""
    bench = Bench()
    before = value_of(bench, "MeterValuesSampledData")
    assert change(bench, "MeterValuesSampledData", text) == "Rejected"
    assert value_of(bench, "MeterValuesSampledData") == before


def test_cf_08_nine_items_are_allowed_where_the_guide_says_nine() -> None:
    """CF-08, MeterValuesAlignedDataMaxLength."""
    assert change(Bench(), "MeterValuesAlignedData", ",".join(["SoC"] * 9)) == "Accepted"


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("SupervisionUrl", "wss://a/" + "a" * 247, "RebootRequired"),
        ("SupervisionUrl", "wss://a/" + "a" * 248, "Rejected"),
        ("DefaultIdTag", "x" * 20, "Accepted"),
        ("DefaultIdTag", "", "Rejected"),
        ("DefaultIdTag", "naïve", "Rejected"),
        ("BoxIdentifier", "x" * 50, "RebootRequired"),
        ("BoxIdentifier", "", "Rejected"),
    ],
)
def test_cf_09_the_keys_own_lengths(key: str, value: str, status: str) -> None:
    """CF-09: SupervisionUrl 255, DefaultIdTag 20, BoxIdentifier 50 printable characters."""
    assert change(Bench(), key, value) == status


def test_cf_09_a_value_beyond_500_characters_breaks_the_schema() -> None:
    bench = Bench()
    answer = bench.ask("ChangeConfiguration", {"key": "SupervisionUrl", "value": "w" * 501})
    assert (answer[0], answer[2]) == (4, "PropertyConstraintViolation")


@pytest.mark.parametrize("payload", [{}, {"key": []}])
def test_cf_10_d_07_the_full_list(payload: Payload) -> None:
    """CF-10, CF-14, CF-15, D-07: the 51 readable keys in the guide's order, and no unknownKey."""
    answer = Bench().ask("GetConfiguration", payload)[2]
    readable = [name for name in NAMES if name != "AuthorizationKey"]
    assert len(readable) == 51
    assert [each["key"] for each in answer["configurationKey"]] == readable
    assert answer.keys() == {"configurationKey"}


def test_cf_11_known_and_unknown_keys() -> None:
    """CF-11: unknown ones verbatim, each once; known ones once, whatever their case."""
    answer = get(Bench(), "ResetRetries", "resetRETRIES", "Nothing", "noTHing", "Nothing", "NumberOfConnectors")
    assert [each["key"] for each in answer["configurationKey"]] == ["ResetRetries", "NumberOfConnectors"]
    assert answer["unknownKey"] == ["Nothing", "noTHing"]


def test_cf_12_d_07_fifty_keys_may_be_named_and_no_more() -> None:
    """CF-12, D-07, GetConfigurationMaxKeys."""
    bench = Bench()
    assert len(get(bench, *NAMES[:50])["configurationKey"]) == 50
    answer = bench.ask("GetConfiguration", {"key": NAMES[:51]})
    assert (answer[0], answer[2]) == (4, "OccurenceConstraintViolation")


def test_cf_13_a_key_that_was_never_set_has_no_value() -> None:
    """CF-13, CF-14, D-34: AuthorizationKey by name, set or not."""
    bench = Bench()
    expected = {"configurationKey": [{"key": "AuthorizationKey", "readonly": False}]}
    assert get(bench, "AuthorizationKey") == expected
    bench.set("AuthorizationKey", "AB" * 20)
    bench.wait(1)
    assert get(bench, "authorizationkey") == expected


def test_cf_13_supervision_url_unset() -> None:
    """CF-13, G-18: without an address nobody could ask over the wire, so the configuration is asked itself."""
    product = load_product()
    configuration = Configuration(product, product.models["EVD1S60TBB"], {}, MemoryStore())
    known, unknown = configuration.report(["SupervisionUrl"])
    assert (known, unknown) == ([KeyValue(key="SupervisionUrl", readonly=False)], [])


def test_cf_16_a_write_that_could_not_be_kept_is_not_acknowledged() -> None:
    """CF-16: the answer leaves only after the commit; test_power_cut_anywhere cuts at every one of them."""
    bench = Bench()
    bench.set("ConnectionTimeOut", "33")
    assert b'"33"' in bench.store.rows("configuration")["ConnectionTimeOut"]


def test_cf_17_the_value_it_has_needs_no_restart() -> None:
    """CF-17, D-23: SupervisionUrl written as it is in force is Accepted."""
    assert change(Bench(), "SupervisionUrl", "ws://central.test/ocpp") == "Accepted"


def test_cf_18_supported_feature_profiles() -> None:
    """CF-18: the exact text."""
    assert value_of(Bench(), "SupportedFeatureProfiles") == (
        "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
    )


def test_cf_19_connection_time_out_is_re_armed_from_its_start() -> None:
    """CF-19, ConnectionTimeOut: a remote start has waited 50 s when 60 s become the limit: 10 s are left."""
    bench = Bench()
    bench.ask("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1})
    bench.wait(50)
    bench.set("ConnectionTimeOut", "60")
    bench.wait(9)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(2)
    assert bench.statuses()[-1] == "Available"


def test_cf_19_minimum_status_duration_acts_at_once() -> None:
    """CF-19, MinimumStatusDuration: the next change waits 5 s, and the one after it not at all."""
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.set("MinimumStatusDuration", "5")
    bench.plug()
    bench.wait(4)
    assert bench.statuses()[-1] == "Available"
    bench.wait(1)
    assert bench.statuses()[-1] == "Preparing"
    bench.set("MinimumStatusDuration", "0")
    bench.unplug()
    assert bench.statuses()[-1] == "Available"


def test_cf_19_the_switches_of_authorization_act_at_once() -> None:
    """CF-19: LocalPreAuthorize on: a badge of the list is not asked about any more."""
    bench = Bench(initial={"LocalAuthListEnabled": "true"})
    entries = [{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.set("LocalPreAuthorize", "true")
    bench.charge(for_s=10)
    assert bench.calls("Authorize") == []
    assert bench.statuses()[-1] == "Charging"


@pytest.mark.parametrize(
    ("key", "value"), [("NoSuchKey", "1"), ("ConnectionTimeOut", "soon"), ("SupervisionUrl", "http://x")]
)
def test_a_wrong_initial_value_is_the_operator_s_mistake(key: str, value: str) -> None:
    """CF-04 at the factory: the message names key and value."""
    with pytest.raises(BadSetting, match=key) as wrong:
        Bench(initial={key: value})
    assert value in str(wrong.value)


@pytest.mark.parametrize("model", ["EVD1S60TBB", "EVD1S120THB", "EVD1S150TBBC7-AN", "EVD1S180TBBCC"])
def test_d_24_the_power_limits_are_the_model_s(model: str) -> None:
    """D-24: ChargeLimitedPower and those of the connectors in kilowatts, unless the installation says less."""
    bench = Bench(model=model)
    power = str(load_product().models[model].power_kw)
    keys = ["ChargeLimitedPower", "ConnectorALimitedPower", "ConnectorBLimitedPower"]
    assert [each["value"] for each in get(bench, *keys)["configurationKey"]] == [power] * 3
    installed = Bench(model=model, initial={"ChargeLimitedPower": "50"})
    assert value_of(installed, "ChargeLimitedPower") == "50"
