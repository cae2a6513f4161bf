"""A database that is closed is closed for everybody, also for who was reading just then."""

from sqlalchemy import Engine, event, text

from contactor.central.store.database import close_for_good, open_database


def closed_on(engine: Engine) -> list[object]:
    """The driver's connections that were closed, as they go."""
    closed: list[object] = []
    for ending in ("close", "close_detached"):
        event.listen(engine, ending, lambda connection, *_entry: closed.append(connection))
    return closed


def test_a_connection_in_use_is_closed_when_it_comes_back(database: str) -> None:
    engine = open_database(database)
    closed = closed_on(engine)
    with engine.connect() as reading:
        driver = reading.connection.dbapi_connection
        close_for_good(engine)
        assert driver not in closed
        assert reading.execute(text("SELECT count(*) FROM stations")).scalar_one() == 0
    assert driver in closed
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of the queue that both databases have
