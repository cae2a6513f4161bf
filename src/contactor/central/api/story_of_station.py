"""What the station and its operators did around a transaction: statuses with their faults, commands, readings."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select

from contactor.central.api.happening import LINES_MAX, Happening, Scene, kwh
from contactor.central.belonging import belongs
from contactor.central.milliseconds import from_ms
from contactor.central.recognition import catalogue_of, recognise
from contactor.central.store import schema
from contactor.central.store.operation_tables import commands
from contactor.guide.load import all_products

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_statuses = schema.statuses.c
_readings = schema.readings.c
_NO_ERROR = "NoError"
_WORDS = {
    "Available": "was free",
    "Preparing": "was getting ready: plugged in, or a tag was shown",
    "Charging": "was charging",
    "SuspendedEV": "was ready, but the vehicle took no energy",
    "SuspendedEVSE": "was told to give no energy",
    "Finishing": "had finished and was still plugged in",
    "Reserved": "was reserved",
    "Unavailable": "was out of service",
    "Faulted": "had a fault",
}


def statuses(connection: Connection, scene: Scene) -> Iterator[Happening]:
    """What the connector, and the station as a whole, said of themselves."""
    query = (
        select(schema.statuses)
        .where(
            _statuses.station_id == scene.station_id,
            _statuses.connector_id.in_((0, scene.connector_id)),
            _statuses.reported_at_ms.between(scene.from_ms, scene.to_ms),
        )
        .order_by(_statuses.reported_at_ms, _statuses.id)
        .limit(LINES_MAX)
    )
    known = _descriptions(_product_of(connection, scene.station_id))
    for row in connection.execute(query):
        who = "The station" if row.connector_id == 0 else f"Connector {row.connector_id}"
        text = f"{who} {_WORDS.get(row.status, f'said {row.status}')}{_fault(row, known)}."
        details = " ".join(each for each in (row.status, row.error_code, row.vendor_error_code, row.details) if each)
        yield Happening(from_ms(row.reported_at_ms), "status", details, text)


def _fault(row: _Row, descriptions: Mapping[str, str]) -> str:
    if row.error_code == _NO_ERROR and not row.vendor_error_code:
        return ""
    known = descriptions.get(row.vendor_error_code.casefold())
    told = [row.error_code if row.error_code != _NO_ERROR else "", known or row.vendor_error_code, row.details]
    return f" ({'; '.join(each for each in told if each)})"


def _product_of(connection: Connection, station_id: str) -> str | None:
    """The name of the product a station says it is; None if there is no data for it."""
    stations = schema.stations.c
    model = connection.execute(select(stations.model).where(stations.id == station_id)).scalar()
    found = recognise(catalogue_of(all_products()), model)
    return None if found is None else found.product


@cache
def _descriptions(name: str | None) -> Mapping[str, str]:
    """What a product's data say of each trouble code; of an unknown product, what the first that has the code says."""
    meant = [product for product in all_products() if name in (None, product.name)]
    return {
        error.dtc.casefold(): f"{error.dtc}: {error.description}"
        for product in reversed(meant)
        for error in product.vendor_errors.values()
    }


def orders(connection: Connection, scene: Scene) -> Iterator[Happening]:
    """What operators had the station do meanwhile, as far as it concerns this connector."""
    meant_here = or_(commands.c.connector_id.is_(None), commands.c.connector_id.in_((0, scene.connector_id)))
    meanwhile = and_(meant_here, commands.c.sent_at_ms.between(scene.from_ms, scene.to_ms))
    query = (
        select(commands)
        .where(
            commands.c.station_id == scene.station_id,
            or_(commands.c.transaction_id == scene.transaction_id, meanwhile),
            or_(commands.c.transaction_id.is_(None), commands.c.transaction_id == scene.transaction_id),
        )
        .order_by(commands.c.id)
        .limit(LINES_MAX)
    )
    for row in connection.execute(query):
        at_ms = row.queued_at_ms if row.sent_at_ms is None else row.sent_at_ms
        why = f" ({row.why})" if row.why else ""
        came_of_it = row.status or row.state
        text = f"{row.ordered_by} ordered {row.action}{_aim(row)}{why}; the station's answer: {came_of_it}."
        if row.transaction_id == scene.transaction_id and row.action == "RemoteStartTransaction":
            text = f"{row.ordered_by} started it remotely{why}."
        yield Happening(from_ms(at_ms), f"command: {row.action}", f"command {row.id}: {came_of_it}", text)


def _aim(row: _Row) -> str:
    """What of an order's request a reader of the story needs."""
    request = msgspec.json.decode(row.request)
    if row.action == "SetChargingProfile":
        return f", a limit of {limits_in(request['csChargingProfiles'])}"
    named = [f"{name} {request[name]}" for name in ("transactionId", "type", "key", "connectorId") if name in request]
    return f" ({', '.join(named)})" if named else ""


def limits_in(profile: dict[str, Any]) -> str:  # Any: JSON, as it was checked before it was sent
    """The limits of a profile's schedule, in the order of its periods."""
    schedule = profile["chargingSchedule"]
    limits = [f"{period['limit']:g}" for period in schedule["chargingSchedulePeriod"][:5]]
    return f"{', then '.join(limits)} {schedule['chargingRateUnit']} ({profile['chargingProfilePurpose']})"


def metering(connection: Connection, scene: Scene) -> Iterator[Happening]:
    """What the readings show: how many there are, the highest power, and how full the vehicle became."""
    query = (
        select(_readings.taken_at_ms, _readings.power_w, _readings.soc_percent, _readings.energy_wh)
        .select_from(schema.transactions)
        .join(schema.readings, belongs())
        .where(schema.transactions.c.id == scene.transaction_id)
        .order_by(_readings.taken_at_ms)
    )
    rows = connection.execute(query).all()
    if not rows:
        return
    told = [f"{len(rows)} readings came"]
    powers = [(row.power_w, row.taken_at_ms) for row in rows if row.power_w is not None]
    if powers:
        highest_w, at_ms = max(powers)
        told.append(f"the highest power was {highest_w / 1000:.1f} kW at {from_ms(at_ms):%H:%M:%S}")
    levels = [row.soc_percent for row in rows if row.soc_percent is not None]
    if levels:
        told.append(f"the vehicle went from {levels[0]:g} % to {levels[-1]:g} %")
    registers = [row.energy_wh for row in rows if row.energy_wh is not None]
    if registers:
        told.append(f"the register stood at {kwh(registers[-1])} last")
    late = sum(row.taken_at_ms < scene.started_at_ms for row in rows)
    if late:
        told.append(f"{late} of them are dated before the start")
    yield Happening(from_ms(rows[-1].taken_at_ms), "readings", f"{len(rows)}", f"{'; '.join(told)}.")
