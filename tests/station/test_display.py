"""What the charger's display shows: every page, with the numbers a driver wants to read (guide section 12, LA-1..3)."""

from decimal import Decimal

import pytest

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.display import ConnectorView, FaultView, Page, View
from tests.station.bench import Bench

ONE = OutletNumber(1)


def view(bench: Bench) -> View:
    return bench.station.view(bench.moment)


def first(bench: Bench) -> ConnectorView:
    return view(bench).connectors[0]


def test_la_3_without_a_car_there_is_a_welcome_and_nothing_else() -> None:
    """LA-3: the whole view of an idle station."""
    assert view(Bench()) == View(
        shown=None,
        connectors=tuple(
            ConnectorView(ConnectorId(each), ChargePointStatus.AVAILABLE, Page.AVAILABLE, is_plugged=False)
            for each in (1, 2)
        ),
        is_online=True,
        is_free=False,
        is_updating=False,
        is_restarting=False,
        fault=None,
    )
    assert view(Bench()).is_welcome


def test_la_2_the_connector_in_front_is_the_one_touched() -> None:
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    assert view(bench).shown == 2
    bench.rig.touch_screen(ONE)
    bench.wait(0)
    assert view(bench).shown == 1
    assert not view(bench).is_welcome
    bench.unplug(1)
    assert view(bench).shown == 2
    bench.unplug(2)
    assert view(bench).is_welcome


def test_a_visit_turns_the_pages() -> None:
    bench = Bench()
    bench.plug()
    pages = [first(bench).page]
    bench.answers["Authorize"] = None
    bench.badge()
    pages.append(first(bench).page)
    bench.wait(30)  # decided offline: nobody answered
    pages.append(first(bench).page)
    bench.wait(10)
    pages.append(first(bench).page)
    bench.rig.limit_vehicle(ONE, 0.0)
    bench.wait(10)
    pages.append(first(bench).page)
    bench.badge()
    bench.wait(5)
    pages.append(first(bench).page)
    bench.unplug()
    pages.append(first(bench).page)
    assert pages == [
        Page.IDENTIFY,
        Page.AUTHORISING,
        Page.STARTING,
        Page.CHARGING,
        Page.SUSPENDED_BY_VEHICLE,
        Page.FINISHING,
        Page.AVAILABLE,
    ]


def test_a_charge_shows_power_energy_battery_and_time() -> None:
    bench = Bench()
    bench.plug(soc=0.5)
    bench.badge()
    bench.wait(600)
    shown = first(bench)
    reading = bench.rig.read(ONE)
    assert shown.power_kw == reading.power_w / 1000 > 50
    assert shown.energy_kwh == reading.register_wh / 1000 > 5
    assert shown.soc_percent == reading.soc_percent
    assert shown.elapsed_s == 600


def test_energy_is_that_of_this_charge_and_not_the_meters() -> None:
    bench = Bench()
    bench.charge(for_s=300)
    bench.badge()
    bench.wait(5)
    before_wh = bench.register_wh()
    bench.badge()
    bench.wait(100)
    assert first(bench).energy_kwh == (bench.register_wh() - before_wh) / 1000


def test_when_it_is_over_the_driver_reads_the_bill_until_the_car_leaves() -> None:
    bench = Bench()
    bench.charge(for_s=300)
    bench.badge()
    bench.wait(60)
    shown = first(bench)
    assert shown.page is Page.FINISHING
    assert shown.energy_kwh == bench.register_wh() / 1000
    assert shown.elapsed_s is not None
    assert 300 <= shown.elapsed_s <= 305  # until the current was off
    assert (shown.power_kw, shown.soc_percent) == (None, None)
    bench.unplug()
    assert (first(bench).energy_kwh, first(bench).elapsed_s) == (None, None)


def test_a_visit_nobody_identified_for_has_no_bill() -> None:
    """B6: also when the one before had one."""
    bench = Bench()
    bench.charge()
    bench.unplug()
    bench.plug()
    bench.wait(120)
    shown = first(bench)
    assert (shown.page, shown.energy_kwh) == (Page.FINISHING, None)


def test_a_car_that_does_not_tell_shows_no_battery() -> None:
    bench = Bench(model="EVD1S180THB")
    bench.plug(2, model="old_hatchback")
    bench.badge()
    bench.wait(60)
    shown = view(bench).connectors[1]
    assert shown.page is Page.CHARGING
    assert shown.soc_percent is None


def test_a_start_from_afar_waits_for_its_car() -> None:
    """A2, RS-06."""
    bench = Bench()
    bench.ask("RemoteStartTransaction", {"idTag": "APP"})
    assert first(bench).page is Page.WAITING_FOR_CAR


def test_a_charge_that_the_station_holds_back_says_so() -> None:
    """TX-04."""
    bench = Bench(initial={"StopTransactionOnInvalidId": "false"})
    bench.answers["StartTransaction"] = {"transactionId": 1, "idTagInfo": {"status": "Invalid"}}
    bench.charge()
    assert first(bench).page is Page.SUSPENDED_BY_STATION


def test_a_reserved_connector_shows_until_when() -> None:
    bench = Bench()
    reserve = {"connectorId": 1, "expiryDate": "2026-03-01T13:00:00Z", "idTag": "G", "reservationId": 1}
    bench.ask("ReserveNow", reserve)
    shown = first(bench)
    assert shown.page is Page.RESERVED
    assert shown.reserved_until is not None
    assert shown.reserved_until.isoformat() == "2026-03-01T13:00:00+00:00"
    assert view(bench).connectors[1].reserved_until is None


def test_a_badge_of_the_family_that_is_asked_about_shows_while_the_connector_is_reserved() -> None:
    """RSV-08."""
    bench = Bench()
    reserve = {
        "connectorId": 1,
        "expiryDate": "2026-03-01T13:00:00Z",
        "idTag": "G",
        "parentIdTag": "FAMILY",
        "reservationId": 1,
    }
    bench.ask("ReserveNow", reserve)
    bench.plug()
    bench.answers["Authorize"] = None
    bench.badge("CHILD")
    assert (first(bench).status, first(bench).page) == (ChargePointStatus.RESERVED, Page.AUTHORISING)


def test_out_of_service() -> None:
    """AVL-01."""
    bench = Bench()
    bench.ask("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    assert first(bench).page is Page.UNAVAILABLE


def test_a_fault_shows_its_text() -> None:
    bench = Bench()
    bench.rig.raise_fault("0x100206", ONE)
    bench.wait(0)
    assert (first(bench).page, first(bench).fault) == (Page.FAULT, FaultView("0x100206", "Ground error"))
    assert view(bench).fault is None


def test_a_fault_of_the_station_shows_everywhere() -> None:
    bench = Bench()
    bench.rig.raise_fault("0x100202")
    bench.wait(0)
    pressed = FaultView("0x100202", "Terminal emergency stop is pressed")
    assert view(bench).fault == pressed
    assert [each.fault for each in view(bench).connectors] == [pressed, pressed]


def test_a_warning_shows_and_the_page_stays() -> None:
    bench = Bench()
    bench.charge()
    bench.rig.raise_fault("0x100007", ONE)
    bench.wait(0)
    assert (first(bench).page, first(bench).fault) == (Page.CHARGING, FaultView("0x100007", "Insulation warning"))


def test_the_line_is_shown() -> None:
    bench = Bench()
    bench.lose_line()
    assert not view(bench).is_online
    bench.repair_line()
    bench.wait(5)
    assert view(bench).is_online


def test_free_charging_is_shown() -> None:
    """D-26: nobody need look for a badge."""
    assert view(Bench(initial={"AuthenticationOCPPMode": "false"})).is_free


def test_a_restart_is_shown() -> None:
    bench = Bench()
    bench.answers["StopTransaction"] = None
    bench.charge()
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(5)
    assert view(bench).is_restarting


@pytest.mark.parametrize(("connector", "amount"), [(0, Decimal("12.30")), (1, None)])
def test_the_running_cost_is_shown_where_it_belongs(connector: int, amount: Decimal | None) -> None:
    """D-21: CostUpdated."""
    bench = Bench()
    bench.charge()
    data = '{"currency":"EUR","method":"CostUpdated","connectID":1,"totalCost":12.30,"transactionId":101}'
    request = {"vendorId": "com.se.cost", "messageId": "CostUpdated", "data": data}
    assert bench.status_of_answer("DataTransfer", request) == "Accepted"
    shown = view(bench).connectors[connector]
    assert shown.cost_amount == amount
    assert shown.cost_currency == (None if amount is None else "EUR")
