"""A station's model is looked up in the guide's catalogue."""

import pytest

from contactor.central.queries import Queries
from contactor.central.recognition import catalogue_of, recognise
from contactor.guide.entries import OutletKind
from contactor.guide.load import all_products, load_product
from tests.central.bench import central_in

CATALOGUE = catalogue_of([load_product()])
BOOT = '[2,"b","BootNotification",{"chargePointVendor":"Schneider Electric","chargePointModel":"%s"}]'


@pytest.mark.parametrize(
    "model", ["EVD1S180THB", "evd1s180thb", " EVD1S180THB ", "EVlink Pro DC EVD1S180THB", "EVD1S180THB/A"]
)
def test_a_reference_is_recognised_alone_or_within_a_longer_text(model: str) -> None:
    found = recognise(CATALOGUE, model)
    assert found is not None
    assert (found.reference, found.power_kw) == ("EVD1S180THB", 180)
    assert found.outlets == (OutletKind.CCS2, OutletKind.CHADEMO)


@pytest.mark.parametrize("model", [None, "", "MONOBLOCK", "EVD1S180", "XEVD1S180THB"])
def test_another_model_is_not_guessed(model: str | None) -> None:
    assert recognise(CATALOGUE, model) is None


def test_every_product_there_is_data_for_is_in_the_catalogue() -> None:
    found = recognise(catalogue_of(all_products()), "Contactor gdc240-3")
    assert found is not None
    assert (found.product, found.reference) == ("Generic DC", "GDC240-3")
    assert found.outlets == (OutletKind.CCS2, OutletKind.CCS2, OutletKind.CHADEMO)


def test_a_station_is_shown_with_what_the_catalogue_says(database: str) -> None:
    with central_in(database) as central:
        line = central.connect()
        queries = Queries(central.engine, CATALOGUE)
        line.say(BOOT % "EVD1S180THB")
        station = queries.stations()[0]
        assert (station.product, station.power_kw) == (load_product().name, 180)
        assert station.outlets == (OutletKind.CCS2, OutletKind.CHADEMO)
        line.say(BOOT % "MONOBLOCK")
        station = queries.stations()[0]
        assert (station.product, station.power_kw, station.outlets) == (None, None, ())
