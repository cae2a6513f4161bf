"""The tables of what operators order and what is told about it: commands, their effects, events, messages.

Same rules as in `schema`: instants in whole milliseconds, every constraint with a name.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from contactor.central.store.schema import ROW_ID, metadata

commands = Table(
    "commands",
    metadata,
    # Never given twice: whoever asked may come back for a command after its row is gone.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("action", String(64), nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    # As on the wire, secrets masked; what had one cannot be sent from here.
    Column("request", Text, nullable=False),
    Column("had_secret", Boolean, nullable=False),
    Column("was_forced", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("queued_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("sent_at_ms", BigInteger),
    Column("ended_at_ms", BigInteger),
    Column("status", String(32)),
    Column("answer", Text),
    Column("detail", Text, nullable=False, server_default=""),
    Column("follow_up", String(16)),
    Column("follow_up_until_ms", BigInteger),
    # What the follow-up is recognised by: the connector meant, the tag chosen, the transaction that began.
    Column("connector_id", BigInteger),
    Column("tag_key", String(255)),
    Column("transaction_id", BigInteger),
    Column("idempotency_key", String(255)),
    UniqueConstraint("idempotency_key", name="uq_commands_idempotency_key"),
    Index("ix_commands_station_id_state", "station_id", "state"),
    Index("ix_commands_station_id_follow_up", "station_id", "follow_up"),
    # A site asks at each of its rounds what became of the orders of its last hour.
    Index("ix_commands_ordered_by_queued_at_ms", "ordered_by", "queued_at_ms"),
    sqlite_autoincrement=True,
)

pending_keys = Table(
    "pending_keys",
    metadata,
    # Keys sent to a station of which it is not known yet whether it took them: accepted beside its own (SEC-08).
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("command_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key_salt", LargeBinary, nullable=False),
    Column("key_hash", LargeBinary, nullable=False),
)

reported_configuration = Table(
    "reported_configuration",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    # The key in lower case: keys are compared without regard to case (D-02).
    Column("folded_key", String(50), primary_key=True),
    Column("key", String(50), nullable=False),
    # Absent where the key may not be read.
    Column("value", Text),
    Column("is_readonly", Boolean, nullable=False),
    Column("reported_at_ms", BigInteger, nullable=False),
    # Accepted with RebootRequired: holds from the next boot on (CF-21).
    Column("value_after_boot", Text),
)

reservations = Table(
    "reservations",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("reservation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("id_tag", String(255), nullable=False),
    Column("parent_id_tag", String(255)),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("closed_at_ms", BigInteger),
    Column("transaction_id", BigInteger),
    Index("ix_reservations_state_expires_at_ms", "state", "expires_at_ms"),
)

installed_profiles = Table(
    "installed_profiles",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("connector_id", BigInteger, primary_key=True, autoincrement=False),
    Column("purpose", String(32), primary_key=True),
    Column("stack_level", BigInteger, primary_key=True, autoincrement=False),
    Column("profile_id", BigInteger, nullable=False),
    Column("transaction_id", BigInteger),
    # The ChargingProfile as on the wire.
    Column("content", Text, nullable=False),
    Column("installed_at_ms", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    # Never given twice: readers remember the number they came to.
    Column("sequence", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    # No foreign key: what was told stays told.
    Column("station_id", String(255)),
    Column("kind", String(32), nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_events_at_ms", "at_ms"),
    Index("ix_events_station_id_sequence", "station_id", "sequence"),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", String(255), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("direction", String(8), nullable=False),
    Column("action", String(64), nullable=False),
    Column("message_id", String(36), nullable=False),
    # The whole frame, secrets masked.
    Column("frame", Text, nullable=False),
    # From a call to its answer.
    Column("took_ms", Float),
    Index("ix_messages_station_id_id", "station_id", "id"),
    Index("ix_messages_at_ms", "at_ms"),
)
