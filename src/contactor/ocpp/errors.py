"""The words of CALLERROR, and the error that says a peer broke OCPP (ERR-01 to ERR-11)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from contactor.base.errors import ContactorError

DESCRIPTION_MAX_LENGTH = 255

NO_DETAILS: Mapping[str, object] = MappingProxyType({})


class ErrorCode(StrEnum):
    """Why a CALL was refused; two spellings are historical slips that OCPP 1.6 keeps."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


# Senders write the 1.6 spelling; many write what the words should have been (ERR-06, ERR-08).
_OTHER_SPELLINGS: Mapping[str, ErrorCode] = {
    "FormatViolation": ErrorCode.FORMATION_VIOLATION,
    "OccurrenceConstraintViolation": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
}
_BY_WORD: Mapping[str, ErrorCode] = {**{code.value: code for code in ErrorCode}, **_OTHER_SPELLINGS}


def error_code_from_text(word: str) -> ErrorCode | None:
    """Return the code a peer meant, in either spelling, or None for a word OCPP 1.6 does not have."""
    return _BY_WORD.get(word)


class ProtocolViolation(ContactorError):
    """The peer broke OCPP; carries what a CALLERROR says about it.

    The description names the field and the kind of value; of what was sent it repeats names and unknown enum words,
    never a text that could be a secret.
    """

    def __init__(self, code: ErrorCode, description: str = "", details: Mapping[str, object] = NO_DETAILS) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description[:DESCRIPTION_MAX_LENGTH]
        self.details = details
