"""Signatures of firmware images, and whose they are; the images there are have none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("firmware_images", sa.Column("signature", sa.Text(), nullable=True))
    op.add_column("firmware_images", sa.Column("signing_certificate", sa.Text(), nullable=True))


def downgrade() -> None:
    """Change them back."""
    with op.batch_alter_table("firmware_images") as table:
        table.drop_column("signing_certificate")
        table.drop_column("signature")
