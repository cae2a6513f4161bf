"""The tables of firmware campaigns: each with its rules, and its stations with how far each has come."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, text

from contactor.central.store.schema import ROW_ID, metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    # The image may be removed once the campaign has ended; which one it was stays.
    Column("image_id", ForeignKey("firmware_images.id", ondelete="SET NULL")),
    Column("file_name", String(128), nullable=False),
    Column("version", String(50), nullable=False),
    # JSON: rules are read and written as one.
    Column("rules", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    # Absent while anything may still happen, be it to a station that was told before the campaign was cancelled.
    Column("ended_at_ms", BigInteger, index=True),
    sqlite_autoincrement=True,
)

campaign_jobs = Table(
    "campaign_jobs",
    metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("wave", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("orders", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("began_at_ms", BigInteger),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("sent_at_ms", BigInteger),
    Column("changed_at_ms", BigInteger, nullable=False),
    Column("version_before", Text),
    Column("is_forgiven", Boolean, nullable=False),
    Column("is_told_unsigned", Boolean, nullable=False, server_default=text("false")),
    Index("ix_campaign_jobs_station_id", "station_id"),
)
