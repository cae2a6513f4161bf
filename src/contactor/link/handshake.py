"""What an HTTP request for a websocket says about its sender: identity, credentials, subprotocols."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes, urlsplit

from contactor.link.link import SUBPROTOCOL

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def path_of(request_target: bytes) -> str | None:
    """Return the request line's path, still percent-encoded and without a query; None if it is not text.

    A proxy may put the absolute URL on the request line (RFC 9112 section 3.2.2); its scheme and host say nothing here.
    """
    try:
        target = request_target.decode()
    except UnicodeDecodeError:
        return None
    if target.startswith("/"):  # urlsplit would read the first segment of `//RDAM` as a host name
        return target.partition("?")[0]
    try:
        return urlsplit(target).path
    except ValueError:  # such as an unfinished IPv6 address
        return None


def normal_prefix(prefix: str) -> str:
    """Spell a path prefix with one slash at either end; nothing, or a slash, is the root."""
    inner = prefix.strip("/")
    return f"/{inner}/" if inner else "/"


def identity_of(path: str, prefix: str) -> str | None:
    """Return the identity in a path: its last segment, percent-decoded; None if there is none.

    The path must begin with `prefix`. Segments are told apart before decoding, so `%2F` belongs to the identity.
    A plus sign stays one: it stands for a space in forms, not in paths.
    """
    if not path.startswith(prefix):
        return None
    segment = path.rpartition("/")[2]
    try:
        identity = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return None
    # A name with control characters would forge log lines, and no database column takes a NUL.
    return identity if identity and identity.isprintable() else None


def read_basic(authorization: str | None) -> tuple[bytes, bytes] | None:
    """Return user and password of an HTTP Basic header, as bytes: a password may be no text at all (SEC-06).

    None if the header is missing, of another scheme, or unreadable.
    """
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        credentials = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):  # ValueError: characters that are not ASCII
        return None
    user, colon, password = credentials.partition(b":")
    return (user, password) if colon else None


def write_basic(user: str, password: bytes) -> str:
    """Spell an HTTP Basic header: the user name un-encoded, the password's raw bytes (SEC-05, SEC-06)."""
    return "Basic " + base64.b64encode(user.encode() + b":" + password).decode()


def tokens_of(header_values: Iterable[str]) -> tuple[str, ...]:
    """Return the members of a comma-separated header, which may also be spread over several lines."""
    return tuple(token for value in header_values for part in value.split(",") if (token := part.strip()))


def choose_subprotocol(offered: Iterable[str]) -> str | None:
    """Return ours if it was offered, wherever it stands in the offer (TR-03); None if it was not (TR-04)."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None


def printable_headers(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return headers by lower-case name, repeated ones joined, and without those that hold secrets."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key not in SECRET_HEADERS:
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
