"""The tables of what people keep beside the ledger: what they corrected in it, and what holds for groups of tags."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from contactor.central.store.schema import ROW_ID, metadata

corrections = Table(
    "corrections",
    metadata,
    # Never changed again.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("transaction_id", ForeignKey("transactions.id", ondelete="CASCADE"), nullable=False),
    Column("field", String(16), nullable=False),
    # As the API spells them: whole watt-hours, instants, tags.
    Column("old_value", Text, nullable=False),
    Column("new_value", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_corrections_transaction_id", "transaction_id"),
)

tag_groups = Table(
    "tag_groups",
    metadata,
    # As for tags: the name in lower case.
    Column("key", String(255), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("is_blocked", Boolean, nullable=False, server_default=text("false")),
    Column("concurrent_max", Integer),
    Column("stations", Text, nullable=False, server_default=text("'[]'")),
)
