"""The bridge between a real API and a real broker: what stands there, what is passed on, what is obeyed."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trustme

from contactor.base.errors import BadSetting
from contactor.central.api.role import Role
from contactor.mqtt.bridge import Bridge
from contactor.mqtt.broker import Broker, read_broker
from contactor.mqtt.central import Central
from contactor.mqtt.place import PlaceFile
from contactor.mqtt.settings import BridgeSettings
from tests.central.api.bench import API, Bench, api_in
from tests.central.api.test_commands import virtual_station
from tests.central.bench import OTHER_STATION, STATION
from tests.mqtt.broker import LoopbackBroker, broker, reader_at

CONNECTOR = f"contactor/stations/{STATION}/connectors/1"


@asynccontextmanager
async def bridge(
    bench: Bench, place: Path, to: Broker, *, role: Role = Role.OPERATOR, discovery: str | None = None
) -> AsyncIterator[Bridge]:
    settings = BridgeSettings(to, place, obeys=True, discovery_prefix=discovery, pause_s=0.01)
    async with Central(bench.api.url, await bench.token(role)) as central:
        running = Bridge(settings, central)
        task = asyncio.create_task(running.run())
        try:
            async with asyncio.timeout(60):
                await running.connected.wait()
            yield running
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def at(running: LoopbackBroker) -> Broker:
    return Broker("127.0.0.1", running.port)


async def test_a_fleet_stands_on_its_topics_and_is_ordered_by_them(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, broker() as mqtt, virtual_station(bench):
        at_once = {"key": "MinimumStatusDuration", "value": "0"}
        change = {"station_id": STATION, "action": "ChangeConfiguration", "payload": at_once}
        assert (await bench.admin.post(f"{API}/commands?wait=10", json=change)).json()["status"] == "Accepted"
        async with (
            bridge(bench, tmp_path / "place", at(mqtt), discovery="homeassistant"),
            reader_at(mqtt.port) as reader,
        ):
            await reader.holds(f"contactor/stations/{STATION}/state", is_online=True)
            await reader.holds(f"contactor/stations/{OTHER_STATION}/state", is_online=False)
            await reader.holds(f"{CONNECTOR}/state", status="Available")
            await reader.until(lambda seen: any(topic.startswith("homeassistant/switch/") for topic in seen.held))
            await reader.publish(f"{CONNECTOR}/availability/set", "inoperative")
            await reader.holds(f"{CONNECTOR}/availability/result", state="answered", status="Accepted")
            await reader.holds(f"{CONNECTOR}/state", status="Unavailable")
            await reader.publish(f"{CONNECTOR}/stop/set", "stop")
            await reader.holds(f"{CONNECTOR}/stop/result", error="nothing runs at connector 1")
            told = (await bench.admin.get(f"{API}/commands")).json()["items"]
            assert [(each["action"], each["why"]) for each in told] == [
                ("ChangeAvailability", "by MQTT"),
                ("ChangeConfiguration", ""),
            ]
        async with reader_at(mqtt.port) as reader:
            await reader.until(lambda seen: seen.held.get("contactor/bridge/state") == "offline")


async def test_a_retained_order_is_not_obeyed(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, broker() as mqtt, reader_at(mqtt.port) as reader:
        await reader.publish(f"{CONNECTOR}/availability/set", "inoperative", retain=True)
        async with bridge(bench, tmp_path / "place", at(mqtt)):
            await reader.holds(f"{CONNECTOR}/availability/result", error="an order must not be retained")
        assert (await bench.admin.get(f"{API}/commands")).json()["items"] == []


async def test_a_viewers_token_reads_and_orders_nothing(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, broker() as mqtt, reader_at(mqtt.port) as reader:
        async with bridge(bench, tmp_path / "place", at(mqtt), role=Role.VIEWER):
            await reader.publish(f"{CONNECTOR}/availability/set", "operative")
            await reader.until(lambda seen: "error" in seen.held.get(f"{CONNECTOR}/availability/result", {}))
        assert (await bench.admin.get(f"{API}/commands")).json()["items"] == []


async def test_events_go_on_where_they_ended_and_a_lost_broker_is_told_everything_again(tmp_path: Path) -> None:
    place = tmp_path / "place"
    async with api_in(tmp_path) as bench, broker() as mqtt:
        async with bridge(bench, place, at(mqtt)):
            pass
        async with virtual_station(bench):  # while nobody passes events on
            pass
        async with reader_at(mqtt.port) as reader, bridge(bench, place, at(mqtt)):
            await reader.until(lambda seen: {"station_online", "station_booted"} <= set(_kinds(seen.came)))
        kept = PlaceFile(place).read()
        assert kept is not None
        assert kept >= 2
        async with bridge(bench, place, at(mqtt)) as running:
            running.connected.clear()
            await mqtt.kill()
            await mqtt.start()
            async with asyncio.timeout(60):
                await running.connected.wait()
            async with reader_at(mqtt.port) as reader:
                await reader.holds(f"contactor/stations/{STATION}/state", is_online=False)
                await reader.until(lambda seen: seen.held.get("contactor/bridge/state") == "online")


def _kinds(came: list[tuple[str, dict[str, object]]]) -> list[object]:
    return [told["kind"] for topic, told in came if topic == "contactor/events"]


# Paho leaves the socket of a refused handshake to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:unclosed:ResourceWarning")
async def test_a_broker_is_spoken_to_over_tls_with_user_and_password(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "broker.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    hashing = pytest.importorskip("pwdlib")
    (tmp_path / "people").write_text(f"bridge:{hashing.PasswordHash.recommended().hash('right')}\n")
    how = {
        "listener": {"ssl": True, "certfile": str(tmp_path / "broker.pem"), "keyfile": str(tmp_path / "broker.pem")},
        "plugins": {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(tmp_path / "people")}},
    }
    async with api_in(tmp_path) as bench, broker(**how) as mqtt:
        url = f"mqtts://localhost:{mqtt.port}"
        known = partial(read_broker, url, user="bridge")
        async with bridge(bench, tmp_path / "place", known(authority=tmp_path / "ca.pem", password="right")):
            context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
            context.check_hostname = False
            async with reader_at(mqtt.port, tls_context=context, username="bridge", password="right") as reader:
                await reader.until(lambda seen: seen.held.get("contactor/bridge/state") == "online")
        for wrong in (known(authority=tmp_path / "ca.pem", password="wrong"), known(password="right")):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1), bridge(bench, tmp_path / "place", wrong):
                    pass


@pytest.mark.parametrize(
    "url", ["http://h", "mqtt://", "mqtt://user:secret@h", "mqtt://h:0", "mqtt://h:x", "mqtt://h/path", "mqtts://[::1"]
)
def test_a_broker_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting, match="--broker") as refused:
        read_broker(url)
    assert "secret" not in str(refused.value)


def test_files_of_tls_must_fit(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(BadSetting, match="mqtts"):
        read_broker("mqtt://h", authority=tmp_path / "none.pem")
    with pytest.raises(BadSetting, match="together"):
        read_broker("mqtts://h", certificate=tmp_path / "none.pem")
    with pytest.raises(BadSetting, match="TLS"):
        read_broker("mqtts://h", authority=tmp_path / "none.pem")


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    place = PlaceFile(tmp_path / "deep" / "place")
    assert place.read() is None
    place.write(41)
    assert place.read() == 41
    (tmp_path / "deep" / "place").write_text("soon")
    with pytest.raises(BadSetting, match="--place"):
        place.read()
