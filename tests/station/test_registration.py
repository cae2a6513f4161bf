"""Boot and registration: what is sent when, and what an answer to it changes (BOOT)."""

import pytest

from contactor.base.ids import ConnectorId
from contactor.guide.load import load_product
from contactor.ocpp.errors import ErrorCode
from tests.station.bench import Bench, Payload, Refusal, Script

MODELS = load_product().models


def boot_answer(bench: Bench, status: str, interval: int) -> Payload:
    return {"status": status, "currentTime": bench.instant_text, "interval": interval}


def pending(interval: int = 300) -> Bench:
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Pending", interval)
    bench.power_on()
    return bench


def boots_at(bench: Bench) -> list[float]:
    return [frame.at_s for frame in bench.frames if frame.action == "BootNotification"]


def test_boot_01_nothing_goes_out_before_the_boot_is_answered() -> None:
    """BOOT-01, Q-11: with messages owed from before, the first frame of a life is still the BootNotification."""
    bench = Bench()
    bench.charge(for_s=70)
    bench.answers["BootNotification"] = None
    sent = len(bench.frames)
    bench.power_cut()
    bench.wait(29)
    assert bench.station.messages_owed == 1
    assert bench.actions(sent) == ["BootNotification"]


@pytest.mark.parametrize("model", MODELS)
def test_boot_02_the_four_fields_and_no_other(model: str) -> None:
    """BOOT-02, D-35: every one of the 29 references boots under its own name."""
    bench = Bench(model=model, settings={"firmware_version": "3.2.1"}, initial={})
    assert bench.calls("BootNotification") == [
        {
            "chargePointVendor": "Schneider Electric",
            "chargePointModel": model,
            "chargePointSerialNumber": "SN-0001",
            "firmwareVersion": "3.2.1",
        }
    ]


def test_boot_04_statuses_of_all_connectors_then_what_is_owed() -> None:
    """BOOT-04, PW-01: boot, the statuses of 0, 1 and 2, and only then the transaction messages."""
    bench = Bench()
    bench.charge(for_s=30)
    sent = len(bench.frames)
    bench.power_cut()
    bench.wait(1)
    assert bench.actions(sent) == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
        "StatusNotification",
        "StopTransaction",
        "SecurityEventNotification",
    ]
    reported = [(each["connectorId"], each["status"]) for each in bench.calls("StatusNotification")[-3:]]
    assert reported == [(0, "Available"), (1, "Finishing"), (2, "Available")]


def test_boot_04_d_36_the_interval_becomes_the_heartbeat_interval() -> None:
    """BOOT-04, D-36: and a later ChangeConfiguration overwrites it in turn."""
    bench = Bench()
    assert interval_of(bench) == "300"
    bench.set("HeartbeatInterval", "77")
    assert interval_of(bench) == "77"


def interval_of(bench: Bench) -> str:
    answer = bench.ask("GetConfiguration", {"key": ["HeartbeatInterval"]})
    return str(answer[2]["configurationKey"][0]["value"])


def test_boot_04_an_interval_of_zero_keeps_the_key() -> None:
    bench = Bench(boot=False, initial={"HeartbeatInterval": "44"})
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Accepted", 0)
    bench.power_on()
    assert interval_of(bench) == "44"


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_boot_05_the_interval_is_the_least_wait(status: str) -> None:
    """BOOT-05: a wait of 90 s is neither shortened nor drawn out."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, status, 90)
    bench.power_on()
    bench.wait(200)
    assert boots_at(bench) == [0, 90, 180]


@pytest.mark.parametrize("interval", [0, -5])
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_boot_06_without_an_interval_the_station_does_not_flood(status: str, interval: int) -> None:
    """BOOT-06: its own wait is 60 s; a negative interval, which the schema lets pass, is none."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, status, interval)
    bench.power_on()
    bench.wait(130)
    assert boots_at(bench) == [0, 60, 120]


def test_boot_06_an_interval_beyond_all_measure_is_a_long_wait() -> None:
    """BOOT-06: the widest number the wire carries neither overflows nor shortens anything."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Accepted", 2**63 - 1)
    bench.power_on()
    assert interval_of(bench) == "2147483647"
    bench.wait(3600)
    assert bench.calls("Heartbeat") == []


def test_boot_07_a_rejected_station_neither_sends_nor_answers() -> None:
    """BOOT-07: the connection stays; after the interval only a BootNotification goes out."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Rejected", 120)
    bench.power_on()
    assert bench.ask("GetConfiguration") == []
    assert bench.ask("NoSuchAction") == []
    bench.plug()
    bench.wait(110)
    assert bench.actions() == ["BootNotification"]
    assert bench.is_connected


def test_boot_08_a_pending_station_answers_and_stays_silent() -> None:
    """BOOT-08, CF-22: it can be configured; nothing but triggered messages goes out."""
    bench = pending()
    assert bench.ask("GetConfiguration", {"key": ["NumberOfConnectors"]})[0] == 3
    bench.set("HeartbeatInterval", "50")
    bench.plug()
    bench.wait(100)
    assert bench.actions() == ["BootNotification"]
    assert bench.status_of_answer("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1}) == (
        "Accepted"
    )
    assert bench.actions() == ["BootNotification", "StatusNotification"]


@pytest.mark.parametrize("answer", [None, Refusal(), Refusal("NotSupported")])
def test_boot_09_an_unanswered_boot_is_repeated_ever_more_slowly(answer: Refusal | None) -> None:
    """BOOT-09: after 60 s, 120 s, 240 s and then every 300 s; a silent central system adds the 30 s of the time-out."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = answer
    bench.power_on()
    bench.wait(1300)
    timeout_s = 30 if answer is None else 0
    gaps = [60, 120, 240, 300, 300]
    expected, at_s = [0.0], 0.0
    for gap_s in gaps:
        at_s += gap_s + timeout_s
        expected.append(at_s)
    assert boots_at(bench)[:6] == pytest.approx(expected[: len(boots_at(bench))])
    assert len(boots_at(bench)) >= 5


def test_boot_09_the_last_known_interval_is_used() -> None:
    """BOOT-09: after a Pending with 20 s an answer that fails is followed by 20 s, then 40 s."""
    bench = Bench(boot=False)
    answers: Script = Script([boot_answer(bench, "Pending", 20), None])
    bench.answers["BootNotification"] = answers
    bench.power_on()
    bench.wait(135)
    assert boots_at(bench) == [0, 20, 70, 140][: len(boots_at(bench))]
    assert len(boots_at(bench)) == 3


@pytest.mark.parametrize(
    ("action", "payload"),
    [("RemoteStartTransaction", {"idTag": "TAG-1"}), ("RemoteStopTransaction", {"transactionId": 1})],
)
def test_boot_11_remote_requests_while_pending_are_rejected(action: str, payload: Payload) -> None:
    bench = pending()
    bench.plug()
    assert bench.status_of_answer(action, payload) == "Rejected"
    bench.wait(5)
    assert bench.station.connectors[ConnectorId(1)].status == "Preparing"  # of the plug alone
    assert bench.calls("Authorize") == []


def test_boot_12_a_triggered_boot_does_not_wait_for_the_interval() -> None:
    """BOOT-12: conf first, then BootNotification at once; accepted, the station is in service."""
    bench = pending()
    bench.wait(10)
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Accepted", 60)
    assert bench.status_of_answer("TriggerMessage", {"requestedMessage": "BootNotification"}) == "Accepted"
    assert boots_at(bench) == [0, 10]
    assert bench.statuses(0) == ["Available"]


def test_boot_15_a_station_that_was_never_accepted_does_not_charge() -> None:
    """BOOT-15, CLK-04: a fresh station without a central system refuses badges, in free mode too."""
    bench = Bench(boot=False, initial={"AuthenticationOCPPMode": "false"})
    bench.line_works = False
    bench.power_on()
    bench.plug(1)
    bench.badge()
    bench.wait(60)
    assert list(bench.station.transactions.all_open()) == []


def test_boot_15_accepted_once_it_charges_without_today_s_boot() -> None:
    """BOOT-15: the flag outlasts a power cut."""
    bench = Bench()
    bench.lose_line()
    bench.power_cut(60)
    bench.plug()
    bench.badge()
    bench.wait(30)
    assert [each.id_tag for each in bench.station.transactions.all_open()] == ["TAG-1"]


def test_boot_15_another_central_system_must_accept_it_first() -> None:
    """BOOT-15: the flag belongs to the pair of SupervisionUrl and BoxIdentifier."""
    bench = Bench()
    assert bench.status_of_answer("ChangeConfiguration", {"key": "BoxIdentifier", "value": "CP-2"}) == "RebootRequired"
    bench.lose_line()
    bench.power_cut()
    bench.plug()
    bench.badge()
    bench.wait(30)
    assert list(bench.station.transactions.all_open()) == []


def test_boot_16_what_runs_while_a_boot_is_pending_is_delivered_after_it() -> None:
    """BOOT-16, Q-11: a charge that began in Pending is queued until Accepted."""
    bench = Bench()
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Pending", 100)
    bench.power_cut()
    bench.charge(for_s=40)
    assert bench.calls("StartTransaction") == []
    bench.answers["BootNotification"] = lambda _: boot_answer(bench, "Accepted", 100)
    bench.wait(70)
    assert [each["idTag"] for each in bench.calls("StartTransaction")] == ["TAG-1"]


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.SECURITY_ERROR])
def test_err_13_other_errors_do_not_make_the_station_boot_again(code: ErrorCode) -> None:
    """ERR-13, ERR-14: a refused status is dropped, the connection and the standing stay."""
    bench = Bench()
    bench.answers["StatusNotification"] = Refusal(str(code))
    sent = len(bench.frames)
    bench.plug()
    bench.wait(100)
    assert bench.actions(sent) == ["StatusNotification"]
    assert bench.is_connected
