"""The duty to read a station's configuration once for each firmware it comes with (CS-23).

Everything is asked for at once. A station that cannot answer that is asked for the known keys by name, as many at a
time as its GetConfigurationMaxKeys says.
"""

from functools import cache, partial

from sqlalchemy import Connection, bindparam, select, update

from contactor.central.care.duty import Step, Subject
from contactor.central.commands.command import CommandState, CommandView
from contactor.central.store.care_tables import configuration_readings
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.guide.entries import Origin
from contactor.guide.load import load_product
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import GetConfiguration

PIECE = 10
"""How many keys are asked for at a time where the station does not say how many it takes."""
MAX_KEYS = "GetConfigurationMaxKeys"

_readings = configuration_readings.c
_of_station = _readings.station_id == bindparam("station")
_FIND = Prepared(select(configuration_readings).where(_of_station))
_GO_ON = Prepared(update(configuration_readings).where(_of_station).values(position=bindparam("now_at")))
_END = Prepared(update(configuration_readings).where(_of_station).values(position=None, failure=bindparam("failed_by")))
_PUT = upsert(configuration_readings, "station_id", "read_for", "position", "failure", key=("station_id",))


class ReadingDuty:
    """Orders the next GetConfiguration of each station."""

    def next_step(self, subject: Subject) -> Step | None:
        """Read on at a station that is accepted."""
        return self.read(subject) if subject.registration is RegistrationStatus.ACCEPTED else None

    def read(self, subject: Subject) -> Step | None:
        """Read on, or leave it: it has been read for this model and firmware."""
        read_for = " ".join(word for word in subject.described if word)
        row = _FIND.first(subject.connection, {"station": subject.station_id})
        if row is None or row.read_for != read_for:
            note = partial(_begin, station_id=subject.station_id, read_for=read_for)
            return _step(subject, GetConfiguration(), next_position=0, note=note)
        if row.position is None:
            return None
        if row.position == 0:
            return _step(subject, GetConfiguration(), next_position=0)
        size = subject.facts.number(MAX_KEYS) or (1 if row.position == 1 else PIECE)
        names = _names(is_product=subject.facts.product is not None)
        piece = names[row.position - 1 :][:size]
        following = row.position + len(piece)
        last = following > len(names)
        return _step(subject, GetConfiguration(key=piece), next_position=None if last else following)


def _step(
    subject: Subject,
    request: GetConfiguration,
    *,
    next_position: int | None,
    note: "partial[None] | None" = None,
) -> Step:
    station_id = subject.station_id
    return Step(
        note=note,
        request=request,
        why="configuration",
        refused=lambda connection, reason: _end(connection, station_id, reason),
        ended=lambda connection, view: _ended(connection, station_id, view, next_position),
    )


def _ended(connection: Connection, station_id: str, view: CommandView, next_position: int | None) -> None:
    """Go on by what came of it; what got no answer is asked again another time."""
    if view.state not in (CommandState.ANSWERED, CommandState.REFUSED):
        return
    is_whole = next_position == 0
    has_keys = view.answer is not None and bool(view.answer.get("configurationKey"))
    if is_whole and has_keys:
        _end(connection, station_id, None)
    elif is_whole:
        _go_on(connection, station_id, 1)
    elif view.state is CommandState.REFUSED:
        _end(connection, station_id, f"the station answered {view.detail}")
    elif next_position is None:
        _end(connection, station_id, None)
    else:
        _go_on(connection, station_id, next_position)


@cache
def _names(*, is_product: bool) -> tuple[str, ...]:
    """The keys to ask for by name: the product's, or OCPP's own; what says how many to ask for comes first."""
    keys = load_product().configuration.values()
    known = [each.key for each in keys if each.readable and (is_product or each.origin is not Origin.VENDOR)]
    return (MAX_KEYS, *(key for key in known if key != MAX_KEYS))


def _begin(connection: Connection, station_id: str, read_for: str) -> None:
    Rows(_PUT, ((station_id, read_for, 0, None),)).execute_on(connection)


def _go_on(connection: Connection, station_id: str, position: int) -> None:
    _GO_ON.run(connection, {"station": station_id, "now_at": position})


def _end(connection: Connection, station_id: str, failure: str | None) -> None:
    _END.run(connection, {"station": station_id, "failed_by": failure})
