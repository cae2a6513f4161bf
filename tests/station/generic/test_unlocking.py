"""UnlockConnector releases a detachable cable and ends its charge first; fixed ones are NotSupported (UNL-01..03)."""

import pytest

from contactor.base.errors import BrokenPromise
from contactor.hardware.commands import ReleaseCable, StopEnergy
from tests.station.bench import Bench
from tests.station.generic.spelling import ONE, generic

LOCK_STUCK = "0x100006"


def unlock(bench: Bench, connector: int = 1) -> str:
    return bench.status_of_answer("UnlockConnector", {"connectorId": connector})


def test_unl_01_fixed_cables_are_not_supported_and_no_charge_is_touched() -> None:
    bench = generic("GDC150-2")
    bench.charge()
    assert unlock(bench) == "NotSupported"
    bench.wait(30)
    assert bench.calls("StopTransaction") == []


def test_unl_02_an_unknown_connector_is_not_supported() -> None:
    bench = generic("GDC150-2D")
    assert unlock(bench, 3) == "NotSupported"


def test_unl_03_an_idle_cable_is_unlocked() -> None:
    assert unlock(generic("GDC150-2D")) == "Unlocked"


def test_unl_03_a_charge_is_finished_first_with_unlock_command_and_then_the_lock_opens() -> None:
    bench = generic("GDC150-2D")
    bench.charge()
    assert bench.rig.is_cable_locked(ONE)
    assert unlock(bench) == "Unlocked"
    bench.wait(10)
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["UnlockCommand"]
    assert not bench.rig.is_cable_locked(ONE)
    assert bench.commands.index(ReleaseCable(ONE)) > bench.commands.index(StopEnergy(ONE))


def test_unl_03_a_lock_that_is_stuck_is_unlock_failed_and_its_charge_goes_on() -> None:
    bench = generic("GDC150-2D")
    bench.charge()
    bench.rig.raise_fault(LOCK_STUCK, ONE)
    bench.wait(0)
    assert bench.calls("StatusNotification")[-1]["errorCode"] == "ConnectorLockFailure"
    assert unlock(bench) == "UnlockFailed"
    bench.wait(10)
    assert bench.calls("StopTransaction") == []
    bench.rig.clear_fault(LOCK_STUCK, ONE)
    bench.wait(0)
    assert unlock(bench) == "Unlocked"


def test_stp_04_whoever_ends_the_charge_by_badge_may_take_the_cable() -> None:
    bench = generic("GDC150-2D")
    bench.charge()
    bench.badge()
    bench.wait(10)
    assert not bench.rig.is_cable_locked(ONE)


@pytest.mark.parametrize(("unlocks", "is_locked"), [("true", False), ("false", True)])
def test_stp_06_the_key_says_whether_pulling_the_vehicles_end_frees_the_stations(
    unlocks: str, *, is_locked: bool
) -> None:
    bench = generic("GDC150-2D", UnlockConnectorOnEVSideDisconnect=unlocks)
    bench.charge()
    bench.unplug()
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["EVDisconnected"]
    assert bench.rig.is_cable_locked(ONE) is is_locked
    assert unlock(bench) == "Unlocked"
    assert not bench.rig.is_cable_locked(ONE)


def test_stp_07_an_open_transaction_keeps_the_cable_whatever_the_key_says() -> None:
    initial = {"UnlockConnectorOnEVSideDisconnect": "true", "StopTransactionOnEVSideDisconnect": "false"}
    bench = generic("GDC150-2D", **initial)
    bench.charge()
    bench.unplug()
    assert bench.rig.is_cable_locked(ONE)


@pytest.mark.parametrize(("model", "status"), [("GDC150-2", "Rejected"), ("GDC150-2D", "Accepted")])
def test_d_12_only_detachable_cables_take_the_key(model: str, status: str) -> None:
    change = {"key": "UnlockConnectorOnEVSideDisconnect", "value": "true"}
    assert generic(model).status_of_answer("ChangeConfiguration", change) == status


def test_the_lock_outlasts_a_power_cut_and_opens_when_the_interrupted_charge_is_closed() -> None:
    bench = generic("GDC150-2D")
    bench.charge()
    snapshot = bench.rig.snapshot()
    assert [outlet["is_locked"] for outlet in snapshot["outlets"]] == [True, False]
    bench.power_cut()
    bench.wait(1)
    assert not bench.rig.is_cable_locked(ONE)


def test_a_fixed_cable_has_no_lock_to_open() -> None:
    with pytest.raises(BrokenPromise, match="the cable is fixed"):
        generic("GDC150-2").rig.obey(ReleaseCable(ONE))
