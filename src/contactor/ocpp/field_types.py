"""What a single field may hold, and what every OCPP object has in common: frozen, closed, spelt in camelCase.

The limits stand in the types, so that decoding is checking. Texts are counted in characters, as JSON schema does.
"""

from datetime import UTC, datetime, tzinfo
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from contactor.base.errors import BrokenPromise
from contactor.base.ids import ConnectorId, IdTag

# OCPP bounds no integer. Without a bound of ours a number of a hundred digits would pass here and break whatever
# stores it, so the widest integer any database keeps is the widest we take (transaction ids do reach its top).
INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

Integer = Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)]
Connector = Annotated[ConnectorId, Meta(ge=0, le=INTEGER_MAX)]
IdToken = Annotated[IdTag, Meta(max_length=20)]
Instant = Annotated[datetime, Meta(tz=True)]

Text20 = Annotated[str, Meta(max_length=20)]
Text25 = Annotated[str, Meta(max_length=25)]
Text40 = Annotated[str, Meta(max_length=40)]
Text50 = Annotated[str, Meta(max_length=50)]
Text128 = Annotated[str, Meta(max_length=128)]
Text255 = Annotated[str, Meta(max_length=255)]
Text500 = Annotated[str, Meta(max_length=500)]
Text512 = Annotated[str, Meta(max_length=512)]
Text800 = Annotated[str, Meta(max_length=800)]
Text5500 = Annotated[str, Meta(max_length=5500)]
Text10000 = Annotated[str, Meta(max_length=10000)]


class OcppObject(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel", gc=False
):
    """Any JSON object of OCPP; a field left `UNSET` is absent on the wire, and null is never one of its values.

    None of them can be part of a reference cycle, so the garbage collector need not look at them (gc=False).
    """


class Request(OcppObject, frozen=True, kw_only=True):
    """The payload of a CALL."""


class Result(OcppObject, frozen=True, kw_only=True):
    """The payload of a CALLRESULT."""


_UTC: tzinfo = UTC


def settle_instant(holder: OcppObject, field: str) -> None:
    """Turn an instant field into UTC while its object is being made (RPC-13).

    Raises:
        BrokenPromise: the instant names no offset; only our own code can get here with one, decoding refuses it.
        ValueError: no year holds it in UTC (the first and last day of the calendar); decoding reports it.
    """
    instant: datetime | UnsetType = getattr(holder, field)
    if instant is UNSET or instant.tzinfo is _UTC:
        return
    if instant.tzinfo is None:
        raise BrokenPromise(f"{type(holder).__name__}.{field}: {instant.isoformat()} names no UTC offset")
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        name = dict(zip(holder.__struct_fields__, holder.__struct_encode_fields__, strict=True))[field]
        raise ValueError(f"Invalid RFC3339 encoded datetime: `{name}` lies outside the calendar in UTC") from None
    force_setattr(holder, field, utc)
