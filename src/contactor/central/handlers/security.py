"""What the security white paper lets a station send: events, and requests to have a certificate signed."""

from msgspec import UNSET

from contactor.central.handlers.notifications import kept
from contactor.central.milliseconds import to_ms
from contactor.central.plan import Caller, Plan, Write
from contactor.central.store import schema
from contactor.central.store.statement import Rows, insert_new
from contactor.ocpp.enumerations import GenericStatus
from contactor.ocpp.messages import (
    SecurityEventNotification,
    SecurityEventNotificationResult,
    SignCertificate,
    SignCertificateResult,
)

_INSERT = insert_new(
    schema.security_events,
    "station_id",
    "type",
    "happened_at_ms",
    "details",
    "received_at_ms",
)


def security_event(caller: Caller, request: SecurityEventNotification) -> Plan:
    """Keep the event, of whatever type (SE-05), once, however often it is repeated (SE-04)."""
    details = "" if request.tech_info is UNSET else request.tech_info
    row = (caller.station_id, request.type, to_ms(request.timestamp), details, to_ms(caller.received_at))
    return Write((Rows(_INSERT, (row,)),), SecurityEventNotificationResult())


def sign_certificate(caller: Caller, request: SignCertificate) -> Plan:
    """Keep the request and refuse it: there is no certificate authority behind this central system."""
    return Write((kept(caller, request),), SignCertificateResult(status=GenericStatus.REJECTED))
