"""A remote start that brings a charging profile (SC-22)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench, Payload
from tests.station.smart_charging.spelling import composite, install, profile


def start(bench: Bench, wire: Payload, **fields: object) -> str:
    return bench.status_of_answer("RemoteStartTransaction", {"idTag": "REMOTE", "chargingProfile": wire, **fields})


def tx_profile(periods: dict[int, float], **more: object) -> Payload:
    return profile(7, periods, purpose="TxProfile", kind="Relative", **more)  # type: ignore[arg-type]  # test's spelling


def test_sc_22_tc_059_the_profile_is_used_for_the_transaction_that_begins() -> None:
    bench = Bench()
    bench.plug()
    assert start(bench, tx_profile({0: 20_000, 90: 40_000}), connectorId=1) == "Accepted"
    bench.wait(30)
    assert len(bench.calls("StartTransaction")) == 1
    assert composite(bench, 100) == {0: 20_000, 60: 40_000}
    assert 19_000 < bench.rig.read(OutletNumber(1)).power_w <= 20_000


def test_sc_22_seconds_count_from_the_transaction_and_not_from_the_request() -> None:
    bench = Bench()
    assert start(bench, tx_profile({0: 20_000, 90: 40_000}), connectorId=1) == "Accepted"
    assert composite(bench, 100) == {0: 180_000}
    bench.wait(60)
    bench.plug()
    bench.wait(50)
    assert composite(bench, 100) == {0: 20_000, 40: 40_000}


WRONG: dict[str, Payload] = {
    "TxDefaultProfile": profile(7),
    "ChargePointMaxProfile": profile(7, purpose="ChargePointMaxProfile"),
    "transactionId": profile(7, purpose="TxProfile", transactionId=1),
    "unit A": profile(7, {0: 32}, purpose="TxProfile", unit="A"),
    "500 W": profile(7, {0: 500}, purpose="TxProfile"),
    "stackLevel 21": profile(7, level=21, purpose="TxProfile"),
    "validTo past": profile(7, purpose="TxProfile", valid_to=-1),
}


@pytest.mark.parametrize("wire", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("fields", [{"connectorId": 1}, {}], ids=["connector 1", "any connector"])
def test_sc_22_tc_060_a_profile_that_cannot_be_used_rejects_the_start(wire: Payload, fields: Payload) -> None:
    bench = Bench()
    bench.plug()
    assert start(bench, wire, **fields) == "Rejected"
    bench.wait(30)
    assert bench.calls("StartTransaction") == []


def test_sc_22_a_later_profile_of_the_same_level_replaces_it_and_others_stack() -> None:
    bench = Bench()
    bench.plug()
    start(bench, tx_profile({0: 20_000}, level=1), connectorId=1)
    bench.wait(30)
    install(bench, profile(8, {0: 30_000}, level=1, purpose="TxProfile", transactionId=101))
    assert composite(bench, 60) == {0: 30_000}
    install(bench, profile(9, {0: 50_000}, level=2, purpose="TxProfile", start=30, duration=20))
    assert composite(bench, 60) == {0: 50_000, 20: 30_000}


def test_sc_19_the_profile_goes_with_the_transaction_it_came_with() -> None:
    bench = Bench()
    bench.plug()
    start(bench, tx_profile({0: 20_000}), connectorId=1)
    bench.wait(30)
    bench.unplug()
    bench.charge()
    assert composite(bench, 60) == {0: 180_000}


def test_sc_22_a_start_that_never_comes_about_leaves_no_profile() -> None:
    bench = Bench()
    start(bench, tx_profile({0: 20_000}), connectorId=1)
    bench.wait(130)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.charge()
    assert composite(bench, 60) == {0: 180_000}


def test_sc_22_a_profile_that_expired_while_the_start_waited_is_dropped() -> None:
    bench = Bench()
    assert start(bench, tx_profile({0: 20_000}, valid_to=30), connectorId=1) == "Accepted"
    bench.wait(60)
    bench.plug()
    bench.wait(30)
    assert len(bench.calls("StartTransaction")) == 1
    assert composite(bench, 60) == {0: 180_000}
    assert [note["reason"] for note in bench.noted("charging profile dropped")] == ["it is not valid any more"]


@pytest.mark.parametrize("wire", [tx_profile({0: 20_000}), profile(7, {0: 500})], ids=["good", "bad"])
def test_d_17_on_chademo_the_start_is_accepted_and_the_profile_ignored(wire: Payload) -> None:
    bench = Bench(model="EVD1S180THB")
    bench.plug(2, model="old_hatchback")
    assert start(bench, wire, connectorId=2) == "Accepted"
    bench.wait(60)
    assert bench.statuses(2)[-1] == "Charging"
    assert bench.rig.read(OutletNumber(2)).power_w > 35_000
    assert bench.store.rows("charging_profiles") == {}


def test_d_17_a_start_for_any_connector_that_comes_about_at_chademo_ignores_its_profile() -> None:
    bench = Bench(model="EVD1S180THB")
    assert start(bench, tx_profile({0: 20_000})) == "Accepted"
    bench.wait(10)
    bench.plug(2, model="old_hatchback")
    bench.wait(60)
    assert [each["connectorId"] for each in bench.calls("StartTransaction")] == [2]
    assert bench.store.rows("charging_profiles") == {}
