"""SHELL: one trial on one twin, from the known state to what came of it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from contactor.base.ids import ConnectorId
from contactor.central.commands.requests import read_request
from contactor.central.rehearsal.gaps import gaps_of
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.rehearsal import Answer, AnswerKind, Period, Rehearsal, Schedule, Sight, Told, Trial
from contactor.ocpp.codec import STRICT
from contactor.ocpp.errors import ProtocolViolation
from contactor.ocpp.messages import GetCompositeSchedule, GetCompositeScheduleResult
from contactor.station.trace import Direction
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.control.state_view import statuses_of
from contactor.virtual.twin.factory import blueprint_of
from contactor.virtual.twin.staging import Staging, begins_at
from contactor.virtual.twin.twin import Twin, fields_of, switched_on

TOLD_MAX = 200
"""Of what a twin sends; more is counted among the gaps."""


async def rehearse(known: KnownStation, trial: Trial) -> Rehearsal:
    """Try something on a twin; runs on a virtual loop.

    Raises:
        TwinFailed: the twin cannot be brought to where it can be asked, or takes too long.
    """
    request = read_request(trial.action, trial.payload)
    blueprint = blueprint_of(known)
    async with switched_on(known, blueprint, begins_at(known)) as twin:
        staging = Staging(twin, known)
        await staging.prepare()
        before = await _sight(twin, trial.duration_s)
        first, began_at, began_s = len(twin.frames), twin.clock.now(), twin.clock.monotonic_s()
        answer = await twin.ask(request)
        await twin.run(max(0.0, began_s + trial.watch_s - twin.clock.monotonic_s()))
        told = [*_told(twin, first, began_at)]
        after = await _sight(twin, trial.duration_s)
    left_out = len(told) - TOLD_MAX
    more = (f"{left_out} more messages that the twin sent",) if left_out > 0 else ()
    return Rehearsal(
        product=blueprint.product.name,
        model=blueprint.model.reference,
        answer=answer,
        told=tuple(told[:TOLD_MAX]),
        before=before,
        after=after,
        gaps=(*blueprint.gaps, *staging.gaps, *more, *gaps_of(known)),
    )


async def _sight(twin: Twin, duration_s: int) -> Sight:
    schedules = [await _schedule(twin, each, duration_s) for each in (0, *twin.virtual.rig.outlets)]
    return Sight(statuses_of(twin.virtual), tuple(schedules))


async def _schedule(twin: Twin, connector_id: int, duration_s: int) -> Schedule:
    answer = await twin.ask(GetCompositeSchedule(connector_id=ConnectorId(connector_id), duration=duration_s))
    result = _result(answer)
    if result is None:
        word = answer.fields.get("code") or AnswerKind.NONE.value
        return Schedule(connector_id, str(word), None, None, ())
    schedule = result.charging_schedule or None
    if schedule is None:
        return Schedule(connector_id, result.status.value, None, None, ())
    return Schedule(
        connector_id=connector_id,
        status=result.status.value,
        start=result.schedule_start or None,
        unit=schedule.charging_rate_unit.value,
        periods=tuple(Period(each.start_period, each.limit) for each in schedule.charging_schedule_period),
    )


def _result(answer: Answer) -> GetCompositeScheduleResult | None:
    if answer.kind is not AnswerKind.RESULT:
        return None
    try:
        return STRICT.read(GetCompositeScheduleResult, msgspec.json.encode(answer.fields))
    except ProtocolViolation:
        return None


def _told(twin: Twin, first: int, began_at: datetime) -> Iterator[Told]:
    """What the twin has asked or reported by itself since then."""
    for each in twin.frames[first:]:
        if each.direction is Direction.SENT and each.kind is FrameKind.CALL and each.action is not None:
            after_s = (each.instant - began_at).total_seconds()
            yield Told(round(after_s, 3), each.action, fields_of(each))
