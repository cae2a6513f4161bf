"""SHELL: the world of a storm: one central system, its stations, and the people around them, all from one seed."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from contactor.base.ids import StationId
from contactor.central.settings import CentralSettings, StationSetting
from contactor.guide.load import load_product, product_names
from contactor.link.memory import MemoryNetwork
from contactor.storm.badges import TAGS
from contactor.storm.central_house import URL, CentralHouse, lay_database
from contactor.storm.chance import Chance
from contactor.storm.clocks import StormClock
from contactor.storm.drivers import Driver
from contactor.storm.operators import Operator
from contactor.storm.scenario import Scenario
from contactor.storm.site_desk import SiteDesk
from contactor.storm.station_house import Identity, StationHouse, Witness

FIRST_POWER_WITHIN_S = 30.0


class World:
    """Everything that lives in a storm; made on the loop it lives on."""

    def __init__(self, scenario: Scenario, seed: int, folder: Path, witness: Witness) -> None:
        loop = asyncio.get_running_loop()
        chance = Chance(seed)
        self.network = MemoryNetwork()
        self.chance = chance
        self._scenario = scenario
        self._deeds: dict[asyncio.Task[None], None] = {}
        identities = [_identity(number, scenario, chance.stream("identity", str(number)))
                      for number in range(1, scenario.stations + 1)]  # fmt: skip
        settings = CentralSettings(
            database=str(lay_database(folder)),
            heartbeat_interval_s=scenario.heartbeat_s,
            call_timeout_s=scenario.call_timeout_s,
            stations=tuple(_setting(identity) for identity in identities),
            tags=TAGS,
        )
        ids = chance.stream("central")
        self.central = CentralHouse(
            settings, self.network, StormClock(), ids.dice.message_id, has_site=scenario.site_share > 0
        )
        self.houses: Sequence[StationHouse] = [
            StationHouse(
                identity,
                self.network,
                loop,
                StormClock(drift=_drift(chance.stream(identity.station_id, "clock"), scenario.drift_ppm)),
                chance.stream(identity.station_id),
                witness,
                scenario.call_timeout_s,
                scenario.sample_s,
            )
            for identity in identities
        ]
        self.drivers = [
            Driver(house, outlet, chance.stream(house.name, "driver", str(outlet)))
            for house in self.houses
            for outlet in house.outlets
        ]
        self.site = (
            SiteDesk(self.houses, self.central, scenario.site_share, chance.stream("site"), witness.limited)
            if scenario.site_share
            else None
        )
        self.operators = [Operator(house, self.central, chance.stream(house.name, "operator")) for house in self.houses]

    async def begin(self) -> None:
        """Start the central system, give power to the stations one after the other, and let people come."""
        await self.central.start()
        for house in self.houses:
            self.spawn(self._switch_on(house))
        for driver in self.drivers:
            self.spawn(driver.live(self._scenario.visits_per_hour))
        if self.site is not None:
            self.spawn(self.site.live())
        for operator in self.operators:
            self.spawn(operator.live(self._scenario.orders_per_hour))

    def spawn(self, deed: Coroutine[Any, Any, None]) -> None:
        """Let something happen that takes time; its failure is found when the world ends."""
        task = asyncio.get_running_loop().create_task(deed)
        self._deeds[task] = None
        task.add_done_callback(self._deed_done)

    def send_home(self) -> None:
        """Drivers leave, operators order nothing more."""
        for driver in self.drivers:
            driver.go_home()
        for operator in self.operators:
            operator.go_home()

    async def insist(self) -> None:
        """What operators must have before the day ends; every station at the same time."""
        await asyncio.gather(*(operator.insist() for operator in self.operators))

    async def end(self) -> None:
        """Take everything down; the database stays.

        Raises:
            BaseException: what somebody who lives here failed with.
        """
        deeds = list(self._deeds)
        for deed in deeds:
            deed.cancel()
        outcomes = await asyncio.gather(*deeds, return_exceptions=True)
        for house in self.houses:
            await house.station.shut_down()
        await self.central.stop()
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    def _deed_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is None:
            del self._deeds[task]

    async def _switch_on(self, house: StationHouse) -> None:
        await asyncio.sleep(self.chance.stream(house.name, "power").between(0.0, FIRST_POWER_WITHIN_S))
        if not house.is_on:
            house.station.switch_on()


def _identity(number: int, scenario: Scenario, chance: Chance) -> Identity:
    product = load_product(chance.pick(sorted(product_names())))
    station_id = StationId(f"STORM-{number:03d}")
    key = f"{chance.whole(0, 16**12 - 1):040x}" if chance.happens(0.5) else None
    initial = {
        "SupervisionUrl": URL,
        "BoxIdentifier": station_id,
        "MinimumStatusDuration": "0",
        "MeterValueSampleInterval": str(scenario.sample_s),
        "WebSocketPingInterval": str(scenario.ping_s),
        # Nothing is ever given up, so whatever is missing in the end was lost.
        "TransactionMessageAttempts": "1000",
        "TransactionMessageRetryInterval": "10",
        "LocalAuthListEnabled": "true",
        "AllowOfflineTxForUnknownId": "true" if chance.happens(0.3) else "false",
    }
    if key is not None:
        initial["AuthorizationKey"] = key
    return Identity(station_id, product, chance.pick(list(product.models)), key, initial)


def _setting(identity: Identity) -> StationSetting:
    return StationSetting(identity.station_id, None if identity.key is None else bytes.fromhex(identity.key))


def _drift(chance: Chance, worst_ppm: float) -> float:
    return chance.between(-worst_ppm, worst_ppm) / 1e6
