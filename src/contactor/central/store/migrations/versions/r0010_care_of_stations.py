"""What is wanted of stations' local lists, and how far each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "care_marks",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_care_marks")),
    )
    op.create_table(
        "list_rules",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("stations", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_list_rules")),
    )
    op.create_table(
        "station_lists",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("held_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sending", sa.Text(), nullable=True),
        sa.Column("sending_version", sa.BigInteger(), nullable=True),
        sa.Column("last_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reported_version", sa.BigInteger(), nullable=True),
        sa.Column("reported_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("wanted_digest", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_station_lists_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_lists")),
    )
    op.create_table(
        "configuration_readings",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("read_for", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_configuration_readings_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_configuration_readings")),
    )


def downgrade() -> None:
    """Change them back."""
    for table in ("configuration_readings", "station_lists", "list_rules", "care_marks"):
        op.drop_table(table)
