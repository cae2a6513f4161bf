"""The contents of files, in pieces: a file of any size passes through in little memory and in short transactions."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from contactor.central.store.file_tables import file_contents, file_pieces

PIECE_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is whole."""

    content_id: int
    size_bytes: int
    sha256: str


def begin_content(connection: Connection, now_ms: int) -> int:
    """Make room for a file."""
    added = connection.execute(insert(file_contents).values(begun_at_ms=now_ms))
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def append_pieces(connection: Connection, content_id: int, number: int, content: bytes) -> int:
    """Add what has come, as pieces from a number on; returns the number that the next will have."""
    parts = [content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)]
    rows = [{"content_id": content_id, "number": number + at, "content": part} for at, part in enumerate(parts)]
    if rows:
        connection.execute(insert(file_pieces), rows)
    return number + len(rows)


def seal_content(connection: Connection, content: Content) -> None:
    """A file is whole."""
    values = {"size_bytes": content.size_bytes, "sha256": content.sha256}
    connection.execute(update(file_contents).where(file_contents.c.id == content.content_id).values(**values))


def drop_content(connection: Connection, content_id: int) -> None:
    """Forget a file and its pieces."""
    connection.execute(delete(file_contents).where(file_contents.c.id == content_id))


def read_pieces(connection: Connection, content_id: int, number: int, count: int) -> list[bytes]:
    """Some pieces of a file, from a number on."""
    query = (
        select(file_pieces.c.content)
        .where(file_pieces.c.content_id == content_id, file_pieces.c.number >= number)
        .order_by(file_pieces.c.number)
        .limit(count)
    )
    return [bytes(row.content) for row in connection.execute(query)]
