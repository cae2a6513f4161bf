"""The numbers that tables have given their rows: they are given on, never again, even where the rows are gone.

A station may speak of a transaction years after its row is gone, and another of that number would be taken for it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, func, select, text

_SEQUENCE = text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)")
_GROWING = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")


def read_counters(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """The number last given by each table that counts."""
    if connection.dialect.name == "sqlite":
        growing = set(connection.execute(_GROWING).scalars())
        if not growing:
            return {}
        found = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {name: number for name, number in found if name in growing}
    counters = {}
    for table, sequence in _sequences(connection, tables):
        state = f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 - a name that PostgreSQL itself has quoted
        last, was_given = connection.exec_driver_sql(state).one()
        counters[str(table.name)] = last if was_given else 0
    return counters


def continue_counters(connection: Connection, tables: Sequence[Table], counters: Mapping[str, int]) -> None:
    """Go on after the numbers given so far, and after the rows that are there."""
    if connection.dialect.name == "sqlite":
        for name in connection.execute(_GROWING).scalars().all():
            if name in counters:
                given = {"name": name, "number": counters[name]}
                connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
                connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), given)
        return
    for table, sequence in _sequences(connection, tables):
        (column,) = table.primary_key
        newest = connection.execute(select(func.max(column))).scalar_one() or 0
        last = max(newest, counters.get(table.name, 0))
        if last:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :last)"), {"sequence": sequence, "last": last}
            )


def _sequences(connection: Connection, tables: Sequence[Table]) -> list[tuple[Table, str]]:
    """The tables whose rows PostgreSQL counts, each with its sequence, quoted as SQL needs it."""
    found = []
    for table in tables:
        key = table.primary_key.columns.keys()
        if len(key) == 1:
            given = {"table": table.name, "column": key[0]}
            sequence = connection.execute(_SEQUENCE, given).scalar_one()
            if sequence is not None:
                found.append((table, sequence))
    return found
