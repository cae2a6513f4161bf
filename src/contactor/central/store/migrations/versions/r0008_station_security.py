"""What each station must show to be let in."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("stations", sa.Column("security", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Change them back."""
    op.drop_column("stations", "security")
