"""The same with pytest-asyncio: what is waited for is awaited."""

import pytest

from contactor.testing.plugin import MakesCentral, MakesStation

pytest.importorskip("pytest_asyncio")


@pytest.mark.asyncio
async def test_a_power_cut_ends_the_charge(contactor_central: MakesCentral, contactor_station: MakesStation) -> None:
    central = contactor_central(tags=["ANNA"])
    station = contactor_station(central.url)
    await station.online()
    station.plug(1, soc_percent=20)
    station.badge("ANNA")
    await station.status(1, "Charging")
    station.power("cut")
    station.power("return")
    await station.frame("StopTransaction", within_s=10, fields={"reason": "PowerLoss"})
    assert (await central.transaction(id_tag="ANNA", is_over=True)).stop_reason == "PowerLoss"
