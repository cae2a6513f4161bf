"""The EVlink Pro DC's data against counts and rows taken from the guide by hand."""

from collections import Counter

import pytest

from contactor.guide import words
from contactor.guide.entries import Access, BadgeSource, Effect, Model, Origin, OutletKind, Part, Scope, Sender
from contactor.guide.limits import canonical_value
from contactor.guide.load import load_product, product_names

GUIDE = load_product()

CONNECTOR_SCOPE = {
    "0x100007", "0x10000C", "0x100102", "0x100205", "0x100206", "0x100207", "0x100208", "0x10020A", "0x10020F",
    "0x100213", "0x100214", "0x100216",
}  # fmt: skip


def test_the_product_is_one_of_two_and_is_loaded_once() -> None:
    assert product_names() == ("evlink_pro_dc", "generic_dc")
    assert load_product("evlink_pro_dc") is GUIDE
    assert (GUIDE.name, GUIDE.vendor) == ("EVlink Pro DC", "Schneider Electric")


def test_there_are_29_models_in_four_powers() -> None:
    powers = Counter(model.power_kw for model in GUIDE.models.values())
    assert powers == {60: 5, 120: 8, 150: 8, 180: 8}


def test_the_letters_of_a_reference_tell_its_outlets() -> None:
    both_ccs = [name for name, model in GUIDE.models.items() if model.outlets == (OutletKind.CCS2, OutletKind.CCS2)]
    mixed = [name for name, model in GUIDE.models.items() if model.outlets == (OutletKind.CCS2, OutletKind.CHADEMO)]
    assert (len(both_ccs), len(mixed)) == (18, 11)
    assert all("TBB" in name for name in both_ccs)
    assert all("THB" in name for name in mixed)


def test_the_number_in_a_reference_is_its_power() -> None:
    assert all(name.startswith(f"EVD1S{model.power_kw}T") for name, model in GUIDE.models.items())


@pytest.mark.parametrize(("power_kw", "modules"), [(60, 2), (120, 4), (150, 5), (180, 6)])
def test_d_16_a_module_has_30_kw(power_kw: int, modules: int) -> None:
    assert Model("EVD1S", power_kw, (OutletKind.CCS2,), GUIDE.module_kw).module_count == modules


def test_a_model_tells_its_power_in_watts() -> None:
    assert GUIDE.models["EVD1S150TBBC7-AN"].power_w == 150_000


def test_there_are_52_keys_of_which_41_are_standard() -> None:
    assert len(GUIDE.configuration) == 52
    assert Counter(key.origin is Origin.VENDOR for key in GUIDE.configuration.values()) == {False: 41, True: 11}


def test_the_access_modes_are_counted_as_in_the_guide() -> None:
    keys = GUIDE.configuration.values()
    assert Counter(key.access for key in keys if key.origin is not Origin.VENDOR) == {
        Access.RW: 23,
        Access.RO: 17,
        Access.W: 1,
    }
    assert Counter(key.access for key in keys if key.origin is Origin.VENDOR) == {Access.RW: 8, Access.RO: 3}
    assert sum(key.readable for key in keys) == 51
    assert sum(key.writable for key in keys) == 32


def test_the_keys_keep_the_order_of_the_guide() -> None:
    names = list(GUIDE.configuration)
    assert names[:3] == ["AllowOfflineTxForUnknownId", "AuthorizationCacheEnabled", "AuthorizeRemoteTxRequests"]
    assert names[38:43] == [
        "StopTxnAlignedData",
        "StopTxnSampledData",
        "AuthorizationKey",
        "AuthenticationOCPPMode",
        "DefaultIdTag",
    ]
    assert names[-1] == "EnableRemoteStartNoConnectedEV"


def test_every_default_keeps_to_the_limits_of_its_key() -> None:
    with_default = [key for key in GUIDE.configuration.values() if key.has_default]
    assert len(with_default) == 52 - 6
    assert [canonical_value(key, key.default) for key in with_default] == [key.default for key in with_default]


# The guide's default column, standard keys then vendor keys, as the values travel on the wire.
DEFAULTS = {
    "AllowOfflineTxForUnknownId": "true",
    "AuthorizationCacheEnabled": "false",
    "AuthorizeRemoteTxRequests": "true",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "120",
    "GetConfigurationMaxKeys": "50",
    "HeartbeatInterval": "60",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MeterValuesAlignedData": (
        "Current.Import,Current.Offered,Energy.Active.Import.Register,Power.Offered,Power.Active.Import"
    ),
    "MeterValuesAlignedDataMaxLength": "9",
    "MeterValuesSampledData": (
        "Current.Import,Current.Offered,Energy.Active.Import.Register,Power.Offered,Power.Active.Import,SoC"
    ),
    "MeterValuesSampledDataMaxLength": "8",
    "MeterValueSampleInterval": "60",
    "MinimumStatusDuration": "10",
    "NumberOfConnectors": "2",
    "ResetRetries": "2",
    "ConnectorPhaseRotationMaxLength": "1",
    "ConnectorPhaseRotation": "NotApplicable",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedDataMaxLength": "0",
    "StopTxnSampledDataMaxLength": "0",
    "SupportedFeatureProfiles": (
        "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
    ),
    "SupportedFeatureProfilesMaxLength": "6",
    "TransactionMessageAttempts": "2",
    "TransactionMessageRetryInterval": "10",
    "UnlockConnectorOnEVSideDisconnect": "false",
    "WebSocketPingInterval": "20",
    "LocalAuthListEnabled": "false",
    "LocalAuthListMaxLength": "4000",
    "SendLocalListMaxLength": "400",
    "ReserveConnectorZeroSupported": "true",
    "ChargeProfileMaxStackLevel": "20",
    "ChargingScheduleMaxPeriods": "20",
    "ConnectorSwitch3to1PhaseSupported": "false",
    "MaxChargingProfilesInstalled": "40",
    "ChargingScheduleAllowedChargingRateUnit": "Power",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "AuthenticationOCPPMode": "true",
    "DefaultIdTag": "SIMTAG",
    "disconnectedMeterValueSampleInterval": "900",
    "SecurityEventsEnabled": "true",
    "EnabeMeterValuesContainVoltage": "false",
    "EnableRemoteStartNoConnectedEV": "true",
}

READ_ONLY = {
    "GetConfigurationMaxKeys", "MeterValuesAlignedDataMaxLength", "MeterValuesSampledDataMaxLength",
    "NumberOfConnectors", "ConnectorPhaseRotationMaxLength", "StopTxnAlignedDataMaxLength",
    "StopTxnSampledDataMaxLength", "SupportedFeatureProfiles", "SupportedFeatureProfilesMaxLength",
    "LocalAuthListMaxLength", "SendLocalListMaxLength", "ReserveConnectorZeroSupported",
    "ChargeProfileMaxStackLevel", "ChargingScheduleMaxPeriods", "ConnectorSwitch3to1PhaseSupported",
    "MaxChargingProfilesInstalled", "ChargingScheduleAllowedChargingRateUnit", "ChargeLimitedPower",
    "ConnectorALimitedPower", "ConnectorBLimitedPower",
}  # fmt: skip


def test_the_defaults_are_those_of_the_guide() -> None:
    assert {name: key.default for name, key in GUIDE.configuration.items() if key.has_default} == DEFAULTS


def test_the_read_only_keys_are_those_of_the_guide() -> None:
    assert {name for name, key in GUIDE.configuration.items() if not key.writable} == READ_ONLY


def test_d_02_a_key_is_found_in_any_case_and_told_in_the_guides() -> None:
    found = GUIDE.key("meterVALUESampleinterval")
    assert found is not None
    assert found.key == "MeterValueSampleInterval"


@pytest.mark.parametrize("name", ["AuthorizationCacheEnable", "SecurityProfile", "BlinkRepeat", ""])
def test_d_06_a_name_outside_the_guide_is_no_key(name: str) -> None:
    assert GUIDE.key(name) is None


def test_d_04_the_voltage_switch_keeps_the_guides_spelling() -> None:
    assert GUIDE.key("EnabeMeterValuesContainVoltage") is not None
    assert GUIDE.key("EnableMeterValuesContainVoltage") is None


def test_d_05_an_access_mode_printed_as_false_is_read_write() -> None:
    assert GUIDE.configuration["SecurityEventsEnabled"].access is Access.RW
    assert GUIDE.configuration["EnabeMeterValuesContainVoltage"].access is Access.RW


@pytest.mark.parametrize("name", ["ChargeLimitedPower", "ConnectorALimitedPower", "ConnectorBLimitedPower"])
def test_d_24_a_limited_power_is_the_rating_of_the_model(name: str) -> None:
    key = GUIDE.configuration[name]
    assert (key.has_default, key.unit) == (False, "kW")
    assert key.default_for(GUIDE.models["EVD1S60THB"]) == "60"


def test_a_default_does_not_depend_on_the_model_where_the_guide_prints_one() -> None:
    model = GUIDE.models["EVD1S60THB"]
    assert GUIDE.configuration["StopTxnSampledData"].default_for(model) == ""
    assert GUIDE.configuration["SupervisionUrl"].default_for(model) is None


def test_d_23_only_the_way_to_the_central_system_waits_for_the_next_start() -> None:
    assert [name for name, key in GUIDE.configuration.items() if key.reboot_needed] == [
        "SupervisionUrl",
        "BoxIdentifier",
    ]


def test_there_are_28_operations_nine_of_them_the_stations() -> None:
    assert Counter(operation.sender for operation in GUIDE.operations) == {Sender.STATION: 9, Sender.CENTRAL: 19}
    assert sorted(operation.action for operation in GUIDE.operations) == sorted(words.ACTIONS)


def test_the_operations_are_counted_by_profile() -> None:
    assert Counter(operation.profile for operation in GUIDE.operations) == {
        "Core": 16,
        "FirmwareManagement": 4,
        "LocalAuthListManagement": 2,
        "Reservation": 2,
        "SmartCharging": 3,
        "RemoteTrigger": 1,
    }


def test_data_transfer_is_listed_once_and_from_the_central_system() -> None:
    assert [o.sender for o in GUIDE.operations if o.action == "DataTransfer"] == [Sender.CENTRAL]


def test_there_are_42_trouble_codes_counted_by_error_code() -> None:
    assert Counter(error.error_code for error in GUIDE.vendor_errors.values()) == {
        "InternalError": 19,
        "OtherError": 14,
        "ReaderFailure": 1,
        "HighTemperature": 1,
        "ConnectorLockFailure": 1,
        "GroundFailure": 1,
        "PowerMeterFailure": 1,
        "OverCurrentFailure": 1,
        "OverVoltage": 1,
        "PowerSwitchFailure": 1,
        "UnderVoltage": 1,
    }


def test_the_first_byte_of_a_dtc_tells_its_part() -> None:
    parts = {dtc: error.part for dtc, error in GUIDE.vendor_errors.items()}
    assert Counter(parts.values()) == {Part.TERMINAL: 24, Part.POWER_CABINET: 18}
    assert all((part is Part.TERMINAL) == dtc.startswith("0x10") for dtc, part in parts.items())


def test_d_20_the_second_byte_of_a_dtc_tells_its_effect() -> None:
    effects = {dtc: error.effect for dtc, error in GUIDE.vendor_errors.items()}
    assert all((effect is Effect.FAULT) == (dtc[4:6] == "02") for dtc, effect in effects.items())
    assert Counter(effects.values()) == {Effect.WARNING: 16, Effect.FAULT: 26}


def test_the_scope_of_a_trouble_is_one_connector_or_the_station() -> None:
    errors = GUIDE.vendor_errors
    assert {dtc for dtc, error in errors.items() if error.scope is Scope.CONNECTOR} == CONNECTOR_SCOPE
    others = {error.effect: set[Scope]() for error in errors.values()}
    for dtc in errors.keys() - CONNECTOR_SCOPE:
        others[errors[dtc].effect].add(errors[dtc].scope)
    assert others == {Effect.WARNING: {Scope.STATION_ONLY}, Effect.FAULT: {Scope.STATION}}


def test_the_stop_reasons_other_than_other() -> None:
    assert {d: e.stop_reason for d, e in GUIDE.vendor_errors.items() if e.stop_reason not in (None, "Other")} == {
        "0x100202": "EmergencyStop",
        "0x100211": "PowerLoss",
        "0x200202": "EmergencyStop",
        "0x200209": "PowerLoss",
    }


def test_doors_and_tilt_sensors_are_tampering() -> None:
    tampering = {dtc for dtc, error in GUIDE.vendor_errors.items() if error.tamper}
    assert tampering == {"0x10020C", "0x10020E", "0x200204", "0x20020B"}


@pytest.mark.parametrize(
    ("dtc", "description", "error_code"),
    [
        ("0x100005", "Card reader communication failure alarm", "ReaderFailure"),
        ("0x10000C", "SECC socket connection fault alarm", "OtherError"),
        ("0x10000F", "Environment detection board offline alarm", "OtherError"),
        ("0x100102", "Cable connector over-temperature alarm", "InternalError"),
        ("0x100202", "Terminal emergency stop is pressed", "InternalError"),
        ("0x10020A", "Insulation error", "OtherError"),
        ("0x10020B", "Power cabinet water level error", "OtherError"),
        ("0x100211", "Power loss error", "InternalError"),
        ("0x100216", "PLC board offline error", "InternalError"),
        ("0x200001", "Power module communication fault alarm", "InternalError"),
        ("0x200004", "PDU communication fault alarm", "InternalError"),
        ("0x200008", "Surge protection alarm", "OtherError"),
        ("0x200202", "Power cabinet emergency stop is pressed", "InternalError"),
        ("0x200203", "Power cabinet water level error", "OtherError"),
        ("0x200207", "Input relay control error", "PowerSwitchFailure"),
        ("0x20020C", "Fusing error", "OtherError"),
    ],
)
def test_merged_cells_of_the_trouble_table_are_read_downwards(dtc: str, description: str, error_code: str) -> None:
    error = GUIDE.vendor_errors[dtc]
    assert (error.description, error.error_code) == (description, error_code)


@pytest.mark.parametrize("dtc", ["0x100215", "0x10021D", "0x200005", "0x200205", "0x20020A"])
def test_gaps_in_the_trouble_codes_are_real(dtc: str) -> None:
    assert dtc not in GUIDE.vendor_errors


def test_d_08_there_are_seven_measurands_with_their_units() -> None:
    assert {name: entry.unit for name, entry in GUIDE.measurands.items()} == {
        "Energy.Active.Import.Register": "Wh",
        "Power.Active.Import": "W",
        "Power.Offered": "W",
        "Current.Import": "A",
        "Current.Offered": "A",
        "SoC": "Percent",
        "Voltage": "V",
    }


def test_mv_08_only_the_state_of_charge_is_measured_in_the_vehicle() -> None:
    assert [name for name, entry in GUIDE.measurands.items() if entry.location != "Outlet"] == ["SoC"]
    assert GUIDE.measurands["SoC"].location == "EV"


def test_d_10_only_the_voltage_has_a_switch() -> None:
    assert {name: entry.enabled_by for name, entry in GUIDE.measurands.items() if entry.enabled_by} == {
        "Voltage": "EnabeMeterValuesContainVoltage"
    }


def test_d_14_charging_profiles_are_limited_as_the_guide_says() -> None:
    limits = GUIDE.charging_profiles
    assert limits.purposes == ("TxDefaultProfile", "TxProfile")
    assert limits.kinds == ("Absolute", "Recurring", "Relative")
    assert limits.recurrences == ("Daily", "Weekly")
    assert (limits.rate_unit, limits.minimum_limit_w, limits.residual_a_per_module) == ("W", 1000, 0.5)
    assert (limits.stack_level_max, limits.periods_max, limits.profiles_max) == (20, 20, 40)
    assert limits.outlets_without == (OutletKind.CHADEMO,)
    assert limits.ignored_fields == ("minChargingRate", "numberPhases")


def test_there_are_four_security_modes_and_the_safest_is_recommended() -> None:
    modes = [(mode.tls, mode.basic_authentication, mode.oca_profile) for mode in GUIDE.security_modes]
    assert modes == [(False, False, None), (True, False, None), (False, True, 1), (True, True, 2)]
    assert [mode.oca_profile for mode in GUIDE.security_modes if mode.recommended] == [2]


@pytest.mark.parametrize(
    ("allow_unknown", "authorize_offline", "cache", "local_list", "accepts"),
    [
        (True, True, False, False, (BadgeSource.ANYONE,)),
        (True, False, True, True, (BadgeSource.ANYONE,)),
        (False, True, True, False, (BadgeSource.CACHE,)),
        (False, True, False, True, (BadgeSource.LIST,)),
        (False, True, True, True, (BadgeSource.LIST, BadgeSource.CACHE)),
        (False, True, False, False, ()),
        (False, False, True, True, ()),
        (False, False, False, False, ()),
    ],
)
def test_the_switches_select_the_offline_strategy(
    *, allow_unknown: bool, authorize_offline: bool, cache: bool, local_list: bool, accepts: tuple[BadgeSource, ...]
) -> None:
    strategy = GUIDE.offline_strategy(
        {
            "AllowOfflineTxForUnknownId": allow_unknown,
            "LocalAuthorizeOffline": authorize_offline,
            "AuthorizationCacheEnabled": cache,
            "LocalAuthListEnabled": local_list,
        }
    )
    assert strategy.accepts == accepts


def test_the_defaults_of_the_switches_allow_every_badge_offline() -> None:
    switches = (
        "AllowOfflineTxForUnknownId",
        "LocalAuthorizeOffline",
        "AuthorizationCacheEnabled",
        "LocalAuthListEnabled",
    )
    defaults = {name: GUIDE.configuration[name].default == "true" for name in switches}
    assert GUIDE.offline_strategy(defaults).name == "allow_all"


def test_four_strategies_are_in_the_guide_and_two_follow_from_it() -> None:
    assert [strategy.printed for strategy in GUIDE.offline_strategies] == [True] * 4 + [False] * 2


def test_d_21_the_cost_message_has_the_guides_field_names() -> None:
    cost = GUIDE.cost_message
    assert cost is not None
    assert (cost.vendor_id, cost.message_id, cost.method) == ("com.se.cost", "CostUpdated", "CostUpdated")
    assert (cost.currency_field, cost.method_field) == ("currency", "method")
    assert (cost.connector_field, cost.total_field) == ("connectID", "totalCost")
    assert cost.transaction_fields == ("transactionId", "TransactionId")


def test_d_31_files_travel_by_ftp_http_and_https_only() -> None:
    assert GUIDE.file_transfer_schemes == ("ftp", "http", "https")
