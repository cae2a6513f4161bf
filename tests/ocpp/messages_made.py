"""Hypothesis strategies that make every message our types allow, read from the types themselves."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from hypothesis import strategies as st
from msgspec import inspect

from contactor.base.instants import to_milliseconds
from contactor.ocpp.field_types import INTEGER_MAX, INTEGER_MIN, OcppObject

# NUL and lone surrogates are no text OCPP could carry.
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")

_OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-3, minutes=-30))])

INSTANTS: st.SearchStrategy[datetime] = st.datetimes(
    # One day from both ends of the calendar, so that every offset leaves the instant within it.
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=_OFFSETS,
).map(to_milliseconds)

# Up to ten million: beyond some 10**14 a float has no tenths any more.
RATES: st.SearchStrategy[float] = st.integers(min_value=-(10**8), max_value=10**8).map(lambda tenths: tenths / 10)


@cache
def messages(kind: type[OcppObject]) -> st.SearchStrategy[OcppObject]:
    """Every message of a type."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    required = {entry.name: _values(entry.type) for entry in info.fields if entry.required}
    optional = {entry.name: _values(entry.type) for entry in info.fields if not entry.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: kind(**fields))


def _values(info: inspect.Type) -> st.SearchStrategy[object]:
    match info:
        case inspect.StructType():
            assert issubclass(info.cls, OcppObject)
            return messages(info.cls)
        case inspect.VarTupleType():
            return st.lists(_values(info.item_type), min_size=info.min_length or 0, max_size=3).map(tuple)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.StrType():
            return st.text(_CHARACTERS, max_size=min(info.max_length or 60, 60))
        case inspect.IntType():
            return st.integers(min_value=info.ge or (INTEGER_MIN if info.ge is None else 0), max_value=INTEGER_MAX)
        case inspect.FloatType():
            return RATES
        case inspect.BoolType():
            return st.booleans()
        case inspect.DateTimeType():
            return INSTANTS
        case _:
            raise AssertionError(f"no strategy for {info}")
