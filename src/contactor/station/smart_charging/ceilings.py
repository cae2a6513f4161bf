"""Knows the most that each connector may have, and until when: installation, hardware, profiles together (SC-12).

The station asks at every event, so what the profiles say is remembered until the instant at which it may change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contactor.base.ids import ConnectorId
from contactor.hardware.port import Hardware
from contactor.ocpp.composite_schedule import Ceiling, Plan, limit_w, next_change
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.smart_charging.profiles import Profiles
from contactor.station.transactions import Transaction, Transactions

CLOCK_STEP_MIN = timedelta(seconds=0.5)
"""A wall clock that moves by more than this against the monotonic one was set; less is rounding and drift."""

_LIMIT_KEYS = (Key.CONNECTOR_A_LIMITED_POWER, Key.CONNECTOR_B_LIMITED_POWER)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What bounds a connector from one instant until the next that may change it; None: nothing will."""

    limit_w: float
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What the profiles said, and what it depended on."""

    version: int
    transaction: int | None
    until: datetime | None
    planned_w: float | None

    def still_holds(self, version: int, transaction: int | None, at: datetime) -> bool:
        same = self.version == version and self.transaction == transaction
        return same and (self.until is None or at < self.until)


class Ceilings:
    """Joins profiles with the transactions they are counted from, and with what installation and hardware allow.

    `station_w` is the most the whole station may take, as of the last settling.
    """

    def __init__(
        self,
        configuration: Configuration,
        hardware: Hardware,
        transactions: Transactions,
        profiles: Profiles,
        *,
        module_w: float,
    ) -> None:
        self._configuration = configuration
        self._hardware = hardware
        self._transactions = transactions
        self._profiles = profiles
        self._module_w = module_w
        self._remembered: dict[ConnectorId, _Remembered] = {}
        # None until the first settle: what an earlier life left behind has to be looked at once.
        self._began: dict[int, datetime] | None = None
        self._clock_zero: datetime | None = None
        self.station_w = self._station_limit_w()

    def settle(self, now: Moment) -> None:
        """Notice which transactions run and whether the clock was set; forget profiles of ended transactions."""
        self._notice_clock(now)
        self.station_w = self._station_limit_w()
        running = {each.key: self._began_at(each) for each in self._transactions.all_open()}
        if self._began is None or running.keys() != self._began.keys():
            self._profiles.settle()
            self._began = running

    def local_w(self, connector_id: ConnectorId) -> float:
        """The most a connector may have if no profile says less (D-24)."""
        limited_w = self._configuration.number(_LIMIT_KEYS[connector_id - 1]) * 1000.0
        return max(0.0, min(limited_w, self.station_w))

    def outlook(self, connector_id: ConnectorId, now: Moment) -> Outlook:
        """What bounds a connector now."""
        transaction = self._transactions.open_on(connector_id)
        key = None if transaction is None else transaction.key
        known = self._remembered.get(connector_id)
        if known is None or not known.still_holds(self._profiles.version, key, now.instant):
            plan = self._plan(connector_id, transaction, now.instant)
            change = next_change(plan, now.instant)
            known = _Remembered(self._profiles.version, key, change, limit_w(plan, now.instant))
            self._remembered[connector_id] = known
        local_w = self.local_w(connector_id)
        return Outlook(local_w if known.planned_w is None else min(local_w, known.planned_w), known.until)

    def ceiling(self, connector_id: ConnectorId, query: datetime) -> Ceiling:
        """What bounds a connector now and later, as of `query` (SC-24, SC-25)."""
        transaction = self._transactions.open_on(connector_id)
        return Ceiling(self._plan(connector_id, transaction, query), self.local_w(connector_id))

    def _station_limit_w(self) -> float:
        limited_w = self._configuration.number(Key.CHARGE_LIMITED_POWER) * 1000.0
        return max(0.0, min(limited_w, self._hardware.modules_healthy * self._module_w))

    def _plan(self, connector_id: ConnectorId, transaction: Transaction | None, instant: datetime) -> Plan:
        if transaction is None:
            return self._profiles.plan(connector_id, None, instant)
        return self._profiles.plan(connector_id, transaction, self._began_at(transaction))

    def _began_at(self, transaction: Transaction) -> datetime:
        return (self._began or {}).get(transaction.key, transaction.started_at)

    def _notice_clock(self, now: Moment) -> None:
        """Keep seconds since a start what they are when the clock is set during a transaction (CLK-03)."""
        clock_zero = now.instant - timedelta(seconds=now.s)
        step = clock_zero - (self._clock_zero or clock_zero)
        self._clock_zero = clock_zero
        if abs(step) < CLOCK_STEP_MIN:
            return
        self._remembered.clear()
        if self._began is not None:
            self._began = {key: began + step for key, began in self._began.items()}
