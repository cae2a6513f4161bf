"""What is known of a station when an order for it is judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, select

from contactor.central.milliseconds import from_ms
from contactor.central.recognition import Catalogue, catalogue_of, recognise
from contactor.central.store import operation_tables, schema
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.schema import TransactionState
from contactor.guide.entries import Model, Product
from contactor.guide.load import all_products
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import RegistrationStatus


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A transaction without its stop."""

    connector_id: int
    started_at: datetime
    start_received_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """A configuration key as the station reports it; `value` is None where it may not be read."""

    value: str | None
    is_readonly: bool


class ReportedKeys(Mapping[str, ReportedKey]):
    """What a station reports of its configuration, read when it is first asked for: most orders have no use for it."""

    def __init__(self, connection: Connection, station_id: str) -> None:
        self._connection = connection
        self._station_id = station_id

    def __getitem__(self, folded: str) -> ReportedKey:
        return self._keys[folded]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    @cached_property
    def _keys(self) -> Mapping[str, ReportedKey]:
        rows = _REPORTED.all(self._connection, {"station": self._station_id})
        return {row.folded_key: ReportedKey(row.value, row.is_readonly) for row in rows}


@dataclass(frozen=True, slots=True)
class InstalledProfile:
    """A charging profile the station has accepted."""

    connector_id: int
    profile: ChargingProfile


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A station at one instant; keys of `reported` are in lower case.

    `registration` is None while nobody knows: it has not booted. `product` and `model` are None for a station that is
    not recognised as one there is data for; then only OCPP's own rules hold.
    """

    now: datetime
    registration: RegistrationStatus | None
    product: Product | None
    model: Model | None
    reported: Mapping[str, ReportedKey]
    transactions: Mapping[int, OpenTransaction]
    active_reservations: frozenset[int]
    closed_reservations: frozenset[int]
    profiles: tuple[InstalledProfile, ...]

    def setting(self, key: str) -> str | None:
        """A key's value: as reported, else as the product has it from the factory, else None."""
        reported = self.reported.get(key.casefold())
        if reported is not None:
            return reported.value
        if self.product is None or self.model is None:
            return None
        entry = self.product.key(key)
        return None if entry is None else entry.default_for(self.model)

    def number(self, key: str) -> int | None:
        """A key's value as a whole number, None where it is unknown or none."""
        text = self.setting(key)
        return int(text) if text is not None and text.strip().isdecimal() else None

    @property
    def connector_count(self) -> int | None:
        """How many connectors there are, None if nobody has said."""
        return len(self.model.outlets) if self.model is not None else self.number("NumberOfConnectors")

    def transaction_on(self, connector_id: int) -> int | None:
        """The number of the transaction that is open on a connector."""
        return next((number for number, each in self.transactions.items() if each.connector_id == connector_id), None)


_STATION: BindParameter[str] = bindparam("station")
_MODEL = Prepared(select(schema.stations.c.model).where(schema.stations.c.id == _STATION))
_reported = operation_tables.reported_configuration
_REPORTED = Prepared(select(_reported).where(_reported.c.station_id == _STATION))
_transactions = schema.transactions
_OPEN = Prepared(
    select(_transactions).where(
        _transactions.c.station_id == _STATION, _transactions.c.state == TransactionState.OPEN.value
    )
)
_reservations = operation_tables.reservations
_BOOKINGS = Prepared(select(_reservations).where(_reservations.c.station_id == _STATION))
_profiles = operation_tables.installed_profiles
_PROFILES = Prepared(select(_profiles).where(_profiles.c.station_id == _STATION))


def load_facts(
    connection: Connection, station_id: str, registration: RegistrationStatus | None, now: datetime
) -> StationFacts:
    """The facts as the record has them; to be judged by while the connection is there."""
    given = {"station": station_id}
    station = _MODEL.first(connection, given)
    product, model = _product(None if station is None else station.model)
    bookings = {row.reservation_id: row.state for row in _BOOKINGS.all(connection, given)}
    active = frozenset(number for number, state in bookings.items() if state == "active")
    return StationFacts(
        now=now,
        registration=registration,
        product=product,
        model=model,
        reported=ReportedKeys(connection, station_id),
        transactions={row.id: _open_transaction(row) for row in _OPEN.all(connection, given)},
        active_reservations=active,
        closed_reservations=frozenset(bookings) - active,
        profiles=tuple(_profile(row) for row in _PROFILES.all(connection, given)),
    )


@cache
def _catalogue() -> tuple[Mapping[str, Product], Catalogue]:
    products = all_products()
    return {product.name: product for product in products}, catalogue_of(products)


def _product(model: str | None) -> tuple[Product, Model] | tuple[None, None]:
    """The product and model there is data for, if that is what the station says it is."""
    products, catalogue = _catalogue()
    recognised = recognise(catalogue, model)
    if recognised is None:
        return None, None
    product = products[recognised.product]
    return product, product.models[recognised.reference]


def _open_transaction(row: Found) -> OpenTransaction:
    return OpenTransaction(row.connector_id, from_ms(row.started_at_ms), from_ms(row.start_received_at_ms))


def _profile(row: Found) -> InstalledProfile:
    return InstalledProfile(row.connector_id, msgspec.json.decode(row.content, type=ChargingProfile))
