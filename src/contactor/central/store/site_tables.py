"""The tables of sites: stations that share a connection to the grid."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table, Text

from contactor.central.store.schema import metadata

sites = Table(
    "sites",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("limit_w", BigInteger, nullable=False),
    # A JSON list of windows: they are read and written as one.
    Column("windows", Text, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("policy", String(16), nullable=False),
    Column("standby_w", BigInteger, nullable=False),
    Column("pace_s", BigInteger, nullable=False),
    Column("step_w", BigInteger, nullable=False),
    Column("turn_s", BigInteger, nullable=False),
    Column("is_active", Boolean, nullable=False),
    # Counts changes: what somebody changed meanwhile is not overwritten.
    Column("version", BigInteger, nullable=False),
)

site_members = Table(
    "site_members",
    metadata,
    # A station stands behind one connection only.
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("priority", BigInteger, nullable=False),
    Column("offline_w", BigInteger),
    Column("connector_w", BigInteger),
)
