"""SHELL: how a delivery is signed: HMAC-SHA256 over instant and body, so that neither is changed or told again."""

import hmac
import secrets
from hashlib import sha256

SIGNATURE_HEADER = "Contactor-Signature"
DELIVERY_HEADER = "Contactor-Delivery"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def signature_of(secret: str, at_s: int, body: bytes) -> str:
    """What stands in the header for a body sent at an instant, in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, sha256).hexdigest()
    return f"t={at_s},v1={digest}"
