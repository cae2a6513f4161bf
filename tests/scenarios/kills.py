"""Kills `contactor central` under load, again and again, and then holds its ledger against what stations were told.

    python -m tests.scenarios.kills --rounds 50 --postgresql

Stations charge, read and stop as fast as they are answered. In each round the central system is killed with SIGKILL
after a number of answers that chance picks, and started again; stations repeat what was not answered, under a new
message id. In the end all that was answered must be there, as it was said, and nothing twice.
"""

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from contactor.central.store import schema
from contactor.central.store.database import open_database
from tests.central.bench import Json
from tests.central.postgresql_server import running
from tests.scenarios.central_process import CentralProcess

STATIONS = 12
READINGS = 5
ANSWERS_MAX = 400
"""How many answers a round may see before its kill."""
METER_STEP_WH = 100
DOUBTS = (schema.suspicions, schema.stray_stops)
"""Tables that hold nothing if every stop found its transaction."""
EPOCH = datetime(2026, 5, 1, tzinfo=UTC)
NAMES = [f"CP-{number}" for number in range(STATIONS)]
SETTINGS = "[central]\nread_configuration = false\n\n" + "".join(
    f'[[station]]\nid = "{name}"\n\n[[tag]]\nid = "TAG-{name}"\n\n' for name in NAMES
)


@dataclass
class Charge:
    """What a station was answered about one charge."""

    begun_s: int
    meter_start_wh: int
    number: int | None = None
    readings_wh: list[int] = field(default_factory=list)
    meter_stop_wh: int | None = None

    @property
    def meter_wh(self) -> int:
        return self.meter_start_wh + METER_STEP_WH * len(self.readings_wh)


class Load:
    """Shared by all stations: whether the central system is up, how many answers came, when enough is enough."""

    def __init__(self) -> None:
        self.is_up = asyncio.Event()
        self.is_over = False
        self.answers = 0
        self._enough_at = 0
        self._enough = asyncio.Event()

    def answered(self) -> None:
        self.answers += 1
        if self.answers >= self._enough_at:
            self._enough.set()

    async def see(self, answers: int) -> None:
        """Wait until so many more answers have come."""
        self._enough_at = self.answers + answers
        self._enough.clear()
        await asyncio.wait_for(self._enough.wait(), 60)


class Station:
    """Charges one car after the other; goes on with what was not answered after each loss of the connection."""

    def __init__(self, name: str, load: Load) -> None:
        self.name = name
        self.charges: list[Charge] = []
        self._load = load
        self._ids = count(1)
        self._now_s = 0

    async def live(self, url: str) -> None:
        while True:
            await self._load.is_up.wait()
            try:
                async with connect(f"{url}/{self.name}", subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as line:
                    await self._ask(line, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
                    while not (self._load.is_over and self._is_settled):
                        await self._step(line)
                    return
            except (ConnectionClosed, InvalidHandshake, OSError):
                continue  # killed; it comes again

    @property
    def _is_settled(self) -> bool:
        """Whether the last charge has ended, so that nothing is owed."""
        return not self.charges or self.charges[-1].meter_stop_wh is not None

    async def _step(self, line: ClientConnection) -> None:
        """One request; its charge takes note only when it is answered."""
        if self._is_settled:
            self._now_s += 10
            # The register goes on from charge to charge, as a meter's does.
            before_wh = self.charges[-1].meter_wh if self.charges else 0
            self.charges.append(Charge(self._now_s, before_wh))
        charge = self.charges[-1]
        if charge.number is None:
            start: Json = {
                "connectorId": 1,
                "idTag": f"TAG-{self.name}",
                "meterStart": charge.meter_start_wh,
                "timestamp": _time(charge.begun_s),
            }
            number = (await self._ask(line, "StartTransaction", start))["transactionId"]
            assert isinstance(number, int)
            charge.number = number
        elif len(charge.readings_wh) < READINGS:
            await self._read(line, charge)
        else:
            at_s = charge.begun_s + READINGS + 1
            stop: Json = {"transactionId": charge.number, "meterStop": charge.meter_wh, "timestamp": _time(at_s)}
            await self._ask(line, "StopTransaction", stop)
            charge.meter_stop_wh = charge.meter_wh

    async def _read(self, line: ClientConnection, charge: Charge) -> None:
        at_s = charge.begun_s + len(charge.readings_wh) + 1
        value_wh = charge.meter_wh + METER_STEP_WH
        reading = {"timestamp": _time(at_s), "sampledValue": [{"value": str(value_wh)}]}
        values: Json = {"connectorId": 1, "transactionId": charge.number, "meterValue": [reading]}
        await self._ask(line, "MeterValues", values)
        charge.readings_wh.append(value_wh)

    async def _ask(self, line: ClientConnection, action: str, payload: Json) -> Json:
        message_id = f"{self.name}-{next(self._ids)}"
        await line.send(json.dumps([2, message_id, action, payload]))
        kind, answered_id, result = json.loads(await line.recv())
        assert (kind, answered_id) == (3, message_id), result
        assert isinstance(result, dict)
        self._load.answered()
        return result


def _time(second: int) -> str:
    return (EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def kill_again_and_again(place: Path, database: str, *, rounds: int, seed: int) -> list[Station]:
    """Kill so many times, let the stations finish, and return what they were told."""
    chance, load = Random(seed), Load()
    central = CentralProcess(place, settings=SETTINGS, database=database)
    stations = [Station(name, load) for name in NAMES]
    async with central, asyncio.TaskGroup() as lives:
        for station in stations:
            lives.create_task(station.live(central.url))
        for _ in range(rounds):
            load.is_up.set()
            await load.see(chance.randint(1, ANSWERS_MAX))
            load.is_up.clear()
            await central.kill()
            await central.start()
        load.is_over = True
        load.is_up.set()
    return stations


def differences(database: str, stations: Sequence[Station]) -> list[str]:
    """Where the ledger is not what the stations were told; empty if all is well."""
    charges = [(station, charge) for station in stations for charge in station.charges]
    told = {
        charge.number: (station.name, _ms(charge.begun_s), "stopped", charge.meter_start_wh, charge.meter_stop_wh)
        for station, charge in charges
    }
    told_readings = {charge.number: charge.readings_wh for _, charge in charges}
    engine = open_database(database)
    with engine.connect() as connection:
        kept = schema.transactions.c
        columns = (kept.station_id, kept.started_at_ms, kept.state, kept.meter_start_wh, kept.meter_stop_wh)
        recorded = {row[0]: tuple(row[1:]) for row in connection.execute(select(kept.id, *columns))}
        readings: dict[int | None, list[float | None]] = defaultdict(list)
        of_readings = select(schema.readings.c.claimed_id, schema.readings.c.energy_wh)
        for claimed_id, energy_wh in connection.execute(of_readings.order_by(schema.readings.c.taken_at_ms)):
            readings[claimed_id].append(energy_wh)
        doubts = [str(row) for table in DOUBTS for row in connection.execute(table.select())]
    engine.dispose()
    twice = [f"{len(charges) - len(told)} numbers were given twice"] if len(charges) != len(told) else []
    return [
        *twice,
        *doubts,
        *(
            f"transaction {n}: {recorded.get(n)}, told {told.get(n)}"
            for n in {**recorded, **told}
            if recorded.get(n) != told.get(n)
        ),
        *(
            f"readings of {n}: {readings.get(n)}, told {told_readings.get(n)}"
            for n in {**readings, **told_readings}
            if readings.get(n) != told_readings.get(n)
        ),
    ]


def _ms(second: int) -> int:
    return round((EPOCH + timedelta(seconds=second)).timestamp() * 1000)


@contextmanager
def _database(place: Path, *, wants_postgresql: bool) -> Iterator[str]:
    if wants_postgresql:
        with running(uuid4().hex, "kills") as server:
            yield server.clean()
    else:
        yield str(place / "kills.sqlite")


def main() -> int:
    """Run from the command line; exit code 1 if anything was lost or is there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=Random().randrange(10**6))
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory() as folder, _database(Path(folder), wants_postgresql=given.postgresql) as database:
        stations = asyncio.run(kill_again_and_again(Path(folder), database, rounds=given.rounds, seed=given.seed))
        found = differences(database, stations)
    charges = sum(len(station.charges) for station in stations)
    print(f"{given.rounds} kills, {charges} transactions, {charges * READINGS} readings, {len(found)} differences")
    print(*found, sep="\n", end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
