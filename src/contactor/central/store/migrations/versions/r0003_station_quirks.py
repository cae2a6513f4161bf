"""What stations were found to do oddly."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "station_quirks",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("first_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_station_quirks_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "kind", "field", name=op.f("pk_station_quirks")),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("station_quirks")
