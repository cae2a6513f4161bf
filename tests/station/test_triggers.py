"""TriggerMessage: what is asked for comes after the answer (TRG)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench, Payload


def trigger(bench: Bench, message: str, connector: int | None = None) -> str:
    payload: Payload = {"requestedMessage": message}
    if connector is not None:
        payload["connectorId"] = connector
    return bench.status_of_answer("TriggerMessage", payload)


@pytest.mark.parametrize(
    "message",
    ["Heartbeat", "StatusNotification", "MeterValues", "DiagnosticsStatusNotification", "FirmwareStatusNotification"],
)
def test_trg_01_the_answer_comes_before_the_message(message: str) -> None:
    """TRG-01, RPC-15: conf first, then what was asked for, at once."""
    bench = Bench()
    order: list[str] = []
    bench.on_frame = lambda frame: order.append("answer" if frame[0] == 3 else frame[2])
    assert trigger(bench, message) == "Accepted"
    assert order[0] == "answer"
    assert set(order[1:]) == {message}


def test_trg_02_without_a_connector_all_of_them() -> None:
    """TRG-02: StatusNotification of 0, 1 and 2; MeterValues of 1 and 2."""
    bench = Bench()
    since = len(bench.frames)
    trigger(bench, "StatusNotification")
    trigger(bench, "MeterValues")
    told = [(frame.action, frame.payload["connectorId"]) for frame in bench.frames[since:]]
    assert told == [
        ("StatusNotification", 0),
        ("StatusNotification", 1),
        ("StatusNotification", 2),
        ("MeterValues", 1),
        ("MeterValues", 2),
    ]


@pytest.mark.parametrize("message", ["Heartbeat", "DiagnosticsStatusNotification", "FirmwareStatusNotification"])
@pytest.mark.parametrize("connector", [1, 9])
def test_trg_03_a_connector_that_means_nothing_is_ignored(message: str, connector: int) -> None:
    bench = Bench()
    assert trigger(bench, message, connector) == "Accepted"
    assert len(bench.calls(message)) == 1


@pytest.mark.parametrize(("message", "connector"), [("MeterValues", 3), ("MeterValues", 0), ("StatusNotification", 3)])
def test_trg_04_an_unknown_connector_is_rejected(message: str, connector: int) -> None:
    """TRG-04: and nothing is sent; connector 0 has no meter of its own."""
    bench = Bench()
    since = len(bench.frames)
    assert trigger(bench, message, connector) == "Rejected"
    bench.wait(5)
    assert bench.actions(since) == []


def test_trg_05_a_boot_that_was_accepted_is_not_repeated() -> None:
    """TRG-05: Rejected until the station boots again."""
    bench = Bench()
    assert trigger(bench, "BootNotification") == "Rejected"
    bench.wait(5)
    assert len(bench.calls("BootNotification")) == 1


def test_trg_06_triggered_values() -> None:
    """TRG-06: the sampled list with context Trigger, the id of the transaction, the values of now."""
    bench = Bench(initial={"EnabeMeterValuesContainVoltage": "true", "MeterValueSampleInterval": "0"})
    bench.charge(for_s=60)
    trigger(bench, "MeterValues", 1)
    trigger(bench, "MeterValues", 2)
    charging, idle = bench.calls("MeterValues")
    assert charging["transactionId"] == 101
    assert "transactionId" not in idle
    (value,) = charging["meterValue"]
    assert value["timestamp"] == "2026-03-01T12:01:00Z"
    assert [each["measurand"] for each in value["sampledValue"]] == [
        "Current.Import",
        "Current.Offered",
        "Energy.Active.Import.Register",
        "Power.Offered",
        "Power.Active.Import",
        "SoC",
        "Voltage",
    ]
    assert {each["context"] for each in value["sampledValue"]} == {"Trigger"}
    register = next(each for each in value["sampledValue"] if each["measurand"] == "Energy.Active.Import.Register")
    assert int(register["value"]) == bench.register_wh()


def test_trg_06_triggered_values_are_not_kept() -> None:
    """TRG-06: unanswered when the line breaks, they are gone; the queue never held them."""
    bench = Bench()
    bench.answers["MeterValues"] = None
    trigger(bench, "MeterValues", 1)
    assert bench.station.messages_owed == 0
    bench.lose_line()
    bench.repair_line()
    bench.wait(60)
    assert len(bench.calls("MeterValues")) == 1


def test_trg_06_before_the_start_is_answered_there_is_no_id_to_tell() -> None:
    bench = Bench()
    bench.answers["StartTransaction"] = None
    bench.charge(for_s=5)
    bench.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Accepted"}}
    trigger(bench, "MeterValues", 1)
    bench.wait(60)
    triggered = next(
        each for each in bench.calls("MeterValues") if each["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"
    )
    assert "transactionId" not in triggered


def test_trg_07_the_present_status_with_the_time_of_its_change() -> None:
    """TRG-07: at once although MinimumStatusDuration is 10 s; the timestamp is when the car was plugged."""
    bench = Bench(initial={"MinimumStatusDuration": "10"})
    bench.wait(100)
    bench.plug()
    bench.wait(4)
    trigger(bench, "StatusNotification", 1)
    last = bench.calls("StatusNotification")[-1]
    assert (last["connectorId"], last["status"], last["timestamp"]) == (1, "Preparing", "2026-03-01T12:01:40Z")


def test_trg_07_flt_05_with_the_newest_active_error() -> None:
    bench = Bench()
    bench.rig.raise_fault("0x10000F")
    bench.rig.raise_fault("0x100009")
    bench.wait(1)
    trigger(bench, "StatusNotification", 0)
    last = bench.calls("StatusNotification")[-1]
    assert (last["errorCode"], last["vendorErrorCode"]) == ("InternalError", "0x100009")


def test_trg_08_idle_when_nothing_runs() -> None:
    """TRG-08: both answers are Idle on a station that neither uploads nor updates."""
    bench = Bench()
    trigger(bench, "DiagnosticsStatusNotification")
    trigger(bench, "FirmwareStatusNotification")
    assert bench.calls("DiagnosticsStatusNotification") == [{"status": "Idle"}]
    assert bench.calls("FirmwareStatusNotification") == [{"status": "Idle"}]


@pytest.mark.parametrize(
    "message", ["LogStatusNotification", "SignChargePointCertificate", "StartTransaction", "StopTransaction", "X"]
)
def test_trg_09_trg_11_what_cannot_be_asked_for(message: str) -> None:
    """TRG-09, TRG-11: values that are none of the enumeration's are a CALLERROR."""
    bench = Bench()
    answer = bench.ask("TriggerMessage", {"requestedMessage": message})
    assert (answer[0], answer[2]) == (4, "PropertyConstraintViolation")


def test_trg_10_a_heartbeat_of_its_own_does_not_replace_the_one_asked_for() -> None:
    """TRG-10: it may; this station still sends it."""
    bench = Bench(initial={"HeartbeatInterval": "60"})
    bench.set("HeartbeatInterval", "30")
    bench.wait(30)
    assert trigger(bench, "Heartbeat") == "Accepted"
    assert len(bench.calls("Heartbeat")) == 2


def test_trg_10_but_a_boot_on_its_way_is_the_boot_asked_for() -> None:
    """TRG-10: two triggers while the boot is unanswered make one BootNotification, not three."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = None
    bench.power_on()
    assert trigger(bench, "BootNotification") == "Accepted"
    assert trigger(bench, "BootNotification") == "Accepted"
    bench.wait(20)
    assert len(bench.calls("BootNotification")) == 1


def test_a_flood_of_triggers_leaves_the_station_its_memory_and_its_heartbeat() -> None:
    """TRG-01, HB-01: a thousand triggers while the central system is silent; the oldest go, and all comes to rest."""
    bench = Bench()
    bench.set("HeartbeatInterval", "50")
    for action in ("Heartbeat", "StatusNotification", "MeterValues"):
        bench.answers[action] = None
    for _ in range(334):
        for action in ("Heartbeat", "StatusNotification", "MeterValues"):
            trigger(bench, action, 1)
    bench.answers |= {"Heartbeat": {"currentTime": bench.instant_text}, "StatusNotification": {}, "MeterValues": {}}
    bench.wait(31)
    assert len(bench.frames) < 400
    since = len(bench.frames)
    bench.wait(200)
    assert bench.actions(since).count("Heartbeat") == 4
    bench.plug()
    assert bench.statuses()[-1] == "Preparing"


def test_a_flood_of_faults_ends_with_the_status_that_is_true() -> None:
    """ST-01: hundreds of changes while nobody answers: the last word is the present one."""
    bench = Bench()
    bench.answers["StatusNotification"] = None
    for _ in range(150):
        bench.rig.raise_fault("0x10020A", OutletNumber(1))
        bench.wait(0)
        bench.rig.clear_fault("0x10020A", OutletNumber(1))
        bench.wait(0)
    bench.rig.raise_fault("0x10020A", OutletNumber(2))
    bench.wait(0)
    bench.answers["StatusNotification"] = {}
    bench.wait(120)
    assert [bench.statuses(connector)[-1] for connector in (0, 1, 2)] == ["Available", "Available", "Faulted"]


def test_a_flood_of_triggers_does_not_strand_a_driver() -> None:
    """AU-07, TRG-01: an Authorize that had to make room is decided without the central system."""
    bench = Bench()
    bench.plug()
    for action in ("Heartbeat", "Authorize"):
        bench.answers[action] = None
    trigger(bench, "Heartbeat")
    bench.badge()
    for _ in range(250):
        trigger(bench, "Heartbeat")
    assert [each.id_tag for each in bench.station.transactions.all_open()] == ["TAG-1"]
