"""The table of what stations may ask: action -> handler. A station's action that is missing here fails a test."""

from contactor.central.handlers import authorization, data_transfer, notifications, security, status
from contactor.central.handlers.metering import MeterReadings
from contactor.central.handlers.registration import Registration
from contactor.central.handlers.signing import Signing
from contactor.central.handlers.transactions import Transactions
from contactor.central.plan import InboundTable
from contactor.central.readings import Metering
from contactor.central.settings import CentralSettings


def inbound_table(settings: CentralSettings, signing: Signing) -> InboundTable:
    """The handlers, each with what it needs."""
    registration = Registration(settings.heartbeat_interval_s, settings.registration_retry_s)
    metering = Metering()
    transactions = Transactions(metering)
    return {
        "Authorize": authorization.authorize,
        "BootNotification": registration.boot,
        "DataTransfer": data_transfer.data_transfer,
        "DiagnosticsStatusNotification": notifications.diagnostics_status,
        "FirmwareStatusNotification": notifications.firmware_status,
        "Heartbeat": registration.heartbeat,
        "LogStatusNotification": notifications.log_status,
        "MeterValues": MeterReadings(metering).meter_values,
        "SecurityEventNotification": security.security_event,
        "SignCertificate": signing.sign_certificate,
        "SignedFirmwareStatusNotification": notifications.signed_firmware_status,
        "StartTransaction": transactions.start,
        "StatusNotification": status.status,
        "StopTransaction": transactions.stop,
    }
