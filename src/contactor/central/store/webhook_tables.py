"""The tables of webhooks: where events are sent, how far each has come, and what could not be delivered."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from contactor.central.store.schema import ROW_ID, metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    # As it is and not as a hash: it signs.
    Column("secret", Text, nullable=False),
    # JSON lists; an empty one means all.
    Column("kinds", Text, nullable=False),
    Column("stations", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    # Counts changes: what somebody changed meanwhile is not overwritten.
    Column("version", BigInteger, nullable=False),
    # The last event that needs nothing more: delivered, not wanted, or given up.
    Column("done_sequence", BigInteger, nullable=False),
    # How often the next one was tried, and when it is tried again.
    Column("attempts", Integer, nullable=False),
    Column("next_try_at_ms", BigInteger, nullable=False),
    Column("delivered_at_ms", BigInteger),
    Column("failure", Text, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    # Never given twice: people name letters by it.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("webhook_id", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    # The body as it was to be sent: the event itself may be forgotten by then.
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", Text, nullable=False),
    Column("failed_at_ms", BigInteger, nullable=False),
    Column("is_asked_again", Boolean, nullable=False),
    Index("ix_dead_letters_webhook_id_id", "webhook_id", "id"),
    Index("ix_dead_letters_failed_at_ms", "failed_at_ms"),
    sqlite_autoincrement=True,
)
