"""What a station must show before it is let in: the guide's four modes (section 9), and the client certificate beside.

A mode is the least that is demanded: a station that brings more is welcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SecurityMode(StrEnum):
    """What is demanded of a station; the rows of `DEMANDS` say what each means."""

    BY_KEY = "by_key"
    """Basic authentication if the station has a key, with or without TLS."""
    NONE = "none"
    """Nothing, even where there is a key."""
    BASIC = "basic"
    """Basic authentication: security profile 1."""
    TLS = "tls"
    """TLS, and no more."""
    TLS_BASIC = "tls_basic"
    """TLS with Basic authentication: security profile 2, which the guide recommends."""
    TLS_CERTIFICATE = "tls_certificate"
    """TLS with a client certificate in the station's name: security profile 3."""


class KeyDemand(StrEnum):
    """Whether the AuthorizationKey is asked for."""

    NEVER = "never"
    IF_THERE_IS_ONE = "if there is one"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Demand:
    """What one mode demands."""

    tls: bool
    key: KeyDemand
    certificate: bool = False


DEMANDS: Mapping[SecurityMode, Demand] = {
    SecurityMode.BY_KEY: Demand(tls=False, key=KeyDemand.IF_THERE_IS_ONE),
    SecurityMode.NONE: Demand(tls=False, key=KeyDemand.NEVER),
    SecurityMode.BASIC: Demand(tls=False, key=KeyDemand.ALWAYS),
    SecurityMode.TLS: Demand(tls=True, key=KeyDemand.NEVER),
    SecurityMode.TLS_BASIC: Demand(tls=True, key=KeyDemand.ALWAYS),
    SecurityMode.TLS_CERTIFICATE: Demand(tls=True, key=KeyDemand.NEVER, certificate=True),
}
