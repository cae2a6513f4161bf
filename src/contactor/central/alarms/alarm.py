"""An alarm: something that is wrong, since when, whether somebody knows, and until when it was so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contactor.base.errors import ContactorError
from contactor.base.ids import ConnectorId, StationId

SUBJECT_LENGTH = 60
"""Room for a vendor's code (50) or the name of a security event."""
RULE_LENGTH = 40


class Severity(StrEnum):
    """How much an alarm matters."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Ending(StrEnum):
    """What closes the alarms of a rule."""

    REPORT = "report"
    """A report that the trouble is over."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A person: what happened has no end of its own."""


class ClosedBy(StrEnum):
    """What closed an alarm."""

    NO_ERROR = "no error reported"
    OLDER_REPORTED = "an older trouble is the newest again"
    BOOT = "not repeated after a boot"
    BACK_ONLINE = "back online"
    IN_ORDER = "found in order"
    RECORD_SETTLED = "the record is put right"
    ACKNOWLEDGEMENT = "acknowledged"
    RULE_OFF = "its rule was switched off"


@dataclass(frozen=True, slots=True)
class Rule:
    """When an alarm is raised and what it says; `after_s` is how long something may last before it is one."""

    name: str
    severity: Severity
    title: str
    advice: str
    ending: Ending
    part: str = ""
    after_s: int = 0
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class AlarmView:
    """The record of an alarm; `repair_s` is how long it was open."""

    alarm_id: int
    station_id: StationId
    connector_id: ConnectorId
    model: str
    rule: str
    subject: str
    severity: Severity
    part: str
    title: str
    advice: str
    details: str
    opened_at: datetime
    last_seen_at: datetime
    times: int
    closed_at: datetime | None
    closed_by: str
    repair_s: float | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str


class UnknownAlarm(ContactorError):
    """There is no alarm of that number."""

    def __init__(self, alarm_id: int) -> None:
        super().__init__(f"there is no alarm {alarm_id}")
        self.alarm_id = alarm_id
