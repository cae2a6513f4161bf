"""The table of when stations were connected: a row for each unbroken time.

Same rules as in `schema`.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table

from contactor.central.store.schema import ROW_ID, metadata

presence_periods = Table(
    "presence_periods",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("since_at_ms", BigInteger, nullable=False),
    # Absent while the station is connected.
    Column("until_at_ms", BigInteger),
    Index("ix_presence_periods_station_id_id", "station_id", "id"),
)
