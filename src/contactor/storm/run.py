"""SHELL: one run of a storm: trouble, in which nothing false may happen, then calm, in which all settles."""

import asyncio
import logging
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from contactor.base.sweeping import seldom_swept
from contactor.base.virtual_loop import run_virtually
from contactor.central.store.database import open_database
from contactor.storm.central_house import memory_folder
from contactor.storm.chance import Chance
from contactor.storm.checkers.software import SoftwareNeverFails
from contactor.storm.conscience import Conscience
from contactor.storm.evidence import Record, StationLook, Violation, look_at, look_closely
from contactor.storm.log_watch import watched_log
from contactor.storm.scenario import Scenario
from contactor.storm.station_house import StationHouse, Witness
from contactor.storm.trouble import End, StationTrouble
from contactor.storm.troubles import TROUBLES
from contactor.storm.verdict import Figures, Verdict
from contactor.storm.world import World

FIRST_LOOK_S = 45.0
LOOK_EVERY_S = 60.0
CALM_LOOK_S = 10.0
LAST_FAREWELL_S = 30.0


class Storm:
    """Runs a scenario once with a seed; the folder holds its database."""

    def __init__(self, scenario: Scenario, seed: int, folder: Path) -> None:
        self._scenario = scenario
        self._seed = seed
        loop = asyncio.get_running_loop()
        self.conscience = Conscience(loop)
        witness = Witness(self.conscience.heard, self.conscience.owed, self.conscience.noted, self.conscience.limited)
        self.world = World(scenario, seed, folder, witness)
        self.troubles: Counter[str] = Counter()
        self._loop = loop
        self._is_calm = False
        self._ends: list[End] = []
        self._unsettled: list[Violation] = []
        self._settled_after_s: float | None = None
        self.last_looks: list[StationLook] = []

    async def blow(self) -> None:
        """Let the storm rage, and calm down."""
        await self.world.begin()
        for name, rate in self._scenario.troubles.items():
            targets = self.world.houses if isinstance(TROUBLES[name], StationTrouble) else (None,)
            for house in targets:
                self.world.spawn(self._trouble(name, house, rate.per_hour, rate.lasts_s))
        self.world.spawn(self._look_around())
        await asyncio.sleep(self._scenario.storm_hours * 3600.0)
        await self._calm_down()
        self.last_looks = [look_closely(self._look(house), house.station, house.store) for house in self.world.houses]
        try:
            await self.world.end()
        # The boundary of one storm: what somebody in it failed with is found, and kept with its seed like all else.
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
            self._unsettled.append(Violation(SoftwareNeverFails.invariant, "", self._loop.time(), what))

    def judge(self, wall_s: float, database: str) -> Verdict:
        """Compare both ends."""
        engine = open_database(database)
        record = Record(engine)
        self.conscience.settled(record, self.last_looks)
        engine.dispose()
        kept = record.transactions
        figures = Figures(
            station_hours=len(self.world.houses) * self._loop.time() / 3600.0,
            wall_s=wall_s,
            frames=self.conscience.frames,
            transactions=len(kept),
            readings=sum(len(each.readings) for each in kept),
            energy_wh=sum((each.meter_stop_wh or each.meter_start_wh) - each.meter_start_wh for each in kept),
            visits=sum(driver.visits for driver in self.world.drivers),
            orders=sum((operator.outcomes for operator in self.world.operators), Counter()),
            troubles=self.troubles,
            codes=sum((house.codes for house in self.world.houses), Counter()),
            notes=self.conscience.notes,
            settled_after_s=self._settled_after_s,
        )
        found = (*self._unsettled, *self.conscience.violations)
        return Verdict(self._scenario.name, self._seed, found, self.conscience.digest, figures)

    async def _trouble(
        self, name: str, house: StationHouse | None, per_hour: float, lasts_s: tuple[float, float]
    ) -> None:
        """One kind of trouble at one target, again and again; never twice at once there."""
        trouble = TROUBLES[name]
        chance = Chance(self._seed, "trouble", name, "" if house is None else house.name)
        while True:
            await asyncio.sleep(chance.wait_s(per_hour))
            if self._is_calm:
                return
            self.troubles[name] += 1
            if isinstance(trouble, StationTrouble):
                assert house is not None
                end = trouble.begin(self.world, house, chance)
            else:
                end = trouble.begin(self.world, chance)
            self._ends.append(end)
            await asyncio.sleep(chance.between(*lasts_s))
            if end in self._ends:
                self._ends.remove(end)
                end()

    async def _look_around(self) -> None:
        """Look at every station once, and from then on at those where somebody is: elsewhere nothing can flow."""
        await asyncio.sleep(FIRST_LOOK_S)
        for house in self.world.houses:
            self.conscience.looked(self._look(house))
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.conscience.looked_at_central(self.world.central.look(self._loop.time()))
            for house in self.world.houses:
                if house.visitors:
                    self.conscience.looked(self._look(house))

    def _look(self, house: StationHouse) -> StationLook:
        house.station.runner.catch_up()
        return look_at(house.name, house.station, self._loop.time())

    async def _calm_down(self) -> None:
        """End all trouble, send everybody home, and wait until both ends agree; but not for ever."""
        self._is_calm = True
        ends, self._ends = self._ends, []
        for end in ends:
            end()
        await self.world.central.start()
        began_s = self._loop.time()
        self.world.send_home()
        try:
            async with asyncio.timeout(self._scenario.calm_minutes * 60.0):
                await self.world.insist()
                await self._settle()
                self._settled_after_s = self._loop.time() - began_s
                # Whose clock is wrong learns so from the next heartbeat, and says so.
                await asyncio.sleep(self._scenario.heartbeat_s + LAST_FAREWELL_S)
        except TimeoutError:
            what = f"not settled {self._scenario.calm_minutes:g} minutes after the storm: {self._reasons()}"
            self._unsettled.append(Violation("all settles", "", self._loop.time(), what))

    async def _settle(self) -> None:
        """Look again and again: what settles is spread over all stations, and none of them tells."""
        while self._reasons():  # noqa: ASYNC110 - in virtual time a look costs no waiting
            await asyncio.sleep(CALM_LOOK_S)

    def _reasons(self) -> list[str]:
        looks = [self._look(house) for house in self.world.houses]
        server = self.world.central.server
        busy = [
            f"{look.station} {'owes messages' if look.messages_owed else 'is not at rest'}"
            for look in looks
            if not look.is_online or look.messages_owed or any(outlet.in_transaction for outlet in look.outlets)
        ]
        away = [] if server is None else [
            f"{look.station} is not seen" for look in looks if not server.sessions.is_online(look.station)
        ]  # fmt: skip
        return [*busy, *away]


def run_storm(scenario: Scenario, seed: int) -> Verdict:
    """Run a scenario with a seed, in virtual time, on a loop and a database of its own."""
    # Looking for cycles as often as usual would take an eighth of the time.
    with TemporaryDirectory(prefix="contactor-storm-", dir=memory_folder()) as folder, _quiet(), seldom_swept():
        return run_virtually(_run(scenario, seed, Path(folder)))


async def _run(scenario: Scenario, seed: int, folder: Path) -> Verdict:
    began_s = time.perf_counter()
    storm = Storm(scenario, seed, folder)
    with watched_log(storm.conscience.logged):
        await storm.blow()
    return storm.judge(time.perf_counter() - began_s, storm.world.central.settings.database)


@contextmanager
def _quiet() -> Iterator[None]:
    """A storm makes links fail by the thousand; their log is nobody's reading."""
    links = logging.getLogger("contactor.link")
    before = links.level
    links.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        links.setLevel(before)
