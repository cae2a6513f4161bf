"""The tables of the central system, in the words of the glossary.

Instants are whole milliseconds since 1970 in UTC, in columns that end in `_at_ms`: they compare, index and subtract as
they are, and mean the same on every database. Nothing a station reported is ever changed by a second report; what is
derived from reports (a transaction's state, a connector's status) is.

Unique keys are what makes a repeated message harmless (CS-03 to CS-06): they hold across restarts and nodes.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# Alembic can only change a constraint that has a name, so every one gets one that follows from its columns.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

# SQLite grows its row ids only in a column that is spelled INTEGER; PostgreSQL needs the wider type to hold as many.
ROW_ID = BigInteger().with_variant(Integer, "sqlite")

# OCPP's own words fit; one that a station invents is cut here, and stands whole among its quirks.
STATUS_LENGTH = 16
STOP_REASON_LENGTH = 16


class TransactionState(StrEnum):
    """How far the record of a transaction has come."""

    OPEN = "open"
    STOPPED = "stopped"
    STOP_MISSING = "stop_missing"
    """Another transaction began on the connector and no stop has come (CS-14)."""


class StrayCause(StrEnum):
    """Why a stop stands beside the transactions instead of ending one."""

    UNKNOWN_TRANSACTION = "unknown_transaction"
    """It names a transaction we never gave this station (CS-10)."""
    NO_TRANSACTION_ID = "no_transaction_id"
    """It says -1: the station never learned the number (CS-13)."""
    CONTRADICTION = "contradiction"
    """Its transaction was already stopped, with other values (CS-05)."""


stations = Table(
    "stations",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("registration", String(8), nullable=False),
    Column("key_salt", LargeBinary),
    Column("key_hash", LargeBinary),
    # The key as the settings last gave it: what has been changed since then by OCPP, they must not change back.
    Column("settings_key_salt", LargeBinary),
    Column("settings_key_hash", LargeBinary),
    Column("created_at_ms", BigInteger, nullable=False),
    # When a BootNotification was last answered Accepted: who reconnects without a boot stays accepted (TR-14).
    Column("accepted_at_ms", BigInteger),
    Column("booted_at_ms", BigInteger),
    Column("last_seen_at_ms", BigInteger),
    Column("vendor", Text),
    Column("model", Text),
    Column("serial_number", Text),
    Column("box_serial_number", Text),
    Column("firmware_version", Text),
    Column("iccid", Text),
    Column("imsi", Text),
    Column("meter_type", Text),
    Column("meter_serial_number", Text),
    Column("firmware_status", Text),
    Column("diagnostics_status", Text),
    # What the station must show to be let in; without one, what the settings demand of all.
    Column("security", String(16)),
    CheckConstraint("registration IN ('Accepted', 'Pending', 'Rejected')", name="registration"),
)

boots = Table(
    "boots",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("answered", String(8), nullable=False),
    Column("vendor", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("firmware_version", Text),
    Column("details", Text, nullable=False),
    Index("ix_boots_station_id_received_at_ms", "station_id", "received_at_ms"),
)

connectors = Table(
    "connectors",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("connector_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", String(STATUS_LENGTH), nullable=False),
    Column("error_code", Text, nullable=False),
    Column("vendor_id", Text),
    Column("vendor_error_code", Text),
    Column("details", Text),
    Column("reported_at_ms", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
)

statuses = Table(
    "statuses",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("status", String(STATUS_LENGTH), nullable=False),
    Column("error_code", Text, nullable=False),
    # Empty rather than absent, because two absent values never meet in a unique key.
    Column("vendor_id", Text, nullable=False, server_default=""),
    Column("vendor_error_code", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default=""),
    Column("reported_at_ms", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    UniqueConstraint(
        "station_id",
        "connector_id",
        "reported_at_ms",
        "status",
        "error_code",
        "vendor_error_code",
        "vendor_id",
        "details",
        name="uq_statuses_content",
    ),
)

tags = Table(
    "tags",
    metadata,
    # The tag in lower case: idTags are compared without regard to case (RPC-14).
    Column("key", String(255), primary_key=True),
    Column("id_tag", String(255), nullable=False),
    Column("parent_id_tag", String(255)),
    # The parent in lower case: the key of its group.
    Column("parent_key", String(255)),
    Column("expires_at_ms", BigInteger),
    Column("is_blocked", Boolean, nullable=False, server_default=text("false")),
    Column("allows_concurrent", Boolean, nullable=False, server_default=text("false")),
    Column("concurrent_max", Integer),
    # A JSON list of ids, or beginnings of ids and a *.
    Column("stations", Text, nullable=False, server_default=text("'[]'")),
    Index("ix_tags_parent_key", "parent_key"),
)

transactions = Table(
    "transactions",
    metadata,
    # Never given twice, even after the row is gone: a station may speak of a transaction years later.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="RESTRICT"), nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("id_tag", String(255), nullable=False),
    Column("tag_key", String(255), nullable=False),
    # The idTagInfo that was answered, as JSON: a repeated start gets it again (CS-03).
    Column("tag_answer", Text, nullable=False),
    Column("reservation_id", BigInteger),
    Column("meter_start_wh", BigInteger, nullable=False),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("start_received_at_ms", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("meter_stop_wh", BigInteger),
    Column("stopped_at_ms", BigInteger),
    Column("stop_received_at_ms", BigInteger),
    Column("stop_reason", String(STOP_REASON_LENGTH)),
    Column("stop_id_tag", String(255)),
    # What a person put right, and is in force instead; the reported columns stay as they are.
    Column("corrected_id_tag", String(255)),
    Column("corrected_tag_key", String(255)),
    Column("corrected_meter_start_wh", BigInteger),
    Column("corrected_meter_stop_wh", BigInteger),
    Column("corrected_stopped_at_ms", BigInteger),
    CheckConstraint("state IN ('open', 'stopped', 'stop_missing')", name="state"),
    UniqueConstraint(
        "station_id", "connector_id", "started_at_ms", "id_tag", "meter_start_wh", name="uq_transactions_content"
    ),
    Index("ix_transactions_station_id_state", "station_id", "state"),
    Index("ix_transactions_tag_key_state", "tag_key", "state"),
    sqlite_autoincrement=True,
)

suspicions = Table(
    "suspicions",
    metadata,
    Column("transaction_id", ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", String(32), primary_key=True),
    Column("details", Text, nullable=False),
    Column("noted_at_ms", BigInteger, nullable=False),
)

stray_stops = Table(
    "stray_stops",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    # The transaction as the station names it.
    Column("claimed_id", BigInteger, nullable=False),
    Column("meter_stop_wh", BigInteger, nullable=False),
    Column("stopped_at_ms", BigInteger, nullable=False),
    Column("stop_reason", String(STOP_REASON_LENGTH), nullable=False),
    Column("stop_id_tag", String(255), nullable=False, server_default=""),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("cause", String(24), nullable=False),
    # The transaction it was found to end, by time (CS-13, CS-15).
    Column("adopted_by", ForeignKey("transactions.id", ondelete="SET NULL")),
    UniqueConstraint(
        "station_id",
        "claimed_id",
        "stopped_at_ms",
        "meter_stop_wh",
        "stop_reason",
        "stop_id_tag",
        name="uq_stray_stops_content",
    ),
)

reading_shapes = Table(
    "reading_shapes",
    metadata,
    # Follows from the samples alone, so every node gives the same shape the same number.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # A JSON list: for each sampled value its measurand, unit, context, phase, location and format.
    Column("samples", Text, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    # No foreign keys: they cost a lookup for each reading, and a shape is inserted with its first reading.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", String(255), nullable=False),
    # The transaction as the station names it; 0 where it names none. We never give 0.
    Column("claimed_id", BigInteger, nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    # A checksum of shape and values: the same instant read twice with other values is two readings (CS-06, CS-16).
    Column("checksum", BigInteger, nullable=False),
    Column("shape_id", BigInteger, nullable=False),
    Column("sample_values", Text, nullable=False),
    Column("energy_wh", Float),
    Column("power_w", Float),
    Column("soc_percent", Float),
    Column("received_at_ms", BigInteger, nullable=False),
    # Time comes first: what a fleet reports together then stands together, and a commit writes few pages (measured:
    # a third less work than with the station first).
    UniqueConstraint("taken_at_ms", "station_id", "claimed_id", "connector_id", "checksum", name="uq_readings_content"),
    Index("ix_readings_claimed_id_station_id", "claimed_id", "station_id"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("action", String(64), nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Index("ix_notifications_station_id_received_at_ms", "station_id", "received_at_ms"),
)

security_events = Table(
    "security_events",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("type", Text, nullable=False),
    Column("happened_at_ms", BigInteger, nullable=False),
    Column("details", Text, nullable=False, server_default=""),
    Column("received_at_ms", BigInteger, nullable=False),
    # Stations repeat these until they are answered (SE-04).
    UniqueConstraint("station_id", "happened_at_ms", "type", "details", name="uq_security_events_content"),
)
