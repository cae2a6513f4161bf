"""A central system and a virtual station in one process: one car charges, and the ledger has it."""

import asyncio
import tempfile
from pathlib import Path

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import IdTag, OutletNumber, StationId
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.driver import Visit, drive
from contactor.virtual.virtual_station import VirtualStation


async def main(place: Path) -> None:
    """Charge 5 kWh, sixty times as fast as real hardware would."""
    settings = CentralSettings(
        listen_port=0,
        database=str(place / "ledger.sqlite"),
        stations=(StationSetting(StationId("RDAM-01")),),
        tags=(Tag(IdTag("ANNA")),),
    )
    async with CentralServer(settings) as central:
        station = VirtualStation(
            "RDAM-01",
            load_product(),
            StationSettings(
                model="EVD1S180TBB",
                serial="SN-1",
                initial={
                    "SupervisionUrl": f"ws://127.0.0.1:{central.port}/ocpp",
                    "BoxIdentifier": "RDAM-01",
                    "MeterValueSampleInterval": "1",
                },
            ),
            MemoryStore(),
            WebSocketDialer(),
            clock=SystemClock(),
            dice=Dice.unpredictable(),
            hardware_speed=60.0,
            observe=lambda note: print(note.event, dict(note.facts)),
        )
        station.switch_on()
        await drive(station, Visit(OutletNumber(1), "ANNA", "saloon", soc=0.2, take_wh=5_000.0))
        await station.until(lambda: station.station.messages_owed == 0)
        (transaction,) = central.queries.transactions()
        print(f"{transaction.id_tag} took {transaction.energy_wh:.0f} Wh: {transaction.readings} readings")
        await station.shut_down()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder)))
