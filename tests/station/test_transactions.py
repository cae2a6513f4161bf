"""Transactions from their start to their end, and every reason to end (TX, STP)."""

from collections.abc import Callable

import pytest

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from tests.station.bench import Bench, Payload, Refusal


def start_answer(status: str, transaction_id: int = 101, **info: str) -> Payload:
    return {"transactionId": transaction_id, "idTagInfo": {"status": status, **info}}


# Start


def test_tx_01_the_start_message() -> None:
    """TX-01: connector, badge as presented, register in whole watt-hours, the moment of the start."""
    bench = Bench()
    bench.wait(25)
    bench.charge(2, "Tag-u", for_s=40)
    assert bench.calls("StartTransaction") == [
        {"connectorId": 2, "idTag": "Tag-u", "meterStart": 0, "timestamp": "2026-03-01T12:00:25Z"}
    ]


def test_tx_02_the_register_is_not_rebased() -> None:
    """TX-02, MV-10: the second transaction starts where the first one stopped, also on another day."""
    bench = Bench()
    for _ in range(2):
        bench.charge(for_s=120)
        bench.badge()
        bench.wait(10)
        bench.unplug()
        bench.wait(86_400)
    first, second = bench.calls("StartTransaction")
    assert second["meterStart"] == bench.calls("StopTransaction")[0]["meterStop"] > first["meterStart"] == 0
    assert bench.calls("StopTransaction")[1]["meterStop"] == bench.register_wh()


@pytest.mark.parametrize("transaction_id", [0, -5, 1, 2**31 - 1, 2**63 - 1])
def test_tx_03_any_integer_is_a_transaction_id(transaction_id: int) -> None:
    """TX-03: 0 and negative ones have no special meaning."""
    bench = Bench()
    bench.answers["StartTransaction"] = start_answer("Accepted", transaction_id)
    bench.charge(for_s=61)
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": transaction_id}) == "Accepted"
    bench.wait(10)
    assert bench.calls("MeterValues")[0]["transactionId"] == transaction_id
    assert bench.calls("StopTransaction")[0]["transactionId"] == transaction_id


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_tx_04_a_refused_transaction_is_stopped(status: str, offline: bool) -> None:
    """TX-04: StopTransactionOnInvalidId true: DeAuthorized without an idTag; late answers as well."""
    bench = Bench()
    bench.answers["StartTransaction"] = start_answer(status)
    if offline:
        bench.lose_line()
    bench.charge(for_s=20)
    bench.repair_line()
    bench.wait(10)
    (stop,) = bench.calls("StopTransaction")
    assert stop["reason"] == "DeAuthorized"
    assert "idTag" not in stop
    assert stop["meterStop"] == bench.register_wh()
    assert bench.statuses()[-1] == "Finishing"


def held_back(initial: dict[str, str] | None = None) -> Bench:
    bench = Bench(initial={"StopTransactionOnInvalidId": "false", **(initial or {})})
    bench.answers["StartTransaction"] = start_answer("Invalid", parentIdTag="GROUP")
    bench.charge(for_s=30)
    return bench


def test_tx_04_tx_05_or_it_is_held_back_without_energy() -> None:
    """TX-04, TX-05: SuspendedEVSE, no grace energy, and no stop until somebody ends it."""
    bench = held_back()
    register_wh = bench.register_wh()
    bench.wait(600)
    assert bench.calls("StopTransaction") == []
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.register_wh() == register_wh


@pytest.mark.parametrize(
    ("end", "reason", "id_tag"),
    [
        (lambda bench: bench.badge("TAG-1"), "Local", "TAG-1"),
        (lambda bench: bench.badge("TAG-2"), "Local", "TAG-2"),
        (lambda bench: bench.ask("RemoteStopTransaction", {"transactionId": 101}), "Remote", None),
        (lambda bench: bench.unplug(), "EVDisconnected", None),
        (lambda bench: bench.ask("Reset", {"type": "Soft"}), "SoftReset", None),
    ],
    ids=["TX-05 same badge", "TX-05 group badge", "TX-05 remote stop", "TX-05 unplug", "TX-05 reset"],
)
@pytest.mark.parametrize("on_disconnect", ["true", "false"])
def test_tx_05_what_ends_a_transaction_that_is_held_back(
    end: Callable[[Bench], object], reason: str, id_tag: str | None, on_disconnect: str
) -> None:
    """TX-05: each of these, and unplugging whatever StopTransactionOnEVSideDisconnect says."""
    bench = held_back({"StopTransactionOnEVSideDisconnect": on_disconnect})
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
    end(bench)
    bench.wait(10)
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop.get("idTag")) == (reason, id_tag)


def test_tx_06_the_inlet_is_not_ours_to_lock() -> None:
    """TX-06 does not apply: a refused driver can unplug at once, and the connector is free again."""
    bench = held_back()
    bench.unplug()
    bench.wait(5)
    assert bench.statuses()[-1] == "Available"


def test_tx_07_later_messages_wait_for_the_id_of_the_start() -> None:
    """TX-07: samples of an offline start carry the central system's id, not the placeholder."""
    bench = Bench(initial={"disconnectedMeterValueSampleInterval": "60"})
    bench.lose_line()
    bench.charge(for_s=130)
    bench.repair_line()
    bench.wait(5)
    assert {each["transactionId"] for each in bench.calls("MeterValues")} == {101}


def test_tx_08_after_a_start_that_was_given_up_the_rest_goes_out_as_minus_one() -> None:
    """TX-08: samples, a triggered reading and the stop; the charge itself went on."""
    bench = Bench(initial={"TransactionMessageAttempts": "1"})
    bench.answers["StartTransaction"] = Refusal()
    bench.charge(for_s=65)
    bench.ask("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    bench.badge()
    bench.wait(10)
    assert [each["transactionId"] for each in bench.calls("MeterValues")] == [-1, -1]
    (stop,) = bench.calls("StopTransaction")
    assert stop["transactionId"] == -1
    assert stop["meterStop"] == bench.register_wh() > 0


def test_tx_10_two_connectors_charge_independently_with_one_badge() -> None:
    """TX-10: whether one badge may charge twice is for the central system to say."""
    bench = Bench()
    bench.charge(1, "TAG-1", for_s=20)
    bench.charge(2, "TAG-1", for_s=20)
    assert [each["connectorId"] for each in bench.calls("StartTransaction")] == [1, 2]
    bench.unplug(1)
    bench.wait(20)
    assert [each["transactionId"] for each in bench.calls("StopTransaction")] == [101]
    assert bench.statuses(2)[-1] == "Charging"


def test_tx_11_a_transaction_without_an_id_cannot_be_named() -> None:
    """TX-11: RemoteStop before the answer to the start is Rejected, with the placeholder's number too."""
    bench = Bench()
    bench.answers["StartTransaction"] = None
    bench.charge(for_s=5)
    for guess in (101, -1, 1):
        assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": guess}) == "Rejected"


def test_tx_12_a_busy_connector_takes_no_second_start() -> None:
    """TX-12: neither from afar nor by another badge."""
    bench = Bench()
    bench.charge(for_s=10)
    request = {"idTag": "TAG-2", "connectorId": 1}
    assert bench.status_of_answer("RemoteStartTransaction", request) == "Rejected"
    bench.badge("TAG-2")
    bench.wait(10)
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.calls("StopTransaction") == []


def test_tx_13_from_preparing_to_charging() -> None:
    """TX-13, TX-01: the statuses around a start."""
    bench = Bench()
    bench.charge(for_s=30)
    assert bench.statuses() == ["Available", "Preparing", "Charging"]


def test_tx_14_a_lock_that_fails_leaves_no_transaction() -> None:
    """TX-14: DTC 0x100205 at plug-in: Faulted with ConnectorLockFailure, and a badge changes nothing."""
    bench = Bench()
    bench.plug()
    bench.rig.raise_fault("0x100205", OutletNumber(1))
    bench.badge()
    bench.wait(30)
    assert bench.calls("StartTransaction") == []
    assert (bench.statuses()[-1], bench.calls("StatusNotification")[-1]["errorCode"]) == (
        "Faulted",
        "ConnectorLockFailure",
    )


# Stop


def badge_again(bench: Bench) -> None:
    bench.badge("TAG-1")


def group_badge(bench: Bench) -> None:
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Accepted", "parentIdTag": "group"}}
    bench.badge("TAG-2")


def fault(dtc: str, outlet: int | None = None) -> Callable[[Bench], None]:
    def raise_it(bench: Bench) -> None:
        bench.rig.raise_fault(dtc, None if outlet is None else OutletNumber(outlet))
        bench.wait(0)

    return raise_it


REASONS: list[tuple[str, Callable[[Bench], object], str, str | None]] = [
    ("Local by the same badge", badge_again, "Local", "TAG-1"),
    ("Local by a group badge", group_badge, "Local", "TAG-2"),
    ("Local by the stop button", lambda bench: bench.rig.press_stop(OutletNumber(1)), "Local", None),
    ("Remote", lambda bench: bench.ask("RemoteStopTransaction", {"transactionId": 101}), "Remote", None),
    ("EVDisconnected", lambda bench: bench.unplug(), "EVDisconnected", None),
    ("EmergencyStop 0x100202", fault("0x100202"), "EmergencyStop", None),
    ("EmergencyStop 0x200202", fault("0x200202"), "EmergencyStop", None),
    ("HardReset", lambda bench: bench.ask("Reset", {"type": "Hard"}), "HardReset", None),
    ("SoftReset", lambda bench: bench.ask("Reset", {"type": "Soft"}), "SoftReset", None),
    ("PowerLoss 0x100211", fault("0x100211"), "PowerLoss", None),
    ("PowerLoss", lambda bench: bench.power_cut(), "PowerLoss", None),
    ("Other by a fault", fault("0x10020A", 1), "Other", None),
]


@pytest.mark.parametrize(("act", "reason", "id_tag"), [row[1:] for row in REASONS], ids=[row[0] for row in REASONS])
def test_stp_01_stp_02_every_reason_of_the_table(
    act: Callable[[Bench], object], reason: str, id_tag: str | None
) -> None:
    """STP-01, STP-02, STP-03: all fields for every reason; Local is said, and there is never transactionData."""
    bench = Bench()
    bench.answers["StartTransaction"] = start_answer("Accepted", parentIdTag="GROUP")
    bench.charge(for_s=45)
    act(bench)
    bench.wait(15)
    (stop,) = {frame.message_id: frame.payload for frame in bench.frames if frame.action == "StopTransaction"}.values()
    expected = {"transactionId": 101, "meterStop": bench.register_wh(), "reason": reason}
    assert {key: stop[key] for key in expected} == expected
    assert stop.get("idTag") == id_tag
    assert stop.keys() <= {"transactionId", "meterStop", "timestamp", "reason", "idTag"}
    assert "2026-03-01T12:00:45Z" <= stop["timestamp"] <= "2026-03-01T12:01:01Z" or reason == "PowerLoss"


def test_stp_08_a_vehicle_that_ends_its_session_ends_the_transaction() -> None:
    """STP-08: reason Other, no idTag, Finishing."""
    bench = Bench()
    bench.rig.plug(OutletNumber(1), Vehicle(vehicle_model("saloon"), soc=0.5, stops_at_soc=0.52))
    bench.badge()
    bench.wait(300)
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], "idTag" in stop) == ("Other", False)
    assert stop["meterStop"] == bench.register_wh() > 1000
    assert bench.statuses()[-1] == "Finishing"


def test_stp_08_a_vehicle_that_rests_does_not() -> None:
    """STP-08: SuspendedEV, and the transaction stays open."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.rig.limit_vehicle(OutletNumber(1), 0.0)
    bench.wait(30)
    assert bench.statuses()[-1] == "SuspendedEV"
    assert bench.calls("StopTransaction") == []


def test_unlock_command_is_no_reason_here() -> None:
    """D-18, UNL-01: UnlockConnector stops nothing."""
    bench = Bench()
    bench.charge(for_s=20)
    assert bench.status_of_answer("UnlockConnector", {"connectorId": 1}) == "NotSupported"
    bench.wait(20)
    assert bench.calls("StopTransaction") == []


def test_stp_04_after_the_stop_finishing_then_available() -> None:
    """STP-04: Finishing while the car stays, Available when it leaves."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.badge()
    bench.wait(30)
    assert bench.statuses()[-1] == "Finishing"
    bench.unplug()
    assert bench.statuses()[-1] == "Available"


def test_stp_04_the_stop_goes_out_before_the_finishing_it_explains() -> None:
    """STP-04, ST-12: without a backlog the central system hears StopTransaction first."""
    bench = Bench()
    bench.charge(for_s=20)
    since = len(bench.frames)
    bench.badge()
    bench.wait(5)
    assert bench.actions(since) == ["StopTransaction", "StatusNotification"]


def test_stp_04_with_a_scheduled_outage_unavailable() -> None:
    """STP-04, AVL-02: what was scheduled during the charge comes after it."""
    bench = Bench()
    bench.charge(for_s=20)
    request = {"connectorId": 1, "type": "Inoperative"}
    assert bench.status_of_answer("ChangeAvailability", request) == "Scheduled"
    bench.badge()
    bench.wait(10)
    bench.unplug()
    bench.wait(1)
    assert bench.statuses()[-1] == "Unavailable"


def test_stp_05_the_stop_s_answer_updates_the_cache_and_no_more() -> None:
    """STP-05: Blocked in StopTransaction.conf: the stop stays, and offline the badge is refused."""
    bench = Bench(initial={"AuthorizationCacheEnabled": "true"})
    bench.answers["StopTransaction"] = {"idTagInfo": {"status": "Blocked"}}
    bench.charge(for_s=20)
    bench.badge()
    bench.wait(10)
    bench.unplug()
    bench.lose_line()
    bench.plug()
    bench.badge()
    bench.wait(10)
    assert list(bench.station.transactions.all_open()) == []


def test_stp_06_a_car_plugged_again_needs_a_new_start() -> None:
    """STP-06: StopTransactionOnEVSideDisconnect true: EVDisconnected, and no energy without another badge."""
    bench = Bench()
    bench.charge(for_s=20)
    bench.unplug()
    register_wh = bench.register_wh()
    bench.plug()
    bench.wait(60)
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert bench.register_wh() == register_wh


def test_stp_07_or_the_transaction_goes_on_with_the_next_car() -> None:
    """STP-07: with false nothing stops; energy flows again in the same transaction."""
    bench = Bench(initial={"StopTransactionOnEVSideDisconnect": "false"})
    bench.charge(for_s=20)
    bench.unplug()
    bench.wait(60)
    register_wh = bench.register_wh()
    bench.plug()
    bench.wait(30)
    assert bench.register_wh() > register_wh
    assert (len(bench.calls("StartTransaction")), bench.calls("StopTransaction")) == (1, [])
    assert bench.station.connectors[ConnectorId(1)].status == "Charging"
