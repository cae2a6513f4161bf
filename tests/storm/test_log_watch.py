"""A storm's reading of the log: a mistake of ours is told with what failed, a full disk is the storm's own doing."""

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from contactor.storm.log_watch import watched_log

FULL = OperationalError("INSERT", {}, Exception("database or disk is full"))


def told_of(error: Exception, *, is_handled: bool) -> list[str]:
    """What is told of an error that is logged where it is handled, or later."""
    told: list[str] = []
    with watched_log(told.append):
        log = structlog.get_logger("contactor.central")
        try:
            raise error
        except Exception as caught:
            if is_handled:
                log.exception("sites were not balanced")
            else:
                log.error("sites were not balanced", exc_info=caught)
    return told


@pytest.mark.parametrize("is_handled", [True, False])
def test_a_full_disk_is_no_mistake_of_ours_and_a_missing_key_is(is_handled: bool) -> None:
    assert told_of(FULL, is_handled=is_handled) == []
    (line,) = told_of(KeyError("no such site"), is_handled=is_handled)
    assert "sites were not balanced" in line
    assert "KeyError('no such site')" in line


def test_what_is_only_worth_a_warning_is_not_told() -> None:
    told: list[str] = []
    with watched_log(told.append):
        structlog.get_logger("contactor.central").warning("sites were not balanced")
    assert told == []
