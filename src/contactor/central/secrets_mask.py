"""What may not be kept or shown, taken out of JSON texts: keys and passwords of configuration, passwords in URLs.

Works on the text, so that the busiest path need not decode it; what has no secret comes back as the same object.
"""

import re
from collections.abc import Callable

MASK = "***"

_HIDDEN = r"[A-Za-z0-9_.]*(?:authorizationkey|password|passwd|secret)[A-Za-z0-9_.]*"
_TEXT = r'"(?:[^"\\]|\\.)*"'

_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # {"key": "AuthorizationKey", "value": "..."}, in either order, with the readonly flag in between or not.
    (
        re.compile(rf'("key"\s*:\s*"{_HIDDEN}"(?:\s*,\s*"readonly"\s*:\s*\w+)?\s*,\s*"value"\s*:\s*){_TEXT}', re.I),
        rf'\g<1>"{MASK}"',
    ),
    (
        re.compile(rf'("value"\s*:\s*){_TEXT}((?:\s*,\s*"readonly"\s*:\s*\w+)?\s*,\s*"key"\s*:\s*"{_HIDDEN}")', re.I),
        rf'\g<1>"{MASK}"\g<2>',
    ),
    # scheme://user:password@host, also where JSON writes the slashes escaped.
    (re.compile(r'(:(?:\\?/){2}[^\s"/@:]*:)[^\s"/@]+(@)'), rf"\g<1>{MASK}\g<2>"),
)
_SIGNS = re.compile(r"authorizationkey|password|passwd|secret|@", re.I)


def mask(text: str) -> str:
    """The text with every secret replaced by `MASK`."""
    if _SIGNS.search(text) is None:
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
