"""Diagnostics as they are kept: who ordered them, what became of the order, and the archive once it is here."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from contactor.central.commands.command import CommandState
from contactor.central.files.content_rows import Content, drop_content
from contactor.central.files.place import LIFETIME_MS
from contactor.central.store.file_tables import diagnostics, file_contents
from contactor.central.store.operation_tables import commands
from contactor.central.store.schema import notifications
from contactor.ocpp.enumerations import DiagnosticsStatus

_diagnostics, _notifications = diagnostics.c, notifications.c
_ACTION = "DiagnosticsStatusNotification"


class DiagnosticsState(StrEnum):
    """How far diagnostics have come."""

    ORDERED = "ordered"
    """Nothing has come yet."""
    ARRIVED = "arrived"
    """The archive is here."""
    NOTHING = "nothing"
    """The station has nothing from that time (DG-01)."""
    FAILED = "failed"
    """The order came to nothing, or the station could not bring the file; `detail` says why."""
    EXPIRED = "expired"
    """No file came while its place was open."""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Diagnostics of one order; `status_told` is the station's own latest word on its upload."""

    diagnostics_id: int
    station_id: str
    ordered_by: str
    why: str
    ordered_at_ms: int
    command_id: int | None
    state: DiagnosticsState
    detail: str
    status_told: str | None
    file_name: str | None
    arrived_at_ms: int | None
    content: Content | None


def add_diagnostics(connection: Connection, station_id: str, *, by: str, why: str, now_ms: int) -> int:
    """Diagnostics are about to be ordered."""
    values = {"station_id": station_id, "ordered_by": by, "why": why, "ordered_at_ms": now_ms}
    added = connection.execute(insert(diagnostics).values(**values))
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def note_command(connection: Connection, diagnostics_id: int, command_id: int) -> None:
    """The order is a command."""
    connection.execute(update(diagnostics).where(_diagnostics.id == diagnostics_id).values(command_id=command_id))


def note_arrival(connection: Connection, diagnostics_id: int, file_name: str, content: Content, now_ms: int) -> bool:
    """The archive is here; False if nobody knows of the order any more."""
    values = {"file_name": file_name, "content_id": content.content_id, "arrived_at_ms": now_ms}
    return (
        connection.execute(update(diagnostics).where(_diagnostics.id == diagnostics_id).values(**values)).rowcount > 0
    )


def delete_diagnostics(connection: Connection, found: Diagnostics) -> None:
    """Forget diagnostics, their archive and their place."""
    connection.execute(delete(diagnostics).where(_diagnostics.id == found.diagnostics_id))
    if found.content is not None:
        drop_content(connection, found.content.content_id)


def find_diagnostics(connection: Connection, diagnostics_id: int, now_ms: int) -> Diagnostics | None:
    """Diagnostics by their number."""
    found = _find(connection, _diagnostics.id == diagnostics_id, 1, now_ms)
    return found[0] if found else None


def find_diagnostics_of(
    connection: Connection, station_id: str, before_id: int | None, limit: int, now_ms: int
) -> list[Diagnostics]:
    """Diagnostics of a station, the newest first."""
    wanted = _diagnostics.station_id == station_id
    return _find(connection, wanted if before_id is None else wanted & (_diagnostics.id < before_id), limit, now_ms)


def _find(connection: Connection, wanted: ColumnElement[bool], limit: int, now_ms: int) -> list[Diagnostics]:
    ordered = (commands.c.state, commands.c.detail, commands.c.answer, commands.c.expires_at_ms)
    query = (
        select(diagnostics, file_contents.c.size_bytes, file_contents.c.sha256, *ordered)
        .outerjoin(file_contents, file_contents.c.id == _diagnostics.content_id)
        .outerjoin(commands, commands.c.id == _diagnostics.command_id)
        .where(wanted)
        .order_by(_diagnostics.id.desc())
        .limit(limit)
    )
    return [_read(connection, row, now_ms) for row in connection.execute(query).all()]


def _read(connection: Connection, row: Row[tuple[object, ...]], now_ms: int) -> Diagnostics:
    content = None if row.content_id is None else Content(row.content_id, row.size_bytes, row.sha256)
    told = _status_told(connection, row)
    state, detail = _state(row, told, now_ms)
    return Diagnostics(
        diagnostics_id=row.id,
        station_id=row.station_id,
        ordered_by=row.ordered_by,
        why=row.why,
        ordered_at_ms=row.ordered_at_ms,
        command_id=row.command_id,
        state=state,
        detail=detail,
        status_told=told,
        file_name=row.file_name,
        arrived_at_ms=row.arrived_at_ms,
        content=content,
    )


def _state(row: Row[tuple[object, ...]], told: str | None, now_ms: int) -> tuple[DiagnosticsState, str]:
    """What the rows come to; the file itself says more than the station's word on it."""
    if row.content_id is not None:
        return DiagnosticsState.ARRIVED, ""
    if row.state == CommandState.ANSWERED and "fileName" not in msgspec.json.decode(row.answer or b"{}", type=dict):
        return DiagnosticsState.NOTHING, "the station has nothing from that time"
    if told == DiagnosticsStatus.UPLOAD_FAILED:
        return DiagnosticsState.FAILED, "the station could not bring the file"
    is_over = row.state is not None and CommandState(row.state).is_final and row.state != CommandState.ANSWERED
    # An order whose answer was lost may have been obeyed all the same.
    if is_over and row.state not in (CommandState.TIMED_OUT, CommandState.UNKNOWN_OUTCOME):
        return DiagnosticsState.FAILED, f"the command is {row.state}: {row.detail}".rstrip(": ")
    if now_ms >= max(row.ordered_at_ms, row.expires_at_ms or 0) + LIFETIME_MS:
        return DiagnosticsState.EXPIRED, "no file came in time"
    return DiagnosticsState.ORDERED, ""


def _status_told(connection: Connection, row: Row[tuple[object, ...]]) -> str | None:
    """What the station said last of its upload, before it was asked again."""
    later = select(_diagnostics.ordered_at_ms).where(
        _diagnostics.station_id == row.station_id, _diagnostics.id > row.id
    )
    until_ms = connection.execute(later.order_by(_diagnostics.id).limit(1)).scalar()
    query = select(_notifications.content).where(
        _notifications.station_id == row.station_id,
        _notifications.action == _ACTION,
        _notifications.received_at_ms >= row.ordered_at_ms,
    )
    if until_ms is not None:
        query = query.where(_notifications.received_at_ms < until_ms)
    content = connection.execute(query.order_by(_notifications.id.desc()).limit(1)).scalar()
    if content is None:
        return None
    status = msgspec.json.decode(content, type=dict[str, object]).get("status")
    return status if isinstance(status, str) else None
