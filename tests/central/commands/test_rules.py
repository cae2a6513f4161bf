"""What may be asked of a station: each rule names the field, and only what it may."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from contactor.central.commands.facts import InstalledProfile, OpenTransaction, ReportedKey, StationFacts
from contactor.central.commands.requests import read_request
from contactor.central.commands.rules import RULES, judge
from contactor.guide.load import load_product
from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import NOON, Json, at, wire_time

PRODUCT = load_product()
# Connector 1 is CCS2 and connector 2 CHAdeMO; transaction 5 runs on 1, and 6 was told of a day late.
EVLINK = StationFacts(
    now=NOON,
    registration=RegistrationStatus.ACCEPTED,
    product=PRODUCT,
    model=PRODUCT.models["EVD1S180THB"],
    reported={},
    transactions={
        5: OpenTransaction(1, at(-60), at(-59)),
        6: OpenTransaction(1, at(-86_400), at(-10)),
    },
    active_reservations=frozenset({1}),
    closed_reservations=frozenset({2}),
    profiles=(),
)
OTHER = replace(EVLINK, product=None, model=None)


def profile(**changes: object) -> Json:
    """A default profile that the guide's product takes; `limit`, `unit`, `periods` and `start` change its schedule."""
    limit = changes.pop("limit", 11_000)
    periods = changes.pop("periods", [{"startPeriod": 0, "limit": limit}])
    schedule = {"chargingRateUnit": changes.pop("unit", "W"), "chargingSchedulePeriod": periods}
    if "start" in changes:
        schedule["startSchedule"] = changes.pop("start")
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **changes,
    }


def installing(connector: int = 1, **changes: object) -> Json:
    return {"connectorId": connector, "csChargingProfiles": profile(**changes)}


def starting(**changes: object) -> Json:
    return {"idTag": "T", "chargingProfile": profile(**{"chargingProfilePurpose": "TxProfile", **changes})}


def verdict(action: str, payload: Mapping[str, object], facts: StationFacts, *, force: bool = False) -> str | None:
    """The field that is refused."""
    refused = judge(read_request(action, payload), facts, force=force)
    return None if refused is None else refused.field


def many(count: int) -> list[Json]:
    return [{"startPeriod": 60 * number, "limit": 11_000} for number in range(count)]


def test_every_operation_that_a_central_system_sends_has_a_row() -> None:
    assert RULES.keys() == {name for name, action in ACTIONS.items() if Side.CENTRAL in action.senders}


PROFILE = "csChargingProfiles"
PRODUCT_LIMITS: list[tuple[str, str, Json, str]] = [
    ("SC-30", "SetChargingProfile", installing(unit="A"), f"{PROFILE}.chargingSchedule.chargingRateUnit"),
    (
        "SC-30 D-15",
        "SetChargingProfile",
        installing(limit=999),
        f"{PROFILE}.chargingSchedule.chargingSchedulePeriod[0].limit",
    ),
    (
        "SC-30 periods",
        "SetChargingProfile",
        installing(periods=many(21)),
        f"{PROFILE}.chargingSchedule.chargingSchedulePeriod",
    ),
    ("SC-30 stack", "SetChargingProfile", installing(stackLevel=21), f"{PROFILE}.stackLevel"),
    (
        "SC-30 purpose",
        "SetChargingProfile",
        installing(0, chargingProfilePurpose="ChargePointMaxProfile"),
        f"{PROFILE}.chargingProfilePurpose",
    ),
    ("D-17", "SetChargingProfile", installing(2), "connectorId"),
    ("D-17 composite", "GetCompositeSchedule", {"connectorId": 2, "duration": 60}, "connectorId"),
    ("SC-22", "RemoteStartTransaction", starting(unit="A"), "chargingProfile.chargingSchedule.chargingRateUnit"),
    ("CS-23", "UnlockConnector", {"connectorId": 3}, "connectorId"),
    ("D-06", "ChangeConfiguration", {"key": "Nonsense", "value": "1"}, "key"),
    ("read-only", "ChangeConfiguration", {"key": "NumberOfConnectors", "value": "3"}, "key"),
    ("CF-05", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "soon"}, "value"),
    ("D-31", "GetDiagnostics", {"location": "ftps://host/in"}, "location"),
    ("D-31", "UpdateFirmware", {"location": "sftp://host/f", "retrieveDate": wire_time(0)}, "location"),
    ("D-32", "GetInstalledCertificateIds", {"certificateType": "CentralSystemRootCertificate"}, "action"),
]


@pytest.mark.parametrize(("_rule", "action", "payload", "field"), PRODUCT_LIMITS)
def test_sc_30_the_guides_limits_hold_for_its_product_unless_forced(
    _rule: str, action: str, payload: Json, field: str
) -> None:
    assert verdict(action, payload, EVLINK) == field
    assert verdict(action, payload, EVLINK, force=True) is None
    assert verdict(action, payload, OTHER) is None


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", installing(limit=0)),
        ("SetChargingProfile", installing(limit=1000)),
        ("SetChargingProfile", installing(periods=many(20), stackLevel=20)),
        ("SetChargingProfile", installing(0)),
        ("SetChargingProfile", installing(chargingProfilePurpose="TxProfile", transactionId=5)),
        ("RemoteStartTransaction", starting()),
        ("RemoteStartTransaction", {"idTag": "T"}),
        ("ChangeConfiguration", {"key": "heartbeatinterval", "value": "60"}),
        ("ReserveNow", {"connectorId": 0, "expiryDate": wire_time(60), "idTag": "T", "reservationId": 3}),
        ("ReserveNow", {"connectorId": 1, "expiryDate": wire_time(60), "idTag": "T", "reservationId": 1}),
        ("GetDiagnostics", {"location": "ftp://host/in"}),
        ("RemoteStopTransaction", {"transactionId": 5}),
    ],
)
def test_what_the_guide_allows_goes_out(action: str, payload: Json) -> None:
    assert verdict(action, payload, EVLINK) is None


COST = {"vendorId": "com.se.cost", "messageId": "CostUpdated"}
BINDING: list[tuple[str, str, Json, str]] = [
    ("RS-11", "RemoteStartTransaction", {"idTag": "T", "connectorId": 0}, "connectorId"),
    ("RS-11", "RemoteStartTransaction", {"idTag": " "}, "idTag"),
    (
        "RS-11",
        "RemoteStartTransaction",
        starting(chargingProfilePurpose="TxDefaultProfile"),
        "chargingProfile.chargingProfilePurpose",
    ),
    ("RS-11", "RemoteStartTransaction", starting(transactionId=5), "chargingProfile.transactionId"),
    ("TRG-05", "TriggerMessage", {"requestedMessage": "BootNotification"}, "requestedMessage"),
    ("TRG-05", "ExtendedTriggerMessage", {"requestedMessage": "BootNotification"}, "requestedMessage"),
    ("LL-08", "SendLocalList", {"listVersion": 0, "updateType": "Full"}, "listVersion"),
    (
        "LL-06",
        "SendLocalList",
        {
            "listVersion": 1,
            "updateType": "Differential",
            "localAuthorizationList": [{"idTag": "AA"}, {"idTag": "aa"}],
        },
        "localAuthorizationList[1].idTag",
    ),
    (
        "LL-03",
        "SendLocalList",
        {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [{"idTag": "AA"}]},
        "localAuthorizationList[0].idTagInfo",
    ),
    (
        "RSV-18",
        "ReserveNow",
        {"connectorId": 1, "expiryDate": wire_time(60), "idTag": "T", "reservationId": 2},
        "reservationId",
    ),
    (
        "RSV-05",
        "ReserveNow",
        {"connectorId": 1, "expiryDate": wire_time(0), "idTag": "T", "reservationId": 3},
        "expiryDate",
    ),
    ("DT-04", "DataTransfer", {**COST, "data": "{broken"}, "data"),
    ("DT-04", "DataTransfer", {**COST}, "data"),
    ("DT-04", "DataTransfer", {**COST, "data": '{"transactionId": 99}'}, "data.transactionId"),
    ("SEC-06", "ChangeConfiguration", {"key": "AuthorizationKey", "value": "secret"}, "value"),
    ("SC", "SetChargingProfile", installing(1, chargingProfilePurpose="ChargePointMaxProfile"), "connectorId"),
    ("SC", "SetChargingProfile", installing(0, chargingProfilePurpose="TxProfile", transactionId=5), "connectorId"),
    ("SC", "SetChargingProfile", installing(chargingProfilePurpose="TxProfile"), f"{PROFILE}.transactionId"),
    ("SC", "SetChargingProfile", installing(transactionId=5), f"{PROFILE}.transactionId"),
    ("SC", "SetChargingProfile", installing(chargingProfileKind="Recurring"), f"{PROFILE}.recurrencyKind"),
    ("SC", "SetChargingProfile", installing(validTo=wire_time(-1)), f"{PROFILE}.validTo"),
    (
        "SC",
        "SetChargingProfile",
        installing(periods=[{"startPeriod": 5, "limit": 0}]),
        f"{PROFILE}.chargingSchedule.chargingSchedulePeriod[0].startPeriod",
    ),
    (
        "SC",
        "SetChargingProfile",
        installing(periods=[{"startPeriod": 0, "limit": 0}, {"startPeriod": 0, "limit": 0}]),
        f"{PROFILE}.chargingSchedule.chargingSchedulePeriod[1].startPeriod",
    ),
]


@pytest.mark.parametrize(("_rule", "action", "payload", "field"), BINDING)
@pytest.mark.parametrize("force", [False, True])
def test_ocpps_own_rules_hold_for_every_station_and_cannot_be_forced(
    _rule: str, action: str, payload: Json, field: str, force: bool
) -> None:
    zero = {"reserveconnectorzerosupported": ReportedKey("false", is_readonly=True)}
    assert verdict(action, payload, replace(OTHER, reported=zero), force=force) == field


def test_dt_04_a_cost_for_a_running_transaction_goes_out() -> None:
    for name in ("transactionId", "TransactionId"):
        for number in ("5", '"5"'):
            assert verdict("DataTransfer", {**COST, "data": f'{{"{name}": {number}}}'}, OTHER) is None
    assert verdict("DataTransfer", {"vendorId": "org.example", "data": "{broken"}, OTHER) is None


def test_unl_03_unlocking_is_no_way_to_stop_a_transaction() -> None:
    assert verdict("UnlockConnector", {"connectorId": 1}, OTHER) == "connectorId"
    assert verdict("UnlockConnector", {"connectorId": 2}, OTHER) is None
    assert verdict("UnlockConnector", {"connectorId": 1}, OTHER, force=True) is None


def test_sc_31_a_profile_is_for_a_transaction_that_is_likely_to_run_still() -> None:
    for number, field in ((5, None), (6, f"{PROFILE}.transactionId"), (7, f"{PROFILE}.transactionId")):
        payload = installing(chargingProfilePurpose="TxProfile", transactionId=number)
        assert verdict("SetChargingProfile", payload, OTHER) == field


def test_sc_32_what_replaces_a_profile_in_force_begins_no_later_than_now() -> None:
    running = InstalledProfile(1, msgspec.convert(profile(start=wire_time(-60)), ChargingProfile))
    facts = replace(EVLINK, profiles=(running,))
    assert verdict("SetChargingProfile", installing(start=wire_time(-1)), facts) is None
    gap = installing(start=wire_time(60))
    assert verdict("SetChargingProfile", gap, facts) == f"{PROFILE}.chargingSchedule.startSchedule"
    assert verdict("SetChargingProfile", gap, EVLINK) is None
    later = replace(facts, now=NOON + timedelta(minutes=2))
    assert verdict("SetChargingProfile", gap, later) is None


def test_cf_20_a_list_has_as_many_items_as_its_max_length_says() -> None:
    nine = ",".join(["SoC", "Voltage", "Current.Import"] * 3)
    change = {"key": "MeterValuesSampledData", "value": nine}
    told = {"metervaluessampleddatamaxlength": ReportedKey("8", is_readonly=True)}
    assert verdict("ChangeConfiguration", change, replace(OTHER, reported=told)) == "value"
    eight = {**change, "value": nine.rsplit(",", 1)[0]}
    assert verdict("ChangeConfiguration", eight, replace(OTHER, reported=told)) is None
    untold = {"heartbeatinterval": ReportedKey("60", is_readonly=False)}
    assert (
        verdict("ChangeConfiguration", {**change, "value": "SoC,Voltage"}, replace(OTHER, reported=untold)) == "value"
    )
    assert verdict("ChangeConfiguration", {**change, "value": "SoC"}, replace(OTHER, reported=untold)) is None


def test_cs_23_what_the_station_reports_of_itself_is_respected() -> None:
    reported = {
        "supportedfeatureprofiles": ReportedKey("Core, RemoteTrigger", is_readonly=True),
        "numberofconnectors": ReportedKey("1", is_readonly=True),
        "heartbeatinterval": ReportedKey("60", is_readonly=True),
    }
    facts = replace(OTHER, reported=reported)
    assert verdict("GetLocalListVersion", {}, facts) == "action"
    assert verdict("TriggerMessage", {"requestedMessage": "Heartbeat"}, facts) is None
    assert verdict("UnlockConnector", {"connectorId": 2}, facts) == "connectorId"
    assert verdict("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "5"}, facts) == "key"


def test_cs_23_a_list_is_not_longer_than_the_station_takes() -> None:
    entries = [{"idTag": str(number), "idTagInfo": {"status": "Accepted"}} for number in range(401)]
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries}
    assert verdict("SendLocalList", payload, EVLINK) == "localAuthorizationList"
    assert verdict("SendLocalList", {**payload, "localAuthorizationList": entries[:400]}, EVLINK) is None


def test_sec_09_a_refusal_does_not_repeat_the_secret() -> None:
    request = read_request("ChangeConfiguration", {"key": "AuthorizationKey", "value": "hunter2"})
    refused = judge(request, OTHER, force=False)
    assert refused is not None
    assert "hunter2" not in str(refused)
