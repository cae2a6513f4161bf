"""The 52 keys one by one, on the wire: default, access, a value that is taken and one that is not."""

from dataclasses import dataclass

import pytest

from tests.station.bench import Bench

SAMPLED = "Current.Import,Current.Offered,Energy.Active.Import.Register,Power.Offered,Power.Active.Import"
PROFILES = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"


@dataclass(frozen=True)
class Row:
    """One key as the guide has it; `good` is empty for what cannot be written, `None` is no value."""

    key: str
    default: str | None
    good: str | None = None
    bad: str = "x"
    takes: str = "Accepted"


ROWS = [
    Row("AllowOfflineTxForUnknownId", "true", "false", "1"),
    Row("AuthorizationCacheEnabled", "false", "true", "yes"),
    Row("AuthorizeRemoteTxRequests", "true", "false", ""),
    Row("ClockAlignedDataInterval", "0", "900", "-1"),
    Row("ConnectionTimeOut", "120", "60", "sixty"),
    Row("GetConfigurationMaxKeys", "50"),
    Row("HeartbeatInterval", "60", "86400", "60.0"),
    Row("LocalAuthorizeOffline", "true", "false", "on"),
    Row("LocalPreAuthorize", "false", "true", "t"),
    Row("MeterValuesAlignedData", SAMPLED, "SoC,Power.Offered", "Frequency"),
    Row("MeterValuesAlignedDataMaxLength", "9"),
    Row("MeterValuesSampledData", f"{SAMPLED},SoC", "", "SoC,Temperature"),
    Row("MeterValuesSampledDataMaxLength", "8"),
    Row("MeterValueSampleInterval", "60", "0", "-1"),
    Row("MinimumStatusDuration", "10", "0", "-5"),
    Row("NumberOfConnectors", "2"),
    Row("ResetRetries", "2", "5", "two"),
    Row("ConnectorPhaseRotationMaxLength", "1"),
    Row("ConnectorPhaseRotation", "NotApplicable", "0.NotApplicable", "1.RST"),
    Row("StopTransactionOnEVSideDisconnect", "true", "false", "0"),
    Row("StopTransactionOnInvalidId", "true", "false", "no"),
    Row("StopTxnAlignedDataMaxLength", "0"),
    Row("StopTxnSampledDataMaxLength", "0"),
    Row("SupportedFeatureProfiles", PROFILES),
    Row("SupportedFeatureProfilesMaxLength", "6"),
    Row("TransactionMessageAttempts", "2", "0", "-1"),
    Row("TransactionMessageRetryInterval", "10", "0", "1e3"),
    Row("UnlockConnectorOnEVSideDisconnect", "false", "false", "true"),
    Row("WebSocketPingInterval", "20", "0", "-20"),
    Row("LocalAuthListEnabled", "false", "true", "enabled"),
    Row("LocalAuthListMaxLength", "4000"),
    Row("SendLocalListMaxLength", "400"),
    Row("ReserveConnectorZeroSupported", "true"),
    Row("ChargeProfileMaxStackLevel", "20"),
    Row("ChargingScheduleMaxPeriods", "20"),
    Row("ConnectorSwitch3to1PhaseSupported", "false"),
    Row("MaxChargingProfilesInstalled", "40"),
    Row("ChargingScheduleAllowedChargingRateUnit", "Power"),
    Row("StopTxnAlignedData", "", "", "Energy.Active.Import.Register"),
    Row("StopTxnSampledData", "", "", "SoC"),
    Row("AuthorizationKey", None, "4F" * 19, "4F" * 15),
    Row("AuthenticationOCPPMode", "true", "false", "maybe"),
    Row("DefaultIdTag", "SIMTAG", "FREE-4-ALL", "x" * 21),
    Row("SupervisionUrl", "ws://central.test/ocpp", "wss://other.test/x", "http://other.test", takes="RebootRequired"),
    Row("BoxIdentifier", "CP-1", "Box 2", "x" * 51, takes="RebootRequired"),
    Row("ChargeLimitedPower", "180"),
    Row("ConnectorALimitedPower", "180"),
    Row("ConnectorBLimitedPower", "180"),
    Row("disconnectedMeterValueSampleInterval", "900", "5", "4"),
    Row("SecurityEventsEnabled", "true", "false", "2"),
    Row("EnabeMeterValuesContainVoltage", "false", "true", "V"),
    Row("EnableRemoteStartNoConnectedEV", "true", "false", "nein"),
]
READ_ONLY = {row.key for row in ROWS if row.good is None}
every_key = pytest.mark.parametrize("row", ROWS, ids=[row.key for row in ROWS])


def fresh() -> Bench:
    """A station whose boot was accepted without an interval, so that HeartbeatInterval is as it left the factory."""
    bench = Bench(boot=False, initial={"MinimumStatusDuration": "10"})
    bench.answers["BootNotification"] = {"status": "Accepted", "currentTime": bench.instant_text, "interval": 0}
    bench.power_on()
    return bench


def reported(bench: Bench, key: str) -> dict[str, object]:
    answer = bench.ask("GetConfiguration", {"key": [key]})[2]
    (entry,) = answer["configurationKey"]
    assert "unknownKey" not in answer
    return dict(entry)


def change(bench: Bench, key: str, value: str) -> str:
    return bench.status_of_answer("ChangeConfiguration", {"key": key, "value": value})


def test_the_rows_are_the_52_of_the_guide() -> None:
    """D-06: 41 standard and 11 non-standard keys: 34 to be read and written, 17 + 3 to be read, one to be written."""
    assert len({row.key for row in ROWS}) == 52
    assert len(READ_ONLY) == 20


@every_key
def test_default_and_access(row: Row) -> None:
    """CF-11, CF-13, CF-14, D-02, D-04, D-05, D-12, D-24: the key as printed, its readonly flag and its value."""
    expected: dict[str, object] = {"key": row.key, "readonly": row.key in READ_ONLY}
    if row.default is not None:
        expected["value"] = row.default
    assert reported(fresh(), row.key) == expected


@every_key
def test_a_good_value(row: Row) -> None:
    """CF-01, CF-02, CF-16, CF-17: taken, reported, taken again, and still there after a power cut."""
    bench = fresh()
    if row.good is None:
        assert change(bench, row.key, str(row.default)) == "Rejected"  # CF-04: even the value it has
        return
    assert change(bench, row.key, row.good) == row.takes
    assert change(bench, row.key, row.good) == row.takes
    bench.wait(1)
    value = None if row.key == "AuthorizationKey" else row.good
    assert reported(bench, row.key).get("value") == value
    bench.power_cut(1)
    bench.wait(1)
    assert reported(bench, row.key).get("value") == value


@every_key
def test_a_bad_value(row: Row) -> None:
    """CF-04: Rejected, and the value is what it was."""
    bench = fresh()
    before = reported(bench, row.key)
    assert change(bench, row.key, row.bad) == "Rejected"
    assert reported(bench, row.key) == before


@every_key
def test_the_name_in_another_case(row: Row) -> None:
    """CF-05, D-02: found whatever the case, reported as printed."""
    bench = fresh()
    assert reported(bench, row.key.upper())["key"] == row.key
    assert change(bench, row.key.lower(), row.bad) == "Rejected"
