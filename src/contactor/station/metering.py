"""Knows when to sample, and turns readings into MeterValues (MV-01..19)."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from contactor.base.deadlines import earliest
from contactor.base.ids import ConnectorId, OutletNumber
from contactor.guide.entries import MeasurandEntry
from contactor.hardware.port import Hardware, Reading
from contactor.ocpp.actions import ACTIONS
from contactor.ocpp.codec import Written
from contactor.ocpp.datatypes import MeterValue
from contactor.ocpp.enumerations import Measurand, ReadingContext
from contactor.ocpp.messages import MeterValues
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.outbox import Outbox
from contactor.station.sampling import ReadingForm, columns_of, form_of, sampled
from contactor.station.transaction_data import TransactionData
from contactor.station.transactions import Transaction, Transactions

_METER_VALUES = ACTIONS[MeterValues.__name__]
LIFE_SIGN_INTERVAL_S = 60.0
"""How often an open transaction's register is kept against a power cut (PW-05)."""


class Metering:
    """Samples open transactions on their own grid and all connectors on the clock's."""

    __slots__ = ("_aligned_interval_s", "_aligned_next", "_configuration", "_data", "_forms", "_forms_edition",
                 "_grids", "_hardware", "_interval_offline", "_intervals", "_intervals_edition", "_measurands",
                 "_offline_since_s", "_outbox", "_pace", "_switched", "_transactions", "deadline_s")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        hardware: Hardware,
        transactions: Transactions,
        outbox: Outbox,
        measurands: Mapping[str, MeasurandEntry],
        data: TransactionData,
    ) -> None:
        self._configuration = configuration
        self._hardware = hardware
        self._transactions = transactions
        self._outbox = outbox
        self._measurands = measurands
        self._switched = tuple(name for name, entry in measurands.items() if entry.enabled_by is not None)
        # Where the product knows no slower rhythm, the plain one goes on (MV-06).
        has_own = configuration.has(Key.DISCONNECTED_METER_VALUE_SAMPLE_INTERVAL)
        self._interval_offline = (
            Key.DISCONNECTED_METER_VALUE_SAMPLE_INTERVAL if has_own else Key.METER_VALUE_SAMPLE_INTERVAL
        )
        self._data = data
        self._grids: dict[int, _Grid] = {}
        self._offline_since_s: float | None = 0.0
        self._aligned_next: datetime | None = None
        self._aligned_interval_s = 0
        # What follows from the configuration is worked out once for each of its editions.
        self._forms: dict[tuple[Key, ConnectorId], ReadingForm] | None = None
        self._forms_edition = -1
        self._intervals = _NO_INTERVALS
        self._intervals_edition = -1
        self._pace = _NO_PACE
        self.deadline_s: float | None = None
        """When the next sample or life sign is due."""

    def went_offline(self, now: Moment) -> None:
        """The central system is out of reach: the guide's slower interval begins (D-25)."""
        if self._offline_since_s is None:
            self._offline_since_s = now.s
            self._set_pace()

    def came_online(self) -> None:
        """The central system is there again: the normal grid resumes."""
        self._offline_since_s = None
        self._set_pace()

    def transaction_started(self, transaction: Transaction, now: Moment) -> None:
        """A transaction's grid begins at its start (MV-01)."""
        self._grids[transaction.key] = _Grid(now)

    def note_begin(self, transaction: Transaction, now: Moment) -> None:
        """The first of the readings that a StopTransaction will carry (STP-03)."""
        context = ReadingContext.TRANSACTION_BEGIN
        self._note_data(transaction, Key.STOP_TXN_SAMPLED_DATA, context, now.instant, self._read(transaction))

    def transaction_stopped(self, transaction: Transaction, instant: datetime) -> tuple[MeterValue, ...]:
        """No sample after the stop (MV-19); returns what StopTransaction carries, its last reading included."""
        self._grids.pop(transaction.key, None)
        ended_at = max(transaction.alive_at, instant)
        context = ReadingContext.TRANSACTION_END
        self._note_data(transaction, Key.STOP_TXN_SAMPLED_DATA, context, ended_at, self._read(transaction))
        return self._data.take(transaction.key)

    def settle(self, now: Moment) -> None:
        """Take the samples that are due and find the next moment."""
        if self._intervals_edition != self._configuration.edition:
            self._read_intervals()
        deadlines: list[float | None] = []
        if self._intervals.aligned_s or self._aligned_next is not None:
            self._sample_clock_aligned(now)
            deadlines.append(self._aligned_due_s(now))
        for transaction in self._transactions.all_open():
            grid = self._grids[transaction.key]
            if grid.due_s is not None and now.s >= grid.due_s:
                self._sample_periodically(transaction, grid, now)
            if grid.pace is not self._pace:
                grid.follow(self._pace, now.s)
            if now.s >= grid.life_sign_s + LIFE_SIGN_INTERVAL_S:
                self.note_life(transaction, now)
            deadlines += (grid.life_sign_s + LIFE_SIGN_INTERVAL_S, grid.due_s)
        self.deadline_s = earliest(deadlines)

    def note_life(self, transaction: Transaction, now: Moment) -> None:
        """Keep an open transaction's register and time in the store."""
        self._note_life(transaction, self._read(transaction), now)

    def _note_life(self, transaction: Transaction, reading: Reading, now: Moment) -> None:
        self._grids[transaction.key].life_sign_s = now.s
        self._transactions.note_life(transaction, reading.register_wh, now)

    def _read(self, transaction: Transaction) -> Reading:
        return self._hardware.read(OutletNumber(transaction.connector_id))

    def triggered(self, connector_id: ConnectorId, now: Moment) -> MeterValues | None:
        """The values of this moment because they were asked for; None if the list leaves nothing (TRG-06)."""
        transaction = self._transactions.open_on(connector_id)
        reading = self._hardware.read(OutletNumber(connector_id))
        values = self._sample(reading, Key.METER_VALUES_SAMPLED_DATA, ReadingContext.TRIGGER, now.instant)
        if values is None:
            return None
        if transaction is None or not transaction.is_start_settled:
            # A start that is still on its way has no id to name yet.
            return MeterValues(connector_id=connector_id, meter_value=(values,))
        central_id = self._transactions.central_id(transaction.key)
        return MeterValues(connector_id=connector_id, transaction_id=central_id, meter_value=(values,))

    def _sample_periodically(self, transaction: Transaction, grid: "_Grid", now: Moment) -> None:
        grid.step(now.s)
        reading = self._read(transaction)
        context = ReadingContext.SAMPLE_PERIODIC
        self._owe(transaction, Key.METER_VALUES_SAMPLED_DATA, context, now.instant, reading, now)
        self._note_data(transaction, Key.STOP_TXN_SAMPLED_DATA, context, now.instant, reading)

    def _note_data(
        self, transaction: Transaction, list_key: Key, context: ReadingContext, instant: datetime, reading: Reading
    ) -> None:
        """Keep a reading for StopTransaction; an empty list is none here, for MeterValues tell the register already."""
        if not self._configuration.text(list_key):
            return
        values = self._sample(reading, list_key, context, max(instant, transaction.started_at))
        if values is not None:
            self._data.add(transaction.key, values)

    def _read_intervals(self) -> None:
        configuration = self._configuration
        self._intervals_edition = configuration.edition
        self._intervals = _intervals(
            configuration.number(Key.METER_VALUE_SAMPLE_INTERVAL),
            configuration.number(self._interval_offline),
            configuration.number(Key.CLOCK_ALIGNED_DATA_INTERVAL),
        )
        self._set_pace()

    def _set_pace(self) -> None:
        since_s, intervals = self._offline_since_s, self._intervals
        self._pace = _pace(since_s, intervals.sampled_s if since_s is None else intervals.sampled_offline_s)

    def _sample_clock_aligned(self, now: Moment) -> None:
        interval_s = self._intervals.aligned_s
        if interval_s == 0:
            self._aligned_next = None
            self._aligned_interval_s = 0
            return
        boundary = self._aligned_next
        if boundary is not None and interval_s == self._aligned_interval_s and boundary <= now.instant:
            for outlet in self._hardware.outlets:
                self._sample_aligned(ConnectorId(outlet), boundary, now)
        self._aligned_interval_s = interval_s
        self._aligned_next = next_boundary(now.instant, interval_s)

    def _aligned_due_s(self, now: Moment) -> float | None:
        if self._aligned_next is None:
            return None
        return now.s + (self._aligned_next - now.instant).total_seconds()

    def _sample_aligned(self, connector_id: ConnectorId, boundary: datetime, now: Moment) -> None:
        reading = self._hardware.read(OutletNumber(connector_id))
        context = ReadingContext.SAMPLE_CLOCK
        transaction = self._transactions.open_on(connector_id)
        if transaction is None:
            values = self._sample(reading, Key.METER_VALUES_ALIGNED_DATA, context, boundary)
            if values is not None:
                self._outbox.put(MeterValues(connector_id=connector_id, meter_value=(values,)), None)
            return
        self._owe(transaction, Key.METER_VALUES_ALIGNED_DATA, context, boundary, reading, now)
        self._note_data(transaction, Key.STOP_TXN_ALIGNED_DATA, context, boundary, reading)

    def _owe(
        self,
        transaction: Transaction,
        list_key: Key,
        context: ReadingContext,
        instant: datetime,
        reading: Reading,
        now: Moment,
    ) -> None:
        # What is told of a transaction never goes back in time, even if the clock was set back (CLK-03).
        grid = self._grids[transaction.key]
        told_at = max(grid.told_at, transaction.started_at, instant)
        payload = self._form(list_key, transaction.connector_id, context).filled(told_at, reading)
        if payload is None:
            return
        grid.told_at = told_at
        self._outbox.put(Written(_METER_VALUES, payload), transaction.key)
        self._note_life(transaction, reading, now)  # a stop after a power cut is not before the last sample (PW-01)

    def _form(self, list_key: Key, connector_id: ConnectorId, context: ReadingContext) -> ReadingForm:
        if self._forms is None or self._forms_edition != self._configuration.edition:
            self._forms = {}
            self._forms_edition = self._configuration.edition
        form = self._forms.get((list_key, connector_id))
        if form is None:
            columns = columns_of(self._listed(list_key), self._measurands)
            form = self._forms[list_key, connector_id] = form_of(columns, connector_id, context)
        return form

    def _sample(self, reading: Reading, list_key: Key, context: ReadingContext, instant: datetime) -> MeterValue | None:
        values = sampled(columns_of(self._listed(list_key), self._measurands), reading, context)
        return MeterValue(timestamp=instant, sampled_value=values) if values else None

    def _listed(self, list_key: Key) -> Sequence[str]:
        # An empty list means the register (MV-03).
        names = self._configuration.items(list_key) or (Measurand.ENERGY_ACTIVE_IMPORT_REGISTER,)
        if not self._switched:
            return names
        switched_on = [name for name in self._switched if self._configuration.is_switched_on(name)]
        return [*[name for name in names if name not in self._switched], *switched_on]


class _Intervals(NamedTuple):
    """The keys that set how often is sampled, in seconds; 0 is never."""

    sampled_s: int
    sampled_offline_s: int
    aligned_s: int


class _Pace(NamedTuple):
    """How often open transactions are sampled now, and since when the line has been down if it is."""

    offline_since_s: float | None
    interval_s: int


# Equal ones are one and the same, because most stations of a fleet have equal ones.
_intervals = lru_cache(maxsize=64)(_Intervals)
_pace = lru_cache(maxsize=64)(_Pace)
_NO_INTERVALS = _Intervals(0, 0, 0)
_NO_PACE = _Pace(None, 0)


class _Rhythm(NamedTuple):
    """Samples every `interval_s` after `base_s`."""

    base_s: float
    interval_s: int

    def next_s(self, after_s: float) -> float:
        """The first beat after a second."""
        # A hair is added so that a sample taken exactly on a beat does not count as before it.
        passed = math.floor((after_s - self.base_s) / self.interval_s + 1e-9)
        return self.base_s + (max(passed, 0) + 1) * self.interval_s


class _Grid:
    """When one transaction is sampled and was kept, in monotonic seconds; `told_at` is its newest timestamp told."""

    __slots__ = ("_rhythm", "due_s", "life_sign_s", "pace", "start_s", "told_at")

    def __init__(self, start: Moment) -> None:
        self.start_s = start.s
        self.life_sign_s = start.s
        self.told_at = start.instant
        self.due_s: float | None = None
        self.pace = _NO_PACE
        self._rhythm: _Rhythm | None = None

    def follow(self, pace: _Pace, now_s: float) -> None:
        """Take up the pace that holds now; a new rhythm begins with its next beat (MV-13)."""
        self.pace = pace
        base_s = self.start_s if pace.offline_since_s is None else max(pace.offline_since_s, self.start_s)
        rhythm = _Rhythm(base_s, pace.interval_s) if pace.interval_s else None
        if rhythm != self._rhythm:
            self._rhythm = rhythm
            self.step(now_s)

    def step(self, now_s: float) -> None:
        """Wait for the next beat."""
        self.due_s = None if self._rhythm is None else self._rhythm.next_s(now_s)


def next_boundary(instant: datetime, interval_s: int) -> datetime:
    """The first multiple of the interval after an instant, counted from midnight UTC (MV-04)."""
    midnight = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    passed = math.floor((instant - midnight).total_seconds() / interval_s)
    boundary = midnight + timedelta(seconds=(passed + 1) * interval_s)
    # The grid begins anew at midnight even where the interval does not divide a day.
    return min(boundary, midnight + timedelta(days=1))
