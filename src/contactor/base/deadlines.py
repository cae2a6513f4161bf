"""The earliest of several deadlines, any of which may be none."""

from collections.abc import Iterable


def earliest(deadlines_s: Iterable[float | None]) -> float | None:
    """The first second at which something is due; None if nothing is.

    A plain loop, because stations ask for it at every event.
    """
    first_s: float | None = None
    for due_s in deadlines_s:
        if due_s is not None and (first_s is None or due_s < first_s):
            first_s = due_s
    return first_s
