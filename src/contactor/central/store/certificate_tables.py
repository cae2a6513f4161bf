"""The table of the certificates that were signed for stations.

Same rules as in `schema`.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from contactor.central.store.schema import ROW_ID, metadata

station_certificates = Table(
    "station_certificates",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("asked_at_ms", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    # In hexadecimal, as certificates are shown.
    Column("serial_number", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("valid_until_ms", BigInteger, nullable=False),
    # PEM, as it goes to the station; the key to it is the station's, and was never here.
    Column("chain", Text, nullable=False),
    # Why the station did not take it, or shows it no more.
    Column("detail", Text, nullable=False, server_default=""),
    Column("ended_at_ms", BigInteger),
    Index("ix_station_certificates_station_id_id", "station_id", "id"),
    sqlite_autoincrement=True,
)
