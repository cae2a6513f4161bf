"""Who listens hears every text of one station, or is told that some are missing; nobody waits for a listener."""

from contactor.base.clock import ManualClock
from contactor.central.message_taps import ROOM, MessageTaps
from contactor.central.overheard import Direction
from tests.central.bench import NOON, OTHER_STATION, STATION

CALL = b'[2,"m1","Heartbeat",{}]'
ANSWER = b'[3,"m1",{}]'


def test_a_listener_hears_its_station_only_and_finds_the_call_of_an_answer() -> None:
    clock = ManualClock(NOON)
    taps = MessageTaps(clock)
    woken: list[int] = []
    with taps.listen(STATION, lambda: woken.append(1)) as tap:
        taps.note(STATION, Direction.IN, CALL)
        taps.note(OTHER_STATION, Direction.IN, CALL)
        clock.advance(0.5)
        taps.note(STATION, Direction.OUT, ANSWER)
        heard = tap.take()
        assert [(each.direction, each.action, each.took_ms) for each in heard] == [
            ("in", "Heartbeat", None),
            ("out", "Heartbeat", 500.0),
        ]
        assert len(woken) == 2
        assert tap.take() == []
    taps.note(STATION, Direction.IN, CALL)
    assert len(woken) == 2


def test_who_is_too_slow_is_told_and_costs_no_more_memory() -> None:
    taps = MessageTaps(ManualClock(NOON))
    with taps.listen(STATION, lambda: None) as slow, taps.listen(STATION, lambda: None) as quick:
        for number in range(ROOM + 10):
            taps.note(STATION, Direction.IN, CALL)
            if number % 100 == 0:
                quick.take()
        assert (slow.is_late, quick.is_late) == (True, False)
        assert len(slow.take()) == ROOM
        taps.note(STATION, Direction.IN, CALL)
        assert slow.take() == []
