"""Knows the running cost of each connector, which the central system puts on the screen by DataTransfer (DT, D-21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import msgspec

from contactor.base.ids import ConnectorId
from contactor.guide.entries import CostMessage
from contactor.ocpp.enumerations import DataTransferStatus
from contactor.ocpp.messages import DataTransfer, DataTransferResult
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.reply import Reply, Rows
from contactor.station.transactions import Transactions

AMOUNT_DIGITS_MAX = 18

# Amounts keep every digit they came with.
_decode = msgspec.json.Decoder(dict[str, object], float_hook=Decimal).decode


class _CostUpdated(msgspec.Struct, frozen=True):
    """The five members, under names of our own; the guide's names are data."""

    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{3}\Z")]
    method: str
    connector_id: int
    total: int | Decimal
    transaction_id: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a charge costs so far: a total in the currency's major unit, of the central system's transaction id."""

    currency: str
    total: Decimal
    transaction_id: int


@dataclass(frozen=True, slots=True)
class _Shown:
    cost: Cost
    transaction: int
    """The station's own key of the transaction."""


class Costs:
    """The last cost told of each connector; a total, so a new one replaces the old one."""

    __slots__ = ("_connectors", "_effects", "_message", "_shown", "_transactions")

    def __init__(
        self,
        message: CostMessage | None,
        connectors: Mapping[ConnectorId, Connector],
        transactions: Transactions,
        effects: Effects,
    ) -> None:
        self._message = message
        self._connectors = connectors
        self._transactions = transactions
        self._effects = effects
        self._shown: dict[ConnectorId, _Shown] = {}

    @property
    def rows(self) -> Rows:
        """The message that tells a cost."""
        return {DataTransfer: self._asked}

    def cost(self, connector_id: ConnectorId) -> Cost | None:
        """What the screen shows for a connector; after the transaction it stays until the visit is over (DT-07)."""
        shown = self._shown.get(connector_id)
        return None if shown is None else shown.cost

    def settle(self) -> None:
        """Forget costs whose session is over: the car is gone, or the next transaction has begun."""
        for connector_id, shown in list(self._shown.items()):
            transaction = self._transactions.open_on(connector_id)
            is_over = (
                not self._connectors[connector_id].is_plugged
                if transaction is None
                else (transaction.key != shown.transaction)
            )
            if is_over:
                del self._shown[connector_id]

    def _asked(self, request: DataTransfer) -> Reply:
        return Reply(DataTransferResult(status=self._take(request)))

    def _take(self, request: DataTransfer) -> DataTransferStatus:
        message = self._message
        if message is None or request.vendor_id.casefold() != message.vendor_id.casefold():
            return DataTransferStatus.UNKNOWN_VENDOR_ID
        if request.message_id is msgspec.UNSET or request.message_id.casefold() != message.message_id.casefold():
            return DataTransferStatus.UNKNOWN_MESSAGE_ID
        told = None if request.data is msgspec.UNSET else _read(request.data, message)
        transaction = None if told is None else self._transactions.open_on(told.connector_id)
        if told is None or transaction is None or transaction.central_id != told.transaction_id:
            self._effects.note("cost refused")
            return DataTransferStatus.REJECTED
        cost = Cost(told.currency.upper(), Decimal(told.total), told.transaction_id)
        self._shown[transaction.connector_id] = _Shown(cost, transaction.key)
        self._effects.note(
            "cost updated", connector=transaction.connector_id, total=str(cost.total), currency=cost.currency
        )
        return DataTransferStatus.ACCEPTED


def _read(text: str, names: CostMessage) -> _CostUpdated | None:
    """The members of `data`, whose names the guide itself spells in two ways: case does not count (D-21)."""
    try:
        members = {name.casefold(): value for name, value in _decode(text).items()}
        told = msgspec.convert(
            {
                "currency": members.get(names.currency_field.casefold()),
                "method": members.get(names.method_field.casefold()),
                "connector_id": members.get(names.connector_field.casefold()),
                "total": members.get(names.total_field.casefold()),
                "transaction_id": members.get(names.transaction_fields[0].casefold()),
            },
            _CostUpdated,
            builtin_types=(Decimal,),  # or a text would pass for a number
        )
    except (msgspec.MsgspecError, ValueError, RecursionError, ArithmeticError):
        return None
    return told if told.method == names.method and _is_amount(Decimal(told.total)) else None


def _is_amount(total: Decimal) -> bool:
    """Whether a screen has room for it: JSON may name numbers that no one owes."""
    return total >= 0 and total.adjusted() < AMOUNT_DIGITS_MAX and len(total.as_tuple().digits) <= AMOUNT_DIGITS_MAX
