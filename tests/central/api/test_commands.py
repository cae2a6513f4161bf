"""Commands by the API, to a real virtual station: REST, wire, rig, ledger, and REST again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId, IdTag, OutletNumber
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.file_transfer import FileTransfer
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.virtual_station import VirtualStation
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import OTHER_STATION, STATION, Json


@asynccontextmanager
async def virtual_station(
    bench: Bench,
    *,
    firmware_install_s: float = 20.0,
    name: str = STATION,
    product: str = "evlink_pro_dc",
    model: str = "EVD1S180TBB",
    files: FileTransfer | None = None,
) -> AsyncIterator[VirtualStation]:
    """A station that has booted, its hardware sixty times as fast as it is built."""
    station = VirtualStation(
        name,
        load_product(product),
        StationSettings(
            model=model,
            serial="SN-1",
            firmware_install_s=firmware_install_s,
            initial={"SupervisionUrl": f"ws://127.0.0.1:{bench.central.port}/ocpp", "BoxIdentifier": name},
        ),
        MemoryStore(),
        WebSocketDialer(),
        clock=SystemClock(),
        dice=Dice(1),
        hardware_speed=60.0,
        files=files,
        observe=lambda _note: None,
    )
    station.switch_on()
    try:
        async with asyncio.timeout(30):
            await station.until(lambda: station.runner.is_on and station.station.can_charge(ConnectorId(1)))
        yield station
    finally:
        await station.shut_down()


async def send(bench: Bench, action: str, wait: int = 30, **payload: object) -> Json:
    order = {"station_id": STATION, "action": action, "payload": payload}
    answer = await bench.admin.post(f"{API}/commands", json=order, params={"wait": wait})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_charge_is_started_watched_and_stopped_over_rest(database: str) -> None:
    async with api_in(database, tags=(Tag(IdTag("ANNA")),)) as bench, virtual_station(bench) as station:
        outlet = OutletNumber(1)
        station.plug(outlet, Vehicle(vehicle_model("saloon"), soc=0.2))
        command = await send(bench, "RemoteStartTransaction", connectorId=1, idTag="ANNA")
        assert (command["state"], command["status"]) == ("answered", "Accepted")
        async with asyncio.timeout(60):
            await station.until(lambda: station.rig.energy_delivered_wh(outlet) > 500)
            (view,) = (await bench.admin.get(f"{API}/transactions", params={"state": "open"})).json()["items"]
            number = view["transaction_id"]
            told = (await bench.admin.get(f"{API}/commands/{command['command_id']}")).json()
            assert (told["follow_up"], told["transaction_id"]) == ("started", number)
            stopped = await send(bench, "RemoteStopTransaction", transactionId=number)
            assert stopped["status"] == "Accepted"
            page = {"kind": "transaction_stopped"}
            while not (await bench.admin.get(f"{API}/events", params=page)).json()["items"]:
                await station.until(lambda: station.station.messages_owed == 0)
        view = (await bench.admin.get(f"{API}/transactions/{number}")).json()
        assert (view["state"], view["id_tag"], view["stop_reason"]) == ("stopped", "ANNA", "Remote")
        assert view["energy_wh"] == pytest.approx(station.rig.energy_delivered_wh(outlet), abs=1)


async def test_one_key_is_one_command_and_another_order_with_it_is_refused(database: str) -> None:
    async with api_in(database) as bench:
        order = {"station_id": OTHER_STATION, "action": "ClearCache", "wait_for_station_s": 600}
        key = {"Idempotency-Key": "k-1"}
        numbers = [
            (await bench.admin.post(f"{API}/commands", json=order, headers=key)).json()["command_id"] for _ in range(2)
        ]
        assert numbers[0] == numbers[1]
        other = {**order, "action": "Reset", "payload": {"type": "Soft"}}
        problem_of(await bench.admin.post(f"{API}/commands", json=other, headers=key), 409)
        (listed,) = (await bench.admin.get(f"{API}/commands", params={"state": "queued"})).json()["items"]
        assert listed["command_id"] == numbers[0]
        taken_back = await bench.admin.post(f"{API}/commands/{numbers[0]}/cancel")
        assert taken_back.json()["state"] == "cancelled"


async def test_a_station_that_is_away_fails_at_once_unless_it_is_waited_for(database: str) -> None:
    async with api_in(database) as bench:
        assert (await send(bench, "Reset", type="Soft"))["state"] == "offline"
        problem_of(await bench.admin.get(f"{API}/commands/999"), 404)
        problem_of(await bench.admin.post(f"{API}/commands/999/cancel"), 404)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"station_id": "NOBODY"}, 404, "station_id"),
        ({"action": "Dance"}, 422, "action"),
        ({"action": "Heartbeat"}, 422, "action"),
        ({"payload": {"type": "Sideways"}}, 422, "payload.type"),
        ({"payload": {"type": "Soft", "extra": 1}}, 422, "payload.extra"),
        ({"expires_at": "2999-01-01T00:00:00Z", "wait_for_station_s": 1}, 422, "wait_for_station_s"),
    ],
)
async def test_a_wrong_order_names_its_field_and_is_not_kept(
    database: str, changes: Json, status: int, field: str
) -> None:
    async with api_in(database) as bench:
        order = {"station_id": STATION, "action": "Reset", "payload": {"type": "Soft"}, **changes}
        told = problem_of(await bench.admin.post(f"{API}/commands", json=order), status)
        assert told["field"] == field
        assert (await bench.admin.get(f"{API}/commands")).json()["items"] == []


async def test_sec_07_a_key_is_never_told_again(database: str) -> None:
    async with api_in(database) as bench:
        key = "00112233445566778899AABBCCDDEEFF"
        order = {"station_id": STATION, "action": "ChangeConfiguration"}
        for value in (key, key + "ZZ"):
            payload = {"key": "AuthorizationKey", "value": value}
            answer = await bench.admin.post(f"{API}/commands", json={**order, "payload": payload})
            assert key not in answer.text
        listed = await bench.admin.get(f"{API}/commands")
        audit = await bench.admin.get(f"{API}/audit")
        assert key not in listed.text + audit.text
