"""Keeps the readings that a StopTransaction will carry, over power cuts too (STP-03)."""

import msgspec

from contactor.ocpp.datatypes import MeterValue
from contactor.station.store.port import Shelf, Store

READINGS_MAX = 60
"""Of one transaction. A message has to fit through every wire, however long the charge took."""


class _Kept(msgspec.Struct, frozen=True):
    transaction: int
    number: int
    value: MeterValue


_TRANSACTION_DATA = Shelf("transaction_data", _Kept)


class TransactionData:
    """The readings of each open transaction, by its own number here, oldest first."""

    __slots__ = ("_kept", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[int, list[_Kept]] = {}
        for row in _TRANSACTION_DATA.records(store).values():
            self._kept.setdefault(row.transaction, []).append(row)

    def add(self, transaction: int, value: MeterValue) -> None:
        """Keep one more; of too many every second one goes, so that those left still span the whole charge."""
        rows = self._kept.setdefault(transaction, [])
        row = _Kept(transaction, rows[-1].number + 1 if rows else 1, value)
        rows.append(row)
        _TRANSACTION_DATA.put(self._store, _key(row), row)
        if len(rows) > READINGS_MAX:
            # The first stays, and so does the newest: the number is odd.
            for gone in rows[1::2]:
                _TRANSACTION_DATA.delete(self._store, _key(gone))
            del rows[1::2]

    def take(self, transaction: int) -> tuple[MeterValue, ...]:
        """Hand over what is kept of a transaction, and forget it."""
        rows = self._kept.pop(transaction, [])
        for row in rows:
            _TRANSACTION_DATA.delete(self._store, _key(row))
        return tuple(row.value for row in rows)


def _key(row: _Kept) -> str:
    return f"{row.transaction:012d}-{row.number:06d}"
