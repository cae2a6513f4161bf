"""What is forgotten, what never is, and that nobody waits for it."""

from collections.abc import Callable, Iterator

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from contactor.base.errors import BadSetting
from contactor.central import retention
from contactor.central.alarms.alarm_rows import find_alarms
from contactor.central.campaigns.campaign import CampaignState, Job, Rules
from contactor.central.campaigns.campaign_rows import add_campaign, find_campaigns, move_campaign
from contactor.central.campaigns.job_rows import add_jobs, find_jobs
from contactor.central.files.content_rows import Content, begin_content
from contactor.central.files.image_rows import add_image
from contactor.central.milliseconds import to_ms
from contactor.central.presence_rows import newest_periods
from contactor.central.retention import BATCH_ROWS, Piece, Retention, forget_some, rules_of
from contactor.central.store import schema
from contactor.central.store.database import for_writing
from contactor.central.store.operation_tables import commands
from contactor.central.store.port import WriterFull
from contactor.central.tariffs.cost_orders import TELLER, WHY
from tests.central.bench import NOON, STATION, CentralBench, LedgerBench, central_in, settings, wire_time

DAY_S = 86_400


class Laters:
    """Keeps what is to be done later, until it is told to do it."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, delay_s: float, deed: Callable[[], None]) -> None:
        assert delay_s > 0
        self.waiting.append(deed)

    def do(self) -> None:
        taken, self.waiting = self.waiting, []
        for deed in taken:
            deed()

    def do_all(self) -> None:
        while self.waiting:
            self.do()


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database) as bench:
        yield bench


@pytest.fixture
def laters() -> Laters:
    return Laters()


KEPT = ("readings", "statuses", "presence", "events", "messages", "alarms", "campaigns", "cost_orders", "files")
FOR_EVER = {f"keep_{each}_days": 0 for each in KEPT}


def keeper(central: CentralBench, laters: Laters, **days: int) -> Retention:
    given = settings(**{**FOR_EVER, **days})
    return Retention(
        rules_of(given), writer=central.writer, clock=central.clock, later=laters, log=structlog.get_logger()
    )


def energies(central: CentralBench) -> list[float | None]:
    with central.engine.connect() as connection:
        return list(connection.execute(select(schema.readings.c.energy_wh).order_by(schema.readings.c.id)).scalars())


def test_readings_go_when_they_came_longer_ago_than_they_are_kept(central: CentralBench, laters: Laters) -> None:
    ledger = LedgerBench(central.engine)
    number = ledger.start(meter=0).transaction_id
    for day in range(1, 5):
        ledger.read(number, when=day * DAY_S, energy=str(day))
    ledger.stop(number, meter=9, when=5 * DAY_S)
    before = ledger.queries.transactions()[0]
    central.clock.advance(5 * DAY_S)
    keeper(central, laters, keep_readings_days=2).begin()
    laters.do_all()
    assert energies(central) == [3, 4]  # the one from exactly two days ago stays
    after = ledger.queries.transactions()[0]
    assert (after.energy_wh, after.state, after.meter_stop_wh) == (before.energy_wh, before.state, 9)


def test_readings_that_came_late_are_as_old_as_their_arrival(central: CentralBench, laters: Laters) -> None:
    """A station without a clock says 1970, and one that was offline for a month delivers it all today."""
    line = central.connect_accepted()
    central.clock.advance(40 * DAY_S)
    reading = {"timestamp": "1970-01-01T00:00:01Z", "sampledValue": [{"value": "7"}]}
    line.ask("MeterValues", {"connectorId": 1, "meterValue": [reading]})
    keeper(central, laters, keep_readings_days=30).begin()
    laters.do_all()
    assert energies(central) == [7]


def test_readings_of_a_transaction_without_its_stop_are_kept_whatever_their_age(
    central: CentralBench, laters: Laters
) -> None:
    ledger = LedgerBench(central.engine)
    abandoned = ledger.start(when=0).transaction_id
    ledger.read(abandoned, when=60, energy="1100")
    ledger.start(when=500, meter=2000)
    ledger.read(-1, when=560, energy="2100")
    ledger.read(-1, when=560, energy="9999", connector=2)
    central.clock.advance(1000 * DAY_S)
    keeper(central, laters, keep_readings_days=1).begin()
    laters.do_all()
    assert energies(central) == [1100, 2100]
    assert [view.energy_wh for view in ledger.queries.transactions()] == [100, 100]


def test_past_statuses_go_and_the_latest_stays_with_its_connector(central: CentralBench, laters: Laters) -> None:
    line = central.connect_accepted()
    for day, status in enumerate(("Available", "Preparing", "Charging")):
        payload = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": wire_time(day * DAY_S)}
        line.ask("StatusNotification", payload)
        central.clock.advance(DAY_S)
    central.clock.advance(100 * DAY_S)
    keeper(central, laters, keep_statuses_days=90).begin()
    laters.do_all()
    with central.engine.connect() as connection:
        assert connection.execute(select(schema.statuses)).all() == []
    assert [connector.status for connector in central.queries.stations()[0].connectors] == ["Charging"]


def test_zero_days_keep_everything_and_no_rule_touches_the_ledger(central: CentralBench, laters: Laters) -> None:
    assert rules_of(settings(**FOR_EVER)) == []
    tables = {rule.table.name for rule in rules_of(settings(**dict.fromkeys(FOR_EVER, 1)))}
    assert tables == {
        *("readings", "statuses", "presence_periods", "events", "dead_letters", "messages", "alarms", "commands"),
        *("diagnostics", "file_contents", "file_places", "campaigns", "station_certificates"),
    }
    assert {rule.table.name for rule in rules_of(settings())} == tables - {"readings"}
    keeper(central, laters).begin()
    assert laters.waiting == []


def _fill_statuses(central: CentralBench, count: int) -> None:
    with for_writing(central.engine).begin() as connection:
        rows = [
            {
                "station_id": STATION,
                "connector_id": 1,
                "status": "Available",
                "error_code": "NoError",
                "reported_at_ms": number,
                "received_at_ms": number,
            }
            for number in range(count)
        ]
        connection.execute(schema.statuses.insert(), rows)


def test_a_piece_of_work_looks_at_a_bounded_number_of_rows(central: CentralBench) -> None:
    _fill_statuses(central, 2 * BATCH_ROWS + 1)
    (rule,) = rules_of(settings(**{**FOR_EVER, "keep_statuses_days": 90}))
    after_id, pieces = 0, []
    while True:
        with for_writing(central.engine).begin() as connection:
            piece = forget_some(connection, rule, after_id=after_id, before_ms=10**9)
        pieces.append(piece.forgotten)
        if piece.go_on_after is None:
            break
        after_id = piece.go_on_after
    assert pieces == [BATCH_ROWS, BATCH_ROWS, 1]
    with for_writing(central.engine).begin() as connection:
        assert forget_some(connection, rule, after_id=0, before_ms=10**9) == Piece(0, None)


def test_stations_are_answered_between_two_pieces(central: CentralBench, laters: Laters) -> None:
    _fill_statuses(central, 3 * BATCH_ROWS)
    line = central.connect_accepted()
    keeper(central, laters, keep_statuses_days=1).begin()
    assert len(laters.waiting) == 1
    assert line.ask("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}) == {}
    laters.do_all()
    with central.engine.connect() as connection:
        assert len(connection.execute(select(schema.statuses)).all()) == 1


def test_a_round_that_is_going_on_is_not_begun_again(central: CentralBench, laters: Laters) -> None:
    _fill_statuses(central, 3 * BATCH_ROWS)
    keeps = keeper(central, laters, keep_statuses_days=1)
    keeps.begin()
    keeps.begin()
    assert len(laters.waiting) == 1
    laters.do_all()
    keeps.begin()
    assert laters.waiting == []


def test_after_the_stop_no_piece_begins(central: CentralBench, laters: Laters) -> None:
    _fill_statuses(central, 2 * BATCH_ROWS)
    keeps = keeper(central, laters, keep_statuses_days=1)
    keeps.begin()
    keeps.stop()
    laters.do_all()
    keeps.begin()
    with central.engine.connect() as connection:
        assert len(connection.execute(select(schema.statuses)).all()) == BATCH_ROWS


def test_a_full_writer_or_a_failure_ends_the_round_and_a_later_one_does_it(
    central: CentralBench, laters: Laters, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill_statuses(central, 10)
    keeps = keeper(central, laters, keep_statuses_days=1)
    with monkeypatch.context() as patched:
        patched.setattr(central.writer, "write", _full)
        keeps.begin()
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(retention, "forget_some", _fail)
        keeps.begin()
    assert [entry["event"] for entry in logs] == ["old rows were not forgotten"]
    keeps.begin()
    with central.engine.connect() as connection:
        assert connection.execute(select(schema.statuses)).all() == []


def _full(*_arguments: object) -> None:
    raise WriterFull(3)


def _fail(*_arguments: object, **_named: object) -> Piece:
    raise LookupError("a bug")


@pytest.mark.parametrize("name", FOR_EVER)
@pytest.mark.parametrize("days", [-1, 1.5, True, "90", 36_501])
def test_days_are_whole_and_not_negative(name: str, days: object) -> None:
    with pytest.raises(BadSetting, match=f"{name}: .* give 1 to 36500 days, or 0 for ever"):
        settings(**{name: days})


def test_times_of_presence_grow_old_but_not_the_one_that_lasts(central: CentralBench, laters: Laters) -> None:
    for hours in (0, 1, 2):
        central.connect().end() if hours < 2 else central.connect()
        central.clock.advance(3600)
    central.clock.advance(9 * 86_400)
    keeper(central, laters, keep_presence_days=1).begin()
    laters.do_all()
    with central.engine.connect() as connection:
        (left,) = newest_periods(connection, STATION, before=None, limit=9)
    assert left.until is None


def test_closed_alarms_grow_old_and_open_ones_stay(central: CentralBench, laters: Laters) -> None:
    line = central.connect_accepted()
    for connector, error in ((1, "GroundFailure"), (2, "GroundFailure"), (1, "NoError")):
        line.ask("StatusNotification", {"connectorId": connector, "status": "Available", "errorCode": error})
    central.clock.advance(2 * DAY_S)
    keeper(central, laters, keep_alarms_days=1).begin()
    laters.do_all()
    with central.engine.connect() as connection:
        assert [view.connector_id for view in find_alarms(connection, limit=9)] == [2]


def test_campaigns_that_have_ended_grow_old_with_their_reports_and_running_ones_stay(
    central: CentralBench, laters: Laters
) -> None:
    with for_writing(central.engine).begin() as connection:
        content = begin_content(connection, to_ms(NOON))
        image = add_image(connection, "a.bin", "2", Content(content, 0, ""), by="anna", now_ms=to_ms(NOON))
        assert image is not None
        for number in (1, 2):
            begun = add_campaign(connection, f"{number}", image, Rules(), by="anna", now=NOON)
            add_jobs(connection, begun.campaign_id, [Job(STATION, wave=1, place=1)])
            if number == 1:
                move_campaign(connection, begun, CampaignState.DONE, "", NOON)
    central.clock.advance(2 * DAY_S)
    keeper(central, laters, keep_campaigns_days=1).begin()
    laters.do_all()
    with central.engine.connect() as connection:
        assert [each.campaign_id for each in find_campaigns(connection, (), None, 9)] == [2]
        assert (find_jobs(connection, 1), len(find_jobs(connection, 2))) == ([], 1)


def test_orders_of_running_costs_are_forgotten_and_those_of_people_are_not(
    central: CentralBench, laters: Laters
) -> None:
    ours = {"ordered_by": TELLER, "why": WHY, "state": "answered"}
    rows = [ours, {**ours, "ordered_by": "anna"}, {**ours, "why": "to see"}, {**ours, "state": "queued"}]
    same = {"station_id": STATION, "action": "DataTransfer", "request": "{}", "had_secret": False, "was_forced": False}
    with for_writing(central.engine).begin() as connection:
        connection.execute(commands.insert(), [{**same, **row, "queued_at_ms": to_ms(NOON)} for row in rows])
    central.clock.advance(2 * DAY_S)
    keeper(central, laters, keep_cost_orders_days=1).begin()
    laters.do_all()
    with central.engine.connect() as connection:
        assert list(connection.execute(select(commands.c.id).order_by(commands.c.id)).scalars()) == [2, 3, 4]
