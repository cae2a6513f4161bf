"""Registration: who a station is, whether it may work, and what time it is (sections 4 and 5 of the rules)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, bindparam, select, update

from contactor.base.ids import StationId
from contactor.central.care.list_rows import list_unchecked
from contactor.central.care.onboarding import station_was_answered
from contactor.central.commands.following import station_booted
from contactor.central.commands.reported import configuration_in_force
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.plan import Answer, Caller, Do, Plan
from contactor.central.store import schema
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, insert
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import BootNotification, BootNotificationResult, Heartbeat, HeartbeatResult

_INSERT_BOOT = insert(
    schema.boots,
    "station_id",
    "received_at_ms",
    "answered",
    "vendor",
    "model",
    "firmware_version",
    "details",
)
_stations = schema.stations.c
_FIND = Prepared(select(_stations.registration).where(_stations.id == bindparam("station")))
_TOLD = (
    "vendor",
    "model",
    "serial_number",
    "box_serial_number",
    "firmware_version",
    "iccid",
    "imsi",
    "meter_type",
    "meter_serial_number",
    "booted_at_ms",
    "last_seen_at_ms",
    "accepted_at_ms",
)
_TAKE_DOWN = Prepared(
    update(schema.stations)
    .where(_stations.id == bindparam("station"))
    .values({name: bindparam(f"told_{name}") for name in _TOLD})
)


@dataclass(frozen=True, slots=True)
class Registration:
    """Answers boots by what the station's row says (CS-22), and heartbeats by the clock.

    An accepted station is told how often to send heartbeats, another how long to wait before it asks again.
    """

    heartbeat_interval_s: int
    retry_s: int

    def heartbeat(self, caller: Caller, _request: Heartbeat) -> Plan:
        """Tell the time, at once (HB-04)."""
        return Answer(HeartbeatResult(current_time=caller.received_at))

    def boot(self, caller: Caller, request: BootNotification) -> Plan:
        """Record what the station says of itself and answer its registration (BOOT-03, BOOT-18)."""

        def work(connection: Connection) -> BootNotificationResult:
            status = _record_boot(connection, caller.station_id, request, caller.received_at)
            is_accepted = status is RegistrationStatus.ACCEPTED
            return BootNotificationResult(
                status=status,
                current_time=caller.received_at,
                interval=self.heartbeat_interval_s if is_accepted else self.retry_s,
            )

        return Do(work)


def _record_boot(
    connection: Connection, station_id: StationId, boot: BootNotification, received_at: datetime
) -> RegistrationStatus:
    """Write the boot down; open transactions stay open, their stops are still on the way (BOOT-17)."""
    known = _FIND.first(connection, {"station": station_id})
    if known is None:  # removed while it was connected: there is no row to write to
        return RegistrationStatus.REJECTED
    status = RegistrationStatus(known.registration)
    at_ms = to_ms(received_at)
    told = {
        **_described(boot),
        "booted_at_ms": at_ms,
        "last_seen_at_ms": at_ms,
        # Whoever is not accepted now must boot again before anything else (BOOT-14).
        "accepted_at_ms": at_ms if status is RegistrationStatus.ACCEPTED else None,
    }
    _TAKE_DOWN.run(connection, {"station": station_id, **{f"told_{name}": value for name, value in told.items()}})
    details = msgspec.json.encode(boot).decode()
    row = (
        station_id,
        at_ms,
        status.value,
        boot.charge_point_vendor,
        boot.charge_point_model,
        _present(boot.firmware_version),
        details,
    )
    Rows(_INSERT_BOOT, (row,)).execute_on(connection)
    configuration_in_force(connection, station_id)
    list_unchecked(connection, station_id)
    station_booted(connection, station_id, received_at)
    station_was_answered(connection, station_id, status, received_at)
    facts = {name: row[3 + place] for place, name in enumerate(("vendor", "model", "firmware_version"))}
    record_event(connection, EventKind.STATION_BOOTED, station_id, received_at, {**facts, "answered": status.value})
    return status


def _described(boot: BootNotification) -> Mapping[str, str | None]:
    """What the station says of itself, by column; what it leaves out now is not true any more."""
    return {
        "vendor": boot.charge_point_vendor,
        "model": boot.charge_point_model,
        "serial_number": _present(boot.charge_point_serial_number),
        "box_serial_number": _present(boot.charge_box_serial_number),
        "firmware_version": _present(boot.firmware_version),
        "iccid": _present(boot.iccid),
        "imsi": _present(boot.imsi),
        "meter_type": _present(boot.meter_type),
        "meter_serial_number": _present(boot.meter_serial_number),
    }


def _present(value: str | UnsetType) -> str | None:
    return None if value is UNSET else value
