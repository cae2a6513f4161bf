"""The badges of a storm's drivers, and what the central system thinks of each."""

from contactor.base.ids import IdTag
from contactor.central.tags import Tag

GOOD = tuple(IdTag(f"DRIVER-{number:02d}") for number in range(1, 13))
SINGLE = tuple(IdTag(f"SINGLE-{number:02d}") for number in range(1, 4))
"""Good for one charge at a time (CS-09)."""
BLOCKED = tuple(IdTag(f"BLOCKED-{number:02d}") for number in range(1, 3))
UNKNOWN = (IdTag("NOBODY-01"),)

WELCOME = (*GOOD, *SINGLE)
UNWELCOME = (*BLOCKED, *UNKNOWN)

TAGS = (
    *(Tag(each, parent_id_tag=IdTag("FAMILY") if each in GOOD[:4] else None, allows_concurrent=True) for each in GOOD),
    *(Tag(each) for each in SINGLE),
    *(Tag(each, is_blocked=True) for each in BLOCKED),
)
