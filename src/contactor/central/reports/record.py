"""What reports are made of, read from the record: charges, presence, connectors and sites."""

from collections import defaultdict

from sqlalchemy import Connection, func, or_, select

from contactor.central.reports.figures import Charge, Span, StationRecord
from contactor.central.store import schema
from contactor.central.store.presence_tables import presence_periods
from contactor.central.store.site_tables import site_members

_transactions = schema.transactions.c
_ENDED_AT_MS = func.coalesce(_transactions.corrected_stopped_at_ms, _transactions.stopped_at_ms)
_ENERGY_WH = func.coalesce(_transactions.corrected_meter_stop_wh, _transactions.meter_stop_wh) - func.coalesce(
    _transactions.corrected_meter_start_wh, _transactions.meter_start_wh
)


def read_record(connection: Connection, span: Span) -> list[StationRecord]:
    """Every station that was known before the end of a stretch of time, and what it did in it."""
    charges, connected = _charges(connection, span), _connected(connection, span)
    sites = {row.station_id: row.site_id for row in connection.execute(select(site_members))}
    counts = select(schema.connectors.c.station_id, func.count().label("connectors"))
    counts = counts.where(schema.connectors.c.connector_id > 0).group_by(schema.connectors.c.station_id)
    connectors: dict[str, int] = {row.station_id: row.connectors for row in connection.execute(counts)}
    columns = schema.stations.c
    known = select(columns.id, columns.created_at_ms, columns.model).order_by(columns.id)
    return [
        StationRecord(
            row.id,
            sites.get(row.id),
            row.created_at_ms,
            connectors.get(row.id, 0),
            charges.get(row.id, ()),
            connected.get(row.id, ()),
            row.model,
        )
        for row in connection.execute(known.where(columns.created_at_ms < span.until_ms))
    ]


def _charges(connection: Connection, span: Span) -> dict[str, list[Charge]]:
    """The charges by station; one that has not ended holds its connector until now, and has no energy yet.

    One whose stop is missing holds nothing: when it let go of its connector is not known.
    """
    ended = _transactions.state == schema.TransactionState.STOPPED
    query = select(
        _transactions.station_id,
        _transactions.started_at_ms,
        _ENDED_AT_MS.label("ended_at_ms"),
        _ENERGY_WH.label("energy_wh"),
    ).where(
        _transactions.state != schema.TransactionState.STOP_MISSING,
        or_(~ended, span.from_ms <= _ENDED_AT_MS),
        _transactions.started_at_ms < span.until_ms,
    )
    found: dict[str, list[Charge]] = defaultdict(list)
    for row in connection.execute(query):
        until_ms = span.until_ms if row.ended_at_ms is None else max(row.ended_at_ms, row.started_at_ms)
        energy_wh = None if row.ended_at_ms is None or row.energy_wh is None else max(0, row.energy_wh)
        found[row.station_id].append(Charge(Span(row.started_at_ms, until_ms), energy_wh))
    return found


def _connected(connection: Connection, span: Span) -> dict[str, list[Span]]:
    periods = presence_periods.c
    query = select(presence_periods).where(
        periods.since_at_ms < span.until_ms, or_(periods.until_at_ms.is_(None), periods.until_at_ms > span.from_ms)
    )
    found: dict[str, list[Span]] = defaultdict(list)
    for row in connection.execute(query):
        until_ms = span.until_ms if row.until_at_ms is None else row.until_at_ms
        found[row.station_id].append(Span(row.since_at_ms, until_ms))
    return found
