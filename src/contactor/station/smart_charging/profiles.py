"""Keeps the installed charging profiles, over power cuts too, and says which bear upon a connector (SC-05..23).

A TxProfile belongs to one transaction and goes with it; the others stay until they are replaced or cleared.
"""

from collections.abc import Callable, Collection
from datetime import datetime

import msgspec
from msgspec import UNSET

from contactor.base.ids import ConnectorId
from contactor.guide.entries import ChargingProfileLimits
from contactor.ocpp.composite_schedule import Plan
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfilePurpose
from contactor.ocpp.messages import ClearChargingProfile
from contactor.station.smart_charging.judgement import (
    Objection,
    not_supported,
    objection_to,
    objection_to_start_with,
    rejected,
)
from contactor.station.store.port import Shelf, Store
from contactor.station.transactions import Transaction, Transactions

STATION = ConnectorId(0)


class Installed(msgspec.Struct, frozen=True):
    """A profile in its place; `transaction` is the local key of the transaction a TxProfile belongs to."""

    connector_id: ConnectorId
    profile: ChargingProfile
    transaction: int | None = None

    @property
    def is_for_transaction(self) -> bool:
        """Whether it goes when its transaction ends."""
        return self.profile.charging_profile_purpose is ChargingProfilePurpose.TX_PROFILE


_CHARGING_PROFILES = Shelf("charging_profiles", Installed)


class Profiles:
    """Every installed profile by its id; `version` grows with each change, for whoever remembers what they allow.

    `uncontrolled` are the connectors whose outlets cannot be told a limit (D-17).
    """

    __slots__ = ("_by_id", "_limits", "_store", "_transactions", "uncontrolled", "version")

    def __init__(
        self,
        store: Store,
        limits: ChargingProfileLimits,
        transactions: Transactions,
        uncontrolled: Collection[ConnectorId],
    ) -> None:
        self._store = store
        self._by_id = {each.profile.charging_profile_id: each for each in _CHARGING_PROFILES.records(store).values()}
        self._limits = limits
        self._transactions = transactions
        self.uncontrolled = uncontrolled
        self.version = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def installed(self) -> list[Installed]:
        """Every profile in its place."""
        return list(self._by_id.values())

    # Judging and installing

    def objection(self, connector_id: ConnectorId, profile: ChargingProfile, now: datetime) -> Objection | None:
        """Why SetChargingProfile must be refused, or None (SC-01..04, SC-07, D-14, D-17)."""
        if connector_id in self.uncontrolled:
            return not_supported("this outlet cannot be told a limit")
        objection = objection_to(profile, self._limits, now)
        is_maximum = profile.charging_profile_purpose is ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE
        if objection is None and is_maximum and connector_id != STATION:
            objection = rejected("a maximum of the station is for connector 0")
        if objection is None and profile.charging_profile_purpose is ChargingProfilePurpose.TX_PROFILE:
            objection = self._objection_to_transaction(connector_id, profile)
        return objection or self._objection_to_number(connector_id, profile)

    def objection_at_start(
        self, connector_id: ConnectorId, profile: ChargingProfile, now: datetime
    ) -> Objection | None:
        """Why a remote start with this profile must be refused, or None; where no limit is kept, none is judged."""
        if connector_id in self.uncontrolled:
            return None
        objection = objection_to_start_with(profile, self._limits, now)
        return objection or self._objection_to_number(connector_id, profile)

    def install(self, connector_id: ConnectorId, profile: ChargingProfile, now: datetime) -> None:
        """Install a profile that nothing was objected to, in place of what it replaces (SC-05).

        A maximum of the station that names no start has no transaction to count from: it counts from now.
        """
        maximum = ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE
        if profile.charging_profile_purpose is maximum and profile.charging_schedule.start_schedule is UNSET:
            schedule = msgspec.structs.replace(profile.charging_schedule, start_schedule=now)
            profile = msgspec.structs.replace(profile, charging_schedule=schedule)
        transaction: int | None = None
        if profile.charging_profile_purpose is ChargingProfilePurpose.TX_PROFILE:
            running = self._transactions.open_on(connector_id)
            assert running is not None, "a TxProfile is judged by its transaction"
            transaction = running.key
        for replaced in self._replaced_by(connector_id, profile):
            self._remove(replaced)
        self._by_id[profile.charging_profile_id] = installed = Installed(connector_id, profile, transaction)
        _CHARGING_PROFILES.put(self._store, str(profile.charging_profile_id), installed)
        self.version += 1

    def clear(self, request: ClearChargingProfile) -> bool:
        """Remove what matches; say whether anything did (SC-23)."""
        matches = _matcher(request)
        gone = [each for each in self._by_id.values() if matches(each)]
        for each in gone:
            self._remove(each)
        return bool(gone)

    def settle(self) -> None:
        """Remove the TxProfiles whose transaction has ended (SC-19)."""
        running = {transaction.key for transaction in self._transactions.all_open()}
        for each in [each for each in self._by_id.values() if each.is_for_transaction]:
            if each.transaction not in running:
                self._remove(each)

    # What bears upon a connector

    def plan(self, connector_id: ConnectorId, transaction: Transaction | None, began: datetime) -> Plan:
        """The profiles for a connector and its transaction, or for one that would begin at `began` (SC-25)."""
        if connector_id in self.uncontrolled or not self._by_id:
            return Plan()
        place = (connector_id, ChargingProfilePurpose.TX_DEFAULT_PROFILE)
        station_place = (STATION, ChargingProfilePurpose.TX_DEFAULT_PROFILE)
        key = None if transaction is None else transaction.key
        return Plan(
            for_transaction=self._highest_first(lambda each: each.is_for_transaction and each.transaction == key),
            own_defaults=self._highest_first(lambda each: _place(each)[:2] == place),
            station_defaults=self._highest_first(lambda each: _place(each)[:2] == station_place),
            began=began,
            station_maximum=self._maxima(),
        )

    def station_plan(self) -> Plan:
        """The profiles for the station as a whole."""
        return Plan(station_maximum=self._maxima()) if self._by_id else Plan()

    def _maxima(self) -> tuple[ChargingProfile, ...]:
        maximum = ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE
        return self._highest_first(lambda each: each.profile.charging_profile_purpose is maximum)

    def _highest_first(self, belongs: Callable[[Installed], bool]) -> tuple[ChargingProfile, ...]:
        profiles = (each.profile for each in self._by_id.values() if belongs(each))
        return tuple(sorted(profiles, key=lambda profile: -profile.stack_level))

    def _objection_to_transaction(self, connector_id: ConnectorId, profile: ChargingProfile) -> Objection | None:
        running = self._transactions.open_on(connector_id)
        if running is None:
            return rejected("no transaction is running there")  # SC-02 for connector 0, SC-03
        if profile.transaction_id is UNSET:
            return None
        # Before the central system has named it, no id can be meant for it (TX-11).
        is_named = self._transactions.open_with_central_id(profile.transaction_id) is running
        return None if is_named else rejected("another transaction is running there")

    def _objection_to_number(self, connector_id: ConnectorId, profile: ChargingProfile) -> Objection | None:
        kept = len(self._by_id) - len(self._replaced_by(connector_id, profile))
        return rejected("no more profiles can be installed") if kept >= self._limits.profiles_max else None

    def _replaced_by(self, connector_id: ConnectorId, profile: ChargingProfile) -> list[Installed]:
        place = (connector_id, profile.charging_profile_purpose, profile.stack_level)
        return [
            each
            for each in self._by_id.values()
            if each.profile.charging_profile_id == profile.charging_profile_id or _place(each) == place
        ]

    def _remove(self, installed: Installed) -> None:
        del self._by_id[installed.profile.charging_profile_id]
        _CHARGING_PROFILES.delete(self._store, str(installed.profile.charging_profile_id))
        self.version += 1


def _place(installed: Installed) -> tuple[ConnectorId, ChargingProfilePurpose, int]:
    profile = installed.profile
    return (installed.connector_id, profile.charging_profile_purpose, profile.stack_level)


def _matcher(request: ClearChargingProfile) -> Callable[[Installed], bool]:
    """Whether a profile is one of those to clear: an id stands alone, everything else must all agree."""
    if request.id is not UNSET:
        return lambda each: each.profile.charging_profile_id == request.id
    wanted = (request.connector_id, request.charging_profile_purpose, request.stack_level)
    return lambda each: all(ask in (UNSET, has) for ask, has in zip(wanted, _place(each), strict=True))
