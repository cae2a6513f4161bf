"""The story of a transaction in plain sentences: what happened, in the order of time, and why it stopped."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, or_, select

from contactor.central.api.happening import AFTER_MS, BEFORE_MS, Happening, Scene, kwh
from contactor.central.api.story_of_profiles import profiles_in_force
from contactor.central.api.story_of_station import metering, orders, statuses
from contactor.central.milliseconds import from_ms
from contactor.central.store import schema
from contactor.central.store.ledger_tables import corrections
from contactor.central.store.people_tables import audit
from contactor.central.suspicion import MEANINGS, Suspicion
from contactor.central.views import TransactionView
from contactor.ocpp.enumerations import StopReason

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_PROMPT_MS = 60_000
"""What comes within it came at once; later, the station had been away."""
_OPEN_END_MS = 2**62

_REASONS = {
    StopReason.DE_AUTHORIZED: "because the tag was not allowed to go on charging",
    StopReason.EMERGENCY_STOP: "because the emergency stop was pressed",
    StopReason.EV_DISCONNECTED: "because the vehicle was unplugged",
    StopReason.HARD_RESET: "because the station was told to restart at once (hard reset)",
    StopReason.LOCAL: "because it was ended at the station, by tag or button",
    StopReason.OTHER: "for another reason, such as a full battery or a fault",
    StopReason.POWER_LOSS: "because the power failed",
    StopReason.REBOOT: "because the station restarted by itself",
    StopReason.REMOTE: "because it was told to by the central system",
    StopReason.SOFT_RESET: "because the station was told to restart (soft reset)",
    StopReason.UNLOCK_COMMAND: "because the connector was told to unlock",
}


def tell_story(connection: Connection, view: TransactionView) -> list[Happening]:
    """Everything that is known, in the order of time; of one instant, causes before what followed from them."""
    table = schema.transactions
    row = connection.execute(select(table).where(table.c.id == view.transaction_id)).one()
    end_ms = _OPEN_END_MS if row.stopped_at_ms is None else max(row.started_at_ms, row.stopped_at_ms) + AFTER_MS
    scene = Scene(
        view.transaction_id,
        view.station_id,
        view.connector_id,
        row.started_at_ms,
        row.started_at_ms - BEFORE_MS,
        end_ms,
    )
    found = [
        *profiles_in_force(connection, scene),
        *orders(connection, scene),
        *statuses(connection, scene),
        *_start(row, view),
        *metering(connection, scene),
        *_stop(row, view),
        *_strays(connection, view.transaction_id),
        *_doubts(connection, view.transaction_id),
        *_corrections(connection, view.transaction_id),
        *_deeds(connection, view.transaction_id),
    ]
    return sorted(found, key=lambda each: each.at)


def _start(row: _Row, view: TransactionView) -> Iterator[Happening]:
    details = f"connector {row.connector_id}, tag {row.id_tag}, {row.meter_start_wh} Wh"
    text = f"It began on connector {row.connector_id} with tag {row.id_tag}, the register at {kwh(row.meter_start_wh)}."
    yield Happening(from_ms(row.started_at_ms), "started", details, text)
    late = _lateness(row.started_at_ms, row.start_received_at_ms)
    text = f"We heard of the start{late} and answered {view.tag_status}, transaction {row.id}."
    yield Happening(from_ms(row.start_received_at_ms), "start received", "", text)


def _stop(row: _Row, view: TransactionView) -> Iterator[Happening]:
    if row.stopped_at_ms is None:
        return
    details = f"{row.stop_reason}, {row.meter_stop_wh} Wh"
    energy = kwh(max(0, row.meter_stop_wh - row.meter_start_wh))
    if Suspicion.CLOSED_BY_HAND in view.suspicions or Suspicion.CLOSED_BY_RULE in view.suspicions:
        text = f"The station told no end; the record was closed here, after {energy}."
        yield Happening(from_ms(row.stopped_at_ms), "stopped", details, text)
        return
    reason = row.stop_reason if view.stop_reason is None else view.stop_reason
    because = _REASONS.get(StopReason(reason), "") if reason in StopReason else f"for a reason it calls {reason}"
    tag = f" with tag {row.stop_id_tag}" if row.stop_id_tag else ""
    yield Happening(from_ms(row.stopped_at_ms), "stopped", details, f"It stopped after {energy}, {because}{tag}.")
    late = _lateness(row.stopped_at_ms, row.stop_received_at_ms)
    text = f"We heard of the stop{late}."
    yield Happening(from_ms(row.stop_received_at_ms), "stop received", "", text)


def _lateness(happened_at_ms: int, received_at_ms: int) -> str:
    late_s = (received_at_ms - happened_at_ms) // 1000
    if late_s * 1000 < _PROMPT_MS:
        return ""
    return f" {late_s // 3600} h {late_s // 60 % 60} min {late_s % 60} s later"


def _strays(connection: Connection, number: int) -> Iterator[Happening]:
    table = schema.stray_stops.c
    query = select(schema.stray_stops).where(or_(table.claimed_id == number, table.adopted_by == number))
    for row in connection.execute(query.order_by(table.id)):
        details = f"transaction {row.claimed_id}, {row.stop_reason}, {row.meter_stop_wh} Wh"
        text = f"A stop came that is kept beside the record ({row.cause}): {row.stop_reason}, {kwh(row.meter_stop_wh)}."
        if row.adopted_by == number:
            text = f"A stop that named transaction {row.claimed_id} fits this one, by time and register, and ended it."
        yield Happening(from_ms(row.received_at_ms), "stray stop", details, text)


def _doubts(connection: Connection, number: int) -> Iterator[Happening]:
    table = schema.suspicions.c
    query = select(schema.suspicions).where(table.transaction_id == number).order_by(table.reason)
    for row in connection.execute(query):
        details = f" ({row.details})" if row.details else ""
        text = f"It is suspect: {MEANINGS[Suspicion(row.reason)]}{details}."
        yield Happening(from_ms(row.noted_at_ms), f"suspect: {row.reason}", row.details, text)


def _corrections(connection: Connection, number: int) -> Iterator[Happening]:
    table = corrections.c
    for row in connection.execute(select(corrections).where(table.transaction_id == number).order_by(table.id)):
        details = f"{row.field}: {row.old_value} -> {row.new_value}"
        text = f"{row.who} corrected {row.field} from {row.old_value} to {row.new_value}: {row.why}."
        yield Happening(from_ms(row.at_ms), "corrected", details, text)


def _deeds(connection: Connection, number: int) -> Iterator[Happening]:
    query = select(audit).where(audit.c.on_what == f"transaction {number}").order_by(audit.c.id)
    for row in connection.execute(query):
        why = msgspec.json.decode(row.details).get("reason", "")
        told = f": {why}" if why else ""
        yield Happening(from_ms(row.at_ms), row.what, f"{row.who}: {row.details}", f"{row.who} did {row.what}{told}.")
