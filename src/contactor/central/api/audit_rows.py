"""The audit: who did what, on what, when and from where; written in the transaction of the deed itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, insert

from contactor.central.store.people_tables import audit

ADDRESS_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody did: `what` as in "station.update", `on_what` as in "station RDAM-01"; no secret in any."""

    at_ms: int
    who: str
    by_way_of: str
    address: str
    what: str
    on_what: str
    details: Mapping[str, object]


def note_deed(connection: Connection, deed: Deed) -> None:
    """Write it down."""
    connection.execute(
        insert(audit).values(
            at_ms=deed.at_ms,
            who=deed.who,
            by_way_of=deed.by_way_of,
            address=deed.address[:ADDRESS_LENGTH_MAX],
            what=deed.what,
            on_what=deed.on_what,
            details=msgspec.json.encode(dict(deed.details)).decode(),
        )
    )
