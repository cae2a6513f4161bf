"""A trace that has grown to its bound goes on in a new file, and the one before it stays."""

from pathlib import Path

import pytest

from contactor.base.clock import ManualClock
from contactor.base.errors import BadSetting
from contactor.station.events import TextReceived
from contactor.virtual.trace.trace_file import TraceFile, read_trace
from contactor.virtual.trace.traced import LINE_BYTES_MAX
from tests.central.bench import NOON


def test_a_full_trace_becomes_the_one_before_and_nothing_of_the_newest_is_lost(tmp_path: Path) -> None:
    path, frames = tmp_path / "trace.jsonl", 2000
    with TraceFile(path, "CP-1", ManualClock(NOON), size_max_bytes=LINE_BYTES_MAX) as trace:
        for number in range(frames):
            trace.happened(TextReceived(b'[2,"%d","ClearCache",{}]' % number))
    before = path.with_name("trace.jsonl.1")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["trace.jsonl", "trace.jsonl.1"]
    assert all(each.stat().st_size <= LINE_BYTES_MAX for each in (path, before))
    kept = [int(str(each.message_id)) for each in (*read_trace(before), *read_trace(path))]
    assert kept == list(range(frames - len(kept), frames))
    assert len(read_trace(path)) < len(kept) < frames


def test_a_bound_with_no_room_for_a_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="trace size: 10 cannot be used"):
        TraceFile(tmp_path / "trace.jsonl", "CP-1", ManualClock(NOON), size_max_bytes=10)
    assert list(tmp_path.iterdir()) == []
