"""The store's port: named parts of keyed rows, written together or not at all.

A part of the station stages what it changes; the composition root commits once per event, before any effect of
the event leaves. So what the wire hears of is always on disk already, and a power cut finds either all of an
event or nothing of it (PW-04, Q-09).
"""

from typing import Generic, Protocol, TypeVar

import msgspec

from contactor.base.errors import ContactorError

T = TypeVar("T")


class StoreError(ContactorError):
    """The store cannot keep what it was given, or holds what this version cannot read."""


class Store(Protocol):
    """Rows of bytes under (part, key)."""

    def rows(self, part: str) -> dict[str, bytes]:
        """Every committed row of a part, by key, in key order.

        Raises:
            StoreError: the rows cannot be read.
        """
        ...

    def put(self, part: str, key: str, value: bytes) -> None:
        """Stage a row, new or replaced."""
        ...

    def delete(self, part: str, key: str) -> None:
        """Stage the removal of a row; one that does not exist is no error."""
        ...

    def commit(self) -> None:
        """Make everything staged durable in one step; nothing happens if nothing is staged.

        Raises:
            StoreError: the rows could not be written; none of them was.
        """
        ...

    def forget(self) -> None:
        """Drop what is staged: the event it belongs to never came to its end."""
        ...

    def close(self) -> None:
        """Let go of the medium; what was staged and not committed is forgotten. Asked twice changes nothing."""
        ...


_encoder = msgspec.json.Encoder()


class Shelf(Generic[T]):
    """One part of every store, seen as typed records.

    It holds nothing of any store, so that one serves all stations of a fleet. `record` is a msgspec Struct type; rows
    are its JSON, so that a person can read a state folder.
    """

    __slots__ = ("_decoder", "_part")

    def __init__(self, part: str, record: type[T]) -> None:
        self._part = part
        self._decoder = msgspec.json.Decoder(record)

    def records(self, store: Store) -> dict[str, T]:
        """Every committed record by key.

        Raises:
            StoreError: a row does not fit the record type.
        """
        return {key: self._decode(key, row) for key, row in store.rows(self._part).items()}

    def is_empty(self, store: Store) -> bool:
        """Whether nothing was ever kept, or all of it is gone again."""
        return not store.rows(self._part)

    def put(self, store: Store, key: str, record: T) -> None:
        """Stage a record."""
        store.put(self._part, key, _encoder.encode(record))

    def delete(self, store: Store, key: str) -> None:
        """Stage the removal of a record."""
        store.delete(self._part, key)

    def _decode(self, key: str, row: bytes) -> T:
        try:
            return self._decoder.decode(row)
        except msgspec.MsgspecError as error:
            raise StoreError(f"stored {self._part} {key!r} cannot be read: {error}") from error
