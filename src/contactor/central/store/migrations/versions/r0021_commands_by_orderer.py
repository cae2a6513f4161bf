"""Commands found by who ordered them and when: what a site looks at in each round no longer grows with the record."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_index("ix_commands_ordered_by_queued_at_ms", "commands", ["ordered_by", "queued_at_ms"])


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_commands_ordered_by_queued_at_ms", "commands")
