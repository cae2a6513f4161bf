"""How the processes log what went wrong."""

import json

import pytest
import structlog

from contactor.central.store.port import WriterFull
from contactor.cli import logs


def logged(error: Exception, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The line in which an error is told."""
    before = structlog.get_config()
    logs.configure(form=logs.LogFormat.JSON)
    try:
        try:
            raise error
        except Exception:
            structlog.get_logger().exception("request failed", station="DEPOT-1")
    finally:
        structlog.configure(**before)
    line: dict[str, object] = json.loads(capsys.readouterr().err)
    del line["timestamp"]
    return line


def test_an_outage_of_the_database_is_a_line_without_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends every request of every station: nobody could read the log otherwise."""
    told = {"level": "error", "event": "request failed", "station": "DEPOT-1"}
    database = "1000 items wait to be written, and no more may"
    assert logged(WriterFull(1000), capsys) == {**told, "database": database}


def test_a_mistake_of_ours_has_its_stack(capsys: pytest.CaptureFixture[str]) -> None:
    line = logged(ZeroDivisionError("by none"), capsys)
    assert "Traceback" in str(line["exception"])
    assert "by none" in str(line["exception"])
