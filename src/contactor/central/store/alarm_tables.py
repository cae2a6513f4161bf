"""The tables of alarms, and of what operators changed in their rules.

Same rules as in `schema`.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from contactor.central.store.schema import ROW_ID, metadata

alarms = Table(
    "alarms",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    # As it was when the alarm was raised: what is counted by model stays counted.
    Column("model", Text, nullable=False),
    Column("rule", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("part", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("last_seen_at_ms", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
    # Set while it is open and absent afterwards: one trouble has one open alarm.
    Column("open_key", String(140)),
    Column("closed_at_ms", BigInteger),
    Column("closed_by", String(40), nullable=False, server_default=""),
    Column("acknowledged_at_ms", BigInteger),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("station_id", "open_key", name="uq_alarms_open"),
    Index("ix_alarms_station_id_id", "station_id", "id"),
    Index("ix_alarms_open_key", "open_key"),
    sqlite_autoincrement=True,
)

alarm_rules = Table(
    "alarm_rules",
    metadata,
    # Absent where the program's own word holds.
    Column("name", String(40), primary_key=True),
    Column("severity", String(8)),
    Column("after_s", BigInteger),
    Column("is_on", Boolean),
    Column("changed_by", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
