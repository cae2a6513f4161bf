"""On-boarding: how a Pending station comes to be accepted, stage by stage, and what is kept of it.

The key first if that was asked for, then the configuration that is wanted of it, then the registration. A station that
does not take something stays Pending, with the reason shown, until a person goes on.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select, update

from contactor.central.care.mark import move_mark
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.care_tables import onboardings
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.ocpp.enumerations import RegistrationStatus

OnboardingRow = Found

_rows = onboardings.c
_FIND = Prepared(select(onboardings).where(_rows.station_id == bindparam("station")))
_PUT = upsert(
    onboardings,
    "station_id",
    "rotates_key",
    "state",
    "stage",
    "detail",
    "started_by",
    "started_at_ms",
    "ended_at_ms",
    key=("station_id",),
)


class OnboardingState(StrEnum):
    """How far it is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Stage(StrEnum):
    """What it is at."""

    KEY = "key"
    CONFIGURATION = "configuration"
    BOOT = "boot"
    """The station is accepted, and has yet to boot to learn of it."""


_ENDS = {
    RegistrationStatus.ACCEPTED: (OnboardingState.DONE, ""),
    RegistrationStatus.REJECTED: (OnboardingState.STOPPED, "the station was rejected"),
}


def find_onboarding(connection: Connection, station_id: str) -> OnboardingRow | None:
    """A station's latest on-boarding."""
    return _FIND.first(connection, {"station": station_id})


def begin_onboarding(connection: Connection, station_id: str, *, rotates_key: bool, by: str, at: datetime) -> None:
    """Begin anew, whatever became of an earlier one."""
    stage = Stage.KEY if rotates_key else Stage.CONFIGURATION
    row = (station_id, rotates_key, OnboardingState.RUNNING.value, stage.value, "", by, to_ms(at), None)
    Rows(_PUT, (row,)).execute_on(connection)
    move_mark(connection)
    _tell(connection, station_id, at)


def go_on_with(connection: Connection, station_id: str, stage: Stage, at: datetime) -> None:
    """The next stage begins."""
    _set(connection, station_id, at, stage=stage.value, detail="")


def end_onboarding(connection: Connection, station_id: str, state: OnboardingState, detail: str, at: datetime) -> None:
    """It is over."""
    _set(connection, station_id, at, state=state.value, detail=detail, ended_at_ms=to_ms(at))


def accept_station(connection: Connection, station_id: str, at: datetime) -> None:
    """From its next boot on the station is accepted."""
    accepted = {"registration": RegistrationStatus.ACCEPTED.value}
    connection.execute(update(schema.stations).where(schema.stations.c.id == station_id).values(accepted))
    go_on_with(connection, station_id, Stage.BOOT, at)


def station_was_answered(connection: Connection, station_id: str, status: RegistrationStatus, at: datetime) -> None:
    """The boot that an on-boarding waits for has come; or a person has accepted the station before its end."""
    end = _ENDS.get(status)
    if end is not None and find_onboarding(connection, station_id) is not None:
        end_onboarding(connection, station_id, *end, at)


def _set(connection: Connection, station_id: str, at: datetime, **columns: object) -> None:
    running = (_rows.station_id == station_id) & (_rows.state == OnboardingState.RUNNING)
    if connection.execute(update(onboardings).where(running).values(columns)).rowcount:
        _tell(connection, station_id, at)


def _tell(connection: Connection, station_id: str, at: datetime) -> None:
    row = connection.execute(select(onboardings).where(_rows.station_id == station_id)).one()
    facts = {"state": row.state, "stage": row.stage, "detail": row.detail}
    record_event(connection, EventKind.ONBOARDING_CHANGED, station_id, at, facts)
