"""What the `database` setting names: a SQLite file, or a PostgreSQL database by its URL; and how it is told safely."""

import re

SQLITE_URL = "sqlite:///"
POSTGRESQL_URL = "postgresql://"

MEMORY = ":memory:"
"""A SQLite database that ends with the process; for tests and virtual worlds."""

EXPECTED = "give the path of a SQLite file, such as contactor.db, or a URL such as postgresql://user@host/database"

# A password may itself hold slashes and at-signs that nobody escaped: all up to the last at-sign is taken for it.
_SECRETS = re.compile(r"(?<=://)([^:@/]*):.*(?=@)|((?:password|passfile)=)[^&\s]*", re.IGNORECASE)


def is_address(value: object) -> bool:
    """Whether a value can name a database at all; whether it can be reached, only opening it tells."""
    if not isinstance(value, str) or "\0" in value:
        return False
    if is_postgresql(value):
        return len(value) > len(POSTGRESQL_URL)
    path = sqlite_path(value)
    return bool(path) and "://" not in path


def is_postgresql(address: str) -> bool:
    """Whether it is a PostgreSQL database."""
    return address.startswith(POSTGRESQL_URL)


def sqlite_path(address: str) -> str:
    """The path of the SQLite file, without the URL's prefix."""
    return address.removeprefix(SQLITE_URL)


def without_secret(text: object) -> object:
    """The value as it may be told, logged and shown: whatever stands where an address has its password is hidden."""
    return _SECRETS.sub(_hidden, text) if isinstance(text, str) else text


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}:***" if found[1] is not None else f"{found[2]}***"
