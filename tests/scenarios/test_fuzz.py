"""Whatever hypothesis makes of frames and handshakes harms nobody but its sender, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.scenarios.fuzz import fuzz

GROWTH_MAX_KIB = 8 * 1024


@pytest.mark.timeout(240)
async def test_err_14_no_frame_and_no_handshake_ends_anything_but_its_own_line(tmp_path: Path) -> None:
    """ERR-14, TR: hundreds of each; the log has no error, an honest station is answered, memory does not grow."""
    harm = await fuzz(tmp_path, frame_count=300, handshake_count=60, number=1)
    assert harm.errors == []
    assert harm.frames >= 250
    assert harm.handshakes >= 50
    assert harm.honest_answers > 10
    assert harm.grown_kib < GROWTH_MAX_KIB
