"""Which stations of a campaign do not know SignedUpdateFirmware; of those there are nobody has asked."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column(
        "campaign_jobs",
        sa.Column("is_told_unsigned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    """Change them back."""
    with op.batch_alter_table("campaign_jobs") as table:
        table.drop_column("is_told_unsigned")
