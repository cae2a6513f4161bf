"""Where facts become alarms, in the facts' own database transactions.

| what comes | opens | closes |
| --- | --- | --- |
| a status with an error, on a connector | the trouble of that connector, or of connector 0 if it is the station's | |
| a listed error again, whose alarm is open | | newer troubles of that connector: it tells its newest (FLT-05) |
| a status without an error, on a connector | | the troubles of that connector (FLT-07) |
| a status without an error, on connector 0 | | the troubles of the station |
| a boot, and then for a while no report of it | | a trouble of before: its closing was lost |
| a badge that nobody knows | `unknown_tag` | |
| a security event | `security_event`, or its routine kind | |
| a key that is not, or is again, what is wanted of it | `configuration_drift` | `configuration_drift` |
| a mark on a transaction | `suspect_record` | |
| its last mark is taken away, or a person corrects it | | `suspect_record` |
| silence | `station_offline` | |
| the station's return | | `station_offline` |

A status with a new error closes nothing: the older troubles may last.
"""

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, select

from contactor.central.alarms.alarm import ClosedBy
from contactor.central.alarms.alarm_rows import Sighting, close_alarms, raise_alarm
from contactor.central.alarms.rulebook import (
    OTHER_KINDS,
    ROUTINE_SECURITY_EVENT,
    SECURITY_EVENT,
    SUSPECT_RECORD,
    UNKNOWN_TAG,
    rulebook,
)
from contactor.central.store import schema
from contactor.central.store.alarm_tables import alarms
from contactor.central.store.prepared import Prepared, found

_DESCRIBED = select(schema.stations.c.vendor, schema.stations.c.model).where(
    schema.stations.c.id == bindparam("station")
)
STATION = 0

is_trouble = and_(*(alarms.c.rule != kind for kind in sorted(OTHER_KINDS)))

# Put together once: nearly every status that comes has no trouble to close.
_TROUBLES = Prepared(
    select(func.count().label("number")).where(
        alarms.c.station_id == bindparam("station"),
        alarms.c.connector_id == bindparam("connector"),
        is_trouble,
        alarms.c.open_key.is_not(None),
    )
)


def error_reported(
    connection: Connection,
    station_id: str,
    connector_id: int,
    *,
    error_code: str,
    vendor_code: str,
    details: str,
    at: datetime,
) -> None:
    """A connector's latest status names an error."""
    described = connection.execute(_DESCRIBED, {"station": station_id}).one_or_none() or (None, None)
    trouble = rulebook().decode(described[0], described[1], error_code, vendor_code)
    where = STATION if trouble.is_of_station else connector_id
    said = ", ".join(filter(None, (error_code, details)))
    known = raise_alarm(connection, Sighting(trouble.rule, station_id, where, trouble.subject, said), at)
    if known is not None and trouble.is_listed:
        newer = (alarms.c.station_id == station_id) & (alarms.c.connector_id == connector_id) & (alarms.c.id > known)
        close_alarms(connection, newer & is_trouble, ClosedBy.OLDER_REPORTED, at)


def no_error_reported(connection: Connection, station_id: str, connector_id: int, at: datetime) -> None:
    """A connector's latest status names none: whatever was wrong with it is over."""
    if not found(_TROUBLES.first(connection, {"station": station_id, "connector": connector_id})).number:
        return
    here = (alarms.c.station_id == station_id) & (alarms.c.connector_id == connector_id)
    close_alarms(connection, here & is_trouble, ClosedBy.NO_ERROR, at)


def unknown_tag_shown(connection: Connection, station_id: str, id_tag: str, at: datetime) -> None:
    """A badge was shown, or began to charge, that is not registered; one alarm a station, whatever it shows."""
    raise_alarm(connection, Sighting(rulebook().rules[UNKNOWN_TAG], station_id, STATION, "", id_tag), at)


def security_event_came(connection: Connection, station_id: str, kind: str, details: str, at: datetime) -> None:
    """A security event came for the first time."""
    book = rulebook()
    rule = book.rules[ROUTINE_SECURITY_EVENT if kind in book.routine_events else SECURITY_EVENT]
    raise_alarm(connection, Sighting(rule, station_id, STATION, kind, details), at)


def record_doubted(
    connection: Connection, station_id: str, number: int, reason: str, details: str, at: datetime
) -> None:
    """A transaction is suspect for one more reason."""
    said = f"{reason}: {details}" if details else reason
    seen = Sighting(rulebook().rules[SUSPECT_RECORD], station_id, STATION, _subject(number), said)
    raise_alarm(connection, seen, at)


def record_settled(connection: Connection, station_id: str, number: int, at: datetime) -> None:
    """A transaction is not suspect any more, or a person has put it right."""
    its = (alarms.c.rule == SUSPECT_RECORD) & (alarms.c.subject == _subject(number))
    close_alarms(connection, (alarms.c.station_id == station_id) & its, ClosedBy.RECORD_SETTLED, at)


def _subject(number: int) -> str:
    return f"transaction {number}"
