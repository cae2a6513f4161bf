"""What is wrong with a request, found by a rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A field as OCPP spells it, its value, and why it cannot be so."""

    field: str
    value: object
    reason: str
