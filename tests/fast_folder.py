"""Where tests keep their files: in memory if there is room for them, because every commit on a disk waits for it."""

import shutil
from pathlib import Path

SHARED = Path("/dev/shm")
ROOM_BYTES = 1 << 30


def fast_folder() -> str | None:
    """A folder in memory; None on a machine without one, or with a small one."""
    return str(SHARED) if SHARED.is_dir() and shutil.disk_usage(SHARED).free > ROOM_BYTES else None
