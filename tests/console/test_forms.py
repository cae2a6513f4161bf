"""Forms follow OCPP's message types, and what the guide forbids is said before anything is sent."""

from typing import Any

import pytest

from contactor.central.tariffs.tariff import Weekday
from contactor.console.checks import Known, Objection, object_to
from contactor.console.commands import COMMANDS, sendable
from contactor.console.fields import FieldKind, fields_of
from contactor.console.periods import WEEKDAYS
from contactor.guide.load import load_product
from contactor.ocpp.actions import ACTIONS, Side

PRODUCT = load_product()
KNOWN = Known(PRODUCT, PRODUCT.models["EVD1S180THB"])
"""A CCS2 outlet, and a CHAdeMO one beside it."""


def profile(**changes: Any) -> dict[str, Any]:
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11_000.0}]}
    found: dict[str, Any] = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule | changes.pop("schedule", {}),
    }
    return {"connectorId": changes.pop("connector", 1), "csChargingProfiles": found | changes}


def test_every_operation_of_a_central_system_has_words_and_a_form() -> None:
    sent = {name for name, action in ACTIONS.items() if Side.CENTRAL in action.senders}
    assert set(COMMANDS) == sent
    for name in sent:
        assert all(field.label for field in fields_of(name))


def test_the_guides_commands_are_those_of_its_table_of_operations() -> None:
    supported = frozenset(each.action for each in PRODUCT.operations)
    offered = {name for names in sendable(supported).values() for name in names}
    assert offered == {each.action for each in PRODUCT.operations if each.sender == "central"}


def test_fields_have_the_kinds_and_bounds_of_the_message_types() -> None:
    fields = {field.name: field for field in fields_of("ReserveNow")}
    assert (fields["connectorId"].kind, fields["connectorId"].minimum) == (FieldKind.INTEGER, 0)
    assert (fields["idTag"].kind, fields["idTag"].length_max, fields["idTag"].is_required) == (FieldKind.TEXT, 20, True)
    assert fields["expiryDate"].kind is FieldKind.INSTANT
    assert not fields["parentIdTag"].is_required
    (reset,) = fields_of("Reset")
    assert reset.choices == ("Hard", "Soft")
    given = {field.name: field for field in fields_of("SetChargingProfile")}["csChargingProfiles"]
    assert given.kind is FieldKind.OBJECT
    (key,) = fields_of("GetConfiguration")
    assert (key.kind, key.item is not None and key.item.kind) == (FieldKind.LIST, FieldKind.TEXT)


@pytest.mark.parametrize(
    ("action", "payload", "field", "reason"),
    [
        ("Reset", {}, "type", "it must be given"),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "-5"}, "value", "expected at least"),
        ("ChangeConfiguration", {"key": "NoSuchKey", "value": "1"}, "key", "no such key (D-06)"),
        ("ChangeConfiguration", {"key": "NumberOfConnectors", "value": "1"}, "key", "only be read"),
        ("ChangeAvailability", {"connectorId": 3, "type": "Operative"}, "connectorId", "2 connectors"),
        ("UnlockConnector", {"connectorId": 0}, "connectorId", "from 1 on"),
        ("GetDiagnostics", {"location": "gopher://x/"}, "location", "begin with ftp"),
        ("SendLocalList", {"listVersion": 0, "updateType": "Full"}, "listVersion", "above 0 (LL-08)"),
        ("SetChargingProfile", profile(connector=2), "connectorId", "CHAdeMO, which has no smart charging (D-17)"),
        (
            "SetChargingProfile",
            profile(chargingProfilePurpose="ChargePointMaxProfile", connector=0),
            "csChargingProfiles.chargingProfilePurpose",
            "this product takes TxDefaultProfile and TxProfile",
        ),
        (
            "SetChargingProfile",
            profile(chargingProfilePurpose="TxProfile"),
            "csChargingProfiles.transactionId",
            "names its transaction",
        ),
        (
            "SetChargingProfile",
            profile(schedule={"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 999.0}]}),
            "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit",
            "0, or at least 1000 W (D-15)",
        ),
        (
            "SetChargingProfile",
            profile(schedule={"chargingRateUnit": "A"}),
            "csChargingProfiles.chargingSchedule.chargingRateUnit",
            "this product takes W",
        ),
        (
            "SetChargingProfile",
            profile(chargingProfileKind="Recurring"),
            "csChargingProfiles.recurrencyKind",
            "needs it",
        ),
    ],
)
def test_what_the_guide_or_ocpp_forbids_is_named_with_its_field(
    action: str, payload: dict[str, Any], field: str, reason: str
) -> None:
    found = object_to(action, payload, KNOWN)
    assert found
    assert found[0].field == field
    assert reason in found[0].reason


def test_what_they_allow_meets_no_objection_and_other_products_only_ocpps() -> None:
    assert object_to("SetChargingProfile", profile(), KNOWN) == []
    assert object_to("SetChargingProfile", profile(connector=2), Known()) == []
    assert object_to("Reset", {"type": "Loud"}, Known()) != []
    assert all(isinstance(each, Objection) for each in object_to("Reset", {"type": "Loud"}, Known()))


def test_weekdays_are_spelled_as_the_api_takes_them() -> None:
    assert tuple(Weekday) == WEEKDAYS
