"""What loading says about data that cannot be used; each damage is done to a copy of the real data."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from contactor.base.errors import BadRow, BadSetting
from contactor.guide.load import load_product, read_product


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the product's data that may be damaged."""
    with as_file(files("contactor.guide") / "data" / "evlink_pro_dc") as original:
        return Path(shutil.copytree(original, tmp_path / "product"))


def damage(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has changed, this damage does nothing any more"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_undamaged_copy_is_the_product(folder: Path) -> None:
    assert read_product(folder) == load_product()


CONFIGURATION, ERRORS, MODELS = "configuration.toml", "vendor_errors.toml", "models.toml"
OPERATIONS, METERING, SECURITY = "operations.toml", "metering.toml", "security.toml"
SMART_CHARGING, PRODUCT = "smart_charging.toml", "product.toml"

DAMAGES = [
    # fields: unknown, missing, of the wrong type, empty
    (MODELS, "{ power_kw = 120,", "{ power_kw = 120, colour = 1,", "EVD1S120TBB", "unknown field colour"),
    (MODELS, "{ power_kw = 120,", "{", "EVD1S120TBB", "power_kw is missing"),
    (MODELS, "{ power_kw = 120,", "{ power_kw = '120',", "EVD1S120TBB", "power_kw is '120', expected a whole number"),
    (MODELS, "{ power_kw = 120,", "{ power_kw = true,", "EVD1S120TBB", "power_kw is True, expected a whole number"),
    (MODELS, "{ power_kw = 120,", "{ power_kw = 0,", "EVD1S120TBB", "expected at least 1"),
    (MODELS, "{ power_kw = 120,", "{ power_kw = 20,", "EVD1S120TBB", "less than one module"),
    (MODELS, '["CCS2", "CCS2"]', "[]", "EVD1S120TBB", "outlets is empty"),
    (MODELS, '["CCS2", "CCS2"]', '["CCS2", "Type2"]', "EVD1S120TBB", "'Type2' is not among CCS2, CHAdeMO"),
    (MODELS, '["CCS2", "CCS2"]', '"CCS2"', "EVD1S120TBB", "expected a list of texts"),
    (MODELS, '["CCS2", "CCS2"]', '["CCS2"]', "EVD1S120TBB", "has 1 outlets, NumberOfConnectors is 2"),
    (MODELS, "EVD1S120TBB ", "EVD1S120TBBCC7AN-LONG ", "EVD1S120TBBCC7AN-LONG", "at most 20"),
    (MODELS, "EVD1S120THB ", "EVD1S120TBB ", "EVD1S120TBB", "twice"),
    (MODELS, "EVD1S120TBB      =", "EVD1S120TBB = 7 #", "EVD1S120TBB", "is not a table of fields"),
    (OPERATIONS, "[Authorize]", "[Authorise]", "Authorise", "not an operation"),
    (OPERATIONS, "[BootNotification]", "[Authorize]", "Authorize", "twice"),
    (OPERATIONS, 'sender = "station"', 'sender = "vehicle"', "Authorize", "'vehicle' is not among station, central"),
    (OPERATIONS, 'profile = "Core"', 'profile = "Basic"', "Authorize", "'Basic' is not among"),
    (OPERATIONS, 'group = "Core"', 'group = ""', "Authorize", "group is empty"),
    (ERRORS, '["0x100005"]', '["0x100007"]', "0x100007", "twice"),
    (ERRORS, '["0x10000C"]', '["0x10000c"]', "0x10000c", "is not a DTC"),
    (ERRORS, '"ReaderFailure"', '"ReadFailure"', "0x100005", "'ReadFailure' is not among"),
    (ERRORS, '"ReaderFailure"', '"NoError"', "0x100005", "'NoError' is not among"),
    (ERRORS, "Card reader", "Card reader, which is a device for cards,", "0x100005", "at most 50 fit"),
    (ERRORS, 'effect = "warning"', 'effect = "fault"', "0x100005", "stop_reason belongs to every fault"),
    (ERRORS, 'stop_reason = "EmergencyStop"\n', "", "0x100202", "stop_reason belongs to every fault"),
    (ERRORS, '"EmergencyStop"', '"Emergency"', "0x100202", "'Emergency' is not among"),
    (ERRORS, 'scope = "station"', 'scope = "station_only"', "0x100202", "take nothing out of service"),
    (ERRORS, "tamper = true", 'tamper = "yes"', "0x10020C", "tamper is 'yes', expected true or false"),
    (METERING, '["Power.Offered"]', '["Power.offered"]', "Power.offered", "not a measurand"),
    (METERING, 'unit = "Percent"', 'unit = "%"', "SoC", "'%' is not among"),
    (METERING, 'location = "EV"', 'location = "Car"', "SoC", "'Car' is not among"),
    (METERING, "EnabeMeter", "EnableMeter", "Voltage", "needs the boolean key EnableMeterValuesContainVoltage"),
    (METERING, "sampled_by_default = false", "sampled_by_default = true", "Voltage", "contradicts the default of Mete"),
    (METERING, "aligned_by_default = false", "aligned_by_default = true", "SoC", "contradicts the default of Mete"),
    (METERING, "[SoC]", "[Temperature]", "MeterValuesSampledData", "allowed differs from the measurands"),
    (SMART_CHARGING, "= 0.5", "= 1", "charging_profile", "residual_a_per_module is 1, expected a decimal"),
    (SMART_CHARGING, "= 0.5", "= -0.5", "charging_profile", "expected at least 0"),
    (SMART_CHARGING, "= 1000", "= -1", "charging_profile", "expected at least 0"),
    (SMART_CHARGING, '"Daily"', '"Monthly"', "charging_profile", "'Monthly' is not among Daily, Weekly"),
    (SMART_CHARGING, '"Daily"', '"Weekly"', "charging_profile", "recurrences names something twice"),
    (SMART_CHARGING, "ChargeProfileMax", "ChargingProfileMax", "charging_profile", "is not an integer key"),
    (SMART_CHARGING, "[charging_profile]", "[profile]", "profile", "is not among charging_profile"),
    (SECURITY, 'scheme = "wss"', 'scheme = "https"', "tls", "'https' is not among ws, wss"),
    (SECURITY, 'scheme = "wss"', 'scheme = "ws"', "tls", "is the same mode as plain"),
    (SECURITY, "[offline_strategies.allow_all]", "[strategies.allow_all]", "strategies", "is not among modes"),
    (SECURITY, 'accepts = ["cache"]', 'accepts = ["friends"]', "cache_only", "'friends' is not among"),
    (SECURITY, "LocalAuthListEnabled = false", "LocalAuthListEnabled = 'no'", "cache_only", "table of true and false"),
    (SECURITY, ", LocalAuthListEnabled = false", "", "cache_only and list_then_cache", "2 strategies apply"),
    (
        SECURITY,
        "settings = { AllowOfflineTxForUnknownId = true }",
        "settings = { AllowOfflineTxForUnknownId = true, LocalAuthorizeOffline = true }",
        "offline_strategies",
        "0 strategies apply",
    ),
    (SECURITY, "AuthorizationCacheEnabled", "AuthorizationCacheEnable", "cache_only", "needs the boolean key"),
    (PRODUCT, "module_kw = 30", "module_kw = 0", "product", "module_kw is 0, expected at least 1"),
    (PRODUCT, '"Schneider Electric"', '"Schneider Electric Industries"', "product", "at most 20 fit"),
    (PRODUCT, '"ftp", ', '"gopher", ', "product", "'gopher' is not among"),
    (PRODUCT, '["transactionId", "TransactionId"]', "[]", "cost_message", "transaction_fields is empty"),
    (PRODUCT, "[cost_message]", "[cost]", "cost", "is not among product, cost_message"),
    (PRODUCT, "[product]", "[product", "product", "is not TOML"),
    # configuration keys
    (CONFIGURATION, "[HeartbeatInterval]", "[connectionTIMEout]", "connectionTIMEout", "same key as ConnectionTimeOut"),
    (CONFIGURATION, "[HeartbeatInterval]", "[ConnectionTimeOut]", "ConnectionTimeOut", "twice"),
    (CONFIGURATION, "[HeartbeatInterval]", f"[{'H' * 51}]", "H" * 51, "at most 50 fit"),
    (CONFIGURATION, "default = 900", "default = 4", "disconnectedMeterValueSampleInterval", "at least 5"),
    (CONFIGURATION, "default = 900", "default = 3601", "disconnectedMeterValueSampleInterval", "at most 3600"),
    (CONFIGURATION, "default = 900", "default = true", "disconnectedMeterValueSampleInterval", "not of kind integer"),
    (CONFIGURATION, "default = 900", 'default = "900"', "disconnectedMeterValueSampleInterval", "not of kind integer"),
    (CONFIGURATION, "minimum = 5\n", "", "disconnectedMeterValueSampleInterval", "minimum is missing"),
    (CONFIGURATION, "minimum = 5\n", 'minimum = "5"\n', "disconnectedMeterValueSampleInterval", "a whole number"),
    (CONFIGURATION, "minimum = 5\n", "minimum = 5\nlength_max = 4\n", "disconnectedMeterValueSampleInterval", "means"),
    (CONFIGURATION, "default = true", 'default = "true"', "AllowOfflineTxForUnknownId", "not of kind boolean"),
    (
        CONFIGURATION,
        'access = "RW"',
        'access = "False"',
        "AllowOfflineTxForUnknownId",
        "'False' is not among RO, RW, W",
    ),
    (CONFIGURATION, 'kind = "boolean"', 'kind = "switch"', "AllowOfflineTxForUnknownId", "'switch' is not among"),
    (CONFIGURATION, 'origin = "core"', 'origin = "ocpp"', "AllowOfflineTxForUnknownId", "'ocpp' is not among"),
    (CONFIGURATION, 'default = "SIMTAG"', 'default = "A TAG OF 21 CHARACTERS"', "DefaultIdTag", "at most 20"),
    (CONFIGURATION, 'default = "SIMTAG"', "default = 7", "DefaultIdTag", "not of kind text"),
    (CONFIGURATION, 'default = ["NotApplicable"]', 'default = ["RST"]', "ConnectorPhaseRotation", "own limits"),
    (CONFIGURATION, 'default = ["NotApplicable"]', "default = [1]", "ConnectorPhaseRotation", "not of kind list"),
    (CONFIGURATION, 'default = ["NotApplicable"]', 'default = [" NotApplicable"]', "ConnectorPhaseRotation", "written"),
    (CONFIGURATION, "items_max = 8", "items_max = 7", "MeterValuesSampledData", "SampledDataMaxLength says 8"),
    (CONFIGURATION, "default = 50\n", "", "GetConfigurationMaxKeys", "nobody could ever set this key"),
    (CONFIGURATION, "length_min = 32", 'default = "secret"\nlength_min = 32', "AuthorizationKey", "a secret"),
    (CONFIGURATION, 'derived_from = "model"', 'derived_from = "moon"', "ChargeLimitedPower", "'moon' is not among"),
    (CONFIGURATION, 'unit = "kW"\nderived', 'unit = "W"\nderived', "ChargeLimitedPower", "an integer in kW"),
    (CONFIGURATION, 'derived_from = "model"', 'derived_from = "model"\ndefault = 1', "ChargeLimitedPower", "exclude"),
    (CONFIGURATION, "[NumberOfConnectors]", "[NumberOfOutlets]", "NumberOfConnectors", "needs the integer key"),
    (
        CONFIGURATION,
        '"Reservation",\n    "SmartCharging"',
        '"SmartCharging"',
        "CancelReservation",
        "is not in Supported",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "entry", "reason"), DAMAGES)
def test_a_wrong_row_is_named_with_file_entry_and_reason(
    folder: Path, file: str, old: str, new: str, entry: str, reason: str
) -> None:
    damage(folder, file, old, new)
    with pytest.raises(BadRow) as refusal:
        read_product(folder)
    place, _, why = str(refusal.value).partition(f": {entry}: ")
    assert place.endswith(".toml")
    assert reason in why


@pytest.mark.parametrize(
    "file", [CONFIGURATION, ERRORS, MODELS, OPERATIONS, METERING, SECURITY, SMART_CHARGING, PRODUCT]
)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(BadRow, match=f"{file}: the file: is missing"):
        read_product(folder)


def test_an_empty_file_is_named(folder: Path) -> None:
    (folder / MODELS).write_text("", encoding="utf-8")
    with pytest.raises(BadRow, match=r"models.toml: the file: holds no rows"):
        read_product(folder)


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    (folder / MODELS).write_bytes("# Modèles\n".encode("latin-1"))
    with pytest.raises(BadRow, match=r"models.toml: the file: is not UTF-8"):
        read_product(folder)


def test_a_file_that_ends_too_early_is_named(folder: Path) -> None:
    (folder / MODELS).write_text("EVD1S120TBB = ", encoding="utf-8")
    with pytest.raises(BadRow, match=r"models.toml: .*is not TOML"):
        read_product(folder)


@pytest.mark.parametrize("name", ["evlink", "", "../evlink_pro_dc", "evlink_pro_dc/"])
def test_an_unknown_product_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BadSetting, match="known products: evlink_pro_dc"):
        load_product(name)
