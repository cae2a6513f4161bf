"""The limits of a configuration key: which texts are values of it, and how they are written (CF-05 to CF-09)."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from contactor.base.errors import BadSetting
from contactor.guide.entries import ConfigurationKey, KeyKind

LONGEST_VALUE = 500
"""No value is longer in any ChangeConfiguration (CF-09)."""

_WHOLE_NUMBER = re.compile(r"[0-9]+")
_PRINTABLE_ASCII = re.compile(r"[ -~]*")
_HEX = re.compile(r"([0-9A-Fa-f]{2})*")


class _Unfit(Exception):
    """The text is no value of the key; says what would be."""


def canonical_value(key: ConfigurationKey, text: str) -> str:
    """Check a value against the limits of its key and return it as it is stored and reported.

    Access is not looked at: the caller knows who is asking.

    Raises:
        BadSetting: the text is malformed or out of bounds. The value of a secret is not repeated in the message.
    """
    try:
        if len(text) > LONGEST_VALUE:
            raise _Unfit(f"a value has at most {LONGEST_VALUE} characters")
        return _RULES[key.kind](key, text)
    except _Unfit as unfit:
        # A URL may hold a password that somebody put there by mistake.
        is_secret = key.kind is KeyKind.HEX or (key.kind is KeyKind.URL and "@" in text)
        shown = f"<{len(text)} characters>" if is_secret else text
        raise BadSetting(key.key, shown, str(unfit)) from None


def _boolean(key: ConfigurationKey, text: str) -> str:
    value = text.strip().lower()
    choices = key.allowed or ("true", "false")
    if value not in choices:
        raise _Unfit(f"expected {' or '.join(choices)}")
    return value


def _integer(key: ConfigurationKey, text: str) -> str:
    digits = text.strip()
    sign = digits.startswith("-")
    if not _WHOLE_NUMBER.fullmatch(digits[sign:]):
        raise _Unfit("expected a whole number")
    number = -int(digits[1:]) if sign else int(digits)
    if key.minimum is not None and number < key.minimum:
        raise _Unfit(f"expected at least {key.minimum}")
    if key.maximum is not None and number > key.maximum:
        raise _Unfit(f"expected at most {key.maximum}")
    return str(number)


def _list(key: ConfigurationKey, text: str) -> str:
    items = [item.strip() for item in text.split(",")] if text.strip() else []
    # Repeated items count towards the limit and are dropped after it: nine items are nine items (CF-08).
    if key.items_max is not None and len(items) > key.items_max:
        raise _Unfit(f"expected at most {key.items_max} items")
    if key.items_min is not None and len(items) < key.items_min:
        raise _Unfit(f"expected at least {key.items_min} items")
    for item in items:
        if not item:
            raise _Unfit("expected no empty item")
        if key.allowed is not None and item not in key.allowed:
            raise _Unfit(f"{item!r} is not among {', '.join(key.allowed)}")
    return ",".join(dict.fromkeys(items))


def _text(key: ConfigurationKey, text: str) -> str:
    if not _PRINTABLE_ASCII.fullmatch(text):
        raise _Unfit("expected printable ASCII characters")
    _check_length(key, text)
    if key.allowed is not None and text not in key.allowed:
        raise _Unfit(f"expected {' or '.join(key.allowed)}")
    return text


def _hex(key: ConfigurationKey, text: str) -> str:
    if not _HEX.fullmatch(text):
        raise _Unfit("expected pairs of hex digits")
    _check_length(key, text)
    return text


def _url(key: ConfigurationKey, text: str) -> str:
    _text(key, text)
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise _Unfit(f"expected a URL ({error})") from None
    if parts.scheme not in ("ws", "wss") or not host or " " in text:
        raise _Unfit("expected ws://host or wss://host, with port and path as needed")
    try:
        host.encode("idna")
    except UnicodeError:  # an empty label, or one of more than 63 characters: no resolver takes it
        raise _Unfit("expected a host name") from None
    if "@" in parts.netloc:
        raise _Unfit("expected no user and password in the URL; AuthorizationKey is for that")
    # The station's identity is appended as the last segment of the path (TR-01); after a `?` or `#` it would be lost.
    if "?" in text or "#" in text:
        raise _Unfit("expected a URL without query and fragment")
    return text


def _check_length(key: ConfigurationKey, text: str) -> None:
    if key.length_min is not None and len(text) < key.length_min:
        raise _Unfit(f"expected at least {key.length_min} characters")
    if key.length_max is not None and len(text) > key.length_max:
        raise _Unfit(f"expected at most {key.length_max} characters")


_RULES: Mapping[KeyKind, Callable[[ConfigurationKey, str], str]] = {
    KeyKind.BOOLEAN: _boolean,
    KeyKind.INTEGER: _integer,
    KeyKind.LIST: _list,
    KeyKind.TEXT: _text,
    KeyKind.HEX: _hex,
    KeyKind.URL: _url,
}
