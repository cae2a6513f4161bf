"""A trial, and what came of it on the twin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contactor.base.errors import ContactorError
from contactor.ocpp.enumerations import ChargePointStatus

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Trial:
    """A request as OCPP spells it; how long the twin is watched, and how far its schedules look ahead."""

    action: str
    payload: Fields
    watch_s: int
    duration_s: int


class AnswerKind(StrEnum):
    """How a request ended on the wire."""

    RESULT = "result"
    ERROR = "error"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """The twin's answer: a result's fields, an error's code and description, or nothing; secrets masked."""

    kind: AnswerKind
    fields: Fields


@dataclass(frozen=True, slots=True)
class Told:
    """A request the twin sent so many seconds after the command, secrets masked."""

    after_s: float
    action: str
    payload: Fields


@dataclass(frozen=True, slots=True)
class Period:
    """From a second on: the limit."""

    start_s: int
    limit: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """A connector's composite schedule as the twin answers it; connector 0 is the station.

    `status` is the answer's own word; no periods come with Rejected, nor where nothing was answered ("none").
    """

    connector_id: int
    status: str
    start: datetime | None
    unit: str | None
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """The twin at one moment; a status is None while its software does not run."""

    statuses: Mapping[int, ChargePointStatus | None]
    schedules: tuple[Schedule, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the twin did; `gaps` are what it did not have of the real station, in words for people."""

    product: str
    model: str
    answer: Answer
    told: tuple[Told, ...]
    before: Sight
    after: Sight
    gaps: tuple[str, ...]


class TwinFailed(ContactorError):
    """The twin could not be brought to where it could be asked, or took too long."""


class TwinsBusy(ContactorError):
    """As many trials as may wait do wait already; try later."""
