"""Troubles of stations: power, store, clock, and the trouble codes of their hardware."""

from contactor.rig.faults import opens_contactors
from contactor.storm.chance import Chance
from contactor.storm.station_house import StationHouse
from contactor.storm.storm_store import CutAt
from contactor.storm.trouble import End, Stage, StationTrouble, Trouble, WorldTrouble

COMMITS_MAX = 12
"""A cut strikes at one of so many commits: those of a start, of a stop, of whatever is under way."""
CLOCK_STEP_S = 600.0


def _power_cut(_stage: Stage, house: StationHouse, _chance: Chance) -> End:
    house.cut_power()
    return house.return_power


def _cut_at_commit(at: CutAt) -> StationTrouble:
    def begin(_stage: Stage, house: StationHouse, chance: Chance) -> End:
        house.store.cut_power(at, chance.whole(0, COMMITS_MAX))
        return house.store.call_off_cut

    return StationTrouble(f"the power goes {at.name.lower()} some commit of the station's store", begin)


def _full_disk(_stage: Stage, house: StationHouse, _chance: Chance) -> End:
    house.store.is_full = True

    def end() -> None:
        house.store.is_full = False

    return end


def _step_clock(_stage: Stage, house: StationHouse, chance: Chance) -> End:
    house.clock.ahead_s += chance.between(-CLOCK_STEP_S, CLOCK_STEP_S)

    def end() -> None:
        house.clock.ahead_s = 0.0

    return end


def _trouble_code(_stage: Stage, house: StationHouse, chance: Chance) -> End:
    errors = house.identity.product.vendor_errors
    dtc = house.next_code(chance)
    outlet = chance.pick(house.outlets) if errors[dtc].scope == "connector" or opens_contactors(dtc) else None
    house.station.raise_fault(dtc, outlet)

    def end() -> None:
        if (dtc, outlet) in house.station.rig.faults():
            house.station.clear_fault(dtc, outlet)

    return end


def _grid_outage(stage: Stage, _chance: Chance) -> End:
    houses = list(stage.houses)
    for house in houses:
        house.cut_power()

    def end() -> None:
        for house in houses:
            house.return_power()

    return end


STATION_TROUBLES: dict[str, Trouble] = {
    "power_cut": StationTrouble("the supply goes at any moment", _power_cut),
    "power_cut_before_commit": _cut_at_commit(CutAt.BEFORE),
    "power_cut_after_commit": _cut_at_commit(CutAt.AFTER),
    "station_disk_full": StationTrouble("the station's store takes nothing", _full_disk),
    "clock_step": StationTrouble("the station's wall clock is up to ten minutes off", _step_clock),
    "trouble_code": StationTrouble("one of the guide's trouble codes becomes active", _trouble_code),
    "grid_outage": WorldTrouble("all stations lose their supply at once", _grid_outage),
}
