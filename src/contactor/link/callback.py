"""What becomes of a link whose receiver raises: it ends with 1011, and no other link notices."""

import logging
from collections.abc import Callable
from typing import TypeVarTuple

from contactor.link.link import CLOSE_INTERNAL_ERROR, Link

Ts = TypeVarTuple("Ts")

logger = logging.getLogger("contactor.link")


def call_receiver(link: Link, callback: Callable[[*Ts], None], *arguments: *Ts) -> None:
    """Call back; log whatever it raises and close the link."""
    try:
        callback(*arguments)
    except Exception:  # the boundary of one connection: a receiver's bug costs its own link, not the others
        logger.exception("the receiver of %s failed; the link is closed", link.name)
        link.close(CLOSE_INTERNAL_ERROR, "internal error")
