"""The central system as a whole: on real websockets, and on a network in virtual time."""

import asyncio
import base64
import json
import ssl
from pathlib import Path

import pytest
import trustme
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from contactor.base.clock import ManualClock
from contactor.base.errors import BadSetting, BrokenPromise
from contactor.base.virtual_loop import run_virtually
from contactor.central.outbound import CallOutcome
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.store import schema
from contactor.central.store.address import MEMORY
from contactor.central.store.statement import Rows, insert
from contactor.central.store.writer import TurnWriter
from contactor.link.link import Closure, Link, Target
from contactor.link.memory import MemoryNetwork
from contactor.ocpp.messages import ClearCache
from contactor.ocpp.peer import CallTimedOut
from tests.central.bench import NOON, OTHER_STATION, STATION, Json, settings, wire_time

KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
BOOT: Json = {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD2L36D0CC"}


def served(place: Path, **changes: object) -> CentralSettings:
    stations = (StationSetting(STATION, key=KEY), StationSetting(OTHER_STATION))
    return settings(**{"listen_port": 0, "database": str(place / "c.db"), "stations": stations, **changes})


def station_at(
    central: CentralServer, identity: str, password: bytes | None = None, tls: ssl.SSLContext | None = None
) -> connect:
    headers = {}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(identity.encode() + b":" + password).decode()
    return connect(
        f"{'ws' if tls is None else 'wss'}://127.0.0.1:{central.port}/ocpp/{identity}",
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers=headers,
        ssl=tls,
        proxy=None,
    )


async def ask(station: ClientConnection, action: str, payload: Json) -> Json:
    await station.send(json.dumps([2, f"id-{action}", action, payload]))
    kind, message_id, result = json.loads(await asyncio.wait_for(station.recv(), 20))
    assert (kind, message_id) == (3, f"id-{action}")
    assert isinstance(result, dict)
    return result


async def test_a_charge_from_boot_to_stop_over_a_real_websocket(tmp_path: Path) -> None:
    async with CentralServer(served(tmp_path)) as central, station_at(central, STATION, KEY) as station:
        assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"
        start: Json = {"connectorId": 1, "idTag": "T", "meterStart": 1000, "timestamp": wire_time(0)}
        number = (await ask(station, "StartTransaction", start))["transactionId"]
        reading = {"timestamp": wire_time(60), "sampledValue": [{"value": "1500"}]}
        values: Json = {"connectorId": 1, "transactionId": number, "meterValue": [reading]}
        assert await ask(station, "MeterValues", values) == {}
        stop: Json = {"transactionId": number, "meterStop": 2000, "timestamp": wire_time(120)}
        assert await ask(station, "StopTransaction", stop) == {}
        (view,) = central.queries.transactions()
        assert (view.energy_wh, view.readings) == (1000, 1)
        assert central.sessions.is_online(STATION)


async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    start: Json = {"connectorId": 1, "idTag": "T", "meterStart": 1000, "timestamp": wire_time(0)}
    numbers = []
    for _ in range(2):
        async with CentralServer(served(tmp_path)) as central, station_at(central, STATION, KEY) as station:
            await ask(station, "BootNotification", BOOT)
            numbers.append((await ask(station, "StartTransaction", start))["transactionId"])
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("identity", "password", "status"),
    [("nobody", None, 404), (STATION, None, 401), (STATION, b"wrong", 401), (OTHER_STATION, None, 101)],
)
async def test_tr_06_tr_08_handshakes_are_judged_before_the_upgrade(
    tmp_path: Path, identity: str, password: bytes | None, status: int
) -> None:
    async with CentralServer(served(tmp_path)) as central:
        try:
            async with station_at(central, identity, password):
                answered = 101
        except InvalidStatus as refusal:
            answered = refusal.response.status_code
        assert answered == status


async def test_tr_16_a_second_connection_replaces_the_first(tmp_path: Path) -> None:
    async with (
        CentralServer(served(tmp_path)) as central,
        station_at(central, OTHER_STATION) as old,
        station_at(central, OTHER_STATION) as new,
    ):
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(old.recv(), 20)
        assert (await ask(new, "BootNotification", BOOT))["status"] == "Accepted"
        assert central.sessions.is_online(OTHER_STATION)


async def test_stopping_closes_every_connection_with_going_away(tmp_path: Path) -> None:
    central = CentralServer(served(tmp_path))
    await central.start()
    async with station_at(central, OTHER_STATION) as station:
        await central.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(station.recv(), 20)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1001
    await central.stop()
    with pytest.raises(BrokenPromise, match="not running"):
        _ = central.port


async def test_a_port_that_is_taken_stops_the_start_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with CentralServer(served(tmp_path)) as first:
        second = CentralServer(served(tmp_path, listen_port=first.port, database=str(tmp_path / "second.db")))
        with pytest.raises(BadSetting, match=str(first.port)):
            await second.start()
        with pytest.raises(BrokenPromise, match="not running"):
            _ = second.port


async def test_stations_connect_by_wss_where_a_certificate_is_set(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    given = served(tmp_path, tls_certificate=str(tmp_path / "cert.pem"), tls_key=str(tmp_path / "key.pem"))
    async with CentralServer(given) as central, station_at(central, STATION, KEY, trust) as station:
        assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"


# --- In virtual time ----------------------------------------------------------------------------------------------


class Ear:
    """A station that only listens."""

    def __init__(self) -> None:
        self.heard: list[list[object]] = []

    def link_opened(self, link: Link) -> None:
        pass

    def text_received(self, text: bytes) -> None:
        self.heard.append(json.loads(text))

    def link_closed(self, closure: Closure) -> None:
        pass


class LoopClock(ManualClock):
    """Both times follow the virtual loop."""

    def monotonic_s(self) -> float:
        self.advance(asyncio.get_running_loop().time() - super().monotonic_s())
        return super().monotonic_s()


def test_rpc_04_the_server_gives_up_a_call_in_virtual_time() -> None:
    async def story() -> tuple[list[CallOutcome], float]:
        network = MemoryNetwork()
        central = CentralServer(
            settings(database=MEMORY),
            clock=LoopClock(NOON),
            listener_factory=lambda admit: network.listen("ws://central/ocpp", admit),
            writer_factory=TurnWriter,
        )
        async with central:
            ear = Ear()
            link = await network.dialer().dial(Target("ws://central/ocpp", STATION, None), ear)
            link.send(json.dumps([2, "b", "BootNotification", BOOT]).encode())
            given_up = asyncio.Event()
            outcomes: list[CallOutcome] = []
            await asyncio.sleep(1)
            session = central.sessions.find(STATION)
            assert session

            def on_answer(outcome: CallOutcome) -> None:
                outcomes.append(outcome)
                given_up.set()

            session.call(ClearCache(), on_answer)
            began_s = asyncio.get_running_loop().time()
            await given_up.wait()
            assert [frame[0] for frame in ear.heard] == [3, 2]
            return outcomes, asyncio.get_running_loop().time() - began_s

    outcomes, took_s = run_virtually(story())
    assert [type(outcome) for outcome in outcomes] == [CallTimedOut]
    assert 30 <= took_s <= 31


def test_old_statuses_are_forgotten_while_the_server_runs() -> None:
    async def story() -> tuple[int, int]:
        network = MemoryNetwork()
        central = CentralServer(
            settings(database=MEMORY, keep_statuses_days=1),
            clock=LoopClock(NOON),
            listener_factory=lambda admit: network.listen("ws://central/ocpp", admit),
            writer_factory=TurnWriter,
        )
        async with central:
            told: asyncio.Queue[object] = asyncio.Queue()
            row = (STATION, 1, "Available", "NoError", 0, 0)
            columns = ("station_id", "connector_id", "status", "error_code", "reported_at_ms", "received_at_ms")
            central.writer.write((Rows(insert(schema.statuses, *columns), (row,)),), told.put_nowait)
            assert await told.get() is None
            counts = []
            for wait_s in (0, 601):
                await asyncio.sleep(wait_s)
                with central.engine.connect() as connection:
                    counts.append(len(connection.execute(schema.statuses.select()).all()))
            return counts[0], counts[1]

    assert run_virtually(story()) == (1, 0)
