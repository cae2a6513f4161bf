"""A generic station and the central system over a real websocket: what the EVlink does not do, ordered and done."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import IdTag, OutletNumber, StationId
from contactor.central.commands.command import CommandRefused, CommandState, Order
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.effects import Effect, Note
from contactor.station.events import Event
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.driver import Visit, drive
from contactor.virtual.virtual_station import VirtualStation
from tests.central.bench import address_in
from tests.station.generic.authority import Authority

ONE = OutletNumber(1)
CP = StationId("CP-1")
MAXIMUM = "ChargePointMaxProfile"


class Loop:
    """Both ends, and the verbs of the stories."""

    def __init__(self, central: CentralServer, station: VirtualStation) -> None:
        self.central = central
        self.station = station

    async def status_of(self, action: str, payload: dict[str, object], *, force: bool = False) -> str | None:
        """The word of the answer to an order."""
        view = await self.central.desk.submit(Order(CP, action, payload, by="anna", force=force))
        view = await self.central.desk.settled(view.command_id, wait_s=30)
        assert view.state is CommandState.ANSWERED, view
        return view.status

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something at the station; a minute is out of all proportion."""
        await asyncio.wait_for(self.station.until(condition), 60)

    async def charging(self) -> int:
        """Let a driver come who badges first, and return the transaction's number."""
        self.visit = asyncio.create_task(drive(self.station, Visit(ONE, "TAG-1", "saloon", soc=0.2, take_wh=1e6)))
        await self.until(lambda: self.current_a() > 100)
        transactions = self.station.station.transactions
        await self.until(lambda: (open_one := transactions.open_on(1)) is not None and open_one.central_id is not None)
        running = transactions.open_on(1)
        assert running is not None
        assert running.central_id is not None
        return running.central_id

    def current_a(self) -> float:
        return self.station.rig.read(ONE).current_a


@asynccontextmanager
async def both_ends(place: Path, product: str = "generic_dc", model: str | None = None) -> AsyncIterator[Loop]:
    settings = CentralSettings(
        listen_port=0,
        database=address_in(place),
        stations=(StationSetting(CP),),
        tags=(Tag(IdTag("TAG-1")),),
    )
    guide = load_product(product)
    async with CentralServer(settings) as central:
        station = VirtualStation(
            "CP-1",
            guide,
            StationSettings(
                model=model or guide.default_model,
                serial="SN-1",
                initial={
                    "SupervisionUrl": f"ws://127.0.0.1:{central.port}/ocpp",
                    "BoxIdentifier": "CP-1",
                    "MeterValueSampleInterval": "1",
                    "StopTxnSampledData": "Energy.Active.Import.Register,SoC",
                },
            ),
            MemoryStore(),
            WebSocketDialer(),
            clock=SystemClock(),
            dice=Dice.unpredictable(),
            hardware_speed=60.0,
        )
        station.switch_on()
        loop = Loop(central, station)
        try:
            await loop.until(lambda: station.station.is_online)
            yield loop
        finally:
            await station.shut_down()


def profile(purpose: str, unit: str, limit: float, transaction: int | None = None) -> dict[str, object]:
    named = {} if transaction is None else {"transactionId": transaction}
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    return {
        "chargingProfileId": 1 if transaction is None else 2,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **named,
    }


def test_sc_01_amperes_and_the_maximum_of_the_station_are_ordered_and_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with both_ends(tmp_path) as loop:
            number = await loop.charging()
            tx_profile = {"connectorId": 1, "csChargingProfiles": profile("TxProfile", "A", 60, number)}
            assert await loop.status_of("SetChargingProfile", tx_profile) == "Accepted"
            await loop.until(lambda: loop.current_a() <= 60.01)
            maximum = {"connectorId": 0, "csChargingProfiles": profile(MAXIMUM, "W", 10_000)}
            assert await loop.status_of("SetChargingProfile", maximum) == "Accepted"
            await loop.until(lambda: loop.station.rig.read(ONE).power_w <= 10_000)
            loop.visit.cancel()

    asyncio.run(story())


def test_sc_30_the_desk_holds_orders_to_the_products_own_limits(tmp_path: Path) -> None:
    async def story() -> None:
        async with both_ends(tmp_path) as loop:
            weak = {"connectorId": 1, "csChargingProfiles": profile("TxDefaultProfile", "A", 4)}
            with pytest.raises(CommandRefused, match="at least 5 A"):
                await loop.status_of("SetChargingProfile", weak)
            with pytest.raises(CommandRefused):
                await loop.status_of("ChangeConfiguration", {"key": "EnabeMeterValuesContainVoltage", "value": "true"})
            (known,) = loop.central.queries.stations()
            assert (known.product, known.power_kw) == ("Generic DC", 150)

    asyncio.run(story())


def test_unl_03_stp_03_an_unlock_ends_the_charge_and_its_stop_brings_the_readings(tmp_path: Path) -> None:
    async def story() -> None:
        async with both_ends(tmp_path, model="GDC150-2D") as loop:
            number = await loop.charging()
            assert loop.station.rig.is_cable_locked(ONE)
            with pytest.raises(CommandRefused, match="UNL-03"):
                await loop.status_of("UnlockConnector", {"connectorId": 1})
            assert await loop.status_of("UnlockConnector", {"connectorId": 1}, force=True) == "Unlocked"
            assert await asyncio.wait_for(loop.visit, 60)
            await loop.until(lambda: loop.station.station.messages_owed == 0)
            assert not loop.station.rig.is_cable_locked(ONE)
            (transaction,) = loop.central.queries.transactions()
            assert (transaction.transaction_id, transaction.stop_reason) == (number, "UnlockCommand")
            readings = loop.central.queries.readings(number)
            contexts = {sample["context"] for reading in readings for sample in reading.samples}
            assert {"Transaction.Begin", "Transaction.End"} <= contexts

    asyncio.run(story())


def test_tx_01_a_driver_who_is_refused_before_plugging_leaves_without_a_car_at_the_outlet(tmp_path: Path) -> None:
    async def story() -> None:
        async with both_ends(tmp_path) as loop:
            visit = Visit(ONE, "STRANGER", "saloon", soc=0.2, take_wh=1000.0)
            assert not await asyncio.wait_for(drive(loop.station, visit), 60)
            assert not loop.station.rig.is_plugged(ONE)

    asyncio.run(story())


def test_the_how_to_for_an_own_charger_works(tmp_path: Path) -> None:
    """docs/how-to/add-your-own-charger.md: copy the data, change a value, run a charge."""
    with as_file(files("contactor.guide") / "data" / "generic_dc") as original:
        mine = Path(shutil.copytree(original, tmp_path / "my_charger"))
    for file, old, new in (
        ("product.toml", 'name = "Generic DC"', 'name = "My Charger"'),
        ("product.toml", 'default_model = "GDC150-2"', 'default_model = "MY-80"'),
        ("product.toml", "module_kw = 30", "module_kw = 40"),
        ("models.toml", "GDC60-1 ", 'MY-80 = { power_kw = 80, outlets = ["CCS2"] }\nGDC60-1 '),
    ):
        text = (mine / file).read_text(encoding="utf-8")
        assert old in text
        (mine / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    async def story() -> None:
        async with both_ends(tmp_path, product=str(mine)) as loop:
            assert loop.station.model.module_count == 2
            visit = Visit(ONE, "TAG-1", "grand_tourer", soc=0.2, take_wh=5000.0)
            task = asyncio.create_task(drive(loop.station, visit))
            await loop.until(lambda: loop.station.rig.read(ONE).power_w > 70_000)
            assert await asyncio.wait_for(task, 60)
            await loop.until(lambda: loop.station.station.messages_owed == 0)
            (transaction,) = loop.central.queries.transactions()
            assert (transaction.stop_reason, transaction.tag_status) == ("Local", "Accepted")

    asyncio.run(story())


class Notes:
    """What a station has to tell a person."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def noted(self, note: Note) -> None:
        self.events.append(note.event)

    def happened(self, happening: Event | Effect) -> None:
        """Only notes count."""

    def settled(self) -> None:
        """Nor does this."""


def test_certificates_are_ordered_and_the_stations_own_is_asked_for(tmp_path: Path) -> None:
    """W A02 and M05: what the station is ordered it does; our central system keeps its request and refuses it."""
    root = Authority("Root", lasts=timedelta(days=100 * 365))
    kind: dict[str, object] = {"certificateType": "CentralSystemRootCertificate"}

    async def story() -> None:
        async with both_ends(tmp_path) as loop:
            notes = Notes()
            loop.station.watchers.append(notes)
            assert await loop.status_of("InstallCertificate", {**kind, "certificate": root.pem}) == "Accepted"
            assert await loop.status_of("GetInstalledCertificateIds", kind) == "Accepted"
            assert await loop.status_of("ChangeConfiguration", {"key": "CpoName", "value": "Chargers"}) == "Accepted"
            trigger: dict[str, object] = {"requestedMessage": "SignChargePointCertificate"}
            assert await loop.status_of("ExtendedTriggerMessage", trigger) == "Accepted"
            await loop.until(lambda: "certificate not signed" in notes.events)
            assert await loop.status_of("CertificateSigned", {"certificateChain": root.pem}) == "Rejected"

    asyncio.run(story())
