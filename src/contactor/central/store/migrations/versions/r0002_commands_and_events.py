"""What operators order and what is told: commands and their effects, events, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "messages",
    "events",
    "installed_profiles",
    "reservations",
    "reported_configuration",
    "pending_keys",
    "commands",
)
STATION_COLUMNS = ("settings_key_salt", "settings_key_hash")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "events",
        sa.Column("sequence", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at_ms", "events", ["at_ms"], unique=False)
    op.create_index("ix_events_station_id_sequence", "events", ["station_id", "sequence"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_at_ms", "messages", ["at_ms"], unique=False)
    op.create_index("ix_messages_station_id_id", "messages", ["station_id", "id"], unique=False)

    op.create_table(
        "commands",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("had_secret", sa.Boolean(), nullable=False),
        sa.Column("was_forced", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("queued_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("sent_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("follow_up", sa.String(length=16), nullable=True),
        sa.Column("follow_up_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("tag_key", sa.String(length=255), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_commands_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sa.UniqueConstraint("idempotency_key", name="uq_commands_idempotency_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_commands_station_id_follow_up", "commands", ["station_id", "follow_up"], unique=False)
    op.create_index("ix_commands_station_id_state", "commands", ["station_id", "state"], unique=False)

    op.create_table(
        "installed_profiles",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("stack_level", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("installed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_installed_profiles_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "station_id", "connector_id", "purpose", "stack_level", name=op.f("pk_installed_profiles")
        ),
    )
    op.create_table(
        "pending_keys",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("command_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_salt", sa.LargeBinary(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_pending_keys_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "command_id", name=op.f("pk_pending_keys")),
    )
    op.create_table(
        "reported_configuration",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("folded_key", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("is_readonly", sa.Boolean(), nullable=False),
        sa.Column("reported_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("value_after_boot", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_reported_configuration_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "folded_key", name=op.f("pk_reported_configuration")),
    )
    op.create_table(
        "reservations",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("id_tag", sa.String(length=255), nullable=False),
        sa.Column("parent_id_tag", sa.String(length=255), nullable=True),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_reservations_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "reservation_id", name=op.f("pk_reservations")),
    )
    op.create_index("ix_reservations_state_expires_at_ms", "reservations", ["state", "expires_at_ms"], unique=False)

    op.add_column("stations", sa.Column("settings_key_salt", sa.LargeBinary(), nullable=True))
    op.add_column("stations", sa.Column("settings_key_hash", sa.LargeBinary(), nullable=True))

    # Until now a key could only come from the settings.
    op.execute("UPDATE stations SET settings_key_salt = key_salt, settings_key_hash = key_hash")


def downgrade() -> None:
    """Change them back."""
    for column in STATION_COLUMNS:
        op.drop_column("stations", column)
    for table in TABLES:
        op.drop_table(table)
