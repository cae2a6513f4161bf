"""The rows of commands: how they are kept, moved from state to state with an event for each move, and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from contactor.base.ids import StationId
from contactor.central.commands.command import CommandState, CommandView, FollowUp
from contactor.central.commands.requests import request_text
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.secrets_mask import mask
from contactor.central.store import operation_tables
from contactor.central.tags import tag_key
from contactor.ocpp.messages import Request

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_commands = operation_tables.commands
_INSERT = insert(_commands).returning(_commands.c.id)
_FIND = select(_commands).where(_commands.c.id == bindparam("number"))
_SAME_KEY = select(_commands).where(_commands.c.idempotency_key == bindparam("key"))
_TOLD = ("id", "station_id", "action", "state", "status", "detail", "follow_up", "transaction_id")


@dataclass(frozen=True, slots=True)
class NewCommand:
    """An order that is about to be kept."""

    station_id: StationId
    request: Request
    by: str
    why: str
    queued_at: datetime
    expires_at: datetime | None
    idempotency_key: str | None
    was_forced: bool
    state: CommandState = CommandState.QUEUED
    detail: str = ""


def keep(connection: Connection, new: NewCommand) -> CommandView:
    """Write a command down, secrets masked, and tell of it."""
    full = request_text(new.request)
    shown = mask(full)
    queued_at_ms = to_ms(new.queued_at)
    id_tag, connector_id = (getattr(new.request, name, None) for name in ("id_tag", "connector_id"))
    values = {
        "station_id": new.station_id,
        "action": type(new.request).__name__,
        "ordered_by": new.by,
        "why": new.why,
        "request": shown,
        "had_secret": shown != full,
        "was_forced": new.was_forced,
        "state": new.state.value,
        "queued_at_ms": queued_at_ms,
        "expires_at_ms": None if new.expires_at is None else to_ms(new.expires_at),
        "ended_at_ms": queued_at_ms if new.state.is_final else None,
        "detail": new.detail,
        "connector_id": connector_id if isinstance(connector_id, int) else None,
        "tag_key": tag_key(id_tag) if isinstance(id_tag, str) else None,
        "idempotency_key": new.idempotency_key,
    }
    number: int = connection.execute(_INSERT, values).scalar_one()
    row = connection.execute(_FIND, {"number": number}).one()
    _tell(connection, row, new.queued_at)
    return _view(row)


def move(connection: Connection, command_id: int, at: datetime, **columns: object) -> CommandView | None:
    """Change columns of a command and tell of it; None if it is gone, with its station.

    A `state` that is final sets the end's instant too.
    """
    state = columns.get("state")
    if isinstance(state, CommandState):
        columns["state"] = state.value
        columns["ended_at_ms"] = to_ms(at) if state.is_final else None
    changed = connection.execute(
        update(_commands).where(_commands.c.id == command_id).values(columns).returning(_commands)
    ).one_or_none()
    if changed is None:
        return None
    _tell(connection, changed, at)
    return _view(changed)


def find_command(connection: Connection, command_id: int) -> CommandView | None:
    """The record of a command."""
    row = connection.execute(_FIND, {"number": command_id}).one_or_none()
    return None if row is None else _view(row)


def same_order(connection: Connection, idempotency_key: str) -> CommandView | None:
    """The command that an order with this key led to."""
    row = connection.execute(_SAME_KEY, {"key": idempotency_key}).one_or_none()
    return None if row is None else _view(row)


def read_commands(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[CommandView]:  # Any: as for _Row
    """The commands a query over the table finds."""
    return [_view(row) for row in connection.execute(query)]


def history_query(
    station_id: str | None, states: Sequence[CommandState], before_id: int | None, limit: int
) -> Select[*tuple[Any, ...]]:  # Any: as for _Row
    """Commands, the newest first."""
    query = select(_commands).order_by(_commands.c.id.desc()).limit(limit)
    if station_id is not None:
        query = query.where(_commands.c.station_id == station_id)
    if states:
        query = query.where(_commands.c.state.in_([state.value for state in states]))
    return query if before_id is None else query.where(_commands.c.id < before_id)


def _tell(connection: Connection, row: _Row, at: datetime) -> None:
    facts = {name: getattr(row, name) for name in _TOLD}
    facts["command_id"] = facts.pop("id")
    record_event(connection, EventKind.COMMAND_CHANGED, facts.pop("station_id"), at, facts)


def _view(row: _Row) -> CommandView:
    return CommandView(
        command_id=row.id,
        station_id=StationId(row.station_id),
        action=row.action,
        by=row.ordered_by,
        why=row.why,
        request=msgspec.json.decode(row.request, type=dict[str, object]),
        state=CommandState(row.state),
        queued_at=from_ms(row.queued_at_ms),
        expires_at=_instant(row.expires_at_ms),
        sent_at=_instant(row.sent_at_ms),
        ended_at=_instant(row.ended_at_ms),
        status=row.status,
        answer=None if row.answer is None else msgspec.json.decode(row.answer, type=dict[str, object]),
        detail=row.detail,
        follow_up=None if row.follow_up is None else FollowUp(row.follow_up),
        transaction_id=row.transaction_id,
        idempotency_key=row.idempotency_key,
    )


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)
