"""SHELL: drivers, who arrive, plug, badge, forget, change their minds, leave and come back.

A driver knows nothing of troubles: whoever waits too long for a charge drives away.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from contactor.base.ids import ConnectorId, IdTag, OutletNumber
from contactor.rig.garage import GARAGE
from contactor.rig.vehicle import Pause, Vehicle
from contactor.storm.badges import UNWELCOME, WELCOME
from contactor.storm.chance import Chance
from contactor.storm.station_house import StationHouse

PATIENCE_S = 180.0
CHARGE_MAX_S = 5400.0
STAY_MAX_S = 1800.0


class Driver:
    """Everybody who comes to one outlet, one after the other."""

    def __init__(self, house: StationHouse, outlet: OutletNumber, chance: Chance) -> None:
        self._house = house
        self._station = house.station
        self._outlet = outlet
        self._chance = chance
        self._goes_home = False
        self.visits = 0

    async def live(self, visits_per_hour: float) -> None:
        """Come again and again, until everybody is sent home."""
        while not self._goes_home:
            await asyncio.sleep(self._chance.wait_s(visits_per_hour))
            if not self._goes_home and not self._station.rig.is_plugged(self._outlet):
                await self._visit()

    def go_home(self) -> None:
        """No more visits; whoever is there drives away now."""
        self._goes_home = True
        self._leave()

    async def _visit(self) -> None:
        self.visits += 1
        self._house.visitors += 1
        self._station.plug(self._outlet, self._vehicle())
        await self._wait(self._chance.between(1.0, 40.0))
        await self._chance.weighted(_STYLES)(self)
        self._leave()
        self._house.visitors -= 1

    def _vehicle(self) -> Vehicle:
        plug = self._station.rig.plug_kind(self._outlet)
        model = self._chance.pick([each for each in GARAGE.values() if each.plug is plug])
        pauses = (Pause(300.0, 120.0),) if self._chance.happens(0.2) else ()
        return Vehicle(
            model,
            soc=self._chance.between(0.05, 0.7),
            stops_at_soc=self._chance.pick((0.8, 1.0)),
            ends_when_done=self._chance.happens(0.7),
            willing_after_s=self._chance.pick((0.0, 0.0, 20.0)),
            pauses=pauses,
        )

    # What a driver may do

    async def charge(self) -> None:
        """Charge as long as wanted, and show the badge again."""
        badge = self._chance.pick(WELCOME)
        if await self._begin(badge):
            await self._until(lambda: not self._is_charging, self._chance.between(120.0, CHARGE_MAX_S))
            await self._end(badge)

    async def charge_until_button(self) -> None:
        """Charge, and press the button."""
        if await self._begin(self._chance.pick(WELCOME)):
            await self._until(lambda: not self._is_charging, self._chance.between(120.0, CHARGE_MAX_S))
            self._station.press_stop(self._outlet)
            await self._wait(30.0)

    async def pull_the_plug(self) -> None:
        """Charge, and drive off without a word."""
        if await self._begin(self._chance.pick(WELCOME)):
            await self._wait(self._chance.between(30.0, CHARGE_MAX_S / 2))

    async def forget(self) -> None:
        """Never show a badge."""
        await self._wait(self._chance.between(60.0, STAY_MAX_S))

    async def be_refused(self) -> None:
        """Try badges that are no good."""
        for badge in UNWELCOME:
            self._show(badge)
            await self._wait(self._chance.between(5.0, 60.0))

    async def be_impatient(self) -> None:
        """Show the badge again and again, and leave in the middle."""
        badge = self._chance.pick(WELCOME)
        for _ in range(self._chance.whole(2, 5)):
            self._show(badge)
            await self._wait(self._chance.between(0.1, 4.0))
        await self._wait(self._chance.between(0.0, 60.0))

    async def come_back(self) -> None:
        """Charge, stay, and charge again with another badge."""
        await self.charge()
        await self._wait(self._chance.between(10.0, STAY_MAX_S))
        await self.charge()

    async def sleep(self) -> None:
        """Charge until the car is full, and come much later."""
        if await self._begin(self._chance.pick(WELCOME)):
            await self._until(lambda: not self._is_charging, CHARGE_MAX_S)
            await self._wait(self._chance.between(60.0, STAY_MAX_S))

    # The parts

    @property
    def _is_charging(self) -> bool:
        software = self._station.runner.station
        return software is None or software.transactions.open_on(self._outlet) is not None

    async def _begin(self, badge: IdTag) -> bool:
        self._show(badge)
        await self._until(lambda: self._house.is_on and self._is_charging, PATIENCE_S)
        if not (self._house.is_on and self._is_charging):
            self._show(badge)
            await self._until(lambda: self._house.is_on and self._is_charging, PATIENCE_S)
        return self._is_charging

    async def _end(self, badge: IdTag) -> None:
        if self._house.is_on and self._is_charging:
            self._show(badge)
            await self._until(lambda: not self._is_charging, PATIENCE_S)

    def _show(self, badge: IdTag) -> None:
        if self._goes_home or not self._house.is_on:
            return  # nobody is there, or the reader is dark
        software = self._station.station
        if not software.is_expected(ConnectorId(self._outlet)) or self._chance.happens(0.3):
            self._station.touch_screen(self._outlet)
            self._station.present_badge(badge)

    def _leave(self) -> None:
        if self._station.rig.is_plugged(self._outlet):
            self._station.unplug(self._outlet)

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(0.0 if self._goes_home else seconds)

    async def _until(self, condition: Callable[[], bool], wait_s: float) -> None:
        if self._goes_home:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._station.until(condition)


_STYLES: tuple[tuple[float, Callable[[Driver], Awaitable[None]]], ...] = (
    (6.0, Driver.charge),
    (2.0, Driver.charge_until_button),
    (2.0, Driver.pull_the_plug),
    (1.0, Driver.forget),
    (1.0, Driver.be_refused),
    (1.5, Driver.be_impatient),
    (1.5, Driver.come_back),
    (1.0, Driver.sleep),
)
