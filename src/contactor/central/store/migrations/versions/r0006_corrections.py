"""What people corrected in the ledger, beside what stations reported."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CORRECTED = (
    "corrected_id_tag",
    "corrected_tag_key",
    "corrected_meter_start_wh",
    "corrected_meter_stop_wh",
    "corrected_stopped_at_ms",
)
TEXTS = CORRECTED[:2]


def upgrade() -> None:
    """Change the tables."""
    for name in CORRECTED:
        column = sa.Column(name, sa.String(length=255)) if name in TEXTS else sa.Column(name, sa.BigInteger())
        op.add_column("transactions", column)
    op.create_table(
        "corrections",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("transaction_id", ROW_ID, nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=False),
        sa.Column("new_value", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_corrections_transaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_transaction_id", "corrections", ["transaction_id"])


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_corrections_transaction_id", table_name="corrections")
    op.drop_table("corrections")
    for name in reversed(CORRECTED):
        op.drop_column("transactions", name)
