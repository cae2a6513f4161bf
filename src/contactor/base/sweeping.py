"""How often a process looks for garbage that refers to itself: seldom, where much is made and little of it is left.

Everything is freed as soon as nobody refers to it any more; this is about cycles only.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SWEEP_AFTER = 50_000
"""So many new objects before cycles are looked for."""


@contextmanager
def seldom_swept() -> Iterator[None]:
    """Whatever is there already is never looked through; what comes, seldom. As before in the end."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SWEEP_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def unswept() -> Iterator[None]:
    """No cycle is looked for while a program is read in: it makes much, and nearly all of it stays."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_what_is_there() -> None:
    """What was made up to now stays: look through it once, and never again."""
    gc.collect()
    gc.freeze()
