"""SHELL: whoever sets the limit of the site at which all stations of a storm stand."""

import asyncio
from collections.abc import Callable, Sequence

from contactor.central.sites.site import Member, Site
from contactor.central.sites.site_rows import put_site
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.storm.central_house import CentralHouse
from contactor.storm.chance import Chance
from contactor.storm.evidence import SiteLimit
from contactor.storm.station_house import StationHouse

SITE = "storm"
CHANGES_PER_HOUR = 1.0
LOWEST_SHARE = 0.6
"""How much of the first limit is left at least."""
WRITTEN_WITHIN_S = 60.0


class SiteDesk:
    """Sets a first limit, and changes it now and then; `told` hears of each that was written down."""

    def __init__(
        self,
        houses: Sequence[StationHouse],
        central: CentralHouse,
        share: float,
        chance: Chance,
        told: Callable[[SiteLimit], None],
    ) -> None:
        installed_w = sum(house.station.model.power_kw * 1000.0 for house in houses)
        self._stations = tuple(house.name for house in houses)
        self._central = central
        self._limit_w = share * installed_w
        self._chance = chance
        self._told = told
        self._version = 0

    async def live(self) -> None:
        """Change the limit again and again."""
        while True:
            await self._set(round(self._limit_w * self._chance.between(LOWEST_SHARE, 1.0)))
            await asyncio.sleep(self._chance.wait_s(CHANGES_PER_HOUR))

    async def _set(self, limit_w: int) -> None:
        server = self._central.server
        if server is None:
            return
        self._version += 1
        version = self._version
        site = Site(SITE, "The site of the storm", limit_w, members=tuple(Member(name) for name in self._stations))
        written: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        try:
            server.writer.write(lambda connection: put_site(connection, site, version=version), written.set_result)
            # Whoever is killed meanwhile says nothing more; the operator tries again another time.
            async with asyncio.timeout(WRITTEN_WITHIN_S):
                outcome = await written
        except (WriterFull, WriterStopped, TimeoutError):
            return
        if not isinstance(outcome, Exception):
            self._told(SiteLimit(self._stations, limit_w))
