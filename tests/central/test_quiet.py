"""A central system where nothing happens asks its database next to nothing; what happens is found as soon as ever."""

from sqlalchemy import event

from contactor.base.virtual_loop import run_virtually
from contactor.central.alarms.alarm_rows import find_alarms
from contactor.central.store.news import News, Rest
from tests.central.commands.closed_loop import ClosedLoop, closed_loop

A_MINUTE = 15
"""The rounds that look anyway, should somebody else have written, and a heartbeat with its sign of life."""


class Asked:
    """Counts how often a connection is taken for a question or a write."""

    def __init__(self, loop: ClosedLoop) -> None:
        self.times = 0
        event.listen(loop.central.engine, "checkout", self._count)
        event.listen(loop.central.writer._connection, "begin", self._count)  # type: ignore[attr-defined]  # TurnWriter's

    def _count(self, *_what: object) -> None:
        self.times += 1


def test_a_rest_ends_with_the_next_news_and_with_what_came_while_it_was_looked() -> None:
    news = News()
    rest = Rest(news)
    was_over = [rest.is_over]
    for deed in (rest.end, rest.begin, news.come, rest.end, news.come, rest.begin):
        deed()
        was_over.append(rest.is_over)
    assert was_over == [True, True, False, True, True, True, True]


def test_a_central_system_with_a_station_at_rest_asks_its_database_next_to_nothing() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            await loop.pass_time(300)
            asked = Asked(loop)
            await loop.pass_time(600)
            assert 0 < asked.times <= 10 * A_MINUTE

    run_virtually(story())


def test_a_station_that_goes_after_a_quiet_hour_is_missed_as_soon_as_ever() -> None:
    """The watch looks every ten seconds, and the rule gives a station five minutes."""

    async def story() -> None:
        async with closed_loop() as loop:
            await loop.pass_time(3600)
            loop.station.cut_power()
            await loop.pass_time(5 * 60 + 70)
            with loop.central.engine.connect() as connection:
                assert [alarm.rule for alarm in find_alarms(connection, limit=2)] == ["station_offline"]

    run_virtually(story())
