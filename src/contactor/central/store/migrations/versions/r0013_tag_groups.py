"""Groups of tags, how many transactions a tag or a group may have open, and the stations where they may charge."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY_LENGTH = 255
NO_STATIONS = sa.text("'[]'")


def upgrade() -> None:
    """Change the tables."""
    op.add_column("tags", sa.Column("parent_key", sa.String(length=KEY_LENGTH), nullable=True))
    op.add_column("tags", sa.Column("concurrent_max", sa.Integer(), nullable=True))
    op.add_column("tags", sa.Column("stations", sa.Text(), server_default=NO_STATIONS, nullable=False))
    op.create_index("ix_tags_parent_key", "tags", ["parent_key"])
    groups = op.create_table(
        "tag_groups",
        sa.Column("key", sa.String(length=KEY_LENGTH), nullable=False),
        sa.Column("name", sa.String(length=KEY_LENGTH), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("is_blocked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("concurrent_max", sa.Integer(), nullable=True),
        sa.Column("stations", sa.Text(), server_default=NO_STATIONS, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tag_groups")),
    )
    _name_groups(groups)


def _name_groups(groups: sa.Table) -> None:
    """Make a group of every parent that tags name; letters are folded as Python does it."""
    tags = sa.table("tags", sa.column("parent_id_tag", sa.String), sa.column("parent_key", sa.String))
    connection = op.get_bind()
    names = sa.select(tags.c.parent_id_tag).where(tags.c.parent_id_tag.is_not(None)).distinct()
    seen: dict[str, str] = {}
    for name in connection.execute(names.order_by(tags.c.parent_id_tag)).scalars().all():
        key = name.casefold()[:KEY_LENGTH]
        connection.execute(sa.update(tags).where(tags.c.parent_id_tag == name).values(parent_key=key))
        seen.setdefault(key, name)
    if seen:
        connection.execute(sa.insert(groups), [{"key": key, "name": name} for key, name in seen.items()])


def downgrade() -> None:
    """Change them back."""
    op.drop_table("tag_groups")
    op.drop_index("ix_tags_parent_key", table_name="tags")
    for name in ("stations", "concurrent_max", "parent_key"):
        op.drop_column("tags", name)
