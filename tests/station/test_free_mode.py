"""Free charging: no badge needed, one tag stands for everybody (AU-17, D-26, guide section 10)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench, Refusal

FREE = {"AuthenticationOCPPMode": "false"}
ONE = OutletNumber(1)


def test_au_17_plugging_in_is_all_it_takes() -> None:
    """AU-17, D-26. Keys: AuthenticationOCPPMode, DefaultIdTag with its default SIMTAG."""
    bench = Bench(initial=FREE)
    before = len(bench.frames)
    bench.plug()
    bench.wait(10)
    assert [action for action in bench.actions(before) if action != "StatusNotification"] == [
        "Authorize",
        "StartTransaction",
    ]
    assert bench.calls("Authorize") == [{"idTag": "SIMTAG"}]
    assert bench.calls("StartTransaction")[0]["idTag"] == "SIMTAG"
    assert bench.statuses() == ["Available", "Preparing", "Charging"]


def test_au_17_the_operator_chooses_the_tag() -> None:
    bench = Bench(initial=FREE)
    bench.set("DefaultIdTag", "GUEST")
    bench.plug()
    assert bench.calls("StartTransaction")[0]["idTag"] == "GUEST"


def test_au_17_a_refused_tag_charges_nobody_and_is_asked_about_once_for_each_visit() -> None:
    bench = Bench(initial=FREE)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.plug()
    bench.wait(60)
    assert not bench.calls("StartTransaction")
    assert len(bench.calls("Authorize")) == 1
    bench.unplug()
    bench.plug()
    assert len(bench.calls("Authorize")) == 2


@pytest.mark.parametrize("answer", [None, Refusal()], ids=["silence", "CALLERROR"])
def test_au_17_without_an_answer_everybody_charges(answer: Refusal | None) -> None:
    """D-26: whatever the offline strategy is."""
    bench = Bench(initial={**FREE, "AllowOfflineTxForUnknownId": "false", "LocalAuthorizeOffline": "false"})
    bench.answers["Authorize"] = answer
    bench.plug()
    bench.wait(40)
    assert bench.calls("StartTransaction")


def test_au_17_offline_everybody_charges() -> None:
    bench = Bench(initial={**FREE, "AllowOfflineTxForUnknownId": "false", "LocalAuthorizeOffline": "false"})
    bench.lose_line()
    bench.plug()
    assert bench.station.transactions.open_on(1) is not None


def test_au_17_badges_are_ignored() -> None:
    bench = Bench(initial=FREE)
    bench.plug()
    bench.wait(20)
    bench.badge("SIMTAG")
    bench.wait(10)
    assert not bench.calls("StopTransaction")


def test_au_17_a_charge_ends_by_button() -> None:
    bench = Bench(initial=FREE)
    bench.plug()
    bench.wait(20)
    bench.rig.press_stop(ONE)
    bench.wait(300)
    assert [each["reason"] for each in bench.calls("StopTransaction")] == ["Local"]
    assert len(bench.calls("StartTransaction")) == 1  # the visit is over, although the car still stands there
    assert bench.statuses()[-1] == "Finishing"


def test_au_17_a_charge_ends_by_unplugging_or_from_afar() -> None:
    bench = Bench(initial=FREE)
    bench.plug(1)
    bench.plug(2)
    bench.wait(20)
    bench.unplug(1)
    bench.ask("RemoteStopTransaction", {"transactionId": 102})
    bench.wait(5)
    assert [each["reason"] for each in bench.calls("StopTransaction")] == ["EVDisconnected", "Remote"]


def test_d_26_a_remote_start_keeps_its_own_tag() -> None:
    bench = Bench(initial=FREE)
    bench.answers["Authorize"] = lambda payload: {
        "idTagInfo": {"status": "Accepted" if payload["idTag"] == "APP" else "Blocked"}
    }
    bench.plug()
    assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "APP", "connectorId": 1}) == "Accepted"
    bench.wait(10)
    assert [each["idTag"] for each in bench.calls("StartTransaction")] == ["APP"]


def test_d_26_a_car_expected_by_a_remote_start_does_not_start_twice() -> None:
    bench = Bench(initial=FREE)
    bench.ask("RemoteStartTransaction", {"idTag": "APP"})
    bench.plug()
    bench.wait(10)
    assert [each["idTag"] for each in bench.calls("StartTransaction")] == ["APP"]


def test_h2_a_connector_that_comes_back_into_service_serves_the_car_that_waits() -> None:
    """AVL-10, H2, B3: in free mode it charges without anybody's doing."""
    bench = Bench(initial=FREE)
    bench.ask("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    bench.plug()
    bench.wait(200)
    assert not bench.calls("Authorize")
    bench.ask("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    bench.wait(10)
    assert bench.statuses() == ["Available", "Unavailable", "Preparing", "Charging"]


def test_a_fault_that_is_mended_before_the_answer_lets_the_free_start_be_tried_again() -> None:
    bench = Bench(initial=FREE)
    bench.answers["Authorize"] = None
    bench.plug()
    bench.rig.raise_fault("0x100206", ONE)
    bench.wait(1)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Accepted"}}
    bench.rig.clear_fault("0x100206", ONE)
    bench.wait(40)
    assert bench.calls("StartTransaction")


def test_a_first_boot_serves_the_car_that_was_there_before_it() -> None:
    """BOOT-15: not before the station is accepted for the first time."""
    bench = Bench(initial=FREE, boot=False)
    bench.line_works = False
    bench.plug()
    bench.power_on()
    bench.wait(30)
    assert bench.station.transactions.open_on(1) is None
    bench.repair_line()
    bench.wait(10)
    assert bench.calls("StartTransaction")


def test_switching_to_free_charging_serves_a_car_that_waits_for_its_driver() -> None:
    bench = Bench()
    bench.plug()
    bench.set("AuthenticationOCPPMode", "false")
    bench.wait(10)
    assert bench.statuses()[-1] == "Charging"
