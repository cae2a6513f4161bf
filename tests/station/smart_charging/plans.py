"""Plans for tests: profiles by group, sorted as the station sorts them."""

from collections.abc import Iterable

from contactor.ocpp.composite_schedule import Plan
from contactor.ocpp.datatypes import ChargingProfile
from tests.station.smart_charging.spelling import instant

LOCAL_W = 180_000.0
DAY_S = 86_400
WEEK_S = 7 * DAY_S


def plan_of(
    *,
    for_transaction: Iterable[ChargingProfile] = (),
    own: Iterable[ChargingProfile] = (),
    station: Iterable[ChargingProfile] = (),
    began_s: float = 0.0,
) -> Plan:
    def highest_first(group: Iterable[ChargingProfile]) -> tuple[ChargingProfile, ...]:
        return tuple(sorted(group, key=lambda each: -each.stack_level))

    return Plan(highest_first(for_transaction), highest_first(own), highest_first(station), began=instant(began_s))
