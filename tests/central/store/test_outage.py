"""What is an outage of the database, told in a line, and what is a mistake of ours, told with its stack."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from contactor.central.store.driver import execute
from contactor.central.store.outage import outage_of
from contactor.central.store.port import WriterFull
from tests.central.bench import open_store

MISTAKES = (
    "INSERT INTO nowhere VALUES (1)",
    "INSERT INTO tags (key, id_tag) VALUES ('A', 'A'), ('A', 'A')",
    "SELEKT 1",
)


@pytest.mark.parametrize("sql", MISTAKES)
def test_a_wrong_statement_and_a_broken_rule_are_mistakes(database: str, sql: str) -> None:
    engine = open_store(database)
    try:
        with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
            execute(connection, sql, ())
    finally:
        engine.dispose()
    assert outage_of(caught.value) is None


def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "central.db").write_text("this was a database once\n" * 100)
    engine = create_engine(f"sqlite:///{tmp_path / 'central.db'}")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
        execute(connection, "SELECT * FROM tags", ())
    engine.dispose()
    assert outage_of(caught.value) == "file is not a database"


def test_a_full_disk_is_an_outage(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'central.db'}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(SQLAlchemyError) as caught:
            execute(connection, "CREATE TABLE more AS SELECT randomblob(100000)", ())
    engine.dispose()
    assert outage_of(caught.value) == "database or disk is full"


def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    engine = create_engine(f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    with pytest.raises(SQLAlchemyError) as caught:
        engine.connect()
    told = outage_of(caught.value)
    assert told is not None
    assert "No such file or directory" in told
    assert "\n" not in told


def test_a_queue_that_is_full_is_an_outage_and_what_no_database_has_done_is_not() -> None:
    assert outage_of(WriterFull(1000)) == "1000 items wait to be written, and no more may"
    assert outage_of(ValueError("1000")) is None
