"""What checkers may look at: what stations owe, what they look like, and what the record says; never the scenario."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine, Select, select

from contactor.base.ids import OutletNumber
from contactor.base.instants import from_text
from contactor.central.belonging import belongs
from contactor.central.milliseconds import to_ms
from contactor.central.queries import Queries
from contactor.central.store import operation_tables, schema
from contactor.rig.plug import RATINGS
from contactor.rig.rig import Rig
from contactor.station.keys import Key
from contactor.station.outbox import Entry
from contactor.station.station import Station
from contactor.station.store.port import Store
from contactor.storm.clocks import STORM_BEGINS
from contactor.virtual.virtual_station import VirtualStation

Json = Mapping[str, Any]  # Any: JSON, each checker knows what it looks for

_read = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, and was."""

    invariant: str
    station: str
    at_s: float
    what: str


class Debt(Struct, frozen=True):
    """A message about a transaction that a station had durably undertaken to deliver; `charge` is its own number."""

    station: str
    at_s: float
    action: str
    payload: Json
    message_id: str
    charge: int | None

    @classmethod
    def of(cls, station: str, at_s: float, entry: Entry) -> "Debt":
        """What a row of a station's outbox says."""
        return cls(station, at_s, entry.action, _read(entry.payload), entry.message_id, entry.transaction)


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """What the stations of a site may take together from now on; it stands in the record."""

    stations: tuple[str, ...]
    limit_w: int


class OutletLook(Struct, frozen=True):
    """One outlet at a moment: its meter and car, and the transaction that the software has there (None if off)."""

    number: OutletNumber
    register_wh: int
    power_w: float
    rating_w: float
    in_transaction: bool | None


class CentralLook(Struct, frozen=True):
    """How much waits at the central system at a moment; what only a running process knows is 0 while there is none.

    `calls_waiting` are those of the station with most of them, `lines` the connections that anybody still holds open.
    """

    at_s: float
    stations: int
    sessions: int
    calls_waiting: int
    writes_waiting: int
    lines: int


class StationLook(Struct, frozen=True):
    """A station at a moment; a struct, as stations are looked at all the time.

    What only running software knows is empty while it is off.
    """

    station: str
    at_s: float
    power_max_w: float
    is_on: bool
    is_online: bool
    messages_owed: int
    outlets: tuple[OutletLook, ...]
    statuses: Mapping[int, str] = {}
    welcomes_unknown: bool | None = None
    remembers_badges: bool | None = None
    badges: frozenset[str] = frozenset()
    configuration: Mapping[str, str] = {}
    calls_waiting: int = 0


def look_at(name: str, virtual: VirtualStation, at_s: float) -> StationLook:
    """Look at a station without touching it; its hardware stands where it was last advanced to."""
    rig, software = virtual.rig, virtual.runner.station
    return StationLook(
        station=name,
        at_s=at_s,
        power_max_w=virtual.model.power_kw * 1000.0,
        is_on=software is not None,
        is_online=software is not None and software.is_online,
        messages_owed=0 if software is None else software.messages_owed,
        outlets=tuple(_outlet(rig, software, number) for number in rig.outlets),
        welcomes_unknown=None if software is None else software.configuration.flag(Key.ALLOW_OFFLINE_TX_FOR_UNKNOWN_ID),
        remembers_badges=None if software is None else software.configuration.flag(Key.AUTHORIZATION_CACHE_ENABLED),
        calls_waiting=0 if software is None else software.calls_waiting,
    )


def look_closely(look: StationLook, virtual: VirtualStation, store: Store) -> StationLook:
    """Add what connectors do, and what is kept for good: configuration and badges; takes long, so only in the end."""
    software = virtual.runner.station
    if software is None:
        return look
    values = {str(key): software.configuration.text(key) for key in Key}
    return replace(
        look,
        statuses={int(each.id): str(each.status) for each in software.connectors.values()},
        badges=frozenset(store.rows("local_list")),
        configuration={key: value for key, value in values.items() if value is not None},
    )


def _outlet(rig: Rig, software: Station | None, number: OutletNumber) -> OutletLook:
    meter = rig.meter(number)
    return OutletLook(
        number,
        meter.register_wh(rig.now_s),
        meter.power_w,
        RATINGS[rig.plug_kind(number)].power_max_w,
        None if software is None else software.transactions.open_on(number) is not None,
    )


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """One reading as the ledger has it."""

    taken_at_ms: int
    received_at_ms: int
    values: tuple[str, ...]
    energy_wh: float | None


@dataclass(frozen=True, slots=True)
class LedgerTransaction:
    """One transaction as the ledger has it."""

    transaction_id: int
    station: str
    connector: int
    id_tag: str
    started_at_ms: int
    meter_start_wh: int
    stopped_at_ms: int | None
    meter_stop_wh: int | None
    stop_reason: str | None
    energy_wh: float | None
    readings: tuple[LedgerReading, ...]


class Record:
    """The central system's record when all is over, asked by queries of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queries = Queries(engine)
        self.transactions = tuple(self._transactions())

    def statuses(self) -> Mapping[tuple[str, int], str]:
        """What each connector was last known to do."""
        return {
            (view.station_id, connector.connector_id): str(connector.status)
            for view in self._queries.stations()
            for connector in view.connectors
        }

    def stray_stops(self) -> int:
        """How many stops found no transaction."""
        return len(self._queries.stray_stops())

    def commands(self) -> Sequence[Json]:
        """Every command, oldest first, by the columns of its row."""
        return self._rows(select(operation_tables.commands).order_by(operation_tables.commands.c.id))

    def events(self, kind: str) -> Sequence[Json]:
        """The facts of every event of a kind, oldest first."""
        table = operation_tables.events
        rows = self._rows(select(table).where(table.c.kind == kind).order_by(table.c.sequence))
        return [{**_read(row["facts"]), "station": row["station_id"]} for row in rows]

    def timed_events(self, kind: str) -> Sequence[tuple[float, Json]]:
        """Every event of a kind with the second of the storm, by the central system's clock, oldest first."""
        table = operation_tables.events
        rows = self._rows(select(table).where(table.c.kind == kind).order_by(table.c.sequence))
        began_ms = to_ms(STORM_BEGINS)
        return [((row["at_ms"] - began_ms) / 1000.0, _read(row["facts"])) for row in rows]

    def texts(self) -> Sequence[str]:
        """Everything that was logged, told or kept for people to read."""
        commands, events, messages = operation_tables.commands, operation_tables.events, operation_tables.messages
        columns = (commands.c.request, commands.c.answer, commands.c.detail, events.c.facts, messages.c.frame)
        queries = [select(column).where(column.is_not(None)) for column in columns]
        with self._engine.connect() as connection:
            return [text for query in queries for text in connection.scalars(query)]

    def _transactions(self) -> Sequence[LedgerTransaction]:
        readings = self._readings()
        return [
            LedgerTransaction(
                view.transaction_id,
                view.station_id,
                view.connector_id,
                view.id_tag,
                to_ms(view.started_at),
                view.meter_start_wh,
                None if view.stopped_at is None else to_ms(view.stopped_at),
                view.meter_stop_wh,
                None if view.stop_reason is None else str(view.stop_reason),
                view.energy_wh,
                tuple(readings[view.transaction_id]),
            )
            for view in self._queries.transactions()
        ]

    def _readings(self) -> Mapping[int, Sequence[LedgerReading]]:
        """By the number of their transaction, the oldest first."""
        number, kept = schema.transactions.c.id.label("number"), schema.readings.c
        query = select(number, kept.taken_at_ms, kept.received_at_ms, kept.sample_values, kept.energy_wh)
        query = query.select_from(schema.transactions).join(schema.readings, belongs())
        found: dict[int, list[LedgerReading]] = defaultdict(list)
        with self._engine.connect() as connection:
            for row in connection.execute(query.order_by(number, kept.taken_at_ms, kept.id)):
                reading = LedgerReading(
                    row.taken_at_ms, row.received_at_ms, tuple(_read(row.sample_values)), row.energy_wh
                )
                found[row.number].append(reading)
        return found

    def _rows(self, query: Select[Any]) -> list[Json]:  # Any: rows are read by their columns' names
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def ms_of(text: str) -> int:
    """An instant of the wire or of a store, in the ledger's milliseconds."""
    return to_ms(from_text(text))
