"""What the caretaker does for a station is a list of duties; each says what it would do next, and nothing more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from sqlalchemy import Connection, bindparam, select

from contactor.base.ids import StationId
from contactor.central.commands.command import CommandView
from contactor.central.commands.facts import StationFacts, load_facts
from contactor.central.store import schema
from contactor.central.store.prepared import Prepared
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import Request

NAME = "central system"
"""Who orders what nobody in person has asked for."""

Note = Callable[[Connection], None]

_stations = schema.stations.c
_DESCRIBED = Prepared(select(_stations.model, _stations.firmware_version).where(_stations.id == bindparam("station")))


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done now: write the note, then order, then write what came of it.

    `is_accepted` says that the note accepts the station. `refused` takes the reason for which the order was not even
    kept; `ended` the record of the command once it has ended. `rotates_key` orders a fresh AuthorizationKey, which the
    desk draws itself.
    """

    note: Note | None = None
    request: Request | None = field(default=None, repr=False)
    rotates_key: bool = False
    is_accepted: bool = False
    why: str = ""
    refused: Callable[[Connection, str], None] | None = None
    ended: Callable[[Connection, CommandView], None] | None = None


class Subject:
    """A station at one instant, as far as it has been asked about; belongs to the reader that made it."""

    def __init__(
        self, connection: Connection, station_id: StationId, registration: RegistrationStatus, now: datetime
    ) -> None:
        self.connection = connection
        self.station_id = station_id
        self.registration = registration
        self.now = now

    @cached_property
    def facts(self) -> StationFacts:
        """What its orders would be judged by."""
        return load_facts(self.connection, self.station_id, self.registration, self.now)

    @cached_property
    def described(self) -> tuple[str | None, str | None]:
        """The model and the firmware version it named at its boot."""
        row = _DESCRIBED.first(self.connection, {"station": self.station_id})
        return (None, None) if row is None else (row.model, row.firmware_version)


class Duty(Protocol):
    """One thing that is looked after at every station."""

    def next_step(self, subject: Subject) -> Step | None:
        """What to do next; None if there is nothing to do."""
        ...
