"""Every operation of the guide, from the order to the record, against the real station core."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from contactor.base.ids import OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandState, FollowUp
from contactor.central.store import operation_tables
from contactor.guide.load import load_product
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from tests.central.bench import NOON, STATION, Json
from tests.central.commands.closed_loop import ClosedLoop, closed_loop

LATER = (NOON + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
OUTLET = OutletNumber(1)
LIMIT: Json = {
    "chargingProfileId": 7,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "W",
        "startSchedule": "2026-05-01T11:00:00Z",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 50000}],
    },
}
OPERATIONS: dict[str, tuple[Json, str | None]] = {
    "ChangeAvailability": ({"connectorId": 2, "type": "Inoperative"}, "Accepted"),
    "ChangeConfiguration": ({"key": "HeartbeatInterval", "value": "120"}, "Accepted"),
    "ClearCache": ({}, "Accepted"),
    "GetConfiguration": ({}, None),
    "RemoteStopTransaction": ({"transactionId": 99}, "Rejected"),
    "Reset": ({"type": "Soft"}, "Accepted"),
    "UnlockConnector": ({"connectorId": 1}, "NotSupported"),
    "GetDiagnostics": ({"location": "ftp://somebody:hidden@127.0.0.1:1/in"}, None),
    "UpdateFirmware": ({"location": "http://127.0.0.1:1/f.bin", "retrieveDate": "2026-05-02T12:00:00Z"}, None),
    "GetLocalListVersion": ({}, None),
    # Lists are off as the station leaves the factory (LL-10).
    "SendLocalList": ({"listVersion": 1, "updateType": "Full", "localAuthorizationList": []}, "NotSupported"),
    "ReserveNow": ({"connectorId": 1, "expiryDate": LATER, "idTag": "TAG-1", "reservationId": 4}, "Accepted"),
    "CancelReservation": ({"reservationId": 9}, "Rejected"),
    "SetChargingProfile": ({"connectorId": 1, "csChargingProfiles": LIMIT}, "Accepted"),
    "ClearChargingProfile": ({"id": 7}, "Unknown"),
    "GetCompositeSchedule": ({"connectorId": 1, "duration": 600}, "Accepted"),
    "TriggerMessage": ({"requestedMessage": "Heartbeat"}, "Accepted"),
    "DataTransfer": ({"vendorId": "org.example"}, "UnknownVendorId"),
    "RemoteStartTransaction": ({"idTag": "TAG-1", "connectorId": 1}, "Accepted"),
}


def test_every_operation_of_the_guide_that_we_send_is_here() -> None:
    sent = {operation.action for operation in load_product().operations if operation.sender == "central"}
    assert sent == OPERATIONS.keys()


@pytest.mark.parametrize("action", OPERATIONS)
def test_an_order_reaches_the_station_and_its_answer_the_record(action: str) -> None:
    payload, status = OPERATIONS[action]

    async def story() -> None:
        async with closed_loop() as loop:
            view = await loop.order(action, payload, force=action == "RemoteStopTransaction")
            assert view.state is CommandState.ANSWERED, view
            assert view.status == status
            assert view.answer is not None
            assert (view.by, view.station_id) == ("anna", STATION)
            assert view.sent_at is not None
            assert view.ended_at is not None
            assert "hidden" not in json.dumps(view.request)

    run_virtually(story())


# --- What the answers lead to -------------------------------------------------------------------------------------


async def _plugged(loop: ClosedLoop) -> None:
    loop.station.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
    await loop.until(lambda: loop.central.queries.stations()[0].connectors[1].status == "Preparing")


async def _charging(loop: ClosedLoop, tag: str = "TAG-1") -> int:
    await _plugged(loop)
    assert await loop.status_of("RemoteStartTransaction", {"idTag": tag, "connectorId": 1}) == "Accepted"
    await loop.until(lambda: bool(loop.central.queries.transactions()))
    return loop.central.queries.transactions()[0].transaction_id


def test_rs_13_cs_27_a_remote_start_leads_to_its_transaction_even_with_a_tag_nobody_knows() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            assert await loop.status_of("ChangeConfiguration", {"key": "AuthorizeRemoteTxRequests", "value": "true"})
            number = await _charging(loop, tag="REMOTE-9")
            (command, _) = await loop.central.desk.history()
            assert (command.follow_up, command.transaction_id) == (FollowUp.STARTED, number)
            (transaction,) = loop.central.queries.transactions()
            assert transaction.tag_status == "Accepted"

    run_virtually(story())


def test_rs_12_a_remote_start_that_nobody_plugs_in_for_is_given_up() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            assert await loop.status_of(
                "ChangeConfiguration", {"key": "EnableRemoteStartNoConnectedEV", "value": "true"}
            )
            view = await loop.order("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1})
            assert (view.status, view.follow_up) == ("Accepted", FollowUp.AWAITING_START)
            assert await loop.followed(view) is FollowUp.NOT_STARTED
            assert loop.central.clock.now() - NOON > timedelta(seconds=180)

    run_virtually(story())


def test_a_remote_stop_ends_the_transaction() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            number = await _charging(loop)
            assert await loop.status_of("RemoteStopTransaction", {"transactionId": number}) == "Accepted"
            await loop.until(lambda: loop.central.queries.transactions()[0].stopped_at is not None)
            assert loop.central.queries.transactions()[0].stop_reason == "Remote"

    run_virtually(story())


def test_avl_12_a_scheduled_change_is_done_when_the_connector_says_so() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            number = await _charging(loop)
            view = await loop.order("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
            assert (view.status, view.follow_up) == ("Scheduled", FollowUp.SCHEDULED)
            assert await loop.status_of("RemoteStopTransaction", {"transactionId": number}) == "Accepted"
            await loop.until(lambda: loop.central.queries.transactions()[0].stopped_at is not None)
            loop.station.unplug(OUTLET)
            await loop.until(lambda: loop.central.queries.stations()[0].connectors[1].status == "Unavailable")
            found = await loop.central.desk.find(view.command_id)
            assert found
            assert found.follow_up is FollowUp.DONE

    run_virtually(story())


def test_rst_08_a_reset_is_followed_to_its_boot() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            view = await loop.order("Reset", {"type": "Hard"})
            assert view.follow_up is FollowUp.AWAITING_BOOT
            assert await loop.followed(view) is FollowUp.BOOTED

    run_virtually(story())


def test_rsv_18_a_reservation_is_used_by_the_transaction_that_names_it() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            reserve = {"connectorId": 1, "expiryDate": LATER, "idTag": "TAG-1", "reservationId": 4}
            assert await loop.status_of("ReserveNow", reserve) == "Accepted"
            loop.station.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
            await loop.pass_time(5)
            assert await loop.status_of("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1}) == "Accepted"
            await loop.until(lambda: bool(loop.central.queries.transactions()))
            number = loop.central.queries.transactions()[0].transaction_id
            assert _reservation(loop) == ("used", number)

    run_virtually(story())


def _reservation(loop: ClosedLoop) -> tuple[str, int | None]:
    table = operation_tables.reservations
    with loop.central.engine.connect() as connection:
        row = connection.execute(select(table)).one()
        return row.state, row.transaction_id


def test_sec_07_a_rotated_key_is_the_only_one_and_stands_nowhere() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            view = await loop.central.desk.rotate_key(STATION, by="anna", why="yearly")
            settled = await loop.central.desk.settled(view.command_id, wait_s=60)
            assert (settled.status, settled.request["value"]) == ("Accepted", "***")
            await loop.pass_time(10)
            assert loop.central.sessions.is_online(STATION)
            member = loop.central.roster.find(STATION)
            assert member
            assert member.key
            assert member.pending_keys == ()
            # The station holds the key that only its digest is kept of, and came back with it.
            assert await loop.status_of("ClearCache", {}) == "Accepted"

    run_virtually(story())
