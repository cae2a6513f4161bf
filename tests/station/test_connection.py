"""The line to the central system: dialling, back-off, pings, and what a reconnection brings (TR)."""

import itertools
import json

import pytest

from contactor.ocpp.errors import ErrorCode
from contactor.station.events import DialFailed
from tests.station.bench import Bench, Refusal


def dials_at(bench: Bench, for_s: float) -> list[float]:
    """When the station dials while nobody answers, in seconds from the first attempt on."""
    times: list[float] = []
    known = len(bench.dials)
    end_s = bench.now_s + for_s
    while bench.now_s < end_s:
        bench.wait(0.5)
        if len(bench.dials) > known:
            known = len(bench.dials)
            times.append(bench.now_s)
    return times


def test_tr_01_the_station_dials_the_configured_url_under_its_identity() -> None:
    """TR-01: both as written; joining and percent-encoding them is the link's."""
    bench = Bench(initial={"SupervisionUrl": "ws://Central.test/ocpp/", "BoxIdentifier": "RDAM 123"})
    (dial,) = bench.dials
    assert (dial.url, dial.identity, dial.password) == ("ws://Central.test/ocpp/", "RDAM 123", None)


@pytest.mark.parametrize("missing", ["SupervisionUrl", "BoxIdentifier"])
def test_tr_01_without_an_address_nobody_is_dialled(missing: str) -> None:
    initial = {"SupervisionUrl": "ws://central.test", "BoxIdentifier": "CP-1"}
    del initial[missing]
    bench = Bench(boot=False)
    bench.settings = type(bench.settings)(model="EVD1S180TBB", serial="SN", initial=initial)
    bench.station = bench._new_station()
    bench.power_on()
    bench.wait(1000)
    assert bench.dials == []


@pytest.mark.parametrize("status", [None, 404, 401, 503])
def test_tr_07_tr_13_the_waits_double_up_to_five_minutes_and_never_end(status: int | None) -> None:
    """TR-07, TR-09, TR-13: 5, 10, 20, 40, 80, 160, 300, 300 s, each 20 percent more or less."""
    bench = Bench(boot=False)
    bench.line_works = False
    bench.power_on()
    times = [0.0, *dials_at(bench, 1800)]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    for gap_s, steady_s in zip(gaps, [5, 10, 20, 40, 80, 160, 300, 300], strict=False):
        assert 0.8 * steady_s <= gap_s <= 1.2 * steady_s + 0.5
    assert len(gaps) >= 8


def test_tr_09_a_401_is_logged_each_time_and_the_key_is_kept() -> None:
    """TR-09: two refusals, two entries, the same key in every attempt; then it is let in."""
    key = "000102030405060708090A0B0C0D0E0F"
    bench = Bench(boot=False, initial={"AuthorizationKey": key})
    bench.refusal = DialFailed("HTTP 401", 401, "FailedToAuthenticateAtCentralSystem")
    bench.line_works = False
    bench.power_on()
    while len(bench.dials) < 2:
        bench.wait(1)
    bench.line_works = True
    bench.repair_line()
    assert bench.logged().count("FailedToAuthenticateAtCentralSystem") == 2
    assert [dial.password for dial in bench.dials] == [bytes.fromhex(key)] * 3


def test_tr_13_an_accepted_connection_starts_the_waits_over() -> None:
    """TR-13: after a long outage and an accepted boot the first wait is about 5 s again."""
    bench = Bench()
    bench.lose_line()
    bench.wait(1000)
    bench.repair_line()
    bench.power_cut()  # boots anew, is accepted
    bench.lose_line()
    bench.line_works = True
    bench.wait(6.1)
    assert bench.is_connected


def test_tr_13_sixty_seconds_are_a_good_connection_too() -> None:
    """TR-13: without a boot in between, a connection that lasted starts the waits over."""
    bench = Bench()
    bench.lose_line()
    bench.wait(1000)
    bench.repair_line()
    bench.wait(61)
    bench.lose_line()
    bench.line_works = True
    bench.wait(6.1)
    assert bench.is_connected


def test_tr_13_a_connection_that_breaks_at_once_is_none() -> None:
    """TR-13: back-off goes on growing when the central system hangs up every time."""
    bench = Bench()
    gaps = []
    for _ in range(4):
        bench.lose_line()
        lost_s = bench.now_s
        bench.repair_line()
        gaps.append(bench.now_s - lost_s)
    assert gaps == sorted(gaps)
    assert gaps[-1] > 30


def test_tr_12_cf_19_pings_follow_the_key() -> None:
    """TR-12, CF-19: 20 s by default; a write acts on the open connection; 0 stops them."""
    bench = Bench()
    bench.set("WebSocketPingInterval", "7")
    bench.set("WebSocketPingInterval", "0")
    bench.lose_line()
    bench.repair_line()
    assert bench.pings == [20, 7, 0, 0]


def test_tr_14_a_reconnection_is_no_boot() -> None:
    """TR-14, ST-30: no BootNotification and no status that is as it was told; what is owed goes out."""
    bench = Bench()
    bench.charge(for_s=30)
    bench.lose_line()
    sent = len(bench.frames)
    bench.badge()
    bench.wait(10)
    bench.repair_line()
    bench.wait(5)
    assert sorted(bench.actions(sent)) == ["StatusNotification", "StopTransaction"]


@pytest.mark.parametrize("trigger", ["Heartbeat", "StatusNotification", "MeterValues"])
def test_tr_15_a_security_error_makes_the_station_boot_again(trigger: str) -> None:
    """TR-15: the central system has forgotten us; nothing else goes out until it has accepted the boot."""
    bench = Bench()
    bench.answers[trigger] = Refusal("SecurityError")
    bench.answers["BootNotification"] = None
    bench.ask("TriggerMessage", {"requestedMessage": trigger})
    assert bench.actions()[-1] == "BootNotification"
    bench.plug()
    bench.badge()
    bench.wait(20)
    assert bench.actions()[-1] == "BootNotification"
    assert bench.actions().count("BootNotification") == 2


def test_tr_15_boot_06_a_central_system_that_takes_every_boot_and_refuses_the_rest_is_not_flooded() -> None:
    """TR-15 at once, BOOT-06 from then on: without a pause the two would boot and refuse as fast as they can."""
    bench = Bench()
    bench.answers["StatusNotification"] = Refusal("SecurityError")
    bench.ask("TriggerMessage", {"requestedMessage": "StatusNotification"})
    bench.wait(600)
    first_s, at_once_s, *later_s = (frame.at_s for frame in bench.frames if frame.action == "BootNotification")
    assert at_once_s - first_s < 60
    assert len(later_s) == 600 // 60
    assert all(later - earlier >= 60 for earlier, later in itertools.pairwise([at_once_s, *later_s]))


def test_tr_15_nothing_owed_is_lost_over_a_forgetful_central_system() -> None:
    """TR-15: the StartTransaction that was refused for it is sent again after the boot, with its own id."""
    bench = Bench()
    accepts = bench.answers["StartTransaction"]
    bench.answers["StartTransaction"] = Refusal("SecurityError")
    bench.charge(for_s=1)
    bench.answers["StartTransaction"] = accepts
    bench.wait(30)
    starts = [frame for frame in bench.frames if frame.action == "StartTransaction"]
    assert [start.message_id for start in starts] == [starts[0].message_id] * 2
    assert bench.actions().index("StartTransaction") < bench.actions().index("BootNotification", 1)
    assert bench.station.messages_owed == 0


def test_tr_15_what_waits_does_not_slip_out_while_the_new_boot_is_pending() -> None:
    """TR-15, BOOT-08: an Authorize that was queued behind the refused call is decided without the central system."""
    bench = Bench(initial={"MinimumStatusDuration": "0"})
    bench.plug()
    bench.answers["Heartbeat"] = None
    bench.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
    bench.badge()
    bench.answers["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": bench.instant_text,
        "interval": 300,
    }
    heartbeat = next(frame for frame in reversed(bench.frames) if frame.action == "Heartbeat")
    bench.says([4, heartbeat.message_id, str(ErrorCode.SECURITY_ERROR), "", {}])
    bench.wait(5)
    assert bench.calls("Authorize") == []
    assert [each.id_tag for each in bench.station.transactions.all_open()] == ["TAG-1"]


def test_tr_17_an_idle_line_stays_open() -> None:
    """TR-17: an hour of silence, and a request is still answered."""
    bench = Bench(initial={"HeartbeatInterval": "0"})
    bench.set("HeartbeatInterval", "0")
    bench.wait(3600)
    assert bench.ask("GetConfiguration", {"key": ["NumberOfConnectors"]})[0] == 3
    assert len(bench.dials) == 1


def test_tr_19_a_list_of_400_entries_is_one_message() -> None:
    """TR-19: the longest SendLocalList of the guide comes in one text."""
    bench = Bench(initial={"LocalAuthListEnabled": "true"})
    entries = [{"idTag": f"TAG-{number:016d}", "idTagInfo": {"status": "Accepted"}} for number in range(400)]
    request = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries}
    assert len(json.dumps(request)) > 20_000
    assert bench.status_of_answer("SendLocalList", request) == "Accepted"


def test_tr_20_a_planned_restart_closes_the_line_first() -> None:
    """TR-20: the close code is 1001, before the restart."""
    bench = Bench()
    bench.ask("Reset", {"type": "Soft"})
    bench.wait(5)
    assert [(each.code, len(bench.restarts)) for each in bench.hang_ups] == [(1001, 1)]
    assert bench.calls("BootNotification")[1:]
