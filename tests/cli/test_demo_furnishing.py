"""The demo's operator sets up what a visitor shall find."""

from pathlib import Path

import pytest

from contactor.base.errors import LinkError
from contactor.cli.demo_furnishing import furnish
from tests.central.api.bench import API, api_in
from tests.central.bench import OTHER_STATION, STATION


async def test_every_charge_has_a_price_and_both_stations_share_a_limit(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        assert bench.api.first_password is not None
        await furnish(bench.api.url, ("admin", bench.api.first_password), (STATION, OTHER_STATION))
        (tariff,) = (await bench.admin.get(f"{API}/tariffs")).json()["items"]
        assert (tariff["name"], tariff["currency"]) == ("Day and night", "EUR")
        (site,) = (await bench.admin.get(f"{API}/sites")).json()["items"]
        assert (site["is_active"], site["limit_w"]) == (True, 240_000)
        assert {member["station_id"] for member in site["members"]} == {STATION, OTHER_STATION}


async def test_a_refusal_is_told(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        with pytest.raises(LinkError, match="401"):
            await furnish(bench.api.url, ("admin", "not it"), (STATION,))
