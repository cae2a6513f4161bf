"""What a power cut leaves, and what the next life makes of it (PW)."""

import json
from datetime import datetime

import pytest

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.hardware.commands import StopEnergy
from contactor.station.events import PowerOnCause
from tests.station.bench import START, Bench


def told_s(text: str) -> float:
    return (datetime.fromisoformat(text) - START).total_seconds()


def test_pw_01_an_open_transaction_is_stopped_with_what_the_meter_says() -> None:
    """PW-01: PowerLoss, the register as it is, a time not before the last sample, after the statuses."""
    bench = Bench(initial={"MeterValueSampleInterval": "60"})
    bench.charge(for_s=135)
    register_wh = bench.register_wh()
    since = len(bench.frames)
    bench.power_cut(3600)
    bench.wait(1)
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], stop["meterStop"]) == ("PowerLoss", 101, register_wh)
    assert 120 <= told_s(stop["timestamp"]) <= 135
    assert bench.actions(since)[:5] == ["BootNotification", *["StatusNotification"] * 3, "StopTransaction"]


def test_pw_01_offline_after_the_cut_the_stop_waits() -> None:
    bench = Bench()
    bench.charge(for_s=30)
    bench.lose_line()
    bench.power_cut(60)
    assert bench.station.messages_owed == 1
    bench.repair_line()
    bench.wait(1)
    assert bench.calls("StopTransaction")[0]["reason"] == "PowerLoss"


def test_pw_02_a_power_loss_that_is_told_beforehand_ends_the_charge_in_time() -> None:
    """PW-02: with back-up power DTC 0x100211 comes first: PowerLoss and the status before anything goes dark."""
    bench = Bench()
    bench.charge(for_s=30)
    bench.rig.raise_fault("0x100211")
    bench.wait(2)
    (stop,) = bench.calls("StopTransaction")
    assert stop["reason"] == "PowerLoss"
    assert told_s(stop["timestamp"]) >= 30
    bench.power_cut(60)
    bench.wait(5)
    assert len(bench.calls("StopTransaction")) == 1


def test_pw_03_the_connector_is_finishing_if_the_car_is_still_there() -> None:
    """PW-03: the other one is Available; a badge begins anew from there."""
    bench = Bench()
    bench.charge(for_s=30)
    bench.power_cut(10)
    bench.wait(1)
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Finishing", "Available")
    bench.badge()
    bench.wait(20)
    assert bench.statuses(1)[-1] == "Charging"


def test_pw_03_and_available_if_it_left_in_the_dark() -> None:
    """PW-03: the plug was pulled while nobody could notice."""
    bench = Bench()
    bench.charge(for_s=30)
    bench.rig.power_off()
    bench.rig.unplug(OutletNumber(1))
    bench.power_cut(10)
    bench.wait(1)
    assert bench.statuses(1)[-1] == "Available"
    assert bench.calls("StopTransaction")[0]["reason"] == "PowerLoss"


@pytest.mark.parametrize("free", ["true", "false"], ids=["badges", "free mode"])
def test_pw_03_a_visit_that_was_over_stays_over(free: str) -> None:
    """PW-03, RST-05: after the stop comes a power cut, and the car that is still there does not charge again."""
    bench = Bench(initial={"AuthenticationOCPPMode": free})
    bench.plug()
    bench.badge()
    bench.wait(30)
    bench.rig.press_stop(OutletNumber(1))
    bench.wait(10)
    bench.power_cut(10)
    bench.wait(300)
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.statuses(1)[-1] == "Finishing"
    bench.unplug()
    assert bench.statuses(1)[-1] == "Available"


def test_pw_04_everything_that_must_outlast_a_cut() -> None:
    """PW-04: availability, reservation, list, cache, configuration, profile, register, queue, security events."""
    bench = Bench(initial={"LocalAuthListEnabled": "true", "AuthorizationCacheEnabled": "true"})
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    entries = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}]
    bench.ask("SendLocalList", {"listVersion": 7, "updateType": "Full", "localAuthorizationList": entries})
    bench.set("ConnectionTimeOut", "77")
    reservation = {"connectorId": 1, "expiryDate": "2026-03-01T18:00:00Z", "idTag": "TAG-1", "reservationId": 5}
    bench.ask("ReserveNow", reservation)
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 20000.0}],
        },
    }
    assert bench.status_of_answer("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile}) == "Accepted"
    bench.lose_line()
    bench.charge(1, "TAG-1", for_s=60)
    register_wh = bench.register_wh()
    bench.power_cut(60)
    assert bench.register_wh() == register_wh
    assert bench.station.messages_owed == 2
    bench.repair_line()
    bench.wait(1)
    assert bench.calls("StartTransaction")[0]["reservationId"] == 5
    assert bench.statuses(2)[-1] == "Unavailable"
    assert bench.ask("GetLocalListVersion")[2] == {"listVersion": 7}
    answer = bench.ask("GetConfiguration", {"key": ["ConnectionTimeOut"]})
    assert answer[2]["configurationKey"][0]["value"] == "77"
    assert bench.status_of_answer("ClearChargingProfile", {"id": 1}) == "Accepted"
    assert list(bench.store.rows("badge_cache")) == ["tag-1"]
    startups = [each for each in bench.calls("SecurityEventNotification") if each["type"] == "StartupOfTheDevice"]
    assert len(startups) == 2


def test_pw_05_register_and_time_are_kept_every_minute_and_at_each_status() -> None:
    """PW-05: 50 s after a sample at most 60 s of life are missing from the stop's time, and no energy at all."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.charge(for_s=170)
    kept = [json.loads(row) for row in bench.store.rows("transactions").values()]
    alive_s = told_s(kept[0]["alive_at"])
    assert 110 <= alive_s <= 170
    bench.power_cut(5)
    bench.wait(1)
    (stop,) = bench.calls("StopTransaction")
    assert told_s(stop["timestamp"]) == alive_s
    assert stop["meterStop"] == bench.register_wh()


def test_a_restart_of_the_software_alone_first_stops_the_current() -> None:
    """STP-01 Reboot, SE-01 ResetOrReboot: the contactors did not drop, so the meter is read when they have."""
    bench = Bench()
    bench.charge(for_s=60)
    flowing_wh = bench.register_wh()
    bench.commands.clear()
    bench.wait(9)
    bench.restart(PowerOnCause.WATCHDOG)
    assert bench.station.transactions.open_on(1) is not None
    assert StopEnergy(OutletNumber(1)) in bench.commands
    bench.wait(5)
    (stop,) = bench.calls("StopTransaction")
    assert stop["reason"] == "Reboot"
    assert stop["meterStop"] == bench.register_wh() > flowing_wh
    assert told_s(stop["timestamp"]) >= 69
    assert bench.logged().count("ResetOrReboot") == 1
    register_wh = bench.register_wh()
    bench.wait(60)
    assert bench.register_wh() == register_wh
    assert bench.station.connectors[ConnectorId(1)].status == "Finishing"
