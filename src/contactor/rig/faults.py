"""The active trouble codes, and what the few with a physical side do to current, modules and reader.

Any code may be active; what its text and severity are is known elsewhere. Here stand only those the simulated physics
must obey, because a software that ignored them would otherwise still be seen delivering energy.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto

from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber


class Consequence(Enum):
    """What a trouble code does to the hardware by itself."""

    MODULE_LOST = auto()
    CABINET_DERATED = auto()
    OUTLET_DERATED = auto()
    READER_DARK = auto()
    LOCK_JAMMED = auto()


# Guide, vendor error codes. Codes whose class byte is 02 are not listed: all of them open contactors (D-20).
CONSEQUENCES: dict[str, Consequence] = {
    "0x100005": Consequence.READER_DARK,  # the card reader does not answer
    "0x100006": Consequence.LOCK_JAMMED,  # of no guide: the code of our own product with detachable cables
    "0x100101": Consequence.OUTLET_DERATED,  # terminal too hot
    "0x100102": Consequence.OUTLET_DERATED,  # cable connector too hot
    "0x200001": Consequence.MODULE_LOST,  # a module does not answer, so it cannot be set
    "0x200002": Consequence.MODULE_LOST,  # a module failed
    "0x200101": Consequence.CABINET_DERATED,  # modules too hot
    "0x200102": Consequence.CABINET_DERATED,  # the relays between modules and outlets too hot
    "0x200104": Consequence.CABINET_DERATED,  # a fan stands still
}

MODULE_FAULT = "0x200002"
"""What the cabinet reports when a module fails of itself."""

DERATING = 0.5
"""Share of the rating that heat leaves; the guide says only that derating is possible."""

_NUMBER = re.compile(r"0x[0-9a-fA-F]{6}")
_OPENS_CONTACTORS = re.compile(r"0x[0-9A-F]{2}02[0-9A-F]{2}")

Scope = OutletNumber | None


class Faults:
    """The active codes, oldest first; each at most once per outlet and once for the station (outlet None)."""

    __slots__ = ("_active",)

    def __init__(self) -> None:
        self._active: dict[tuple[str, Scope], None] = {}

    @property
    def active(self) -> list[tuple[str, Scope]]:
        """Code and outlet of each, oldest first."""
        return list(self._active)

    def set_active(self, dtc: str, outlet: Scope) -> bool:
        """Note a code; say whether it is news."""
        if (dtc, outlet) in self._active:
            return False
        self._active[dtc, outlet] = None
        return True

    def clear(self, dtc: str, outlet: Scope) -> None:
        """Forget a code.

        Raises:
            BadSetting: it is not active there.
        """
        if (dtc, outlet) not in self._active:
            where = "the station" if outlet is None else f"outlet {outlet}"
            raise BadSetting("trouble code", dtc, f"it is not active on {where}")
        del self._active[dtc, outlet]

    def restore(self, active: Iterable[tuple[str, Scope]]) -> None:
        """Make exactly these codes active."""
        self._active = dict.fromkeys(active)

    def is_active(self, dtc: str) -> bool:
        """Whether a code is active anywhere."""
        return any(active == dtc for active, _ in self._active)

    def block(self, outlet: OutletNumber) -> bool:
        """Whether the outlet's contactor must stay open."""
        return any(opens_contactors(dtc) for dtc, scope in self._active if scope in (None, outlet))

    def outlet_derating(self, outlet: OutletNumber) -> float:
        """The share of its rating the outlet may use."""
        return DERATING if self._has(Consequence.OUTLET_DERATED, (None, outlet)) else 1.0

    def cabinet_derating(self) -> float:
        """The share of their rating the power modules deliver."""
        return DERATING if self._has(Consequence.CABINET_DERATED) else 1.0

    def reader_works(self) -> bool:
        """Whether badges can be read."""
        return not self._has(Consequence.READER_DARK)

    def lock_is_jammed(self, outlet: OutletNumber) -> bool:
        """Whether the lock of the outlet's cable cannot move."""
        return self._has(Consequence.LOCK_JAMMED, (None, outlet))

    def _has(self, consequence: Consequence, scopes: tuple[Scope, ...] | None = None) -> bool:
        return any(
            CONSEQUENCES.get(dtc) is consequence for dtc, scope in self._active if scopes is None or scope in scopes
        )


def canonical_dtc(text: str) -> str:
    """Spell a numeric code as the guide does (`0x10000C`); leave any other text as it is.

    Raises:
        BadSetting: the text is empty.
    """
    if not text:
        raise BadSetting("trouble code", text, "it must have at least one character, such as 0x100202")
    return f"0x{text[2:].upper()}" if _NUMBER.fullmatch(text) else text


def opens_contactors(dtc: str) -> bool:
    """Whether a code is of the error class (second byte 02, D-20), on which hardware cuts current by itself."""
    return _OPENS_CONTACTORS.fullmatch(dtc) is not None


def takes_module(dtc: str) -> bool:
    """Whether a code means that a power module is lost."""
    return CONSEQUENCES.get(dtc) is Consequence.MODULE_LOST
