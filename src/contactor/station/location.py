"""Knows where files are fetched from and put to: the URLs of GetDiagnostics and UpdateFirmware (FW-11, DG-02, D-31)."""

import re
from collections.abc import Collection
from urllib.parse import quote, urlsplit, urlunsplit

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
_AFTER_SCHEME = re.compile(r"(?<=://)[^\s\"]+")


def is_supported(location: str, schemes: Collection[str]) -> bool:
    """Whether a file can be moved to or from a location: a known scheme, a host, a port that is one (D-31)."""
    if _UNPRINTABLE.search(location):
        return False
    try:
        parts = urlsplit(location)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return False


def file_in(location: str, file_name: str) -> str:
    """The URL of a file in the directory that a supported location names; a query stays at the end (DG-02)."""
    parts = urlsplit(location)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(file_name)}", fragment=""))


def without_secrets(text: str) -> str:
    """The same text, where the URLs in it have neither a user nor a query: passwords and tokens stand there."""
    return _AFTER_SCHEME.sub(_cleaned, text) if "://" in text else text


def _cleaned(match: re.Match[str]) -> str:
    address, question_mark, _query = match.group().partition("?")
    # The last @ counts: a password that was not percent-encoded may hold anything.
    _user, at, rest = address.rpartition("@")
    return ("***@" if at else "") + rest + ("?***" if question_mark else "")
