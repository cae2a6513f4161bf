"""Closing a transaction by hand: for a ghost, whose stop will never come. It ends the record only, not a charge.

The mark `closed_by_hand` stays until the station's own stop comes after all, which then takes its place.
"""

from sqlalchemy import Connection, select

from contactor.base.errors import ContactorError
from contactor.central.store import schema
from contactor.central.store.schema import TransactionState
from contactor.central.suspicion import Doubt, Suspicion
from contactor.central.transaction_rows import Stop, close_transaction
from contactor.ocpp.enumerations import StopReason


class AlreadyStopped(ContactorError):
    """The transaction has its stop."""

    def __init__(self, number: int) -> None:
        super().__init__(f"transaction {number} has stopped already")


class NotClosable(ContactorError):
    """The end that was given cannot be this transaction's."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {value}: {reason}")
        self.field = field
        self.value = value


def close_by_hand(
    connection: Connection, number: int, *, meter_stop_wh: int, stopped_at_ms: int, now_ms: int, why: str
) -> None:
    """End the record of a transaction, in the writer's database transaction; nothing is written if it cannot be.

    Raises:
        AlreadyStopped: it has a stop, or there is no such transaction any more.
        NotClosable: the end lies before the start or in the future, or the meter went back.
    """
    query = select(schema.transactions).where(schema.transactions.c.id == number)
    row = connection.execute(query).one_or_none()
    if row is None or row.state == TransactionState.STOPPED:
        raise AlreadyStopped(number)
    if meter_stop_wh < row.meter_start_wh:
        raise NotClosable("meter_stop_wh", meter_stop_wh, f"it began at {row.meter_start_wh} Wh")
    if not row.started_at_ms <= stopped_at_ms <= max(now_ms, row.started_at_ms):
        raise NotClosable("stopped_at", stopped_at_ms, "it must lie between the start and now")
    stop = Stop(
        claimed_id=number,
        meter_stop_wh=meter_stop_wh,
        stopped_at_ms=stopped_at_ms,
        reason=StopReason.OTHER.value,
        id_tag="",
        received_at_ms=now_ms,
    )
    close_transaction(connection, row, stop, Doubt(Suspicion.CLOSED_BY_HAND, why))
