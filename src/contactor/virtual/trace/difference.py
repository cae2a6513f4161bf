"""Compares two traces: what one has and the other has not, leaving out what differs from run to run anyway."""

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from contactor.base.instants import from_text
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.trace.traced import Traced

INSTANT = "(instant)"
LEFT_OUT = "(left out)"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What counts as a difference: message ids, instants, and fields of payloads by name."""

    with_message_ids: bool = False
    with_instants: bool = False
    without_fields: Set[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the traces part: frames only the first has, and frames only the second has; counted from 1."""

    left: Sequence[Traced]
    right: Sequence[Traced]
    left_number: int
    right_number: int


def differences(left: Sequence[Traced], right: Sequence[Traced], comparison: Comparison) -> list[Difference]:
    """Where two traces part, in the order of the first."""
    matcher = SequenceMatcher(
        None, [_face(each, comparison) for each in left], [_face(each, comparison) for each in right], autojunk=False
    )
    return [
        Difference(left[a:b], right[c:d], a + 1, c + 1) for word, a, b, c, d in matcher.get_opcodes() if word != "equal"
    ]


def compared(traced: Traced, comparison: Comparison) -> object:
    """What of a frame is compared, beside its direction, kind and action."""
    if traced.kind is FrameKind.UNREADABLE or traced.frame is None:
        return traced.text
    return _without(traced.payload, comparison)


def _face(traced: Traced, comparison: Comparison) -> str:
    parts: list[object] = [traced.direction, traced.kind, traced.action, compared(traced, comparison)]
    if comparison.with_message_ids:
        parts.append(traced.message_id)
    if comparison.with_instants:
        parts.append(traced.at)
    return json.dumps(parts, sort_keys=True)


def _without(value: object, comparison: Comparison) -> object:
    match value:
        case dict():
            return {
                name: LEFT_OUT if name in comparison.without_fields else _without(each, comparison)
                for name, each in value.items()
            }
        case list():
            return [_without(each, comparison) for each in value]
        case str() if not comparison.with_instants and _is_instant(value):
            return INSTANT
        case _:
            return value


def _is_instant(text: str) -> bool:
    if "T" not in text:
        return False
    try:
        from_text(text)
    except ValueError:
        return False
    return True
