"""The rows of commands: how they are kept, moved from state to state with an event for each move, and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, insert, select, update

from contactor.base.ids import StationId
from contactor.central.commands.command import CommandState, CommandView, FollowUp
from contactor.central.commands.requests import request_text
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.secrets_mask import mask
from contactor.central.store import operation_tables
from contactor.central.store.prepared import Found, Prepared, found
from contactor.central.tags import tag_key
from contactor.ocpp.messages import Request

_commands = operation_tables.commands
_KEPT = (
    "station_id",
    "action",
    "ordered_by",
    "why",
    "request",
    "had_secret",
    "was_forced",
    "state",
    "queued_at_ms",
    "expires_at_ms",
    "ended_at_ms",
    "detail",
    "connector_id",
    "tag_key",
    "idempotency_key",
)
_INSERT = Prepared(
    insert(_commands).values({name: bindparam(f"new_{name}") for name in _KEPT}).returning(*_commands.columns)
)
_FIND = Prepared(select(_commands).where(_commands.c.id == bindparam("number")))
_SAME_KEY = Prepared(select(_commands).where(_commands.c.idempotency_key == bindparam("key")))
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
    row = found(_INSERT.first(connection, _as_new(values)))
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
    changed = _update(tuple(columns)).first(connection, {"number": command_id, **_as_new(columns)})
    if changed is None:
        return None
    _tell(connection, changed, at)
    return _view(changed)


@cache
def _update(columns: tuple[str, ...]) -> Prepared:
    """The change of certain columns: there are as many as there are steps of a command."""
    change = update(_commands).where(_commands.c.id == bindparam("number"))
    return Prepared(change.values({name: bindparam(f"new_{name}") for name in columns}).returning(*_commands.columns))


def _as_new(values: Mapping[str, object]) -> Mapping[str, object]:
    return {f"new_{name}": value for name, value in values.items()}


def find_command(connection: Connection, command_id: int) -> CommandView | None:
    """The record of a command."""
    row = _FIND.first(connection, {"number": command_id})
    return None if row is None else _view(row)


def same_order(connection: Connection, idempotency_key: str) -> CommandView | None:
    """The command that an order with this key led to."""
    row = _SAME_KEY.first(connection, {"key": idempotency_key})
    return None if row is None else _view(row)


def read_commands(
    connection: Connection, query: Select[*tuple[Any, ...]]
) -> list[CommandView]:  # Any: its columns are the table's
    """The commands a query over the table finds."""
    return [_view(row) for row in connection.execute(query)]


def history_query(
    station_id: str | None, states: Sequence[CommandState], before_id: int | None, limit: int
) -> Select[*tuple[Any, ...]]:  # Any: its columns are the table's
    """Commands, the newest first."""
    query = select(_commands).order_by(_commands.c.id.desc()).limit(limit)
    if station_id is not None:
        query = query.where(_commands.c.station_id == station_id)
    if states:
        query = query.where(_commands.c.state.in_([state.value for state in states]))
    return query if before_id is None else query.where(_commands.c.id < before_id)


def _tell(connection: Connection, row: Found, at: datetime) -> None:
    facts = {name: getattr(row, name) for name in _TOLD}
    facts["command_id"] = facts.pop("id")
    record_event(connection, EventKind.COMMAND_CHANGED, facts.pop("station_id"), at, facts)


def _view(row: Found) -> CommandView:
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
