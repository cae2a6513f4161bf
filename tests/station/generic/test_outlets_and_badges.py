"""A generic charger has as many outlets as its model, and takes the badge before or after the plug (LA-1..3, D-30)."""

import pytest

from contactor.base.ids import ConnectorId
from tests.station.bench import Bench
from tests.station.generic.spelling import generic, touch


@pytest.mark.parametrize(("model", "count"), [("GDC60-1", 1), ("GDC150-2", 2), ("GDC240-3", 3), ("GDC360-4", 4)])
def test_cf_11_the_model_says_how_many_connectors_there_are(model: str, count: int) -> None:
    bench = generic(model)
    answer = bench.ask("GetConfiguration", {"key": ["NumberOfConnectors"]})
    assert answer[2]["configurationKey"] == [{"key": "NumberOfConnectors", "readonly": True, "value": str(count)}]
    told = {status["connectorId"] for status in bench.calls("StatusNotification")}
    assert told == set(range(count + 1))  # BOOT-04


def test_tx_12_four_cars_charge_at_four_outlets_at_once() -> None:
    bench = generic("GDC360-4", AllowOfflineTxForUnknownId="true")
    for outlet in (1, 2, 3, 4):
        bench.plug(outlet)
        bench.badge(f"TAG-{outlet}")
    bench.wait(60)
    assert [start["connectorId"] for start in bench.calls("StartTransaction")] == [1, 2, 3, 4]
    powers_w = [bench.rig.read(outlet).power_w for outlet in bench.rig.outlets]
    assert min(powers_w) > 30_000
    assert sum(powers_w) <= 360_000


def test_tx_01_a_badge_before_the_plug_starts_when_the_car_comes() -> None:
    bench = generic()
    bench.badge("TAG-1")
    assert bench.statuses(1)[-1] == "Preparing"
    assert bench.calls("StartTransaction") == []
    bench.plug(1)
    bench.wait(0)
    assert [start["idTag"] for start in bench.calls("StartTransaction")] == ["TAG-1"]


def test_tx_01_the_other_order_works_as_well() -> None:
    bench = generic()
    bench.plug(2)
    bench.badge("TAG-2")
    assert [start["connectorId"] for start in bench.calls("StartTransaction")] == [2]


def test_au_09_who_does_not_come_within_the_timeout_is_expected_no_more() -> None:
    bench = generic(ConnectionTimeOut="30")
    bench.badge("TAG-1")
    bench.wait(31)
    assert bench.statuses(1)[-1] == "Available"


def test_la_2_beside_a_car_that_charges_a_driver_chooses_a_free_outlet_on_the_screen_and_badges() -> None:
    bench = generic()
    bench.charge(1, "TAG-1")
    touch(bench, 2)
    bench.badge("TAG-2")
    assert bench.station.is_waiting_for_car(ConnectorId(2))
    bench.plug(2)
    bench.wait(0)
    starts = [(start["connectorId"], start["idTag"]) for start in bench.calls("StartTransaction")]
    assert starts == [(1, "TAG-1"), (2, "TAG-2")]


def test_la_3_the_evlink_still_shows_its_welcome_page_and_takes_no_badge() -> None:
    bench = Bench()
    bench.badge("TAG-1")
    assert bench.calls("Authorize") == []
