"""StatusNotification: the history keeps all, the connector shows the latest."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.central.bench import CentralBench, Line, at, central_in, wire_time


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database) as bench:
        yield bench


def report(line: Line, status: str, when: float | None = None, connector: int = 1, **fields: str) -> None:
    payload: dict[str, object] = {"connectorId": connector, "errorCode": "NoError", "status": status, **fields}
    if when is not None:
        payload["timestamp"] = wire_time(when)
    assert line.ask("StatusNotification", payload) == {}


def shown(central: CentralBench, connector: int = 1) -> str:
    return next(view for view in central.queries.stations()[0].connectors if view.connector_id == connector).status


def kept(central: CentralBench) -> int:
    with central.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM statuses")).scalar_one())


def test_the_latest_status_is_shown(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(100)
    report(line, "Preparing", 10)
    report(line, "Charging", 20)
    assert (shown(central), kept(central)) == ("Charging", 2)


def test_st_14_an_older_status_that_comes_late_is_kept_but_not_shown(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(100)
    report(line, "Charging", 20)
    report(line, "Preparing", 10)
    assert (shown(central), kept(central)) == ("Charging", 2)


def test_st_13_without_a_timestamp_the_arrival_counts(central: CentralBench) -> None:
    line = central.connect_accepted()
    report(line, "Preparing")
    central.clock.advance(1)
    report(line, "Charging")
    report(line, "Finishing")
    view = central.queries.stations()[0].connectors[0]
    assert (view.status, view.reported_at) == ("Finishing", at(1))


@pytest.mark.parametrize("wrong", [-200_000, 3600])
def test_a_clock_that_is_not_set_or_ahead_does_not_freeze_the_connector(central: CentralBench, wrong: float) -> None:
    line = central.connect_accepted()
    central.clock.advance(10)
    report(line, "Preparing", 5)
    report(line, "Charging", wrong)
    assert shown(central) == "Charging"
    central.clock.advance(10)
    report(line, "Finishing", 15)
    assert shown(central) == "Finishing"


def test_flt_11_a_trouble_code_of_any_kind_is_kept_and_once(central: CentralBench) -> None:
    line = central.connect_accepted()
    report(line, "Faulted", 0, vendorErrorCode="0x100202")
    report(line, "Faulted", 0, vendorErrorCode="0x100202")
    report(line, "Faulted", 0, vendorErrorCode="0xDEADBE")
    assert kept(central) == 2


def test_connector_0_is_the_station_itself(central: CentralBench) -> None:
    line = central.connect_accepted()
    report(line, "Unavailable", connector=0)
    report(line, "Available", connector=2)
    assert (shown(central, 0), shown(central, 2)) == ("Unavailable", "Available")


def clock_set(line: Line, when: float) -> None:
    event: dict[str, object] = {
        "type": "SettingSystemTime",
        "timestamp": wire_time(when),
        "techInfo": "clock set by +600.0 s",
    }
    assert line.ask("SecurityEventNotification", event) == {}


def test_st_14_clk_02_what_a_wrong_clock_dated_too_early_counts_once_the_clock_was_set(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(1000)
    report(line, "Charging", 900)
    report(line, "Available", 350)  # by a clock that is ten minutes slow
    report(line, "Available", 900, connector=2)
    assert shown(central) == "Charging"
    clock_set(line, 1000)
    assert (shown(central), shown(central, 2), kept(central)) == ("Available", "Available", 3)


def test_st_14_what_comes_after_the_clock_was_set_is_compared_with_when_the_last_came(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(1000)
    report(line, "Charging", 350)
    clock_set(line, 1000)
    central.clock.advance(10)
    report(line, "Preparing", 800)
    assert shown(central) == "Charging"
    report(line, "Finishing", 1005)
    assert shown(central) == "Finishing"


def test_a_clock_that_was_set_ends_the_trouble_that_the_record_had_kept_by_mistake(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(1000)
    line.ask("StatusNotification", fault_at(900))
    report(line, "Available", 350)
    assert open_alarms(central) == 1
    clock_set(line, 1000)
    assert open_alarms(central) == 0
    clock_set(line, 1000)  # repeated: nothing more
    assert (shown(central), open_alarms(central)) == ("Available", 0)


def fault_at(when: float) -> dict[str, object]:
    return {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "timestamp": wire_time(when)}


def open_alarms(central: CentralBench) -> int:
    query = "SELECT count(*) FROM alarms WHERE open_key IS NOT NULL AND connector_id = 1"
    with central.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
