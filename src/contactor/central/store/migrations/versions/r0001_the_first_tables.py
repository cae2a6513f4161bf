"""The first tables: stations, tags, the ledger, and what stations notify."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "reading_shapes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("samples", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_shapes")),
    )
    op.create_table(
        "readings",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("claimed_id", sa.BigInteger(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("shape_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_values", sa.Text(), nullable=False),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("power_w", sa.Float(), nullable=True),
        sa.Column("soc_percent", sa.Float(), nullable=True),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint(
            "taken_at_ms", "station_id", "claimed_id", "connector_id", "checksum", name="uq_readings_content"
        ),
    )
    op.create_index("ix_readings_claimed_id_station_id", "readings", ["claimed_id", "station_id"], unique=False)
    op.create_table(
        "stations",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("registration", sa.String(length=8), nullable=False),
        sa.Column("key_salt", sa.LargeBinary(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("booted_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial_number", sa.Text(), nullable=True),
        sa.Column("box_serial_number", sa.Text(), nullable=True),
        sa.Column("firmware_version", sa.Text(), nullable=True),
        sa.Column("iccid", sa.Text(), nullable=True),
        sa.Column("imsi", sa.Text(), nullable=True),
        sa.Column("meter_type", sa.Text(), nullable=True),
        sa.Column("meter_serial_number", sa.Text(), nullable=True),
        sa.Column("firmware_status", sa.Text(), nullable=True),
        sa.Column("diagnostics_status", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "registration IN ('Accepted', 'Pending', 'Rejected')", name=op.f("ck_stations_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_table(
        "tags",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("id_tag", sa.String(length=255), nullable=False),
        sa.Column("parent_id_tag", sa.String(length=255), nullable=True),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("is_blocked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("allows_concurrent", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tags")),
    )
    op.create_table(
        "boots",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.String(length=8), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("firmware_version", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_boots_station_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boots")),
    )
    op.create_index("ix_boots_station_id_received_at_ms", "boots", ["station_id", "received_at_ms"], unique=False)

    op.create_table(
        "connectors",
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=True),
        sa.Column("vendor_error_code", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("reported_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_connectors_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "connector_id", name=op.f("pk_connectors")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_notifications_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(
        "ix_notifications_station_id_received_at_ms", "notifications", ["station_id", "received_at_ms"], unique=False
    )

    op.create_table(
        "security_events",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("happened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_security_events_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
        sa.UniqueConstraint("station_id", "happened_at_ms", "type", "details", name="uq_security_events_content"),
    )
    op.create_table(
        "statuses",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor_error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.Text(), server_default="", nullable=False),
        sa.Column("reported_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_statuses_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statuses")),
        sa.UniqueConstraint(
            "station_id",
            "connector_id",
            "reported_at_ms",
            "status",
            "error_code",
            "vendor_error_code",
            "vendor_id",
            "details",
            name="uq_statuses_content",
        ),
    )
    op.create_table(
        "transactions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("id_tag", sa.String(length=255), nullable=False),
        sa.Column("tag_key", sa.String(length=255), nullable=False),
        sa.Column("tag_answer", sa.Text(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=True),
        sa.Column("meter_start_wh", sa.BigInteger(), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("start_received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("meter_stop_wh", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("stop_received_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.String(length=16), nullable=True),
        sa.Column("stop_id_tag", sa.String(length=255), nullable=True),
        sa.CheckConstraint("state IN ('open', 'stopped', 'stop_missing')", name=op.f("ck_transactions_state")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_transactions_station_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transactions")),
        sa.UniqueConstraint(
            "station_id", "connector_id", "started_at_ms", "id_tag", "meter_start_wh", name="uq_transactions_content"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transactions_station_id_state", "transactions", ["station_id", "state"], unique=False)
    op.create_index("ix_transactions_tag_key_state", "transactions", ["tag_key", "state"], unique=False)

    op.create_table(
        "stray_stops",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=255), nullable=False),
        sa.Column("claimed_id", sa.BigInteger(), nullable=False),
        sa.Column("meter_stop_wh", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("stop_reason", sa.String(length=16), nullable=False),
        sa.Column("stop_id_tag", sa.String(length=255), server_default="", nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("adopted_by", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["adopted_by"], ["transactions.id"], name=op.f("fk_stray_stops_adopted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_stray_stops_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_stops")),
        sa.UniqueConstraint(
            "station_id",
            "claimed_id",
            "stopped_at_ms",
            "meter_stop_wh",
            "stop_reason",
            "stop_id_tag",
            name="uq_stray_stops_content",
        ),
    )
    op.create_table(
        "suspicions",
        sa.Column("transaction_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("noted_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["transactions.id"], name=op.f("fk_suspicions_transaction_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("transaction_id", "reason", name=op.f("pk_suspicions")),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("suspicions")
    op.drop_table("stray_stops")
    op.drop_index("ix_transactions_tag_key_state", table_name="transactions")
    op.drop_index("ix_transactions_station_id_state", table_name="transactions")

    op.drop_table("transactions")
    op.drop_table("statuses")
    op.drop_table("security_events")
    op.drop_index("ix_notifications_station_id_received_at_ms", table_name="notifications")

    op.drop_table("notifications")
    op.drop_table("connectors")
    op.drop_index("ix_boots_station_id_received_at_ms", table_name="boots")

    op.drop_table("boots")
    op.drop_table("tags")
    op.drop_table("stations")
    op.drop_table("readings")
    op.drop_table("reading_shapes")
