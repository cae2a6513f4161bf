"""The identities that cross floors, as types of their own so that two of them cannot be swapped."""

from typing import NewType

StationId = NewType("StationId", str)
"""The name by which the central system knows a station (guide: BoxIdentifier)."""

ConnectorId = NewType("ConnectorId", int)
"""OCPP's number of a connector; 0 is the station as a whole."""

OutletNumber = NewType("OutletNumber", int)
"""The physical outlet; outlet n is connector n on this product (decision D-01)."""

IdTag = NewType("IdTag", str)
"""What OCPP calls a badge's number: at most 20 characters, compared without regard to case."""

MessageId = NewType("MessageId", str)
"""Identifies one CALL for as long as the station lives (RPC-01)."""


def same_tag(one: str, other: str) -> bool:
    """Say whether two idTags are the same; case does not count (OCPP 1.6 section 7.15, CiString20)."""
    return one.casefold() == other.casefold()
