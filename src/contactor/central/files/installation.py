"""What tells a station to install an image: UpdateFirmware, or SignedUpdateFirmware with signature and certificate."""

from collections.abc import Mapping
from dataclasses import dataclass

from contactor.central.files.image_rows import Signature


@dataclass(frozen=True, slots=True)
class Installation:
    """A request: its action, and its payload as OCPP spells it."""

    action: str
    payload: Mapping[str, object]


def installation(location: str, retrieve_date: str, number: int, signature: Signature | None) -> Installation:
    """The request that has an image fetched there and then; `number`, another for each, goes with a signature only."""
    if signature is None:
        return Installation("UpdateFirmware", {"location": location, "retrieveDate": retrieve_date})
    firmware = {
        "location": location,
        "retrieveDateTime": retrieve_date,
        "signingCertificate": signature.certificate,
        "signature": signature.signature,
    }
    return Installation("SignedUpdateFirmware", {"requestId": number, "firmware": firmware})
