"""DataTransfer from a station: no vendor's messages are understood here yet; what came is kept all the same."""

from contactor.central.handlers.notifications import kept
from contactor.central.plan import Caller, Plan, Write
from contactor.ocpp.enumerations import DataTransferStatus
from contactor.ocpp.messages import DataTransfer, DataTransferResult


def data_transfer(caller: Caller, request: DataTransfer) -> Plan:
    """Say by a result, never by an error, that the vendor is not known (DT-05)."""
    return Write((kept(caller, request),), DataTransferResult(status=DataTransferStatus.UNKNOWN_VENDOR_ID))
