"""The table of what people corrected in the ledger: old and new values, by whom, when and why; never changed again."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from contactor.central.store.schema import ROW_ID, metadata

corrections = Table(
    "corrections",
    metadata,
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
