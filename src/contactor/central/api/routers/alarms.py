"""Alarms: what somebody should look after, acknowledged here; and the rules, as the operator wants them."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from contactor.central.alarms.alarm import AlarmView, Rule, Severity, UnknownAlarm
from contactor.central.alarms.alarm_rows import (
    BY_SITE,
    AlarmCount,
    acknowledge,
    count_alarms,
    find_alarms,
    rules_in_force,
)
from contactor.central.alarms.rulebook import rulebook
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Body, Instant, Limit, NumberPath, Page, ShortText, StationText
from contactor.central.milliseconds import to_ms
from contactor.central.store.alarm_tables import alarm_rules, alarms
from contactor.central.store.site_tables import site_members

AFTER_MAX_S = 30 * 86_400

router = APIRouter(prefix=f"{API}/alarms", tags=["alarms"])
rules_router = APIRouter(prefix=f"{API}/alarm-rules", tags=["alarms"])


def _wanted(
    station_id: StationText | None = None,
    model: Annotated[ShortText | None, Query(description="As the station names it.")] = None,
    site_id: Annotated[ShortText | None, Query(description="Where the station is now.")] = None,
    rule: Annotated[ShortText | None, Query(description="Its name.", examples=["evlink_pro_dc.0x100202"])] = None,
    subject: Annotated[
        ShortText | None, Query(description="A trouble code, most often.", examples=["0x100202"])
    ] = None,
    severity: Severity | None = None,
    open_: Annotated[bool | None, Query(alias="open", description="Only those that are, or are not.")] = None,
    acknowledged: Annotated[bool | None, Query(description="Only those that are, or are not.")] = None,
    opened_from: Instant | None = None,
    opened_before: Instant | None = None,
) -> list[ColumnElement[bool]]:
    table = alarms.c
    equal = {
        table.station_id: station_id,
        table.model: model,
        table.rule: rule,
        table.subject: subject,
        table.severity: severity,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if site_id is not None:
        at_site = select(site_members.c.station_id).where(site_members.c.site_id == site_id)
        found.append(table.station_id.in_(at_site))
    if open_ is not None:
        found.append(table.open_key.is_not(None) if open_ else table.open_key.is_(None))
    if acknowledged is not None:
        found.append(table.acknowledged_at_ms.is_not(None) if acknowledged else table.acknowledged_at_ms.is_(None))
    if opened_from is not None:
        found.append(table.opened_at_ms >= to_ms(opened_from))
    if opened_before is not None:
        found.append(table.opened_at_ms < to_ms(opened_before))
    return found


Wanted = Annotated[list[ColumnElement[bool]], Depends(_wanted)]


class CountedBy(StrEnum):
    """What alarms can be counted by."""

    STATION = "station_id"
    SITE = BY_SITE
    MODEL = "model"
    RULE = "rule"
    SEVERITY = "severity"


class Acknowledgement(Body):
    """What whoever acknowledges has to say."""

    note: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class RuleBody(BaseModel):
    """A rule as it is in force."""

    name: str
    severity: Severity
    title: str
    part: str
    advice: str
    ending: str = Field(description="What closes its alarms: a report, or an acknowledgement.")
    after_s: int = Field(description="How long it may last before it is an alarm.")
    is_on: bool

    @classmethod
    def of(cls, rule: Rule) -> "RuleBody":
        """The body of a rule."""
        return cls(
            name=rule.name,
            severity=rule.severity,
            title=rule.title,
            part=rule.part,
            advice=rule.advice,
            ending=rule.ending.value,
            after_s=rule.after_s,
            is_on=rule.is_on,
        )


class RuleChange(Body):
    """What shall differ from the program's own rule; what is left out is as it comes."""

    severity: Severity | None = None
    after_s: Annotated[int, Field(ge=0, le=AFTER_MAX_S)] | None = None
    is_on: bool | None = None


@router.get("")
async def list_alarms(office: TheOffice, wanted: Wanted, before: Before = None, limit: Limit = 100) -> Page[AlarmView]:
    """List alarms, the newest first."""
    conditions = [*wanted, *([] if before is None else [alarms.c.id < before])]
    found = await office.read(lambda connection: find_alarms(connection, *conditions, limit=limit + 1))
    items = found[:limit]
    return Page(items=items, next=items[-1].alarm_id if len(found) > limit else None)


@router.get("/counts")
async def get_counts(office: TheOffice, wanted: Wanted, by: CountedBy = CountedBy.MODEL) -> list[AlarmCount]:
    """Count alarms by station, site, model, rule or severity, with the mean time to repair of those that are closed."""
    return await office.read(lambda connection: count_alarms(connection, by.value, wanted))


@router.get("/{alarm_id}")
async def get_alarm(office: TheOffice, alarm_id: NumberPath) -> AlarmView:
    """Show an alarm."""
    found = await office.read(lambda connection: find_alarms(connection, alarms.c.id == alarm_id, limit=1))
    if not found:
        raise missing("alarm", "alarm_id", alarm_id)
    return found[0]


@router.post("/{alarm_id}/acknowledgement")
async def acknowledge_alarm(
    office: TheOffice, person: ThePerson, alarm_id: NumberPath, said: Acknowledgement
) -> AlarmView:
    """Acknowledge an alarm: somebody knows. One whose trouble has no end of its own is closed by it."""
    now = office.clock.now()

    def work(connection: Connection) -> AlarmView | Problem:
        try:
            view = acknowledge(connection, alarm_id, person.name, said.note, now)
        except UnknownAlarm:
            return missing("alarm", "alarm_id", alarm_id)
        note_deed(connection, person.did(to_ms(now), "alarm.acknowledge", f"alarm {alarm_id}", note=said.note))
        return view

    return await office.write(work)


@rules_router.get("")
async def list_rules(office: TheOffice) -> list[RuleBody]:
    """List the rules by which alarms are raised, as they are in force; each trouble code is one."""
    return [RuleBody.of(rule) for rule in await office.read(rules_in_force)]


@rules_router.put("/{name}")
async def change_rule(office: TheOffice, person: ThePerson, name: ShortText, change: RuleChange) -> RuleBody:
    """Change a rule; alarms that are open keep their severity, and those of a rule that is switched off are closed."""
    now_ms = office.now_ms()
    known = _known(name)

    def work(connection: Connection) -> None:
        connection.execute(delete(alarm_rules).where(alarm_rules.c.name == known.name))
        row = {"name": known.name, "changed_by": person.name, "changed_at_ms": now_ms, **change.model_dump()}
        connection.execute(insert(alarm_rules).values(row))
        note_deed(
            connection, person.did(now_ms, "alarm_rule.change", f"alarm rule {known.name}", **change.model_dump())
        )

    await office.write(work)
    return await _in_force(office, known)


@rules_router.delete("/{name}")
async def restore_rule(office: TheOffice, person: ThePerson, name: ShortText) -> RuleBody:
    """Let a rule be again as it comes."""
    now_ms = office.now_ms()
    known = _known(name)

    def work(connection: Connection) -> None:
        connection.execute(delete(alarm_rules).where(alarm_rules.c.name == known.name))
        note_deed(connection, person.did(now_ms, "alarm_rule.restore", f"alarm rule {known.name}"))

    await office.write(work)
    return await _in_force(office, known)


def _known(name: str) -> Rule:
    found = rulebook().rules.get(name)
    if found is None:
        raise missing("alarm rule", "name", name)
    return found


async def _in_force(office: Office, known: Rule) -> RuleBody:
    rules = await office.read(rules_in_force)
    return next(RuleBody.of(rule) for rule in rules if rule.name == known.name)
