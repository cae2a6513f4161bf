"""Where a switch of a station sits, spelt for a path."""

from enum import StrEnum


class Place(StrEnum):
    """The cabinets that have switches."""

    TERMINAL = "terminal"
    POWER_CABINET = "power-cabinet"
