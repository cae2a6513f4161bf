"""Waves: how many stations come first, how many then; the last wave takes all that are left."""

import re
from collections.abc import Sequence

WAVES_MAX = 50
_SIZE = re.compile(r"([1-9][0-9]{0,5})(%?)")


class BadWave(ValueError):
    """A size that is neither a number of stations nor a share of them; the message says why."""


def wave_sizes(wanted: Sequence[str], stations: int) -> list[int]:
    """How many stations each wave has; none is empty, and together they are all.

    A size is a number of stations, such as `5`, or a share of all, such as `10%`, rounded up.

    Raises:
        BadWave: a size is neither.
    """
    sizes, left = [], stations
    for text in wanted:
        size = min(_size(text, stations), left)
        if size:
            sizes.append(size)
        left -= size
    return [*sizes, left] if left else sizes


def _size(text: str, stations: int) -> int:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise BadWave("write a number of stations, such as 5, or a share of all, such as 10%")
    number = int(found[1])
    if not found[2]:
        return number
    if number > 100:
        raise BadWave("a share is at most 100%")
    return -(-stations * number // 100)
