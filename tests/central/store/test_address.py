"""What can name a database, and how it is told without its password."""

import pytest

from contactor.central.store.address import is_address, is_postgresql, sqlite_path, without_secret


@pytest.mark.parametrize(("address", "path"), [("central.db", "central.db"), ("sqlite:////var/c.db", "/var/c.db")])
def test_a_path_or_a_sqlite_url_is_a_file(address: str, path: str) -> None:
    assert is_address(address)
    assert not is_postgresql(address)
    assert sqlite_path(address) == path


@pytest.mark.parametrize("address", ["postgresql://h/d", "postgresql://u:p@h:5433/d", "postgresql:///d?host=/run/pg"])
def test_a_postgresql_url_is_a_server(address: str) -> None:
    assert is_address(address)
    assert is_postgresql(address)


@pytest.mark.parametrize(
    "value", ["", "sqlite:///", "postgresql://", "mysql://h/d", "postgres+x://h/d", "a\0b", 5, None]
)
def test_anything_else_names_nothing(value: object) -> None:
    assert not is_address(value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://u:hush@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:h/u@s:h@h/d", "postgresql://u:***@h/d"),
        ("postgresql://:hush@h/d", "postgresql://:***@h/d"),
        ("postgresql://u@h/d?password=hush&sslmode=require", "postgresql://u@h/d?password=***&sslmode=require"),
        ("postgresql://u@h/d?sslpassword=hush", "postgresql://u@h/d?sslpassword=***"),
        ("postgres://u:hush@h/d", "postgres://u:***@h/d"),
        ("host=h password=hush dbname=d", "host=h password=*** dbname=d"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("central.db", "central.db"),
    ],
)
def test_promise_5_an_address_is_told_without_its_password(address: str, told: str) -> None:
    assert without_secret(address) == told
