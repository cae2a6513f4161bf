"""The table of operations against the lists of the specification, written down by hand."""

import pytest

from contactor.base.errors import BrokenPromise
from contactor.ocpp.actions import ACTIONS, FeatureProfile, Side, action_of
from contactor.ocpp.messages import DataTransfer, Heartbeat, Request, Result

BY_STATION = """Authorize BootNotification DiagnosticsStatusNotification FirmwareStatusNotification Heartbeat
    LogStatusNotification MeterValues SecurityEventNotification SignCertificate SignedFirmwareStatusNotification
    StartTransaction StatusNotification StopTransaction"""
BY_CENTRAL = """CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache
    ClearChargingProfile DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration GetDiagnostics
    GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction
    RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SignedUpdateFirmware TriggerMessage
    UnlockConnector UpdateFirmware"""
COUNTS = {
    FeatureProfile.CORE: 16,
    FeatureProfile.FIRMWARE_MANAGEMENT: 4,
    FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT: 2,
    FeatureProfile.RESERVATION: 2,
    FeatureProfile.SMART_CHARGING: 3,
    FeatureProfile.REMOTE_TRIGGER: 1,
    FeatureProfile.SECURITY: 11,
}


def _sent_by(*senders: Side) -> set[str]:
    return {action.name for action in ACTIONS.values() if action.senders == set(senders)}


def test_each_operation_has_the_senders_the_specification_gives_it() -> None:
    assert _sent_by(Side.STATION) == set(BY_STATION.split())
    assert _sent_by(Side.CENTRAL) == set(BY_CENTRAL.split())
    assert _sent_by(Side.STATION, Side.CENTRAL) == {"DataTransfer"}


def test_there_are_28_operations_of_ocpp_and_11_of_the_white_paper() -> None:
    found = {profile: sum(action.profile is profile for action in ACTIONS.values()) for profile in FeatureProfile}
    assert found == COUNTS


def test_a_row_carries_the_types_named_after_it() -> None:
    for name, action in ACTIONS.items():
        assert (action.name, action.request.__name__, action.result.__name__) == (name, name, f"{name}Result")
        assert issubclass(action.request, Request)
        assert issubclass(action.result, Result)


def test_a_request_knows_its_row() -> None:
    assert action_of(Heartbeat()) is ACTIONS["Heartbeat"]
    assert action_of(DataTransfer(vendor_id="x")) is ACTIONS["DataTransfer"]


def test_a_request_of_no_row_is_our_own_mistake() -> None:
    with pytest.raises(BrokenPromise, match="Request is no request"):
        action_of(Request())


def test_the_other_side_of_each_side() -> None:
    assert Side.STATION.other is Side.CENTRAL
    assert Side.CENTRAL.other is Side.STATION
