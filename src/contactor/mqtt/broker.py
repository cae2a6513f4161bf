"""SHELL: where the broker is, and how one proves oneself to it: its URL, and the files of TLS."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from contactor.base.errors import BadSetting

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and who we are to it; without `tls` everything goes in the clear."""

    host: str
    port: int
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_broker(
    url: str,
    *,
    authority: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    user: str | None = None,
    password: str | None = None,
) -> Broker:
    """The broker of a URL: mqtt://HOST[:PORT], or mqtts:// over TLS.

    Raises:
        BadSetting: it is none, holds a password, or a file cannot be used.
    """
    expected = "give mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; user and password come by the environment"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting("--broker", "(not shown)" if "@" in url else url, expected) from error
    if parts.username or parts.password or "@" in parts.netloc:
        raise BadSetting("--broker", "(not shown)", expected)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or port == 0:
        raise BadSetting("--broker", url, expected)
    is_encrypted = parts.scheme == "mqtts"
    if not is_encrypted and (authority or certificate or key):
        raise BadSetting("--broker", url, "files of TLS need mqtts://")
    tls = _tls(authority, certificate, key) if is_encrypted else None
    return Broker(parts.hostname, port or _PORTS[parts.scheme], tls, user, password)


def _tls(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """TLS that checks the broker's name, by the machine's authorities or one's own."""
    if (certificate is None) != (key is None):
        raise BadSetting("--certificate", str(certificate or key), "give certificate and key together")
    try:
        context = ssl.create_default_context(cafile=None if authority is None else str(authority))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except OSError as error:
        files = ", ".join(str(each) for each in (authority, certificate, key) if each is not None)
        raise BadSetting("TLS", files, f"it cannot be used: {error.strerror or error}") from error
    return context
