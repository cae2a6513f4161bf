"""The DataTransfer that puts a running cost on a screen (DT-04, D-21)."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from contactor.guide.entries import CostMessage
from contactor.ocpp.messages import DataTransfer

_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Spelling:
    """How two members are written, which the guide itself spells in two ways each."""

    total_field: str
    transaction_field: str


def cost_request(
    message: CostMessage, spelling: Spelling, *, currency: str, connector_id: int, total: Decimal, number: int
) -> DataTransfer:
    """The request; `data` is JSON as a text, and the total a number with the currency's decimals."""
    content = {
        message.currency_field: currency,
        message.method_field: message.method,
        message.connector_field: connector_id,
        spelling.total_field: total,
        spelling.transaction_field: number,
    }
    return DataTransfer(vendor_id=message.vendor_id, message_id=message.message_id, data=_encode(content).decode())
