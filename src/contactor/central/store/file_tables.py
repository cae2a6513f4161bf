"""The tables of files: their contents in pieces, whose they are, and the places where stations bring and fetch them."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

from contactor.central.store.schema import ROW_ID, metadata

file_contents = Table(
    "file_contents",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("begun_at_ms", BigInteger, nullable=False),
    # Both are absent until the last piece is in.
    Column("size_bytes", BigInteger),
    Column("sha256", String(64)),
    sqlite_autoincrement=True,
)

file_pieces = Table(
    "file_pieces",
    metadata,
    # Small pieces: no statement, no reader and no backup ever holds a whole file.
    Column("content_id", ForeignKey("file_contents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

diagnostics = Table(
    "diagnostics",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ordered_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("ordered_at_ms", BigInteger, nullable=False),
    Column("command_id", BigInteger),
    # As the station named it when it came.
    Column("file_name", String(128)),
    Column("arrived_at_ms", BigInteger),
    Column("content_id", ForeignKey("file_contents.id", ondelete="SET NULL")),
    sqlite_autoincrement=True,
)

firmware_images = Table(
    "firmware_images",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("file_name", String(128), nullable=False),
    Column("version", String(50), nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at_ms", BigInteger, nullable=False),
    Column("content_id", ForeignKey("file_contents.id"), nullable=False),
    # For SignedUpdateFirmware: Base64, and PEM. Both or neither.
    Column("signature", Text),
    Column("signing_certificate", Text),
    UniqueConstraint("file_name", name="uq_firmware_images_file_name"),
    sqlite_autoincrement=True,
)

file_places = Table(
    "file_places",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    # Part of its path, and its user.
    Column("name", String(32), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    # One of the two: what is brought here, or what is fetched.
    Column("diagnostics_id", ForeignKey("diagnostics.id", ondelete="CASCADE")),
    Column("image_id", ForeignKey("firmware_images.id", ondelete="CASCADE")),
    Column("expires_at_ms", BigInteger, nullable=False),
    # Transfers begun; a station may try again after one that broke off.
    Column("tries", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger),
    UniqueConstraint("name", name="uq_file_places_name"),
    sqlite_autoincrement=True,
)
