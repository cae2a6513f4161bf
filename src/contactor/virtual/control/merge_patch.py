"""Differences between two states, as RFC 7396 spells them: what changed, null for what is gone, lists whole."""

from collections.abc import Mapping

Document = Mapping[str, object]


def merge_patch(before: Document, after: Document) -> dict[str, object]:
    """What has to be merged into `before` to get `after`; empty if they are alike.

    A field whose value became null is patched by null too: who merges sees it as gone, which is the same here.
    """
    patch: dict[str, object] = {name: None for name in before if name not in after}
    for name, value in after.items():
        if name in before and before[name] == value:
            continue
        old = before.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            patch[name] = merge_patch(old, value)
        else:
            patch[name] = value
    return patch


def merged(before: Document, patch: Document) -> dict[str, object]:
    """The state that a patch leads to; what it nulls stays in place as null."""
    after = dict(before)
    for name, value in patch.items():
        old = after.get(name)
        after[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return after
