"""What an authority gives for a request to sign, or why it gives nothing; nothing of cryptography is loaded for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contactor.base.errors import ContactorError


class RequestRefused(ContactorError):
    """A request for a certificate is not signed; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was signed: `chain` is PEM, the station's own first, without the root that it leads to."""

    chain: str
    serial_number: str
    subject: str
    valid_until: datetime


class Signer(Protocol):
    """Whoever signs for stations."""

    def sign(self, csr: str, identity: str, names: Collection[str], now: datetime) -> Issued:
        """Sign a request of the station of that identity; its common name must be one of `names`.

        Raises:
            RequestRefused: it must not be signed.
        """
        ...
