"""The security log and the events that are sent from it (SE, D-32)."""

import itertools
from collections.abc import Callable

import pytest

from contactor.base.ids import OutletNumber
from contactor.station.events import DialFailed, PowerOnCause, SecurityLogCleared
from contactor.station.security_log import CRITICAL, LOG_MAX, SecurityEvent
from tests.station.bench import Bench, Refusal

OF_CERTIFICATES = {"InvalidFirmwareSignature", "InvalidFirmwareSigningCertificate", "InvalidChargePointCertificate"}
"""Provoked at a charger that offers the white paper whole, in `generic/`."""


def sent(bench: Bench) -> list[str]:
    """The types of the events sent, each message once."""
    return [frame.payload["type"] for frame in bench.frames if frame.action == "SecurityEventNotification"]


def refused_as(event: str) -> Callable[[Bench], None]:
    """The link reports why the handshake failed."""

    def fail(bench: Bench) -> None:
        bench.refusal = DialFailed("handshake", 401 if event.startswith("FailedTo") else None, event)
        bench.lose_line()
        while bench.logged().count(event) == 0:
            bench.wait(1)
        bench.line_works = True
        bench.repair_line()

    return fail


def tamper(dtc: str) -> Callable[[Bench], None]:
    def raise_it(bench: Bench) -> None:
        bench.rig.raise_fault(dtc)

    return raise_it


def set_clock(bench: Bench) -> None:
    bench.answers["Heartbeat"] = {"currentTime": "2026-03-01T12:30:00Z"}
    bench.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})


def replay(bench: Bench) -> None:
    bench.ask("GetConfiguration", {"key": ["NumberOfConnectors"]}, message_id="again")
    bench.ask("ClearCache", {}, message_id="again")


TRIGGERS: list[tuple[str, Callable[[Bench], object]]] = [
    ("FailedToAuthenticateAtCentralSystem", refused_as("FailedToAuthenticateAtCentralSystem")),
    ("InvalidCentralSystemCertificate", refused_as("InvalidCentralSystemCertificate")),
    ("CentralSystemFailedToAuthenticate", refused_as("InvalidCentralSystemCertificate")),
    ("InvalidTLSVersion", refused_as("InvalidTLSVersion")),
    ("InvalidTLSCipherSuite", refused_as("InvalidTLSCipherSuite")),
    ("SettingSystemTime", set_clock),
    ("StartupOfTheDevice", lambda bench: bench.power_cut()),
    ("ResetOrReboot", lambda bench: bench.ask("Reset", {"type": "Hard"})),
    ("ResetOrReboot", lambda bench: bench.restart(PowerOnCause.WATCHDOG)),
    ("SecurityLogWasCleared", lambda bench: bench.handle(SecurityLogCleared())),
    ("ReconfigurationOfSecurityParameters", lambda bench: bench.set("AuthorizationKey", "4F" * 16)),
    ("ReconfigurationOfSecurityParameters", lambda bench: bench.set("SecurityEventsEnabled", "true")),
    (
        "ReconfigurationOfSecurityParameters",
        lambda bench: bench.ask("ChangeConfiguration", {"key": "SupervisionUrl", "value": "wss://b.test"}),
    ),
    ("InvalidMessages", lambda bench: bench.says(["no frame"])),
    ("InvalidMessages", lambda bench: bench.says([2, "x", "GetConfiguration"])),
    ("AttemptedReplayAttacks", replay),
    ("TamperDetectionActivated", tamper("0x10020C")),
    ("TamperDetectionActivated", tamper("0x10020E")),
    ("TamperDetectionActivated", tamper("0x200204")),
    ("TamperDetectionActivated", tamper("0x20020B")),
]


@pytest.mark.parametrize(("event", "provoke"), TRIGGERS, ids=[event for event, _ in TRIGGERS])
def test_se_01_se_02_what_provokes_an_event(event: str, provoke: Callable[[Bench], object]) -> None:
    """SE-01, SE-02, SEC-24, TR-09: every event is logged once; the critical ones, and no others, are sent."""
    bench = Bench()
    bench.wait(1)
    logged, notified = bench.logged().count(event), sent(bench).count(event)
    provoke(bench)
    bench.wait(30)
    assert bench.logged().count(event) == logged + 1
    assert sent(bench).count(event) - notified == (SecurityEvent(event) in CRITICAL)


def test_se_01_the_critical_ones() -> None:
    """SE-01: ten of the white paper's; those of firmware, certificates and memory are provoked elsewhere."""
    assert {str(event) for event in CRITICAL} == {
        "FirmwareUpdated",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
        *OF_CERTIFICATES,
    }
    provoked = {event for event, _ in TRIGGERS} | {"FirmwareUpdated", "MemoryExhaustion", *OF_CERTIFICATES}
    assert provoked == {str(event) for event in SecurityEvent}


def test_se_01_a_repeated_request_is_no_attack() -> None:
    """AttemptedReplayAttacks: the same id with the same content; and ids may begin anew with a new connection."""
    bench = Bench()
    for _ in range(3):
        bench.ask("ClearCache", {}, message_id="1")
    bench.lose_line()
    bench.repair_line()
    bench.ask("GetConfiguration", {"key": ["ResetRetries"]}, message_id="1")
    assert "AttemptedReplayAttacks" not in bench.logged()


def test_se_02_the_message() -> None:
    """SE-02: type and the time of the event, which is not that of its sending."""
    bench = Bench()
    bench.lose_line()
    bench.wait(100)
    bench.rig.raise_fault("0x10020C")
    bench.wait(0)
    bench.repair_line()
    bench.wait(1)
    last = bench.calls("SecurityEventNotification")[-1]
    assert last == {"type": "TamperDetectionActivated", "timestamp": "2026-03-01T12:01:40Z", "techInfo": "0x10020C"}


def test_se_03_switched_off_nothing_is_sent_and_all_is_logged() -> None:
    """SE-03, SecurityEventsEnabled."""
    bench = Bench()
    bench.wait(1)
    bench.set("SecurityEventsEnabled", "false")
    before = len(sent(bench))
    bench.rig.raise_fault("0x10020C")
    bench.wait(0)
    bench.rig.clear_fault("0x10020C")
    bench.power_cut(10)
    bench.wait(200)
    assert len(sent(bench)) == before
    assert bench.logged()[-2:] == ["TamperDetectionActivated", "StartupOfTheDevice"]


def test_se_03_what_was_owed_when_it_was_switched_off_is_not_sent_either() -> None:
    bench = Bench()
    bench.answers["SecurityEventNotification"] = Refusal()
    bench.rig.raise_fault("0x10020C")
    bench.wait(1)
    bench.set("SecurityEventsEnabled", "false")
    before = len(sent(bench))
    bench.wait(1000)
    assert len(sent(bench)) == before
    bench.answers["SecurityEventNotification"] = {}
    bench.set("SecurityEventsEnabled", "true")
    bench.wait(1)
    assert sent(bench)[before:] == ["TamperDetectionActivated"]


def test_se_04_offline_events_are_delivered_later_and_in_order() -> None:
    """SE-04: over two power cuts without a line."""
    bench = Bench()
    bench.wait(1)
    bench.lose_line()
    bench.power_cut(5)
    bench.rig.raise_fault("0x10020E")
    bench.wait(0)
    bench.rig.clear_fault("0x10020E")
    bench.power_cut(5)
    before = len(sent(bench))
    bench.repair_line()
    bench.wait(1)
    assert sent(bench)[before:] == ["StartupOfTheDevice", "TamperDetectionActivated", "StartupOfTheDevice"]


@pytest.mark.parametrize("answer", [None, Refusal("NotSupported"), Refusal("InternalError"), {"odd": 1}])
def test_se_04_err_13_an_event_that_is_not_taken_is_sent_again(answer: Refusal | None) -> None:
    """SE-04, ERR-13: after CALLERROR, time-out or nonsense; ever more slowly, and what came later waits."""
    bench = Bench(boot=False)
    bench.answers["SecurityEventNotification"] = answer
    bench.power_on()
    bench.rig.raise_fault("0x10020C")
    bench.wait(2000)
    assert set(sent(bench)) == {"StartupOfTheDevice"}
    times = [frame.at_s for frame in bench.frames if frame.action == "SecurityEventNotification"]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[:3] == [60, 120, 240] or gaps[:3] == [90, 150, 270]
    bench.answers["SecurityEventNotification"] = {}
    bench.wait(3700)
    assert sent(bench)[-2:] == ["StartupOfTheDevice", "TamperDetectionActivated"]


def test_se_04_a_power_cut_before_the_answer_sends_it_again() -> None:
    bench = Bench(boot=False)
    bench.answers["SecurityEventNotification"] = None
    bench.power_on()
    bench.wait(1)
    bench.answers["SecurityEventNotification"] = {}
    bench.power_cut(1)
    bench.wait(1)
    assert sent(bench) == ["StartupOfTheDevice"] * 3


def test_se_01_the_log_is_rolling_and_keeps_what_is_owed() -> None:
    """SE-01: a thousand entries at most; the oldest that nobody waits for go first."""
    bench = Bench()
    bench.lose_line()
    bench.rig.raise_fault("0x10020C")
    bench.wait(0)
    bench.answers["SecurityEventNotification"] = None
    bench.repair_line()
    for _ in range(LOG_MAX + 50):
        bench.says(["no frame"])
    assert len(bench.logged()) == LOG_MAX
    assert bench.logged()[0] == "TamperDetectionActivated"


def test_se_01_even_a_log_that_is_all_owed_stays_bounded() -> None:
    """SE-01: offline for years, with somebody at the door every day."""
    bench = Bench()
    bench.lose_line()
    for _ in range(LOG_MAX + 20):
        bench.rig.raise_fault("0x10020C")
        bench.rig.clear_fault("0x10020C")
        bench.wait(0)
    assert len(bench.logged()) == LOG_MAX
    bench.repair_line()
    bench.wait(60)
    assert len(sent(bench)) >= LOG_MAX


def test_security_log_was_cleared_is_what_is_left_of_it() -> None:
    """SecurityLogWasCleared: everything that was delivered goes, what is owed stays."""
    bench = Bench()
    bench.wait(1)
    bench.says(["no frame"])
    bench.lose_line()
    bench.rig.raise_fault("0x200204", None)
    bench.wait(0)
    bench.handle(SecurityLogCleared())
    assert bench.logged() == ["TamperDetectionActivated", "SecurityLogWasCleared"]


def test_a_door_opened_in_the_dark_is_noticed_when_the_power_is_back() -> None:
    """TamperDetectionActivated: nobody could tell while it happened."""
    bench = Bench()
    bench.rig.power_off()
    bench.rig.raise_fault("0x10020C")
    bench.power_cut(60)
    bench.wait(1)
    assert sent(bench)[-1] == "TamperDetectionActivated"


def test_the_emergency_stop_is_no_tampering() -> None:
    """D-20: only doors and tilt sensors are."""
    bench = Bench()
    bench.rig.raise_fault("0x100202")
    bench.rig.raise_fault("0x10020A", OutletNumber(1))
    bench.wait(1)
    assert "TamperDetectionActivated" not in bench.logged()


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": "x"}),
        ("CertificateSigned", {"certificateChain": "x"}),
        (
            "SignedUpdateFirmware",
            {
                "requestId": 1,
                "firmware": {
                    "location": "https://a.test/x",
                    "retrieveDateTime": "2026-03-01T12:00:00Z",
                    "signingCertificate": "x",
                    "signature": "x",
                },
            },
        ),
    ],
)
def test_se_06_what_this_station_does_not_offer_leads_to_no_event_of_it(
    action: str, payload: dict[str, object]
) -> None:
    """SE-06, D-32: no signed firmware and no client certificates, so nothing is told of them."""
    bench = Bench()
    answer = bench.ask(action, payload)
    assert (answer[0], answer[2]) == (4, "NotSupported")
    assert OF_CERTIFICATES.isdisjoint(bench.logged())
