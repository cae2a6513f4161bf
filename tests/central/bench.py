"""A central system without network: sessions on wires made of lists, a real database, a writer that can be held."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from secrets import token_bytes

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import ManualClock
from contactor.base.ids import StationId
from contactor.central.handlers.signing import open_signing
from contactor.central.inbound import inbound_table
from contactor.central.ledger import record_start, record_stop
from contactor.central.milliseconds import to_ms
from contactor.central.provision import provision
from contactor.central.queries import Queries
from contactor.central.readings import NO_TRANSACTION, Metering
from contactor.central.roster import Member, load_roster
from contactor.central.session import Session
from contactor.central.sessions import Sessions
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.store.batch import Batches, Done, Item, Work
from contactor.central.store.database import for_writing
from contactor.central.store.newest import open_newest
from contactor.central.store.news import News
from contactor.central.store.statement import Rows
from contactor.central.traffic import BATCH_BOUNDS, Histogram
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.messages import (
    StartTransaction,
    StartTransactionResult,
    StopTransaction,
    StopTransactionResult,
)
from contactor.ocpp.peer import CallAnswered
from tests.central.sqlite_template import fresh

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
STATION = StationId("RDAM-01")
OTHER_STATION = StationId("RDAM-02")
Json = dict[str, object]


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def wire_time(seconds: float) -> str:
    return at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def settings(**changes: object) -> CentralSettings:
    """Two stations and no tags, and nothing asked of stations but by the test, unless changed."""
    stations = (StationSetting(STATION), StationSetting(OTHER_STATION))
    given: dict[str, object] = {"stations": stations, "read_configuration": False, **changes}
    return CentralSettings(**given)  # type: ignore[arg-type]  # a bench's keyword arguments are the settings' own


def address_in(place: Path | str) -> str:
    """A database's address: itself, or that of a SQLite file in a folder."""
    return place if isinstance(place, str) else fresh(place / "central.db")


def open_store(place: Path | str, given: CentralSettings | None = None) -> Engine:
    """A database at the newest schema, with the settings' stations and tags; in a folder, it is a SQLite file."""
    engine = open_newest(address_in(place))
    with for_writing(engine).begin() as connection:
        provision(connection, given or settings(), now_ms=to_ms(NOON), new_salt=lambda: token_bytes(16))
    return engine


@contextmanager
def store_in(place: Path | str, given: CentralSettings | None = None) -> Iterator[Engine]:
    engine = open_store(place, given)
    try:
        yield engine
    finally:
        engine.dispose()


class LedgerBench:
    """Starts, stops and readings given straight to the record, each in a database transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.queries = Queries(engine)

    def start(
        self,
        connector: int = 1,
        tag: str = "TAG-1",
        meter: int = 1000,
        when: float = 0,
        station: StationId = STATION,
        received: float | None = None,
    ) -> StartTransactionResult:
        request = StartTransaction(connector_id=connector, id_tag=tag, meter_start=meter, timestamp=at(when))  # type: ignore[arg-type]  # plain values for the id types
        with self._write() as connection:
            return record_start(connection, station, request, at(when if received is None else received))

    def stop(
        self,
        transaction: int,
        meter: int = 5000,
        when: float = 600,
        station: StationId = STATION,
        received: float | None = None,
        **fields: object,
    ) -> StopTransactionResult:
        request = StopTransaction(transaction_id=transaction, meter_stop=meter, timestamp=at(when), **fields)  # type: ignore[arg-type]  # optional fields by name
        with self._write() as connection:
            return record_stop(connection, station, request, at(when if received is None else received))

    def read(
        self,
        transaction: int = NO_TRANSACTION,
        when: float = 60,
        energy: str = "1200",
        connector: int = 1,
        station: StationId = STATION,
    ) -> None:
        meter_value = MeterValue(timestamp=at(when), sampled_value=(SampledValue(value=energy),))
        with self._write() as connection:
            for part in Metering().rows(station, transaction, connector, [meter_value], at(when)):
                part.execute_on(connection)

    def energies(self, transaction: int) -> list[float | None]:
        return [reading.energy_wh for reading in self.queries.readings(transaction)]

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with for_writing(self.engine).begin() as connection:
            yield connection


class HeldWriter:
    """Commits to a real database, at once or, while `is_held`, when told to."""

    def __init__(self, engine: Engine) -> None:
        self._connection = for_writing(engine).connect()
        self._batches = Batches(self._connection)
        self._waiting: list[Item] = []
        self.is_held = False
        self.batches = Histogram(BATCH_BOUNDS)
        self.news = News()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def write(self, work: Work | tuple[Rows, ...], done: Done) -> None:
        self._waiting.append(Item(work, done))
        if not self.is_held:
            self.commit()

    def commit(self) -> None:
        taken, self._waiting = self._waiting, []
        for item, outcome in self._batches.commit(taken):
            if item.has_news(outcome):
                self.news.come()
            item.done(outcome)

    async def stop(self) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()


class ListWire:
    """A link that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[list[object]] = []
        self.closures: list[tuple[int, str]] = []
        self.is_open = True

    def send(self, text: bytes) -> bool:
        if self.is_open:
            self.sent.append(json.loads(text))
        return self.is_open

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.is_open = False
        self.closures.append((code, reason))

    def abort(self) -> None:
        self.is_open = False


class Line:
    """One connection of a station: what it says, and what it hears."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.wire = ListWire()
        self._ids = count(1)
        session.link_opened(self.wire)

    def say(self, text: str) -> None:
        self.session.text_received(text.encode())

    def call(self, action: str, payload: Json, message_id: str | None = None) -> str:
        message_id = message_id or f"m{next(self._ids)}"
        self.say(json.dumps([2, message_id, action, payload]))
        return message_id

    def ask(self, action: str, payload: Json | None = None, message_id: str | None = None) -> Json:
        """Call and return the CALLRESULT's payload."""
        message_id = self.call(action, payload or {}, message_id)
        frame = self.wire.sent[-1]
        assert frame[:2] == [3, message_id], frame
        result = frame[2]
        assert isinstance(result, dict)
        return result

    def refused(self, action: str, payload: Json | None = None) -> object:
        """Call and return the CALLERROR's code."""
        message_id = self.call(action, payload or {})
        frame = self.wire.sent[-1]
        assert frame[:2] == [4, message_id], frame
        return frame[2]

    def boot(self) -> Json:
        return self.ask(
            "BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD2L36D0CC"}
        )

    def answer(self, payload: Json) -> None:
        """Answer the last call heard."""
        frame = self.wire.sent[-1]
        assert frame[0] == 2, frame
        self.say(json.dumps([3, frame[1], payload]))

    def end(self) -> None:
        self.wire.is_open = False
        self.session.link_closed(None)


class CentralBench:
    """Sessions, handlers, ledger and store, with time in our hands."""

    def __init__(self, engine: Engine, given: CentralSettings) -> None:
        self.engine = engine
        self.queries = Queries(engine)
        self.writer = HeldWriter(engine)
        self.clock = ManualClock(NOON)
        with engine.connect() as connection:
            self.roster = load_roster(connection)
        ids = count(1)
        self.sessions = Sessions(
            given,
            inbound=inbound_table(given, open_signing(given, self.roster)),
            writer=self.writer,
            clock=self.clock,
            new_id=lambda: f"c{next(ids)}",
            roster=self.roster,
            log=structlog.get_logger(),
        )

    def connect(self, station: str = STATION) -> Line:
        member = self.roster.find(station) or Member(StationId(station))
        return Line(self.sessions.make(member))

    def connect_accepted(self, station: str = STATION) -> Line:
        line = self.connect(station)
        assert line.boot()["status"] == "Accepted"
        return line


@contextmanager
def central_in(place: Path | str, **changes: object) -> Iterator[CentralBench]:
    """A central system on a database; the settings can be changed by name."""
    given = settings(**changes)
    with store_in(place, given) as engine:
        bench = CentralBench(engine, given)
        try:
            yield bench
        finally:
            bench.writer.close()


def results(outcomes: list[object]) -> list[object]:
    """What the answered calls brought."""
    return [outcome.result for outcome in outcomes if isinstance(outcome, CallAnswered)]
