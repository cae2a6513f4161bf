"""What a scenario is: the station it is played on, the central system opposite, and its steps one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from contactor.virtual.control.bodies import Form
from contactor.virtual.factory_file import Factory

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""When a scenario begins in virtual time: a Monday morning."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed or expectation; `name` is its word in the file, `words` what a person reads of it."""

    number: int
    name: str
    form: Form
    words: str
    is_expectation: bool


@dataclass(frozen=True, slots=True)
class Script:
    """How the scripted central system answers.

    Attributes:
        tags: the status of each badge; without any, every badge is accepted.
        parents: the parentIdTag of a badge.
        answers: what it answers to an action instead of the usual: fields that differ, or "silence" or "error".
        interval_s: of heartbeats, told with the boot.
        firmware: the version of the image at each URL.
    """

    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    answers: Mapping[str, Mapping[str, object] | str] = field(default_factory=lambda: MappingProxyType({}))
    interval_s: int = 3600
    firmware: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is played; `plays` names the rows of the guide and the rules of OCPP it is about."""

    name: str
    title: str
    description: str
    plays: Sequence[str]
    factory: Factory
    script: Script
    steps: Sequence[Step]
    starts_at: datetime = START
    speed: float = 1.0
