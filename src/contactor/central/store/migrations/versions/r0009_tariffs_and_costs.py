"""Tariffs, what is pinned to transactions, and what charges came to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    _add_tariffs()
    _pin_tariffs()
    _add_costs()


def _add_tariffs() -> None:
    op.create_table(
        "tariffs",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("retired_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariffs")),
        sa.UniqueConstraint("name", name="uq_tariffs_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tariff_versions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("tariff_id", ROW_ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("valid_from_ms", sa.BigInteger(), nullable=True),
        sa.Column("valid_until_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tariff_id"], ["tariffs.id"], name=op.f("fk_tariff_versions_tariff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_versions")),
        sa.UniqueConstraint("tariff_id", "version", name="uq_tariff_versions_tariff_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tariff_scopes",
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.CheckConstraint("scope IN ('all', 'station', 'group')", name=op.f("ck_tariff_scopes_scope")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["tariff_versions.id"], name=op.f("fk_tariff_scopes_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("version_id", "scope", "subject", name=op.f("pk_tariff_scopes")),
    )
    op.create_index("ix_tariff_scopes_scope_subject", "tariff_scopes", ["scope", "subject"])


def _pin_tariffs() -> None:
    op.create_table(
        "pinned_tariffs",
        sa.Column("transaction_id", ROW_ID, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["transactions.id"], name=op.f("fk_pinned_tariffs_transaction_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["tariff_versions.id"], name=op.f("fk_pinned_tariffs_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_pinned_tariffs")),
    )
    op.create_table(
        "running_costs",
        sa.Column("transaction_id", ROW_ID, nullable=False),
        sa.Column("due_for", sa.String(length=16), server_default="", nullable=False),
        sa.Column("asked", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["pinned_tariffs.transaction_id"],
            name=op.f("fk_running_costs_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_running_costs")),
    )
    op.create_index("ix_running_costs_due_for", "running_costs", ["due_for"])


def _add_costs() -> None:
    op.create_table(
        "costs",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("transaction_id", ROW_ID, nullable=False),
        sa.Column("settled_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled_for", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Text(), nullable=False),
        sa.Column("vat", sa.Text(), nullable=False),
        sa.Column("total", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("readings", sa.BigInteger(), nullable=False),
        sa.Column("idle_spans", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["pinned_tariffs.transaction_id"],
            name=op.f("fk_costs_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_costs")),
    )
    op.create_index("ix_costs_transaction_id", "costs", ["transaction_id"])
    op.create_table(
        "cost_marks",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cost_marks")),
    )


def downgrade() -> None:
    """Change them back."""
    for table in (
        "cost_marks",
        "costs",
        "running_costs",
        "pinned_tariffs",
        "tariff_scopes",
        "tariff_versions",
        "tariffs",
    ):
        op.drop_table(table)
