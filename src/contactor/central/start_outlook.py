"""What a start meets in the record: all that decides whether it is an ordinary one, found in one go.

Most starts meet nothing. Those parts of the ledger that look closer, and put right, are called only where there is
something for them: a dozen statements that find nothing would cost more than all that is written.
"""

from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select

from contactor.central.commands.following import REMOTE_START
from contactor.central.meter_gap import are_neighbours, meter_stop_in_force
from contactor.central.milliseconds import to_ms
from contactor.central.shown_tag import COUNTED, SHOWN, beside_tag
from contactor.central.store import schema
from contactor.central.store.prepared import Found
from contactor.central.store.schema import TransactionState
from contactor.central.store.survey import Kind, Question, Survey, given_table
from contactor.central.stray_rows import FITTING
from contactor.central.suspicion import CLOCK_SET_AFTER, believable, doubt_gap
from contactor.central.tags import tag_key
from contactor.central.tariffs.pinning import version_for
from contactor.central.transaction_rows import began_at_ms
from contactor.ocpp.messages import StartTransaction

_rows = schema.transactions.c
_tags = schema.tags.c
_started_at_ms = bindparam("started_at_ms", type_=_rows.started_at_ms.type)
_began_at_ms = bindparam("began_at_ms", type_=_rows.started_at_ms.type)
_on_connector = (_rows.station_id == bindparam("station")) & (_rows.connector_id == bindparam("connector"))

_SAME_START = select(_rows.id).where(
    _on_connector,
    _rows.started_at_ms == _started_at_ms,
    _rows.id_tag == bindparam("id_tag"),
    _rows.meter_start_wh == bindparam("meter_start_wh"),
)
_RIVALS = select(_rows.id).where(_on_connector, _rows.state == TransactionState.OPEN)
# Whoever began later is dated later, or by a clock that was never set: so an index finds them.
_BEGAN_LATER = select(_rows.id).where(_on_connector, _rows.started_at_ms > _began_at_ms, began_at_ms > _began_at_ms)
_UNDATED_LATER = select(_rows.id).where(
    _on_connector, _rows.started_at_ms < to_ms(CLOCK_SET_AFTER), _rows.start_received_at_ms > _began_at_ms
)
_EARLIER_STOP = (
    select(meter_stop_in_force)
    .where(are_neighbours, _rows.started_at_ms < _started_at_ms)
    .order_by(_rows.started_at_ms.desc())
    .limit(1)
)
_FOLLOWERS = select(_rows.id).where(are_neighbours, _rows.started_at_ms > _started_at_ms)

_given = given_table()
_OUTLOOK = Survey(
    select(
        _given.c.asker,
        *SHOWN,
        *COUNTED,
        _SAME_START.scalar_subquery().label("known_id"),
        REMOTE_START.scalar_subquery().label("remote_start_id"),
        version_for(_tags.parent_key).correlate(schema.tags).scalar_subquery().label("version_id"),
        exists(_RIVALS).label("has_rivals"),
        or_(exists(_BEGAN_LATER), exists(_UNDATED_LATER)).label("is_overtaken"),
        _EARLIER_STOP.scalar_subquery().label("earlier_stop_wh"),
        exists(_FOLLOWERS).label("has_followers"),
        exists(FITTING).label("has_strays"),
    ).select_from(beside_tag(_given)),
    station=Kind.TEXT,
    connector=Kind.NUMBER,
    started_at_ms=Kind.NUMBER,
    began_at_ms=Kind.NUMBER,
    at_ms=Kind.NUMBER,
    id_tag=Kind.TEXT,
    tag_key=Kind.TEXT,
    meter_start_wh=Kind.NUMBER,
)


def question_of(station_id: str, start: StartTransaction, received_at: datetime) -> Question:
    """What is to be asked when a start arrives."""
    began = to_ms(believable(start.timestamp, received_at))
    return _OUTLOOK.asked(
        station_id,
        station=station_id,
        connector=start.connector_id,
        started_at_ms=to_ms(start.timestamp),
        began_at_ms=began,
        at_ms=began,
        id_tag=start.id_tag,
        tag_key=tag_key(start.id_tag),
        meter_start_wh=start.meter_start,
    )


def may_gap(outlook: Found, start: StartTransaction) -> bool:
    """Whether its register may not go on where the one before ended, or that of the next where it ends."""
    return outlook.has_followers or doubt_gap(0, outlook.earlier_stop_wh, start.meter_start) is not None
