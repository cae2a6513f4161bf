"""Who knocks and is not known is listed, once each, and no flood makes the list endless; on both databases."""

import pytest
import structlog
from sqlalchemy import Engine, select

from contactor.base.clock import ManualClock
from contactor.central import knocks as module
from contactor.central.events.event_rows import EventFilter, EventRecord
from contactor.central.knocks import AT_A_TIME, PER_ADDRESS, TOLD_MAX, Knocks, forget_knock
from contactor.central.store.care_tables import knocks
from contactor.central.store.database import for_writing
from tests.central.bench import NOON, HeldWriter, store_in


class Door:
    """The list, on a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.writer = HeldWriter(engine)
        self.clock = ManualClock(NOON)
        self.knocks = Knocks(self.writer, self.clock, structlog.get_logger())

    def rows(self) -> list[tuple[object, ...]]:
        columns = (knocks.c.identity, knocks.c.address, knocks.c.times)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(knocks.c.identity))]

    def told(self) -> list[object]:
        return [event.facts["identity"] for event in EventRecord(self.engine).read(0, 1000, EventFilter())]


def test_cs_20_a_name_is_listed_once_with_its_times_and_latest_address(database: str) -> None:
    with store_in(database) as engine:
        door = Door(engine)
        for address in ("10.0.0.1:5001", "10.0.0.1:5002", "10.0.0.2:5001"):
            door.knocks.note("AMS-07", address)
        door.knocks.write()
        door.knocks.note("AMS-07", "10.0.0.3:1")
        door.knocks.write()
        assert door.rows() == [("AMS-07", "10.0.0.3", 4)]
        assert door.told() == ["AMS-07"]
        with for_writing(engine).begin() as connection:
            assert forget_knock(connection, "AMS-07")
            assert not forget_knock(connection, "AMS-07")
        door.writer.close()


@pytest.mark.parametrize("name", ["", "A" * 256, "A\n", "A/B", "\x1b[2J"])
def test_a_name_that_cannot_be_shown_or_approved_is_not_listed(database: str, name: str) -> None:
    with store_in(database) as engine:
        door = Door(engine)
        door.knocks.note(name, "10.0.0.1")
        door.knocks.write()
        assert door.rows() == []
        door.writer.close()


def test_a_flood_from_one_address_and_from_many_has_an_end(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MAX", 300)
    with store_in(database) as engine:
        door = Door(engine)
        for number in range(1000):
            door.knocks.note(f"FLOOD-{number:04}", f"10.0.0.1:{number}")
        door.knocks.write()
        assert len(door.rows()) == PER_ADDRESS
        assert len(door.told()) == TOLD_MAX
        for _ in range(3):
            for number in range(1000):
                door.knocks.note(f"{door.clock.now():%H%M%S}-{number:04}", f"10.1.{number // 250}.{number % 250}:1")
            door.clock.advance(60)
            door.knocks.write()
        assert AT_A_TIME < len(door.rows()) <= 300
        # A real station that knocks again is there again.
        door.knocks.note("AMS-07", "10.0.0.9:1")
        door.knocks.write()
        assert ("AMS-07", "10.0.0.9", 1) in door.rows()
        door.writer.close()
