"""Facts open and close alarms, on both databases; the guide says what a trouble code means."""

from collections.abc import Iterator

import pytest

from contactor.central.alarms.alarm import AlarmView, ClosedBy, Severity
from contactor.central.alarms.alarm_rows import OPEN_MAX, acknowledge, count_alarms, find_alarms
from contactor.central.alarms.rulebook import make_rulebook, rulebook
from contactor.central.alarms.watch import AFTER_BOOT_S, look
from contactor.central.correcting import Author, Correction, correct
from contactor.central.events.event_rows import EventFilter, EventRecord
from contactor.central.milliseconds import to_ms
from contactor.central.store.alarm_tables import alarm_rules
from contactor.central.store.database import for_writing
from contactor.guide.load import load_product
from tests.central.bench import OTHER_STATION, STATION, CentralBench, Json, Line, at, central_in, wire_time

PRODUCT = "evlink_pro_dc"
FAULT, WARNING, OF_STATION = "0x100205", "0x100007", "0x100005"


class AlarmBench:
    """A station on the line, and a look at its alarms."""

    def __init__(self, bench: CentralBench) -> None:
        self.bench = bench
        self.line: Line = bench.connect_accepted()

    def status(self, connector: int, code: str = "", second: float = 0, error: str = "OtherError") -> None:
        self.bench.clock.set_wall_clock(at(second))
        status: Json = {"connectorId": connector, "status": "Available", "errorCode": error if code else "NoError"}
        if code:
            status |= {"vendorErrorCode": code, "info": "as told"}
        self.line.ask("StatusNotification", {**status, "timestamp": wire_time(second)})

    def all(self) -> list[AlarmView]:
        with self.bench.engine.connect() as connection:
            return find_alarms(connection, limit=1000)[::-1]

    def open(self) -> list[tuple[str, int]]:
        return [(view.subject, view.connector_id) for view in self.all() if view.closed_at is None]

    def watch(self, second: float, *online: str, since: float = 0) -> None:
        with for_writing(self.bench.engine).begin() as connection:
            look(connection, set(online), at(since), at(second))  # type: ignore[arg-type]  # plain texts for station ids

    def acknowledge(self, number: int, note: str = "") -> AlarmView:
        with for_writing(self.bench.engine).begin() as connection:
            return acknowledge(connection, number, "anna", note, at(500))

    def change_rule(self, name: str, **changes: object) -> None:
        with for_writing(self.bench.engine).begin() as connection:
            row = {"name": name, "changed_by": "anna", "changed_at_ms": 0, **changes}
            connection.execute(alarm_rules.insert().values(row))


@pytest.fixture
def alarms(database: str) -> Iterator[AlarmBench]:
    with central_in(database) as bench:
        yield AlarmBench(bench)


@pytest.mark.parametrize("dtc", load_product().vendor_errors)
def test_every_trouble_code_of_the_guide_is_a_rule_with_text_part_severity_and_advice(dtc: str) -> None:
    rule, listed = rulebook().rules[f"{PRODUCT}.{dtc}"], load_product().vendor_errors[dtc]
    assert (rule.title, rule.part) == (listed.description, listed.part.value)
    # D-20: class byte 02 takes a connector out of service.
    assert rule.severity is (Severity.CRITICAL if dtc[4:6] == "02" else Severity.WARNING)
    assert rule.advice


def test_a_rule_that_says_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="severity"):
        make_rulebook({"rules": {"x": {"severity": "grave"}}, "routine": {}, "advice": {}}, {})


def test_flt_07_an_alarm_is_opened_by_the_error_and_closed_by_the_status_without(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    (view,) = alarms.all()
    assert (view.rule, view.subject, view.connector_id, view.severity) == (
        f"{PRODUCT}.{FAULT}",
        FAULT,
        1,
        Severity.CRITICAL,
    )
    assert (view.title, view.part) == (load_product().vendor_errors[FAULT].description, "terminal")
    assert (view.details, view.model) == ("OtherError, as told", "EVD2L36D0CC")
    alarms.status(1, second=70)
    (view,) = alarms.all()
    assert (view.closed_at, view.closed_by, view.repair_s) == (at(70), ClosedBy.NO_ERROR, 60)


def test_each_change_is_an_event(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    alarms.acknowledge(1)
    alarms.status(1, second=70)
    told = EventRecord(alarms.bench.engine).read(0, 100, EventFilter())
    changes = [event.facts["state"] for event in told if event.kind == "alarm_changed"]
    assert changes == ["open", "acknowledged", "closed"]


def test_the_same_trouble_again_is_the_same_alarm_even_after_a_restart(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    alarms.line.end()
    alarms.line = alarms.bench.connect_accepted()
    alarms.status(1, FAULT, 20)
    (view,) = alarms.all()
    assert (view.times, view.opened_at, view.last_seen_at) == (2, at(10), at(20))


def test_another_error_closes_nothing_and_no_error_closes_all_of_its_connector(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    alarms.status(1, WARNING, 20)
    alarms.status(2, WARNING, 20)
    assert alarms.open() == [(FAULT, 1), (WARNING, 1), (WARNING, 2)]
    alarms.status(1, second=30)
    assert alarms.open() == [(WARNING, 2)]


def test_flt_05_an_older_error_told_again_says_that_the_newer_are_over(alarms: AlarmBench) -> None:
    """The station tells its newest: what stands behind it in line is over."""
    alarms.status(0, OF_STATION, 5)
    alarms.status(1, FAULT, 10)
    alarms.status(1, WARNING, 20)
    alarms.status(1, FAULT, 30)
    assert alarms.open() == [(OF_STATION, 0), (FAULT, 1)]
    alarms.status(1, OF_STATION, 40)
    assert alarms.open() == [(OF_STATION, 0)]


def test_a_trouble_of_the_whole_station_is_one_alarm_whatever_connector_tells_it(alarms: AlarmBench) -> None:
    alarms.status(0, OF_STATION, 10)
    alarms.status(1, OF_STATION, 10)
    assert alarms.open() == [(OF_STATION, 0)]
    alarms.status(1, second=20)
    assert alarms.open() == [(OF_STATION, 0)]
    alarms.status(0, second=20)
    assert alarms.open() == []


def test_a_code_that_no_guide_lists_and_an_error_without_a_code_are_alarms_too(alarms: AlarmBench) -> None:
    alarms.status(1, "E-77", 10)
    alarms.line.ask("StatusNotification", {"connectorId": 2, "status": "Faulted", "errorCode": "GroundFailure"})
    assert [(view.rule, view.subject) for view in alarms.all()] == [
        ("unlisted_trouble", "E-77"),
        ("unlisted_trouble", "GroundFailure"),
    ]


def test_a_status_that_is_older_than_the_latest_opens_and_closes_nothing(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 100)
    alarms.bench.clock.set_wall_clock(at(200))
    late: Json = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "timestamp": wire_time(50)}
    alarms.line.ask("StatusNotification", late)
    assert alarms.open() == [(FAULT, 1)]


def test_a_closing_that_was_lost_is_made_up_for_by_a_boot(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    alarms.status(1, WARNING, 20)
    alarms.bench.clock.set_wall_clock(at(100))
    alarms.line.boot()
    alarms.status(1, WARNING, 110)
    alarms.watch(100 + AFTER_BOOT_S, STATION)
    assert len(alarms.open()) == 2
    alarms.watch(101 + AFTER_BOOT_S, STATION)
    assert alarms.open() == [(WARNING, 1)]
    assert alarms.all()[0].closed_by == ClosedBy.BOOT


def test_a_station_that_is_silent_for_long_is_an_alarm_until_it_is_back(alarms: AlarmBench) -> None:
    alarms.watch(299, since=-1000)
    alarms.watch(400, STATION, since=-1000)
    alarms.watch(400, since=200)  # not on watch for long enough to know
    assert alarms.all() == []
    alarms.watch(400, since=-1000)
    alarms.watch(410, since=-1000)
    (view,) = alarms.all()  # the other station was never here
    assert (view.rule, view.station_id, view.times) == ("station_offline", STATION, 1)
    assert view.details == "last heard 2026-05-01 12:00:00 UTC"
    alarms.watch(420, STATION, OTHER_STATION)
    assert alarms.all()[0].closed_by == ClosedBy.BACK_ONLINE


def test_an_unknown_badge_a_security_event_and_a_suspect_record_are_alarms(alarms: AlarmBench) -> None:
    alarms.line.ask("Authorize", {"idTag": "STRANGER"})
    alarms.line.ask("Authorize", {"idTag": "STRANGER-2"})
    tampered: Json = {"type": "TamperDetectionActivated", "timestamp": wire_time(0)}
    alarms.line.ask("SecurityEventNotification", tampered)
    alarms.line.ask("SecurityEventNotification", tampered)
    alarms.line.ask("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": wire_time(0)})
    start: Json = {"connectorId": 1, "idTag": "STRANGER", "meterStart": 0, "timestamp": "1970-01-01T00:00:00Z"}
    number = alarms.line.ask("StartTransaction", start)["transactionId"]
    assert [(view.rule, view.subject, view.times, view.details) for view in alarms.all()] == [
        ("unknown_tag", "", 3, "STRANGER"),
        ("security_event", "TamperDetectionActivated", 1, ""),
        ("suspect_record", f"transaction {number}", 1, "clock_not_set: reported 1970-01-01 00:00:00+00:00"),
    ]


def test_the_alarm_of_a_suspect_record_ends_with_its_last_mark(alarms: AlarmBench) -> None:
    """CS-14: a start took the place of a stop that comes after all."""
    for meter in (0, 1000):
        start: Json = {"connectorId": 1, "idTag": "T", "meterStart": meter, "timestamp": wire_time(meter / 100)}
        alarms.line.ask("StartTransaction", start)
    (doubted,) = [view for view in alarms.all() if view.rule == "suspect_record"]
    assert (doubted.subject, doubted.closed_at) == ("transaction 1", None)
    alarms.line.ask("StopTransaction", {"transactionId": 1, "meterStop": 1000, "timestamp": wire_time(5)})
    (doubted,) = [view for view in alarms.all() if view.rule == "suspect_record"]
    assert doubted.closed_by == ClosedBy.RECORD_SETTLED


def test_the_alarm_of_a_suspect_record_ends_with_its_correction(alarms: AlarmBench) -> None:
    """CS-16: the clock was not set, and a person says what was so."""
    start: Json = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "1970-01-01T00:00:00Z"}
    number = alarms.line.ask("StartTransaction", start)["transactionId"]
    assert isinstance(number, int)
    alarms.line.ask("StopTransaction", {"transactionId": number, "meterStop": 900, "timestamp": wire_time(5)})
    with for_writing(alarms.bench.engine).begin() as connection:
        correct(connection, number, Correction(meter_stop_wh=800), Author("anna", "as the bill says", to_ms(at(60))))
    (doubted,) = [view for view in alarms.all() if view.rule == "suspect_record"]
    assert (doubted.closed_by, doubted.closed_at) == (ClosedBy.RECORD_SETTLED, at(60))


def test_what_has_no_end_of_its_own_is_closed_by_whoever_acknowledges_it(alarms: AlarmBench) -> None:
    alarms.line.ask("Authorize", {"idTag": "STRANGER"})
    alarms.status(1, FAULT, 10)
    view = alarms.acknowledge(1, "a guest")
    assert (view.acknowledged_by, view.note, view.closed_by) == ("anna", "a guest", ClosedBy.ACKNOWLEDGEMENT)
    view = alarms.acknowledge(2, "on my way")
    assert (view.acknowledged_by, view.acknowledged_at, view.closed_at) == ("anna", at(500), None)


def test_an_operators_rule_wins_over_the_programs(alarms: AlarmBench) -> None:
    alarms.change_rule(f"{PRODUCT}.{FAULT}", severity="info")
    alarms.change_rule(f"{PRODUCT}.{WARNING}", is_on=False)
    alarms.change_rule("station_offline", after_s=3600)
    alarms.status(1, FAULT, 10)
    alarms.status(1, WARNING, 20)
    alarms.watch(3000, since=-9000)
    assert [(view.subject, view.severity) for view in alarms.all()] == [(FAULT, Severity.INFO)]


def test_switching_a_rule_off_closes_its_alarms(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 10)
    alarms.change_rule(f"{PRODUCT}.{FAULT}", is_on=False)
    alarms.watch(60, STATION)
    assert alarms.all()[0].closed_by == ClosedBy.RULE_OFF


def test_a_station_that_invents_codes_without_end_does_not_fill_the_desk(alarms: AlarmBench) -> None:
    for number in range(OPEN_MAX + 5):
        alarms.status(1, f"E-{number}", number)
    assert len(alarms.open()) == OPEN_MAX


def test_alarms_are_counted_by_model_with_the_mean_time_to_repair(alarms: AlarmBench) -> None:
    alarms.status(1, FAULT, 0)
    alarms.status(1, second=100)
    alarms.status(2, FAULT, 100)
    alarms.status(2, second=300)
    alarms.status(1, WARNING, 400)
    with alarms.bench.engine.connect() as connection:
        (count,) = count_alarms(connection, "model", [])
        by_rule = count_alarms(connection, "subject", [])
    assert (count.of, count.total, count.open, count.mean_repair_s) == ("EVD2L36D0CC", 3, 1, 150)
    assert [(each.of, each.total, each.open) for each in by_rule] == [(FAULT, 2, 0), (WARNING, 1, 1)]


def test_a_code_means_what_the_stations_own_product_says() -> None:
    book = rulebook()
    for vendor, model, code, name in (
        ("Schneider Electric", "EVD1S180THB", "0x100005", "evlink_pro_dc.0x100005"),
        ("schneider electric", "A-NEW-MODEL", "0X100005", "evlink_pro_dc.0x100005"),
        ("Contactor", None, "0x100005", "generic_dc.0x100005"),
        ("Somebody", "X", "0x100005", "unlisted_trouble"),
        (None, None, "0x100005", "unlisted_trouble"),
    ):
        assert book.decode(vendor, model, "OtherError", code).rule.name == name
