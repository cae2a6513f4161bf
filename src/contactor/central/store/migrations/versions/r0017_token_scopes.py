"""Scopes of tokens; the tokens there are keep all that their role allows."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("api_tokens", sa.Column("scopes", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Change them back; a token with scopes goes, because without them it would allow more."""
    op.execute("DELETE FROM api_tokens WHERE scopes <> ''")
    with op.batch_alter_table("api_tokens") as table:
        table.drop_column("scopes")
