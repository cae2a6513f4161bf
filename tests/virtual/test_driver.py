"""A driver among other people: outlets that are taken, plugs that are pulled, and power that fails."""

import asyncio
from dataclasses import replace

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.virtual.driver import Visit, drive
from tests.virtual.control.stage import stage

ONE = OutletNumber(1)
VISIT = Visit(ONE, "ANNA", "saloon", soc=0.2, take_wh=500.0)


async def test_a_driver_waits_for_an_outlet_that_is_taken() -> None:
    async with stage(speed=1000) as it:
        await it.booted()
        await it.do("outlets/1/plug", {"soc_percent": 77})
        visit = asyncio.create_task(drive(it.virtual, VISIT))
        await it.do("screen/touch", {"outlet": 1})
        vehicle = it.virtual.rig.vehicle(ONE)
        assert vehicle is not None
        assert vehicle.soc == 0.77  # the driver's own has 0.2, and is not here yet
        await it.do("outlets/1/unplug")
        assert await visit
        assert not it.virtual.rig.is_plugged(ONE)


async def test_a_visit_is_over_when_somebody_pulls_the_plug_and_plugs_in_another_car() -> None:
    async with stage() as it:
        await it.booted()
        visit = asyncio.create_task(drive(it.virtual, VISIT))
        await it.virtual.until(lambda: it.virtual.station.connectors[ConnectorId(1)].status is Status.CHARGING)
        await it.do("outlets/1/unplug")
        await it.do("outlets/1/plug", {"soc_percent": 50})
        assert await visit
        vehicle = it.virtual.rig.vehicle(ONE)
        assert vehicle is not None
        assert vehicle.soc == 0.5  # the driver took no car but his own


async def test_a_visit_outlasts_a_power_cut() -> None:
    async with stage(speed=1000) as it:
        await it.booted()
        visit = asyncio.create_task(drive(it.virtual, VISIT))
        await it.virtual.until(lambda: it.virtual.station.connectors[ConnectorId(1)].status is Status.CHARGING)
        await it.do("power/cut")
        await it.do("power/return")
        assert await visit
        assert not it.virtual.rig.is_plugged(ONE)


async def test_a_car_may_come_with_another_battery_than_usual() -> None:
    async with stage() as it:
        await it.booted()
        visit = asyncio.create_task(drive(it.virtual, replace(VISIT, battery_wh=40_000.0)))
        await it.virtual.until(lambda: it.virtual.station.connectors[ConnectorId(1)].status is Status.CHARGING)
        vehicle = it.virtual.rig.vehicle(ONE)
        assert vehicle is not None
        assert (vehicle.model.name, vehicle.model.battery_wh) == ("saloon", 40_000.0)
        visit.cancel()
