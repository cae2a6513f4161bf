"""Targets and errors: what a station dials, and what it learns from a failure."""

import pytest

from contactor.base.errors import LinkError
from contactor.link.link import CertificateRefused, LinkFailed, LinkRefused, Target, TlsFault


@pytest.mark.parametrize(
    ("url", "identity", "dialled"),
    [
        ("ws://central.test/ocpp", "RDAM 123", "ws://central.test/ocpp/RDAM%20123"),
        ("ws://central.test/ocpp/", "RDAM", "ws://central.test/ocpp/RDAM"),
        ("wss://central.test", "RDAM", "wss://central.test/RDAM"),
        ("wss://central.test:8443/", "RDAM", "wss://central.test:8443/RDAM"),
        ("ws://[::1]:9000/a/b", "x/y", "ws://[::1]:9000/a/b/x%2Fy"),
        ("ws://central.test/ocpp?tenant=7", "RDAM", "ws://central.test/ocpp/RDAM?tenant=7"),
        ("ws://central.test/ocpp", "grün+%", "ws://central.test/ocpp/gr%C3%BCn%2B%25"),
    ],
)
def test_tr_01_the_encoded_identity_follows_the_url_after_one_slash(url: str, identity: str, dialled: str) -> None:
    assert Target(url, identity).connection_url == dialled


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (LinkRefused(404, "Not Found"), "the central system refused the connection with HTTP status 404 Not Found"),
        (LinkRefused(401), "the central system refused the connection with HTTP status 401"),
        (LinkFailed("no answer within 10 s"), "the connection failed: no answer within 10 s"),
        (
            CertificateRefused(TlsFault.EXPIRED, "certificate has expired"),
            "the central system's TLS was refused: expired: certificate has expired",
        ),
    ],
)
def test_an_error_says_what_happened_in_one_line(error: LinkError, message: str) -> None:
    assert str(error) == message
