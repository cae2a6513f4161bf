"""What a reading becomes on the wire."""

import math
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.ids import ConnectorId
from contactor.guide.load import load_product
from contactor.hardware.port import Reading
from contactor.ocpp.codec import write_payload
from contactor.ocpp.datatypes import MeterValue
from contactor.ocpp.enumerations import ReadingContext
from contactor.ocpp.messages import MeterValues
from contactor.station.outbox import UNKNOWN_TRANSACTION
from contactor.station.sampling import as_text, columns_of, form_of, sampled

MEASURANDS = load_product().measurands
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
numbers = st.floats(0, 1e6, allow_subnormal=False)
readings = st.builds(
    Reading, st.integers(0, 10**9), numbers, numbers, numbers, numbers, numbers, st.none() | st.integers(0, 100)
)
lists = st.lists(st.sampled_from(sorted(MEASURANDS)), unique=True)
instants = st.integers(0, 10**10).map(lambda milliseconds: NOON + timedelta(milliseconds=milliseconds))


@given(lists, readings, instants, st.sampled_from(ReadingContext), st.sampled_from((1, 2)))
def test_a_filled_form_is_what_the_codec_writes_of_the_same_reading(
    names: list[str], reading: Reading, instant: datetime, context: ReadingContext, connector: int
) -> None:
    """MV-03, MV-08, RPC-13: byte for byte, also where a vehicle tells no state of charge."""
    columns = columns_of(names, MEASURANDS)
    values = sampled(columns, reading, context)
    filled = form_of(columns, ConnectorId(connector), context).filled(instant, reading)
    if not values:
        assert filled is None
        return
    message = MeterValues(
        connector_id=ConnectorId(connector),
        transaction_id=UNKNOWN_TRANSACTION,
        meter_value=(MeterValue(timestamp=instant, sampled_value=values),),
    )
    assert filled == write_payload(message)
    assert msgspec.json.decode(filled, type=MeterValues) == message


@given(st.floats(-1e15, 1e15))
def test_a_value_has_at_most_three_decimals_and_no_exponent(value: float) -> None:
    """MV-08."""
    text = as_text(value)
    assert set(text) <= set("-0123456789.")
    assert "." not in text or 1 <= len(text.partition(".")[2]) <= 3
    assert not text.endswith((".", ".0"))
    assert math.isclose(float(text), value, rel_tol=1e-12, abs_tol=0.0005000001)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (-0.0001, "0"), (12.5, "12.5"), (400.0, "400"), (7, "7"), (0.12345, "0.123")],
)
def test_a_value_is_written_as_short_as_it_is(value: float, text: str) -> None:
    """MV-08."""
    assert as_text(value) == text
