"""The tables of who may use the REST API and of what they did: users, their tokens and logins, and the audit.

Same rules as in `schema`. Of every secret only a hash is here.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from contactor.central.store.schema import ROW_ID, metadata

_ROLES = "role IN ('viewer', 'operator', 'admin')"

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    # Argon2, with its salt and its costs, as the algorithm writes it.
    Column("password_hash", Text, nullable=False),
    Column("role", String(8), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    CheckConstraint(_ROLES, name="role"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    # Whose it is: a user that is removed takes the tokens along.
    Column("user_name", ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("label", String(100), nullable=False),
    Column("role", String(8), nullable=False),
    # With spaces between; none for all that the role allows.
    Column("scopes", Text, nullable=False, server_default=""),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("last_used_at_ms", BigInteger),
    CheckConstraint(_ROLES, name="role"),
    Index("ix_api_tokens_user_name", "user_name"),
)

logins = Table(
    "logins",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("user_name", ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("ix_logins_user_name", "user_name"),
    Index("ix_logins_expires_at_ms", "expires_at_ms"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    # No foreign keys: what was done stays written when the user, or the thing, is gone.
    Column("who", String(64), nullable=False),
    # "login", or the token by its id.
    Column("by_way_of", String(32), nullable=False),
    Column("what", String(64), nullable=False),
    Column("on_what", Text, nullable=False),
    Column("address", String(64), nullable=False),
    # A JSON object; never a secret.
    Column("details", Text, nullable=False),
    Index("ix_audit_at_ms", "at_ms"),
)
