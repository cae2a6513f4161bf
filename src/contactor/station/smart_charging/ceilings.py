"""Knows the most that each connector may have, and until when: installation, hardware, profiles together (SC-12).

The station asks at every event, so what the profiles say is remembered until the instant at which it may change.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from contactor.base.ids import ConnectorId
from contactor.hardware.port import Hardware
from contactor.ocpp.composite_schedule import UNBOUND, Bound, Ceiling, Plan, bound, next_change
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.smart_charging.profiles import STATION, Profiles
from contactor.station.transactions import Transaction, Transactions

CLOCK_STEP_MIN_S = 0.5
"""A wall clock that moves by more than this against the monotonic one was set; less is rounding and drift."""

_LIMIT_KEYS = {1: Key.CONNECTOR_A_LIMITED_POWER, 2: Key.CONNECTOR_B_LIMITED_POWER}


class Outlook(Struct, frozen=True, gc=False):
    """What bounds a connector from one instant until the next that may change it; None: nothing will.

    A Struct, as what is made at every event is.
    """

    limit_w: float
    until: datetime | None
    limit_a: float = math.inf


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What the profiles said, and what it depended on."""

    version: int
    transaction: int | None
    until: datetime | None
    planned: Bound

    def still_holds(self, version: int, transaction: int | None, at: datetime) -> bool:
        same = self.version == version and self.transaction == transaction
        return same and (self.until is None or at < self.until)


_UNLIMITED = _Remembered(version=0, transaction=None, until=None, planned=UNBOUND)
"""What is said where no profile is installed at all, as in most stations at most times."""


class Ceilings:
    """Joins profiles with the transactions they are counted from, and with what installation and hardware allow.

    `station_w` is the most the whole station may take, as of the last settling; it may be another from `station_until`
    on. `nominal_v` is the voltage at which amperes are counted where no vehicle tells another.
    """

    __slots__ = ("_began", "_clock_zero_s", "_configuration", "_configuration_edition", "_hardware", "_limited_w",
                 "_module_w", "_nominal_v", "_profiles", "_remembered", "_transactions", "station_until",
                 "station_w")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        hardware: Hardware,
        transactions: Transactions,
        profiles: Profiles,
        *,
        module_w: float,
        nominal_v: float,
    ) -> None:
        self._configuration = configuration
        self._hardware = hardware
        self._transactions = transactions
        self._profiles = profiles
        self._module_w = module_w
        self._nominal_v = nominal_v
        self._remembered: dict[ConnectorId, _Remembered] = {}
        self._limited_w = 0.0
        self._configuration_edition = -1
        # None until the first settle: what an earlier life left behind has to be looked at once.
        self._began: dict[int, datetime] | None = None
        self._clock_zero_s: float | None = None
        self.station_w = self._installed_w()
        self.station_until: datetime | None = None

    def settle(self, now: Moment) -> None:
        """Notice which transactions run and whether the clock was set; forget profiles of ended transactions."""
        self._notice_clock(now)
        planned = self._remembered_of(STATION, None, now.instant, self._profiles.station_plan)
        self.station_w = min(self._installed_w(), planned.planned.in_watts(self._nominal_v))
        self.station_until = planned.until
        running = self._transactions.all_open()
        if self._began is None or [each.key for each in running] != list(self._began):
            self._profiles.settle()
            self._began = {each.key: self._began_at(each) for each in running}

    def local_w(self, connector_id: ConnectorId) -> float:
        """The most a connector may have if no profile says less (D-24)."""
        installed_w = self._installed_w()
        key = _LIMIT_KEYS.get(connector_id)
        if key is None or not self._configuration.has(key):
            return installed_w
        return max(0.0, min(self._configuration.number(key) * 1000.0, installed_w))

    def outlook(self, connector_id: ConnectorId, now: Moment) -> Outlook:
        """What bounds a connector now."""
        transaction = self._transactions.open_on(connector_id)
        key = None if transaction is None else transaction.key
        known = self._remembered_of(
            connector_id, key, now.instant, lambda: self._plan(connector_id, transaction, now.instant)
        )
        return Outlook(min(self.local_w(connector_id), known.planned.w), known.until, known.planned.a)

    def ceiling(self, connector_id: ConnectorId, query: datetime) -> Ceiling:
        """What bounds a connector now and later, as of `query` (SC-24, SC-25)."""
        transaction = self._transactions.open_on(connector_id)
        plan = self._plan(connector_id, transaction, query)
        return Ceiling(plan, self.local_w(connector_id), self._nominal_v)

    def station_ceiling(self) -> Ceiling:
        """What bounds the whole station now and later (SC-27)."""
        return Ceiling(self._profiles.station_plan(), self._installed_w(), self._nominal_v)

    def _remembered_of(
        self, place: ConnectorId, transaction: int | None, at: datetime, plan_of: Callable[[], Plan]
    ) -> _Remembered:
        if not self._profiles:
            return _UNLIMITED
        known = self._remembered.get(place)
        if known is None or not known.still_holds(self._profiles.version, transaction, at):
            plan = plan_of()
            known = _Remembered(self._profiles.version, transaction, next_change(plan, at), bound(plan, at))
            self._remembered[place] = known
        return known

    def _installed_w(self) -> float:
        configuration = self._configuration
        if self._configuration_edition != configuration.edition:  # it seldom changes, and is asked for at every event
            self._configuration_edition = configuration.edition
            self._limited_w = configuration.number(Key.CHARGE_LIMITED_POWER) * 1000.0
        return max(0.0, min(self._limited_w, self._hardware.modules_healthy * self._module_w))

    def _plan(self, connector_id: ConnectorId, transaction: Transaction | None, instant: datetime) -> Plan:
        if transaction is None:
            return self._profiles.plan(connector_id, None, instant)
        return self._profiles.plan(connector_id, transaction, self._began_at(transaction))

    def _began_at(self, transaction: Transaction) -> datetime:
        return (self._began or {}).get(transaction.key, transaction.started_at)

    def _notice_clock(self, now: Moment) -> None:
        """Keep seconds since a start what they are when the clock is set during a transaction (CLK-03)."""
        before_s, self._clock_zero_s = self._clock_zero_s, now.instant.timestamp() - now.s
        step_s = 0.0 if before_s is None else self._clock_zero_s - before_s
        if abs(step_s) < CLOCK_STEP_MIN_S:
            return
        self._remembered.clear()
        if self._began is not None:
            step = timedelta(seconds=step_s)
            self._began = {key: began + step for key, began in self._began.items()}
