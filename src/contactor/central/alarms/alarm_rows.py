"""Alarms as rows: raised once for one trouble, closed, acknowledged; each change with its event, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from contactor.base.ids import ConnectorId, StationId
from contactor.central.alarms.alarm import (
    SUBJECT_LENGTH,
    AlarmView,
    ClosedBy,
    Ending,
    Rule,
    Severity,
    UnknownAlarm,
)
from contactor.central.alarms.rulebook import rulebook
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.alarm_tables import alarm_rules, alarms
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.site_tables import site_members

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

BY_SITE = "site_id"
OPEN_MAX = 200
"""Open alarms a station may have: one that invents codes without end must not fill the desk."""
DETAILS_LENGTH = 500

_alarms = alarms.c
_CHANGED_RULE = Prepared(select(alarm_rules).where(alarm_rules.c.name == bindparam("rule")))
_SEEN_AGAIN = Prepared(
    update(alarms)
    .where(
        _alarms.station_id == bindparam("station"),
        _alarms.open_key == bindparam("key"),
        ~exists().where(alarm_rules.c.name == bindparam("rule_name"), alarm_rules.c.is_on.is_(False)),
    )
    .values(last_seen_at_ms=bindparam("at_ms"), times=_alarms.times + 1, details=bindparam("said"))
    .returning(_alarms.id)
)
_COUNT_OPEN = select(func.count()).where(_alarms.station_id == bindparam("station"), _alarms.open_key.is_not(None))
_MODEL = select(schema.stations.c.model).where(schema.stations.c.id == bindparam("station"))


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trouble as it was seen: by which rule, where, what exactly."""

    rule: Rule
    station_id: str
    connector_id: int
    subject: str = ""
    details: str = ""

    @property
    def key(self) -> str:
        """What makes it one and the same trouble while it lasts."""
        return f"{self.rule.name}|{self.connector_id}|{self.subject[:SUBJECT_LENGTH]}"


def rule_in_force(connection: Connection, rule: Rule) -> Rule:
    """A rule as an operator has it."""
    row = _CHANGED_RULE.first(connection, {"rule": rule.name})
    return rule if row is None else _changed(rule, row)


def rules_in_force(connection: Connection) -> list[Rule]:
    """All rules as operators have them, in the order of the file and the guides."""
    changes = {row.name: row for row in connection.execute(select(alarm_rules))}
    own = rulebook().rules.values()
    return [_changed(rule, changes[rule.name]) if rule.name in changes else rule for rule in own]


def raise_alarm(connection: Connection, seen: Sighting, at: datetime) -> int | None:
    """Open an alarm, or take note that one that is open was seen again, and return the number of that one.

    A rule that is off raises none.
    """
    at_ms, said = to_ms(at), seen.details[:DETAILS_LENGTH]
    place = {"station": seen.station_id, "key": seen.key}
    known = _SEEN_AGAIN.first(connection, {**place, "rule_name": seen.rule.name, "at_ms": at_ms, "said": said})
    if known is not None:
        return int(known.id)
    rule = rule_in_force(connection, seen.rule)
    if rule.is_on and connection.execute(_COUNT_OPEN, place).scalar_one() < OPEN_MAX:
        row = connection.execute(insert(alarms).values(_new_row(connection, rule, seen, at_ms)).returning(alarms)).one()
        _tell(connection, row, "open", at)
    return None


def close_alarms(connection: Connection, which: ColumnElement[bool], why: ClosedBy, at: datetime) -> int:
    """Close those open alarms that meet a condition over `alarms`; how many did."""
    rows = connection.execute(select(alarms).where(which, _alarms.open_key.is_not(None)).order_by(_alarms.id)).all()
    for row in rows:
        closed = {"open_key": None, "closed_at_ms": to_ms(at), "closed_by": why.value}
        connection.execute(update(alarms).where(_alarms.id == row.id).values(closed))
        _tell(connection, row, "closed", at)
    return len(rows)


def acknowledge(connection: Connection, alarm_id: int, who: str, note: str, at: datetime) -> AlarmView:
    """Take note that somebody knows; what has no end of its own is closed by it. A later word replaces an earlier one.

    Raises:
        UnknownAlarm: there is none of that number.
    """
    row = connection.execute(select(alarms).where(_alarms.id == alarm_id)).one_or_none()
    if row is None:
        raise UnknownAlarm(alarm_id)
    known = {"acknowledged_at_ms": to_ms(at), "acknowledged_by": who, "note": note}
    row = connection.execute(update(alarms).where(_alarms.id == alarm_id).values(known).returning(alarms)).one()
    _tell(connection, row, "acknowledged", at)
    rule = rulebook().rules.get(row.rule)
    if rule is not None and rule.ending is Ending.ACKNOWLEDGEMENT:
        close_alarms(connection, _alarms.id == alarm_id, ClosedBy.ACKNOWLEDGEMENT, at)
    return find_alarms(connection, _alarms.id == alarm_id, limit=1)[0]


def find_alarms(connection: Connection, *which: ColumnElement[bool], limit: int) -> list[AlarmView]:
    """Alarms that meet the conditions over `alarms`, the newest first."""
    query = select(alarms).where(*which).order_by(_alarms.id.desc()).limit(limit)
    return [_view(row) for row in connection.execute(query)]


def count_open(connection: Connection) -> dict[Severity, int]:
    """How many are open, by severity."""
    query = select(_alarms.severity, func.count()).where(_alarms.open_key.is_not(None)).group_by(_alarms.severity)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {severity: found.get(severity.value, 0) for severity in Severity}


def _changed(rule: Rule, row: _Row | Found) -> Rule:
    return replace(
        rule,
        severity=rule.severity if row.severity is None else Severity(row.severity),
        after_s=rule.after_s if row.after_s is None else row.after_s,
        is_on=rule.is_on if row.is_on is None else row.is_on,
    )


def _new_row(connection: Connection, rule: Rule, seen: Sighting, at_ms: int) -> dict[str, object]:
    return {
        "station_id": seen.station_id,
        "connector_id": seen.connector_id,
        "model": connection.execute(_MODEL, {"station": seen.station_id}).scalar_one_or_none() or "",
        "rule": rule.name,
        "subject": seen.subject[:SUBJECT_LENGTH],
        "severity": rule.severity.value,
        "part": rule.part,
        "title": rule.title,
        "advice": rule.advice,
        "details": seen.details[:DETAILS_LENGTH],
        "opened_at_ms": at_ms,
        "last_seen_at_ms": at_ms,
        "times": 1,
        "open_key": seen.key,
    }


def _tell(connection: Connection, row: _Row, state: str, at: datetime) -> None:
    facts = {
        "alarm_id": row.id,
        "state": state,
        "rule": row.rule,
        "subject": row.subject,
        "severity": row.severity,
        "connector_id": row.connector_id,
        "title": row.title,
        "details": row.details,
    }
    record_event(connection, EventKind.ALARM_CHANGED, row.station_id, at, facts)


def _view(row: _Row) -> AlarmView:
    return AlarmView(
        alarm_id=row.id,
        station_id=StationId(row.station_id),
        connector_id=ConnectorId(row.connector_id),
        model=row.model,
        rule=row.rule,
        subject=row.subject,
        severity=Severity(row.severity),
        part=row.part,
        title=row.title,
        advice=row.advice,
        details=row.details,
        opened_at=from_ms(row.opened_at_ms),
        last_seen_at=from_ms(row.last_seen_at_ms),
        times=row.times,
        closed_at=None if row.closed_at_ms is None else from_ms(row.closed_at_ms),
        closed_by=row.closed_by,
        repair_s=None if row.closed_at_ms is None else (row.closed_at_ms - row.opened_at_ms) / 1000,
        acknowledged_at=None if row.acknowledged_at_ms is None else from_ms(row.acknowledged_at_ms),
        acknowledged_by=row.acknowledged_by,
        note=row.note,
    )


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """How many alarms something had, how many are open, and how long the closed ones took in the mean."""

    of: str
    total: int
    open: int
    mean_repair_s: float | None


def count_alarms(connection: Connection, by: str, which: Sequence[ColumnElement[bool]]) -> list[AlarmCount]:
    """Alarms counted by a column of theirs or by the sites of their stations, the most first; "" is none."""
    # Spelled out: PostgreSQL takes two parameters for two columns, of which one is not grouped by.
    nobody = literal_column("''", String)
    column: ColumnElement[str] = func.coalesce(site_members.c.site_id, nobody) if by == BY_SITE else _alarms[by]
    took_ms = _alarms.closed_at_ms - _alarms.opened_at_ms
    query = (
        select(column, func.count(), func.count(_alarms.open_key), func.avg(took_ms))
        .select_from(alarms.outerjoin(site_members, site_members.c.station_id == _alarms.station_id))
        .where(*which)
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return [
        AlarmCount(str(of), total, open_, None if mean_ms is None else round(float(mean_ms) / 1000, 3))
        for of, total, open_, mean_ms in connection.execute(query)
    ]
