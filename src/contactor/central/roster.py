"""The stations that may connect, kept in memory: a handshake is judged on the event loop, where no disk may be asked.

Loaded when the central system starts, and updated by whoever changes a station's row.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from contactor.base.ids import StationId
from contactor.central.commands.station_keys import PendingKey, load_pending_keys
from contactor.central.credentials import KeyDigest
from contactor.central.security_mode import SecurityMode
from contactor.central.store import schema
from contactor.central.store.statement import Rows, insert_new
from contactor.ocpp.enumerations import RegistrationStatus

_INSERT_STATION = insert_new(schema.stations, "id", "registration", "created_at_ms")


@dataclass(frozen=True, slots=True)
class Member:
    """A station as the handshake and the session need it.

    `key` is None where the station connects without Basic authentication. `was_accepted` says that its last boot was
    answered Accepted, so that it need not boot again when only the link was lost (TR-14). `pending_keys` were sent to
    it, and it is not known yet whether it took them (SEC-08).
    """

    station_id: StationId
    registration: RegistrationStatus = RegistrationStatus.ACCEPTED
    key: KeyDigest | None = None
    was_accepted: bool = False
    pending_keys: tuple[PendingKey, ...] = ()
    security: SecurityMode | None = None
    """What it must show; None for what the settings demand of all."""

    @property
    def may_work(self) -> bool:
        """Whether its messages are taken before it has booted on this connection (BOOT-14)."""
        return self.was_accepted and self.registration is RegistrationStatus.ACCEPTED


class Roster:
    """Finds stations by their identity."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}

    def __len__(self) -> int:
        return len(self._members)

    def find(self, identity: str) -> Member | None:
        """The station of that name, spelled exactly so."""
        return self._members.get(identity)

    def put(self, member: Member) -> None:
        """Add a station, or replace what is known of it."""
        self._members[member.station_id] = member

    def remove(self, station_id: StationId) -> None:
        """Forget a station; it is refused from now on."""
        self._members.pop(station_id, None)

    def booted(self, station_id: StationId, status: RegistrationStatus) -> None:
        """Take note of how a boot was answered."""
        member = self._members.get(station_id)
        if member is not None:
            was_accepted = status is RegistrationStatus.ACCEPTED
            self.put(replace(member, registration=status, was_accepted=was_accepted))


def load_roster(connection: Connection) -> Roster:
    """The roster of all stations in the store."""
    roster = Roster()
    pending = load_pending_keys(connection)
    stations = schema.stations.c
    columns = (
        stations.id,
        stations.registration,
        stations.key_salt,
        stations.key_hash,
        stations.accepted_at_ms,
        stations.security,
    )
    for row in connection.execute(select(*columns)):
        roster.put(
            Member(
                StationId(row.id),
                RegistrationStatus(row.registration),
                None if row.key_hash is None else KeyDigest(row.key_salt, row.key_hash),
                was_accepted=row.accepted_at_ms is not None,
                pending_keys=pending.get(row.id, ()),
                security=None if row.security is None else SecurityMode(row.security),
            )
        )
    return roster


def new_station_rows(station_id: StationId, created_at_ms: int) -> Rows:
    """What to write when a station that nobody announced may register itself: accepted, without a key."""
    return Rows(_INSERT_STATION, ((station_id, RegistrationStatus.ACCEPTED.value, created_at_ms),))
