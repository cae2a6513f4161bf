"""The badge reader: text in, one signal out, unless it is broken."""

from contactor.base.errors import BadSetting
from contactor.hardware.signals import BadgePresented


def read_badge(uid: str, *, is_working: bool) -> BadgePresented | None:
    """Read a badge that is held to the reader; a broken reader sees nothing, the driver hears no beep.

    The text goes on as it is: what a badge may be called is the software's business.

    Raises:
        BadSetting: a badge without any text, which no reader can give.
    """
    if not uid:
        raise BadSetting("badge", uid, "it must have at least one character")
    return BadgePresented(uid) if is_working else None
