"""The board keeps the fleet new: from REST's rows, the feed's events and readings, and tells only what changed."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from contactor.console.board import Board
from contactor.guide.load import load_product

AT = "2026-05-01T12:00:00Z"
AT_MS = 1_777_636_800_000
Facts = dict[str, Any]


def fleet_row(station_id: str, **changes: object) -> Facts:
    return {
        "station_id": station_id,
        "is_online": True,
        "registration": "Accepted",
        "vendor": "Schneider Electric",
        "model": "EVD1S180TBB",
        "power_kw": 180,
        "serial_number": "SN-1",
        "firmware_version": "1.0.0",
        "last_seen_at": AT,
        "connectors": [{"connector_id": 1, "status": "Available", "error_code": "NoError", "vendor_error_code": ""}],
        "transactions": [],
        **changes,
    }


def event(kind: str, **facts: object) -> Facts:
    return {"sequence": 1, "at": AT, "station_id": "A", "kind": kind, "facts": facts}


def reading(**changes: object) -> Facts:
    found: Facts = {"station_id": "A", "connector_id": 1, "transaction_id": 7, "taken_at": AT, "energy_wh": 1500.0}
    return {**found, "power_w": 50_000.0, "soc_percent": 21.0, "voltage_v": 400.0, "current_a": 125.0, **changes}


def board_with(*rows: Facts) -> Board:
    board = Board(load_product().vendor_errors)
    board.put(rows)
    board.take_changed()
    return board


def only_plug(board: Board) -> Facts:
    detail: Facts | None = board.detail("A")
    assert detail is not None
    (plug,) = detail["connectors"]
    return dict(plug)


def started(board: Board) -> None:
    facts = {"transaction_id": 7, "connector_id": 1, "id_tag": "ANNA", "meter_start_wh": 1000, "started_at": AT}
    board.hear(event("transaction_started", **facts))


def test_rows_that_say_nothing_new_are_no_change() -> None:
    board = board_with(fleet_row("A"), fleet_row("B"))
    board.put([fleet_row("A"), fleet_row("B", is_online=False)])
    assert board.take_changed() == {"B"}
    assert board.take_changed() == set()


def test_a_status_changes_the_row_and_the_counts() -> None:
    board = board_with(fleet_row("A"))
    status = {"connector_id": 1, "status": "Faulted", "error_code": "GroundFailure", "vendor_error_code": "0x100202"}
    board.hear(event("status_changed", **status))
    assert board.take_changed() == {"A"}
    figures = board.figures()
    assert (figures.faulted, figures.counts["Faulted"], figures.counts["Available"]) == (1, 1, 0)
    (row,) = board.rows()
    assert str(row[9]).startswith("0x100202 ")
    assert row[10] == [["Faulted", None]]


def test_rows_as_they_are_written_are_the_rows_whatever_has_changed_them() -> None:
    board = board_with(fleet_row("A"), fleet_row("B"), fleet_row("C"))
    changes: Sequence[Callable[[], None]] = (
        lambda: None,
        lambda: board.hear(
            event("status_changed", connector_id=1, status="Faulted", error_code="X", vendor_error_code="")
        ),
        lambda: started(board),
        lambda: board.measure([reading()]),
        lambda: board.put([fleet_row("B", is_online=False)]),
        lambda: board.keep_only({"A", "B"}),
    )
    for change in changes:
        change()
        assert [msgspec.json.decode(each) for each in board.written()] == list(board.rows())
    assert [msgspec.json.decode(each) for each in board.written({"C"})] == []


def test_a_charge_is_followed_from_its_start_to_its_stop() -> None:
    board = board_with(fleet_row("A"))
    started(board)
    board.measure([reading()])
    plug = only_plug(board)
    assert (plug["transaction"], plug["tag"], plug["energy"], plug["soc"]) == (7, "ANNA", 500.0, 21.0)
    assert (plug["power"], plug["voltage"], plug["current"], plug["started"]) == (50_000.0, 400.0, 125.0, AT_MS)
    assert board.figures().power_w == 50_000
    board.hear(event("transaction_stopped", transaction_id=7, connector_id=1))
    assert board.figures().power_w == 0
    assert board.open_transactions("A") == []


def test_a_reading_of_another_transaction_changes_no_figure() -> None:
    board = board_with(fleet_row("A"))
    started(board)
    board.measure([reading(transaction_id=6), reading(station_id="UNKNOWN")])
    assert board.figures().power_w == 0


def test_what_a_reload_does_not_know_is_kept_and_stations_that_are_gone_go() -> None:
    board = board_with(fleet_row("A"), fleet_row("B"))
    started(board)
    board.measure([reading()])
    running = {"transaction_id": 7, "connector_id": 1, "id_tag": "ANNA", "started_at": AT, "meter_start_wh": 1000}
    running |= {"energy_wh": 1600.0, "power_w": 51_000.0, "soc_percent": 22.0}
    board.put([fleet_row("A", transactions=[running])])
    board.keep_only({"A"})
    plug = only_plug(board)
    assert (plug["energy"], plug["voltage"]) == (600.0, 400.0)
    assert board.detail("B") is None
    assert board.station_ids() == ["A"]


def test_events_of_a_station_nobody_has_listed_make_a_row_and_odd_kinds_do_nothing() -> None:
    board = board_with()
    board.hear(event("station_online"))
    board.hear({**event("command_changed"), "station_id": "B"})
    board.hear({**event("station_online"), "station_id": None})
    assert board.station_ids() == ["A"]


def test_rows_are_lists_so_that_no_word_of_a_station_becomes_a_key() -> None:
    hostile = fleet_row("A", model=":onClick", serial_number="<img src=x>" * 100)
    (row,) = board_with(hostile).rows()
    assert isinstance(row, list)
    assert all(not isinstance(each, dict) for each in row)
    assert len(str(row[5])) == 100
