"""How much of a text that a station chooses finds room in a unique key.

PostgreSQL holds at most some 2,700 bytes in an entry of an index. What OCPP allows, and any longer text in plain
letters that is kept at all, stays whole; only hundreds of letters beyond Latin are cut, on both databases alike.
"""

TEXT_BYTES = 400
LONG_TEXT_BYTES = 1200


def fitting(text: str, room_bytes: int = TEXT_BYTES) -> str:
    """The text, cut after the last letter that ends within so many bytes of UTF-8."""
    if 4 * len(text) <= room_bytes:
        return text
    return text.encode()[:room_bytes].decode(errors="ignore")
