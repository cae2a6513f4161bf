"""Files: diagnostics that stations upload, firmware images they fetch, and the places where they do."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "file_contents",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_contents")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "file_pieces",
        sa.Column("content_id", ROW_ID, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _refers("file_pieces", "content_id", "file_contents", "CASCADE"),
        sa.PrimaryKeyConstraint("content_id", "number", name=op.f("pk_file_pieces")),
    )
    op.create_table(
        "diagnostics",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ordered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("command_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.String(length=128), nullable=True),
        sa.Column("arrived_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("content_id", ROW_ID, nullable=True),
        _refers("diagnostics", "station_id", "stations", "CASCADE"),
        _refers("diagnostics", "content_id", "file_contents", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnostics")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_diagnostics_station_id", "diagnostics", ["station_id"])
    op.create_table(
        "firmware_images",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("file_name", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content_id", ROW_ID, nullable=False),
        _refers("firmware_images", "content_id", "file_contents", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware_images")),
        sa.UniqueConstraint("file_name", name="uq_firmware_images_file_name"),
        sqlite_autoincrement=True,
    )
    _create_places()


def _create_places() -> None:
    op.create_table(
        "file_places",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("diagnostics_id", ROW_ID, nullable=True),
        sa.Column("image_id", ROW_ID, nullable=True),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        _refers("file_places", "station_id", "stations", "CASCADE"),
        _refers("file_places", "diagnostics_id", "diagnostics", "CASCADE"),
        _refers("file_places", "image_id", "firmware_images", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_places")),
        sa.UniqueConstraint("name", name="uq_file_places_name"),
        sqlite_autoincrement=True,
    )


def _refers(table: str, column: str, other: str, at_delete: str | None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=at_delete
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("file_places")
    op.drop_table("firmware_images")
    op.drop_index("ix_diagnostics_station_id", table_name="diagnostics")
    op.drop_table("diagnostics")
    op.drop_table("file_pieces")
    op.drop_table("file_contents")
