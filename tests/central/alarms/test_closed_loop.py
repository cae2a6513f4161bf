"""A virtual charger in trouble: its code is an alarm at once, over the whole way, and over when it says so."""

import pytest

from contactor.base.ids import OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.central.alarms.alarm import AlarmView, ClosedBy
from contactor.central.alarms.alarm_rows import find_alarms
from contactor.central.alarms.rulebook import SECURITY_EVENT
from contactor.central.store.alarm_tables import alarms as table
from contactor.guide.entries import Scope
from contactor.guide.load import load_product
from tests.central.commands.closed_loop import ClosedLoop, closed_loop


def alarms(loop: ClosedLoop) -> list[AlarmView]:
    """All but those of security events, which tampering is as well."""
    with loop.central.engine.connect() as connection:
        return find_alarms(connection, table.c.rule != SECURITY_EVENT, limit=10)


@pytest.mark.parametrize("dtc", load_product().vendor_errors)
def test_flt_01_each_trouble_of_the_guide_is_one_alarm_until_it_is_over(dtc: str) -> None:
    listed = load_product().vendor_errors[dtc]
    of_connector = listed.scope is Scope.CONNECTOR
    outlet = OutletNumber(1) if of_connector else None

    async def story() -> None:
        async with closed_loop() as loop:
            loop.station.raise_fault(dtc, outlet)
            await loop.until(lambda: bool(alarms(loop)))
            await loop.pass_time(5)
            (alarm,) = alarms(loop)
            assert (alarm.subject, alarm.title, alarm.connector_id) == (dtc, listed.description, int(of_connector))
            assert alarm.closed_at is None
            loop.station.clear_fault(dtc, outlet)
            await loop.until(lambda: alarms(loop)[0].closed_at is not None)
            assert alarms(loop)[0].closed_by == ClosedBy.NO_ERROR

    run_virtually(story())


def test_a_trouble_that_ended_while_the_station_was_cut_off_is_closed_when_it_is_back() -> None:
    dtc = "0x100205"

    async def story() -> None:
        async with closed_loop() as loop:
            loop.station.raise_fault(dtc, OutletNumber(1))
            await loop.until(lambda: bool(alarms(loop)))
            loop.station.cut_power()
            await loop.pass_time(400)
            names = [alarm.subject or alarm.rule for alarm in alarms(loop) if alarm.closed_at is None]
            assert sorted(names) == [dtc, "station_offline"]
            loop.station.return_power()
            loop.station.clear_fault(dtc, OutletNumber(1))
            await loop.until(lambda: all(alarm.closed_at is not None for alarm in alarms(loop)))
            assert {alarm.subject or alarm.rule: alarm.closed_by for alarm in alarms(loop)} == {
                dtc: ClosedBy.NO_ERROR,
                "station_offline": ClosedBy.BACK_ONLINE,
            }

    run_virtually(story())
