"""What stations' configuration should be, how Pending stations come to be accepted, and who knocked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "configuration_templates",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("stations", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_configuration_templates")),
    )
    op.create_table(
        "change_outcomes",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("folded_key", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_change_outcomes_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "folded_key", name=op.f("pk_change_outcomes")),
    )
    op.create_table(
        "onboardings",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("rotates_key", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_onboardings_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_onboardings")),
    )
    op.create_table(
        "knocks",
        sa.Column("identity", sa.String(length=255), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_knocks")),
    )


def downgrade() -> None:
    """Change them back."""
    for table in ("knocks", "onboardings", "change_outcomes", "configuration_templates"):
        op.drop_table(table)
