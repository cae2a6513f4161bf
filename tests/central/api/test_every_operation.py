"""Each operation of the guide: ordered over REST, done by a real station over a real websocket, and kept."""

import asyncio
from datetime import UTC, datetime, timedelta

from contactor.base.ids import IdTag
from contactor.central.tags import Tag
from tests.central.api.bench import API, Bench, api_in
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION, Json
from tests.central.commands.test_operations import OPERATIONS

WHITE_PAPER = {
    "CertificateSigned",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetInstalledCertificateIds",
    "GetLog",
    "InstallCertificate",
    "SignedUpdateFirmware",
}
"""OCPP 1.6 security white paper, edition 3; the station of the guide knows none of them, other makers' do."""


STATUSES = {action: status for action, (_, status) in OPERATIONS.items()} | {"ClearChargingProfile": "Accepted"}
"""What each is answered; here a profile is there to be cleared, set by an order before."""


def in_hours(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def payload_of(action: str) -> Json:
    """The payload, with instants that are ahead of the real clock."""
    payload = dict(OPERATIONS[action][0])
    if action == "ReserveNow":
        payload["expiryDate"] = in_hours(2)
    if action == "UpdateFirmware":
        payload["retrieveDate"] = in_hours(24)
    return payload


async def order(bench: Bench, action: str) -> Json:
    body = {
        "station_id": STATION,
        "action": action,
        "payload": payload_of(action),
        "why": f"to see {action}",
        "force": action == "RemoteStopTransaction",  # no transaction is open
    }
    answer = await bench.admin.post(f"{API}/commands", json=body, params={"wait": 60})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_every_operation_of_ocpp_1_6_that_a_central_system_sends_is_offered(database: str) -> None:
    async with api_in(database) as bench:
        offered = set((await bench.admin.get(f"{API}/commands/actions")).json())
        assert offered == OPERATIONS.keys() | WHITE_PAPER


async def test_every_operation_of_the_guide_goes_from_rest_to_the_station_and_into_the_record(database: str) -> None:
    async with api_in(database, tags=(Tag(IdTag("TAG-1")),)) as bench, virtual_station(bench) as station:
        # A restart would end what the others began.
        actions = [*(action for action in OPERATIONS if action != "Reset"), "Reset"]
        for action in actions:
            told = await order(bench, action)
            assert (told["state"], told["status"]) == ("answered", STATUSES[action]), told
            assert told["answer"] is not None
            kept = (await bench.admin.get(f"{API}/commands/{told['command_id']}")).json()
            assert (kept["by"], kept["why"], kept["answer"]) == ("admin", f"to see {action}", told["answer"])
        (reservation,) = (await bench.admin.get(f"{API}/reservations")).json()["items"]
        assert (reservation["reservation_id"], reservation["state"]) == (4, "active")
        history = (await bench.admin.get(f"{API}/commands", params={"limit": 100})).json()["items"]
        assert [each["action"] for each in history][::-1] == actions
        async with asyncio.timeout(60):
            while (await bench.admin.get(f"{API}/commands/{told['command_id']}")).json()["follow_up"] != "booted":
                await station.until(lambda: station.station.messages_owed == 0)
