"""Sites: stations that share a connection to the grid."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("limit_w", sa.BigInteger(), nullable=False),
        sa.Column("windows", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("standby_w", sa.BigInteger(), nullable=False),
        sa.Column("pace_s", sa.BigInteger(), nullable=False),
        sa.Column("step_w", sa.BigInteger(), nullable=False),
        sa.Column("turn_s", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "site_members",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("offline_w", sa.BigInteger(), nullable=True),
        sa.Column("connector_w", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_members_site_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_site_members_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_site_members")),
    )
    op.create_index(op.f("ix_site_members_site_id"), "site_members", ["site_id"], unique=False)


def downgrade() -> None:
    """Change them back."""
    op.drop_table("site_members")
    op.drop_table("sites")
