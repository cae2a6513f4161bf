"""Troubles of the central system: killed at the worst moments, restarted, without room, slow, with a wrong clock."""

from collections.abc import Callable

from contactor.storm.chance import Chance
from contactor.storm.storm_writer import Fate
from contactor.storm.trouble import End, Stage, Trouble, WorldTrouble

SLOW_COMMIT_S = 8.0
CRAWLING_COMMIT_S = 45.0
HEARD_LATE_S = 20.0
"""Both together are twice the time that a station waits for an answer (RPC-04)."""

CLOCK_STEP_S = 120.0


def _start_again(stage: Stage) -> End:
    return lambda: stage.spawn(stage.central.start())


def _killed(stage: Stage, _chance: Chance) -> End:
    stage.central.kill()
    return _start_again(stage)


def _killed_at(fate: Fate, about: str) -> WorldTrouble:
    def begin(stage: Stage, _chance: Chance) -> End:
        stage.central.disk.fate = fate

        def end() -> None:
            stage.central.disk.fate = None
            stage.spawn(stage.central.start())

        return end

    return WorldTrouble(about, begin)


def _restarted(stage: Stage, _chance: Chance) -> End:
    stage.spawn(stage.central.stop())
    return _start_again(stage)


def _full_disk(stage: Stage, _chance: Chance) -> End:
    stage.central.disk.is_full = True

    def end() -> None:
        stage.central.disk.is_full = False

    return end


def _slow_disk(stage: Stage, chance: Chance) -> End:
    """Every commit takes the same time."""
    delay_s = chance.between(0.5, SLOW_COMMIT_S)
    return _with_delay(stage, lambda: delay_s)


def _crawling_disk(stage: Stage, chance: Chance) -> End:
    """Every commit takes a time of its own, so that one is too late for its station and its repetition is not."""
    return _with_delay(stage, lambda: chance.between(0.5, CRAWLING_COMMIT_S))


def _with_delay(stage: Stage, delay_s: Callable[[], float]) -> End:
    stage.central.disk.delay_s = delay_s

    def end() -> None:
        if stage.central.disk.delay_s is delay_s:
            stage.central.disk.delay_s = None

    return end


def _late_hearing(stage: Stage, chance: Chance) -> End:
    stage.central.hears_after_s = chance.between(0.5, HEARD_LATE_S)

    def end() -> None:
        stage.central.hears_after_s = 0.0

    return end


def _step_clock(stage: Stage, chance: Chance) -> End:
    stage.central.clock.ahead_s += chance.between(-CLOCK_STEP_S, CLOCK_STEP_S)

    def end() -> None:
        stage.central.clock.ahead_s = 0.0

    return end


CENTRAL_TROUBLES: dict[str, Trouble] = {
    "central_killed": WorldTrouble("the central system is killed at any moment", _killed),
    "central_killed_before_commit": _killed_at(Fate.BEFORE_COMMIT, "it is killed when a commit is due"),
    "central_killed_in_commit": _killed_at(Fate.IN_COMMIT, "it is killed while the database commits"),
    "central_killed_after_commit": _killed_at(Fate.AFTER_COMMIT, "it is killed before anybody is answered"),
    "central_restarted": WorldTrouble("the central system is restarted in good order", _restarted),
    "central_disk_full": WorldTrouble("the database has no room", _full_disk),
    "slow_database": WorldTrouble("a commit takes seconds", _slow_disk),
    "crawling_database": WorldTrouble("a commit takes up to 45 s, longer than a station waits", _crawling_disk),
    "central_hears_late": WorldTrouble("the central system is busy, and hears messages up to 20 s late", _late_hearing),
    "central_clock_step": WorldTrouble("the central system's clock is up to two minutes off", _step_clock),
}
