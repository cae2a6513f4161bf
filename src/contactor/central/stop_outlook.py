"""What a stop meets in the record: the transaction it names, and what hangs on that, found in one go."""

from sqlalchemy import and_, bindparam, exists, select

from contactor.central.commands.installed import TX_PROFILES
from contactor.central.shown_tag import SHOWN, beside_tag
from contactor.central.store import schema
from contactor.central.store.prepared import Found
from contactor.central.store.survey import Kind, Question, Survey, given_table
from contactor.central.store.tariff_tables import pinned_tariffs
from contactor.central.stray_rows import SAME_STOP
from contactor.central.tags import tag_key
from contactor.central.transaction_rows import Bearings, Stop

_rows = schema.transactions.c
_later = schema.transactions.alias("later").c

_given = given_table()
_named = and_(_rows.id == bindparam("claimed_id"), _rows.station_id == bindparam("station"))
_followers = select(_later.id).where(
    _later.station_id == _rows.station_id,
    _later.connector_id == _rows.connector_id,
    _later.started_at_ms > _rows.started_at_ms,
)
_OUTLOOK = Survey(
    select(
        _given.c.asker,
        *_rows,
        *SHOWN,
        exists(SAME_STOP).label("is_known_stray"),
        exists().where(schema.suspicions.c.transaction_id == _rows.id).label("is_marked"),
        exists().where(pinned_tariffs.c.transaction_id == _rows.id).label("is_charged"),
        exists(TX_PROFILES).label("has_profile"),
        exists(_followers).label("has_followers"),
    ).select_from(beside_tag(_given.outerjoin(schema.transactions, _named))),
    station=Kind.TEXT,
    claimed_id=Kind.NUMBER,
    stopped_at_ms=Kind.NUMBER,
    is_time_guessed=Kind.TRUTH,
    meter_stop_wh=Kind.NUMBER,
    reason=Kind.TEXT,
    tag=Kind.TEXT,
    tag_key=Kind.TEXT,
)


def question_of(station_id: str, stop: Stop) -> Question:
    """Asks for the row of the station's transaction that a stop names, and what is around it; no `id` if it has none.

    The number of another station's transaction is as unknown as any.
    """
    return _OUTLOOK.asked(
        station_id,
        station=station_id,
        claimed_id=stop.claimed_id,
        stopped_at_ms=stop.stopped_at_ms,
        is_time_guessed=stop.is_time_guessed,
        meter_stop_wh=stop.meter_stop_wh,
        reason=stop.reason,
        tag=stop.id_tag,
        tag_key=tag_key(stop.id_tag),
    )


def bearings_of(outlook: Found) -> Bearings:
    """What hangs on the transaction that was found."""
    return Bearings(outlook.is_marked, outlook.is_charged, outlook.has_profile, outlook.has_followers)
