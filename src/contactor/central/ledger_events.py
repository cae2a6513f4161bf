"""The events of the ledger: a transaction began, ended, or is doubted."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from contactor.base.instants import to_text
from contactor.central.alarms.raising import record_doubted, record_settled
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms
from contactor.central.store import schema
from contactor.central.suspicion import Doubt, Span
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.messages import StartTransaction

_STATION_OF = select(schema.transactions.c.station_id).where(schema.transactions.c.id == bindparam("number"))


def tell_start(
    connection: Connection, station_id: str, number: int, start: StartTransaction, answer: IdTagInfo, at: datetime
) -> None:
    """A transaction began."""
    facts = {
        "transaction_id": number,
        "connector_id": start.connector_id,
        "id_tag": start.id_tag,
        "tag_status": answer.status.value,
        "meter_start_wh": start.meter_start,
        "started_at": to_text(start.timestamp),
    }
    record_event(connection, EventKind.TRANSACTION_STARTED, station_id, at, facts)


def tell_stop(
    connection: Connection, station_id: str, who: tuple[int, int, str], span: Span, reason: str, at_ms: int
) -> None:
    """A transaction ended; `who` is its number, its connector and its idTag."""
    number, connector_id, id_tag = who
    facts = {
        "transaction_id": number,
        "connector_id": connector_id,
        "id_tag": id_tag,
        "energy_wh": max(0, span.meter_stop_wh - span.meter_start_wh),
        "stop_reason": reason,
        "stopped_at": to_text(from_ms(span.stopped_at_ms)),
    }
    record_event(connection, EventKind.TRANSACTION_STOPPED, station_id, from_ms(at_ms), facts)


def tell_doubt(connection: Connection, number: int, doubt: Doubt, at_ms: int) -> None:
    """A transaction is suspect for one more reason."""
    station_id = connection.execute(_STATION_OF, {"number": number}).scalar_one()
    facts = {"transaction_id": number, "reason": doubt.reason.value, "details": doubt.details}
    record_event(connection, EventKind.TRANSACTION_SUSPECT, station_id, from_ms(at_ms), facts)
    record_doubted(connection, station_id, number, doubt.reason.value, doubt.details, from_ms(at_ms))


def tell_settled(connection: Connection, number: int, at_ms: int) -> None:
    """Nothing about a transaction is suspect any more, or a person has put it right."""
    station_id = connection.execute(_STATION_OF, {"number": number}).scalar_one()
    record_settled(connection, station_id, number, from_ms(at_ms))
