"""The rows of stations' local lists: what each holds, by its answers, over restarts of either end.

An update is written down before the wire hears of it, and what it leads to counts once the station has accepted. If no
answer comes, the version that the station tells when it is asked says whether it took the update.
"""

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, select, update

from contactor.central.care.local_list import Entries, ListState, applied, entries_text, read_entries
from contactor.central.care.mark import move_mark
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.store.care_tables import station_lists
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.statement import Rows, insert_new
from contactor.ocpp.enumerations import UpdateStatus, UpdateType
from contactor.ocpp.messages import SendLocalList

ListRow = Found

SWITCHED_OFF = -1
"""What a station says of its version whose list is off, or that has none (LL-01)."""

_lists = station_lists.c
_MAKE = insert_new(station_lists, "station_id")
_FIND = Prepared(select(station_lists).where(_lists.station_id == bindparam("station")))
_UNCHECK = Prepared(
    update(station_lists).where(_lists.station_id == bindparam("station")).values(reported_version=None, failure=None)
)


def find_list(connection: Connection, station_id: str) -> ListRow | None:
    """What is known of a station's list."""
    return _FIND.first(connection, {"station": station_id})


def state_of(row: ListRow | None) -> ListState:
    """The same, as the next step is chosen by."""
    if row is None:
        return ListState()
    return ListState(
        held=None if row.held is None else read_entries(row.held),
        last_version=row.last_version,
        is_checked=row.reported_version is not None,
        is_sending=row.sending_version is not None,
    )


def want_list(connection: Connection, station_id: str, digest: str) -> None:
    """The list is to become this; what failed for another content does not count any more."""
    _make(connection, station_id)
    _set(connection, station_id, wanted_digest=digest, failure=None)


def list_failed(connection: Connection, station_id: str, reason: str, at: datetime) -> None:
    """The list will not come into step; nothing more is tried until something changes (LL-15)."""
    row = _make(connection, station_id)
    if row.failure != reason:
        _set(connection, station_id, failure=reason)
        _tell(connection, station_id, at)


def retry_list(connection: Connection, station_id: str) -> None:
    """Somebody wants it tried again, from what the station says of itself."""
    _make(connection, station_id)
    _set(connection, station_id, failure=None, reported_version=None)
    move_mark(connection)


# --- What happens to updates --------------------------------------------------------------------------------------


def list_sent(connection: Connection, station_id: str, request: SendLocalList) -> None:
    """An update is about to leave."""
    row = _make(connection, station_id)
    becomes = applied(_entries(row.held), request)
    _set(
        connection,
        station_id,
        sending=None if becomes is None else entries_text(becomes),
        sending_version=request.list_version,
        last_version=max(row.last_version, request.list_version),
    )


def list_answered(
    connection: Connection, station_id: str, request: SendLocalList, status: UpdateStatus, at: datetime
) -> None:
    """The station took the update, or did not: a difference that was not taken is followed by the whole (LL-13)."""
    row = _make(connection, station_id)
    done: dict[str, object] = {"sending": None, "sending_version": None}
    if status is UpdateStatus.ACCEPTED:
        _set(connection, station_id, held=row.sending, held_version=request.list_version, failure=None, **done)
        _tell(connection, station_id, at)
        return
    # What it holds after a refused difference is doubtful; a refused whole has changed nothing.
    is_difference = request.update_type is UpdateType.DIFFERENTIAL
    _set(connection, station_id, **({"held": None} if is_difference else {}), **done)
    if status is UpdateStatus.NOT_SUPPORTED or not is_difference:
        list_failed(connection, station_id, f"the station answered {status.value} to a {_kind(request)} update", at)


def list_refused(connection: Connection, station_id: str, reason: str, at: datetime) -> None:
    """The station answered by CALLERROR: it has changed nothing."""
    _make(connection, station_id)
    _set(connection, station_id, sending=None, sending_version=None)
    list_failed(connection, station_id, f"the station answered {reason}", at)


def version_reported(connection: Connection, station_id: str, version: int, at: datetime) -> None:
    """The station says which version it holds, and so whether what is known of it is true (LL-01)."""
    row = _make(connection, station_id)
    told: dict[str, object] = {"reported_version": version, "reported_at_ms": to_ms(at)}
    if version == SWITCHED_OFF:
        _set(connection, station_id, **told, sending=None, sending_version=None)
        list_failed(connection, station_id, "its local list is switched off, or it has none (it says -1)", at)
        return
    _set(
        connection,
        station_id,
        **told,
        **_held_at(row, version),
        sending=None,
        sending_version=None,
        last_version=max(row.last_version, version),
    )


def list_unchecked(connection: Connection, station_id: str) -> None:
    """The station has booted: what it holds has to be asked, and what failed may be tried again."""
    _UNCHECK.run(connection, {"station": station_id})


def list_switched(connection: Connection, station_id: str) -> None:
    """Local lists were switched on or off at the station."""
    _set(connection, station_id, reported_version=None, failure=None)
    move_mark(connection)


def _held_at(row: ListRow, version: int) -> dict[str, object]:
    """What the station holds if it says this version."""
    if version == 0:  # it is empty, whatever version was sent
        return {"held": entries_text({}), "held_version": 0}
    if version == row.sending_version:
        return {"held": row.sending, "held_version": version}
    return {} if version == row.held_version else {"held": None, "held_version": version}


def _kind(request: SendLocalList) -> str:
    return request.update_type.value.lower()


def _entries(text: str | None) -> Entries | None:
    return None if text is None else read_entries(text)


def _make(connection: Connection, station_id: str) -> ListRow:
    Rows(_MAKE, ((station_id,),)).execute_on(connection)
    return _existing(connection, station_id)


def _existing(connection: Connection, station_id: str) -> ListRow:
    row = find_list(connection, station_id)
    assert row is not None, station_id
    return row


def _set(connection: Connection, station_id: str, **columns: object) -> None:
    given = {f"new_{name}": value for name, value in columns.items()}
    _update_of(tuple(columns)).run(connection, {"station": station_id, **given})


@cache
def _update_of(names: tuple[str, ...]) -> Prepared:
    changed: dict[str, object] = {name: bindparam(f"new_{name}") for name in names}
    return Prepared(update(station_lists).where(_lists.station_id == bindparam("station")).values(changed))


def _tell(connection: Connection, station_id: str, at: datetime) -> None:
    row = _existing(connection, station_id)
    held = _entries(row.held)
    facts = {"entries": None if held is None else len(held), "version": row.held_version, "failure": row.failure}
    record_event(connection, EventKind.LOCAL_LIST_CHANGED, station_id, at, facts)
