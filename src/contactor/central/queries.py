"""SHELL: the reading side: what the record says, read on connections of its own, never on the writer's."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, func, literal, select

from contactor.base.ids import ConnectorId, IdTag, StationId
from contactor.central.belonging import belongs
from contactor.central.milliseconds import from_ms
from contactor.central.recognition import NOTHING_KNOWN, Catalogue, Recognised, recognise
from contactor.central.store import schema
from contactor.central.store.quirk_tables import station_quirks
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.suspicion import Suspicion
from contactor.central.tariffs.cost_totals import Amounts, newest_costs
from contactor.central.views import ConnectorView, QuirkView, ReadingView, StationView, StrayStopView, TransactionView
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus, RegistrationStatus, StopReason
from contactor.ocpp.oddity import OddityKind
from contactor.ocpp.unlisted import word_of

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_transactions = schema.transactions
_readings = schema.readings
_CORRECTABLE = ("id_tag", "meter_start_wh", "meter_stop_wh", "stopped_at_ms")

# Put together once: whoever exports or checks asks it for thousands of transactions.
_READINGS_OF = (
    select(_readings, schema.reading_shapes.c.samples)
    .join_from(_readings, schema.reading_shapes, schema.reading_shapes.c.id == _readings.c.shape_id)
    .join(_transactions, belongs())
    .where(_transactions.c.id == bindparam("number"))
    .order_by(_readings.c.taken_at_ms)
)


class Queries:
    """Answers questions about the record; every answer is one consistent moment of it."""

    def __init__(self, engine: Engine, catalogue: Catalogue = NOTHING_KNOWN) -> None:
        """Read from `engine`; stations are described with what the `catalogue` says of their models."""
        self._engine = engine
        self.catalogue = catalogue

    def transactions(self, station_id: str | None = None) -> list[TransactionView]:
        """All transactions, or a station's, in the order of their numbers."""
        with self._engine.connect() as connection:
            query = select(_transactions, _count_of_readings(), _latest_energy_wh()).order_by(_transactions.c.id)
            if station_id is not None:
                query = query.where(_transactions.c.station_id == station_id)
            suspicions, costs = _suspicions(connection), newest_costs(connection)
            rows = connection.execute(query)
            return [_transaction(row, suspicions[row.id], costs.get(row.id)) for row in rows]

    def newest_transactions(self, *conditions: ColumnElement[bool], limit: int) -> list[TransactionView]:
        """The newest transactions that meet the conditions over `schema.transactions`, at most `limit`."""
        with self._engine.connect() as connection:
            query = select(_transactions, _count_of_readings(), _latest_energy_wh()).where(*conditions)
            rows = connection.execute(query.order_by(_transactions.c.id.desc()).limit(limit)).all()
            numbers = [row.id for row in rows]
            suspicions = _suspicions(connection, schema.suspicions.c.transaction_id.in_(numbers))
            costs = newest_costs(connection, numbers)
            return [_transaction(row, suspicions[row.id], costs.get(row.id)) for row in rows]

    def readings(self, transaction_id: int) -> list[ReadingView]:
        """A transaction's readings, oldest first: those that name it, and nameless ones that fit it by time (CS-13)."""
        with self._engine.connect() as connection:
            return [_reading(row) for row in connection.execute(_READINGS_OF, {"number": transaction_id})]

    def stray_readings(self, station_id: str) -> list[ReadingView]:
        """A station's readings that belong to no transaction: between charges, or naming one we do not know."""
        with self._engine.connect() as connection:
            owner = select(literal(1)).select_from(_transactions).where(belongs()).correlate(_readings).exists()
            query = (
                select(_readings, schema.reading_shapes.c.samples)
                .join_from(_readings, schema.reading_shapes, schema.reading_shapes.c.id == _readings.c.shape_id)
                .where(_readings.c.station_id == station_id, ~owner)
                .order_by(_readings.c.taken_at_ms)
            )
            return [_reading(row) for row in connection.execute(query)]

    def stray_stops(self) -> list[StrayStopView]:
        """The stops that stand beside the transactions, in the order in which they came (CS-05, CS-10, CS-13)."""
        with self._engine.connect() as connection:
            query = select(schema.stray_stops).order_by(schema.stray_stops.c.id)
            return [_stray_stop(row) for row in connection.execute(query)]

    def stations(self) -> list[StationView]:
        """All stations, by name, with what their connectors were last known to do."""
        with self._engine.connect() as connection:
            connectors: dict[str, list[ConnectorView]] = defaultdict(list)
            for row in connection.execute(select(schema.connectors).order_by(schema.connectors.c.connector_id)):
                connectors[row.station_id].append(_connector(row))
            query = select(schema.stations).order_by(schema.stations.c.id)
            return [_station(row, connectors[row.id], self.recognised(row.model)) for row in connection.execute(query)]

    def recognised(self, model: str | None) -> Recognised | None:
        """What the catalogue says of a model."""
        return recognise(self.catalogue, model)

    def quirks(self, station_id: str | None = None) -> list[QuirkView]:
        """What all stations, or one, were found to do oddly, by station, kind and field."""
        with self._engine.connect() as connection:
            query = select(station_quirks).order_by(*station_quirks.primary_key)
            if station_id is not None:
                query = query.where(station_quirks.c.station_id == station_id)
            return [_quirk(row) for row in connection.execute(query)]


# --- Figures of a transaction -------------------------------------------------------------------------------------


def _count_of_readings() -> ColumnElement[int]:
    counted = select(func.count()).select_from(_readings).where(belongs())
    return counted.correlate(_transactions).scalar_subquery().label("readings")


def _latest_energy_wh() -> ColumnElement[float | None]:
    latest = (
        select(_readings.c.energy_wh)
        .where(belongs(), _readings.c.energy_wh.is_not(None))
        .order_by(_readings.c.taken_at_ms.desc())
        .limit(1)
    )
    return latest.correlate(_transactions).scalar_subquery().label("latest_energy_wh")


# --- Rows to views ------------------------------------------------------------------------------------------------


def _suspicions(connection: Connection, *conditions: ColumnElement[bool]) -> dict[int, list[Suspicion]]:
    found: dict[int, list[Suspicion]] = defaultdict(list)
    table = schema.suspicions.c
    for row in connection.execute(select(table.transaction_id, table.reason).where(*conditions).order_by(table.reason)):
        found[row.transaction_id].append(Suspicion(row.reason))
    return found


def _transaction(row: _Row, suspicions: list[Suspicion], cost: Amounts | None) -> TransactionView:
    return TransactionView(
        transaction_id=row.id,
        station_id=StationId(row.station_id),
        connector_id=ConnectorId(row.connector_id),
        id_tag=IdTag(_in_force(row, "id_tag")),
        tag_status=msgspec.json.decode(row.tag_answer, type=IdTagInfo).status,
        state=TransactionState(row.state),
        started_at=from_ms(row.started_at_ms),
        stopped_at=None if row.stopped_at_ms is None else from_ms(_in_force(row, "stopped_at_ms")),
        meter_start_wh=_in_force(row, "meter_start_wh"),
        meter_stop_wh=_in_force(row, "meter_stop_wh"),
        energy_wh=_energy_wh(row),
        stop_reason=None if row.stop_reason is None else word_of(StopReason, row.stop_reason),
        readings=row.readings,
        suspicions=tuple(suspicions),
        is_corrected=any(getattr(row, f"corrected_{name}") is not None for name in _CORRECTABLE),
        currency=None if cost is None else cost.currency,
        cost_net=None if cost is None else str(cost.net),
        cost_vat=None if cost is None else str(cost.vat),
        cost_total=None if cost is None else str(cost.total),
    )


def _in_force(row: _Row, column: str) -> Any:  # Any: whatever the column holds
    """The correction of a value, or the value as it was reported."""
    corrected = getattr(row, f"corrected_{column}")
    return getattr(row, column) if corrected is None else corrected


def _energy_wh(row: _Row) -> float | None:
    """The difference of the register (CS-17); a register that went back is marked, and billed to nobody (CS-16)."""
    end_wh = row.latest_energy_wh if row.meter_stop_wh is None else _in_force(row, "meter_stop_wh")
    return None if end_wh is None else max(0.0, float(end_wh - _in_force(row, "meter_start_wh")))


def _reading(row: _Row) -> ReadingView:
    described = msgspec.json.decode(row.samples, type=list[dict[str, str]])
    values = msgspec.json.decode(row.sample_values, type=list[str])
    return ReadingView(
        connector_id=ConnectorId(row.connector_id),
        claimed_id=row.claimed_id,
        taken_at=from_ms(row.taken_at_ms),
        received_at=from_ms(row.received_at_ms),
        energy_wh=row.energy_wh,
        power_w=row.power_w,
        soc_percent=row.soc_percent,
        samples=tuple({"value": value, **sample} for value, sample in zip(values, described, strict=True)),
    )


def _stray_stop(row: _Row) -> StrayStopView:
    return StrayStopView(
        station_id=StationId(row.station_id),
        claimed_id=row.claimed_id,
        meter_stop_wh=row.meter_stop_wh,
        stopped_at=from_ms(row.stopped_at_ms),
        stop_reason=word_of(StopReason, row.stop_reason),
        cause=StrayCause(row.cause),
        adopted_by=row.adopted_by,
    )


def _station(row: _Row, connectors: list[ConnectorView], recognised: Recognised | None) -> StationView:
    return StationView(
        station_id=StationId(row.id),
        registration=RegistrationStatus(row.registration),
        vendor=row.vendor,
        model=row.model,
        serial_number=row.serial_number,
        firmware_version=row.firmware_version,
        booted_at=None if row.booted_at_ms is None else from_ms(row.booted_at_ms),
        last_seen_at=None if row.last_seen_at_ms is None else from_ms(row.last_seen_at_ms),
        connectors=tuple(connectors),
        product=None if recognised is None else recognised.product,
        power_kw=None if recognised is None else recognised.power_kw,
        outlets=() if recognised is None else recognised.outlets,
    )


def _quirk(row: _Row) -> QuirkView:
    return QuirkView(
        station_id=StationId(row.station_id),
        kind=OddityKind(row.kind),
        field=row.field,
        example=row.example,
        first_seen_at=from_ms(row.first_seen_at_ms),
        last_seen_at=from_ms(row.last_seen_at_ms),
        times=row.times,
    )


def _connector(row: _Row) -> ConnectorView:
    return ConnectorView(
        connector_id=ConnectorId(row.connector_id),
        status=word_of(ChargePointStatus, row.status),
        error_code=word_of(ChargePointErrorCode, row.error_code),
        vendor_error_code=row.vendor_error_code or "",
        reported_at=from_ms(row.reported_at_ms),
    )
