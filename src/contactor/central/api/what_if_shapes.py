"""The forms of trials on a twin: what is to be tried, and what came of it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from contactor.central.api.shapes import Body, ShortText
from contactor.central.commands.command import CommandRefused
from contactor.central.rehearsal.rehearsal import AnswerKind, Rehearsal, Schedule, Sight, Trial
from contactor.ocpp.enumerations import ChargePointStatus

WATCH_MAX_S = 600
DURATION_MAX_S = 86_400


class NewTrial(Body):
    """What is to be tried: an action of OCPP by its name, with its request as OCPP spells it."""

    action: ShortText = Field(examples=["ChangeAvailability"])
    payload: dict[str, object] = Field(default_factory=dict, examples=[{"connectorId": 1, "type": "Inoperative"}])
    watch_s: Annotated[int, Field(ge=1, le=WATCH_MAX_S)] = Field(
        default=60, description="For how many of its own seconds the twin is watched; nobody waits for them."
    )
    duration_s: Annotated[int, Field(ge=1, le=DURATION_MAX_S)] = Field(
        default=3600, description="How far the composite schedules look ahead."
    )

    def trial(self) -> Trial:
        """The same for a twin."""
        return Trial(self.action, self.payload, self.watch_s, self.duration_s)


class ObjectionBody(BaseModel):
    """Why the central system would not send it to the real station."""

    field: str
    value: object
    reason: str
    can_be_forced: bool


class AnswerBody(BaseModel):
    """The twin's answer: the fields of a result, or code and description of an error."""

    kind: AnswerKind
    fields: dict[str, object]


class ToldBody(BaseModel):
    """A request that the twin sent so many seconds after the command."""

    after_s: float
    action: str
    payload: dict[str, object]


class PeriodBody(BaseModel):
    """From a second on: the limit."""

    start_s: int
    limit: float


class ScheduleBody(BaseModel):
    """The composite schedule of a connector, as the twin answers it; connector 0 is the station."""

    connector_id: int
    status: str = Field(description="The answer's own word; without an Accepted there are no periods.")
    start: datetime | None
    unit: str | None
    periods: list[PeriodBody]

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The same, as it is told."""
        periods = [PeriodBody(start_s=each.start_s, limit=each.limit) for each in schedule.periods]
        return cls(
            connector_id=schedule.connector_id,
            status=schedule.status,
            start=schedule.start,
            unit=schedule.unit,
            periods=periods,
        )


class SightBody(BaseModel):
    """The twin at one moment; a status is null while its software does not run."""

    statuses: dict[int, ChargePointStatus | None]
    schedules: list[ScheduleBody]

    @classmethod
    def of(cls, sight: Sight) -> Self:
        """The same, as it is told."""
        return cls(statuses=dict(sight.statuses), schedules=[ScheduleBody.of(each) for each in sight.schedules])


class RehearsalBody(BaseModel):
    """What came of a trial. The real station was neither asked nor changed."""

    station_id: str
    at: datetime
    product: str = Field(description="What the twin is.")
    model: str
    objection: ObjectionBody | None = Field(
        description="Why the central system would refuse to send this; the twin was asked all the same."
    )
    answer: AnswerBody
    told: list[ToldBody]
    before: SightBody
    after: SightBody
    unknown: list[str] = Field(description="What the twin did not have of the real station, in words.")

    @classmethod
    def of(cls, station_id: str, at: datetime, rehearsal: Rehearsal, objection: ObjectionBody | None) -> Self:
        """The same, as it is told."""
        told = [ToldBody(after_s=e.after_s, action=e.action, payload=dict(e.payload)) for e in rehearsal.told]
        return cls(
            station_id=station_id,
            at=at,
            product=rehearsal.product,
            model=rehearsal.model,
            objection=objection,
            answer=AnswerBody(kind=rehearsal.answer.kind, fields=dict(rehearsal.answer.fields)),
            told=told,
            before=SightBody.of(rehearsal.before),
            after=SightBody.of(rehearsal.after),
            unknown=list(rehearsal.gaps),
        )


def objection_of(refused: CommandRefused | None, *, has_secret: bool) -> ObjectionBody | None:
    """What the central system has against an order; a value meant for a key is not repeated."""
    if refused is None:
        return None
    return ObjectionBody(
        field=f"payload.{refused.field}",
        value="(not shown)" if has_secret else refused.value,
        reason=refused.reason,
        can_be_forced=refused.can_be_forced,
    )
