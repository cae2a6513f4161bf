"""What can be odd about a message that was understood all the same: the kinds, and one finding."""

from enum import StrEnum

from msgspec import Struct

EXAMPLE_MAX_LENGTH = 80
FIELD_MAX_LENGTH = 120


class OddityKind(StrEnum):
    """How a station departed from OCPP 1.6."""

    TOO_LONG = "too_long"
    CUT = "cut"
    UNKNOWN_WORD = "unknown_word"
    SPELLING = "spelling"
    UNKNOWN_FIELD = "unknown_field"
    NULL = "null"
    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    ROUNDED = "rounded"
    NO_OFFSET = "no_offset"
    UNREADABLE = "unreadable"
    EMPTY_LIST = "empty_list"
    EMPTY_FRAME = "empty_frame"


MEANINGS: dict[OddityKind, str] = {
    OddityKind.TOO_LONG: "a text longer than OCPP allows; kept whole",
    OddityKind.CUT: "a text longer than anybody could mean; kept up to the bound",
    OddityKind.UNKNOWN_WORD: "a word that OCPP's list does not have; kept as sent",
    OddityKind.SPELLING: "a listed word in other letters, or an instant in another form; read as what it means",
    OddityKind.UNKNOWN_FIELD: "a field that OCPP does not have; left aside",
    OddityKind.NULL: "null for a field; read as absent",
    OddityKind.MISSING: "a required field is absent; something harmless stands in for it",
    OddityKind.WRONG_TYPE: "another JSON type whose meaning is certain, such as a number in quotes",
    OddityKind.ROUNDED: "a register with a fraction of a watt-hour; rounded",
    OddityKind.NO_OFFSET: "an instant without offset; read as UTC",
    OddityKind.UNREADABLE: "a value that means nothing; left out, and an instant replaced by the time of receipt",
    OddityKind.EMPTY_LIST: "a list without the entry OCPP wants; taken as it is",
    OddityKind.EMPTY_FRAME: "a frame without any text; ignored",
}


class Oddity(Struct, frozen=True, gc=False):
    """One finding: `field` is a path such as `StatusNotification.errorCode`, `example` the value as sent, shortened.

    What a station answers us is never shown: the value of a configuration key may be a secret.
    """

    kind: OddityKind
    field: str
    example: str = ""


Oddities = tuple[Oddity, ...]
NO_ODDITIES: Oddities = ()
