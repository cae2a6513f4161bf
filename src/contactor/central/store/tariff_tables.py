"""The tables of tariffs, of what is pinned to running transactions, and of what charges came to.

Same rules as in `schema`. Amounts are texts, because an exact decimal is none of a database's own numbers on both.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from contactor.central.store.schema import ROW_ID, metadata

tariffs = Table(
    "tariffs",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    # From then on no charge begins by it; its versions stay, because charges were paid by them.
    Column("retired_at_ms", BigInteger),
    UniqueConstraint("name", name="uq_tariffs_name"),
    sqlite_autoincrement=True,
)

tariff_versions = Table(
    "tariff_versions",
    metadata,
    # Never changed and never deleted: what a charge cost is computed by the version it began with.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("tariff_id", ForeignKey("tariffs.id", ondelete="RESTRICT"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("valid_from_ms", BigInteger),
    Column("valid_until_ms", BigInteger),
    UniqueConstraint("tariff_id", "version", name="uq_tariff_versions_tariff_id_version"),
    sqlite_autoincrement=True,
)

tariff_scopes = Table(
    "tariff_scopes",
    metadata,
    Column("version_id", ForeignKey("tariff_versions.id", ondelete="RESTRICT"), primary_key=True),
    Column("scope", String(8), primary_key=True),
    # A station's id, a group's key, or empty for all.
    Column("subject", String(255), primary_key=True),
    CheckConstraint("scope IN ('all', 'station', 'group')", name="scope"),
    Index("ix_tariff_scopes_scope_subject", "scope", "subject"),
)

pinned_tariffs = Table(
    "pinned_tariffs",
    metadata,
    Column("transaction_id", ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True),
    Column("version_id", ForeignKey("tariff_versions.id", ondelete="RESTRICT"), nullable=False),
)

running_costs = Table(
    "running_costs",
    metadata,
    # The list of transactions that cost something and are not settled; a row goes when its result is written.
    Column("transaction_id", ForeignKey("pinned_tariffs.transaction_id", ondelete="CASCADE"), primary_key=True),
    # Why the result is due, empty while the transaction runs; `asked` tells a question from a later one.
    Column("due_for", String(16), nullable=False, server_default=""),
    Column("asked", BigInteger, nullable=False, server_default="0"),
    Index("ix_running_costs_due_for", "due_for"),
)

costs = Table(
    "costs",
    metadata,
    # Every result a transaction had; the newest is the one that counts.
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("transaction_id", ForeignKey("pinned_tariffs.transaction_id", ondelete="CASCADE"), nullable=False),
    Column("settled_at_ms", BigInteger, nullable=False),
    Column("settled_for", String(16), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("net", Text, nullable=False),
    Column("vat", Text, nullable=False),
    Column("total", Text, nullable=False),
    Column("lines", Text, nullable=False),
    # How many readings and spans of idle time it was computed from: where fewer are kept, it cannot be repeated.
    Column("readings", BigInteger, nullable=False),
    Column("idle_spans", BigInteger, nullable=False),
    Index("ix_costs_transaction_id", "transaction_id"),
)

cost_marks = Table(
    "cost_marks",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("reached", BigInteger, nullable=False),
)
