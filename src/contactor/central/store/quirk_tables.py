"""The table of what stations were found to do oddly: one row for each kind of oddity at a field of a station.

Same rules as in `schema`.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from contactor.central.store.schema import metadata

station_quirks = Table(
    "station_quirks",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("field", String(255), primary_key=True),
    # The first one seen, shortened.
    Column("example", Text, nullable=False),
    Column("first_seen_at_ms", BigInteger, nullable=False),
    Column("last_seen_at_ms", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
)
