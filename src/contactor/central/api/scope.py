"""The scopes of a token: which nouns of the API it may ask for, beside what its role allows."""

from collections.abc import Iterable

from contactor.central.api.routes import API, NEEDED, PUBLIC

READ = ":read"
_ALWAYS = "login"
"""Whoever shows a token may ask whose it is."""
_NEVER = "tokens"
"""A token that could make tokens could make one with more scopes than its own."""
_READING = frozenset({"GET", "HEAD", "WEBSOCKET"})


def noun_of(path: str) -> str:
    """What a route is about: the first part of its path, such as `stations`."""
    return path.removeprefix(f"{API}/").split("/", 1)[0]


NOUNS = frozenset(
    noun_of(path) for (_method, path), role in NEEDED.items() if role is not PUBLIC and path.startswith(API)
) - {_ALWAYS, _NEVER}
"""What can be granted."""


def is_scope(text: str) -> bool:
    """Whether it is a noun, or a noun that may only be read, such as `transactions:read`."""
    return text.removesuffix(READ) in NOUNS


def covers(scopes: Iterable[str], method: str, path: str) -> bool:
    """Whether any of the scopes grants a route; without scopes a token may do all that its role allows."""
    granted = frozenset(scopes)
    noun = noun_of(path)
    if not granted or noun == _ALWAYS:
        return True
    return noun in granted or (method in _READING and f"{noun}{READ}" in granted)
