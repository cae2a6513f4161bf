"""A twin is in the state that was known, and says what it could not have of it."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contactor.base.ids import ConnectorId, IdTag
from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.facts import InstalledProfile
from contactor.central.rehearsal.known import (
    KnownConnector,
    KnownKey,
    KnownList,
    KnownReservation,
    KnownStation,
    KnownTransaction,
)
from contactor.central.rehearsal.rehearsal import AnswerKind, Rehearsal, Trial
from contactor.ocpp.datatypes import (
    AuthorizationData,
    ChargingProfile,
    ChargingSchedule,
    ChargingSchedulePeriod,
    IdTagInfo,
)
from contactor.ocpp.enumerations import (
    AuthorizationStatus,
    ChargePointStatus,
    ChargingProfileKind,
    ChargingProfilePurpose,
    ChargingRateUnit,
)
from contactor.virtual.twin.rehearsing import rehearse

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOTHING = KnownStation(
    station_id="RDAM-01",
    now=NOW,
    is_online=True,
    last_seen_at=NOW,
    product="EVlink Pro DC",
    model="EVD1S180TBB",
    serial_number="SN-1",
    firmware_version="2.0.1",
    configuration=(KnownKey("HeartbeatInterval", "300", None),),
    connectors=(),
    transactions=(),
    reservations=(),
    profiles=(),
    local_list=KnownList(0, {}),
    tags={},
    registers_wh={},
)
CHARGE = KnownTransaction(
    77, 1, "TAG-1", NOW - timedelta(hours=2), meter_start_wh=1000, register_wh=21_000, soc_percent=60
)


def in_status(connector_id: int, status: ChargePointStatus, code: str | None = None) -> KnownConnector:
    return KnownConnector(connector_id, status, "NoError", code, NOW - timedelta(minutes=5))


def tried(known: KnownStation, action: str, watch_s: int = 30, **payload: object) -> Rehearsal:
    return run_virtually(rehearse(known, Trial(action, payload, watch_s, 3600)))


def looked_at(known: KnownStation) -> Rehearsal:
    """Something that changes nothing."""
    return tried(known, "GetLocalListVersion")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ChargePointStatus.AVAILABLE, None),
        (ChargePointStatus.PREPARING, None),
        (ChargePointStatus.FINISHING, None),
        (ChargePointStatus.UNAVAILABLE, None),
        (ChargePointStatus.FAULTED, "0x100205"),
    ],
)
def test_a_connector_of_the_twin_is_in_the_status_last_told(status: ChargePointStatus, code: str | None) -> None:
    known = replace(NOTHING, connectors=(in_status(1, status, code), in_status(2, ChargePointStatus.AVAILABLE)))
    found = looked_at(known)
    assert found.before.statuses == {1: status, 2: ChargePointStatus.AVAILABLE}
    assert not [gap for gap in found.gaps if "the twin's" in gap]


def test_a_status_that_cannot_be_reached_is_said() -> None:
    found = looked_at(replace(NOTHING, connectors=(in_status(1, ChargePointStatus.FAULTED, "0xNONSENSE"),)))
    assert "connector 1: the twin knows no fault '0xNONSENSE'" in found.gaps
    assert "connector 1: the real one is Faulted, the twin's is Available" in found.gaps


def test_a_transaction_goes_on_under_its_own_number_from_its_own_start_at_its_own_meter() -> None:
    known = replace(NOTHING, connectors=(in_status(1, ChargePointStatus.CHARGING),), transactions=(CHARGE,))
    found = tried(known, "RemoteStopTransaction", transactionId=77)
    assert found.answer.fields == {"status": "Accepted"}
    stop = next(each.payload for each in found.told if each.action == "StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (77, "Remote")
    assert isinstance(stop["meterStop"], int)
    assert 21_000 <= stop["meterStop"] < 23_000


def test_sc_25_a_relative_profile_counts_from_when_the_transaction_really_began() -> None:
    profile = ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=ChargingProfilePurpose.TX_DEFAULT_PROFILE,
        charging_profile_kind=ChargingProfileKind.RELATIVE,
        charging_schedule=ChargingSchedule(
            charging_rate_unit=ChargingRateUnit.W,
            charging_schedule_period=(
                ChargingSchedulePeriod(start_period=0, limit=90_000.0),
                # 2 h and 10 min after the start: ten minutes from now.
                ChargingSchedulePeriod(start_period=7800, limit=20_000.0),
            ),
        ),
    )
    known = replace(NOTHING, transactions=(CHARGE,), profiles=(InstalledProfile(1, profile),))
    schedule = next(each for each in looked_at(known).before.schedules if each.connector_id == 1)
    assert [period.limit for period in schedule.periods] == [90_000, 20_000]
    assert abs(schedule.periods[1].start_s - 600) <= 1


def test_reservations_and_the_local_list_are_there() -> None:
    later = NOW + timedelta(hours=1)
    entries = {
        f"tag-{number}": AuthorizationData(
            id_tag=IdTag(f"TAG-{number}"), id_tag_info=IdTagInfo(status=AuthorizationStatus.ACCEPTED)
        )
        for number in range(900)
    }
    known = replace(
        NOTHING,
        configuration=(*NOTHING.configuration, KnownKey("LocalAuthListEnabled", "true", None)),
        reservations=(KnownReservation(5, 1, "TAG-9", None, later),),
        local_list=KnownList(41, entries),
    )
    found = tried(known, "GetLocalListVersion")
    assert found.answer.fields == {"listVersion": 41}
    assert found.before.statuses[1] is ChargePointStatus.RESERVED
    kept = tried(known, "RemoteStartTransaction", connectorId=1, idTag="TAG-8")
    assert kept.answer.fields == {"status": "Rejected"}


def test_ra_2_a_tag_is_judged_as_the_record_judges_it() -> None:
    configuration = (*NOTHING.configuration, KnownKey("AuthorizeRemoteTxRequests", "true", None))
    blocked = {"tag-2": IdTagInfo(status=AuthorizationStatus.BLOCKED)}
    known = replace(
        NOTHING,
        configuration=configuration,
        connectors=(in_status(1, ChargePointStatus.PREPARING),),
        tags={"tag-1": IdTagInfo(status=AuthorizationStatus.ACCEPTED), **blocked},
    )
    welcome = tried(known, "RemoteStartTransaction", connectorId=ConnectorId(1), idTag="TAG-1")
    assert [each.action for each in welcome.told][:2] == ["Authorize", "StartTransaction"]
    turned = tried(known, "RemoteStartTransaction", connectorId=ConnectorId(1), idTag="TAG-2")
    assert "StartTransaction" not in [each.action for each in turned.told]


def test_cf_21_a_change_that_waits_for_a_boot_comes_into_force_by_it() -> None:
    known = replace(NOTHING, configuration=(KnownKey("BoxIdentifier", "RDAM-01", "RDAM-99"),))
    before = tried(known, "GetConfiguration", key=["BoxIdentifier"])
    assert before.answer.fields["configurationKey"] == [{"key": "BoxIdentifier", "readonly": False, "value": "RDAM-99"}]
    assert "BootNotification" in [each.action for each in tried(known, "Reset", 60, type="Soft").told]


def test_a_station_that_is_not_recognised_gets_a_generic_twin_and_is_told_so() -> None:
    connectors = tuple(in_status(number, ChargePointStatus.AVAILABLE) for number in (1, 2, 3))
    found = looked_at(replace(NOTHING, product=None, model=None, connectors=connectors))
    assert found.product == "Generic DC"
    assert set(found.before.statuses) == {1, 2, 3}
    assert found.gaps[0].startswith("the product")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("HeartbeatInterval", "soon"),
        ("Vendor\u0000Key", "x" * 10_000),
        ("MeterValuesSampledData", "Nonsense,,"),
        ("SupervisionUrl", "wss://[broken"),
        ("BoxIdentifier", ""),
    ],
)
def test_what_a_hostile_station_reports_is_left_out_and_said(key: str, value: str) -> None:
    found = looked_at(replace(NOTHING, configuration=(KnownKey(key, value, None),)))
    assert found.answer.kind is AnswerKind.RESULT
    assert any(gap.startswith(f"{key} = ") and len(gap) < 400 for gap in found.gaps)


def test_a_transaction_no_wire_could_start_is_said() -> None:
    odd = replace(CHARGE, id_tag="X" * 200)
    found = looked_at(replace(NOTHING, transactions=(odd, replace(CHARGE, number=78, connector_id=9))))
    assert "transaction 77: the twin did not start it" in found.gaps
    assert "transaction 78: the twin has no connector 9" in found.gaps


def test_a_twin_fetches_no_file() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/image"
        found = tried(NOTHING, "UpdateFirmware", 120, location=url, retrieveDate="2026-05-01T12:00:00Z")
        assert found.answer.kind is AnswerKind.RESULT
        assert [each.payload for each in found.told if each.action == "FirmwareStatusNotification"] == [
            {"status": "Downloading"}
        ]
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_twin_whose_address_is_changed_dials_into_nothing() -> None:
    known = replace(NOTHING, configuration=(KnownKey("SupervisionUrl", "ws://127.0.0.1:9/ocpp", None),))
    asked = tried(known, "ChangeConfiguration", key="SupervisionUrl", value="ws://127.0.0.1:10/ocpp")
    assert asked.answer.fields == {"status": "RebootRequired"}


def test_what_is_not_known_is_said_plainly() -> None:
    known = replace(NOTHING, is_online=False, last_seen_at=NOW - timedelta(days=2), configuration=(), local_list=None)
    gaps = " / ".join(looked_at(known).gaps)
    for words in ("station is offline", "never reported", "local list", "no connector has told", "cache"):
        assert words in gaps
