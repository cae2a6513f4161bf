"""Plain tests: what is waited for is asked for its result."""

import pytest

from contactor.testing.plugin import MakesCentral, MakesFleet, MakesStation
from contactor.testing.stage import NotInTime


def test_a_charge_is_in_the_ledger(contactor_central: MakesCentral, contactor_station: MakesStation) -> None:
    central = contactor_central(tags=["ANNA"])
    station = contactor_station(central.url, model="EVD1S180TBB")
    station.online().result()
    station.plug(1, soc_percent=20)
    station.badge("ANNA")
    started = station.frame("StartTransaction", within_s=10, fields={"connectorId": 1, "idTag": "ANNA"}).result()
    assert started.payload["meterStart"] == 0  # type: ignore[index]  # a call's payload is an object
    station.status(1, "Charging").result()
    station.stop(1)
    transaction = central.transaction("CP-1", is_over=True).result()
    assert transaction.id_tag == "ANNA"


def test_an_order_is_answered(contactor_central: MakesCentral, contactor_station: MakesStation) -> None:
    central = contactor_central()
    contactor_station(central.url, station_id="RDAM-01").online().result()
    assert central.order("RDAM-01", "UnlockConnector", {"connectorId": 1}).result().status == "NotSupported"
    central.frame("RDAM-01", "BootNotification", fields={"chargePointVendor": "*"}).result()
    asked = central.frame("RDAM-01", "UnlockConnector", direction="sent").result()
    answer = central.frame("RDAM-01", "UnlockConnector", kind="result").result()
    assert (asked.payload, answer.payload) == ({"connectorId": 1}, {"status": "NotSupported"})


def test_a_fleet_comes_online(contactor_central: MakesCentral, contactor_fleet: MakesFleet) -> None:
    central = contactor_central()
    for station in contactor_fleet(central.url, 3, id_pattern="DEPOT-{number}"):
        station.online().result()
        central.connected(station.name).result()


def test_what_did_not_come_is_told(contactor_central: MakesCentral, contactor_station: MakesStation) -> None:
    station = contactor_station(contactor_central().url)
    station.online().result()
    with pytest.raises(NotInTime, match=r"CP-1: no such StartTransaction call was sent \(after 0.2 s\)"):
        station.frame("StartTransaction", within_s=0.2).result()
