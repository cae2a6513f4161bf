"""DataTransfer: the running cost on the screen, and nothing else."""

import json
from decimal import Decimal

import pytest

from contactor.base.ids import ConnectorId
from contactor.station.data_transfer import Cost
from tests.station.bench import Bench

ONE = ConnectorId(1)
EXAMPLE: dict[str, object] = {
    "currency": "VND",
    "method": "CostUpdated",
    "connectID": 1,
    "totalCost": 16780,
    "transactionId": 101,
}


def charging() -> Bench:
    """A bench with transaction 101 on connector 1."""
    bench = Bench()
    bench.charge()
    return bench


def tell(bench: Bench, data: object, *, vendor: str = "com.se.cost", message: str | None = "CostUpdated") -> str:
    payload: dict[str, object] = {"vendorId": vendor}
    if message is not None:
        payload["messageId"] = message
    if data is not None:
        payload["data"] = data if isinstance(data, str) else json.dumps(data)
    answer = bench.ask("DataTransfer", payload)
    assert set(answer[2]) == {"status"}, "the response data is empty"
    return str(answer[2]["status"])


@pytest.mark.parametrize("vendor", ["com.example", "com.se.cost2", "", "COM.SE"])
def test_dt_01_another_vendor_is_unknown(vendor: str) -> None:
    bench = charging()
    assert tell(bench, EXAMPLE, vendor=vendor) == "UnknownVendorId"
    assert bench.station.costs.cost(ONE) is None


@pytest.mark.parametrize("message", ["X", "", None, "CostUpdated "])
def test_dt_02_another_message_or_none_is_unknown(message: str | None) -> None:
    bench = charging()
    assert tell(bench, EXAMPLE, message=message) == "UnknownMessageId"
    assert bench.station.costs.cost(ONE) is None


def test_dt_02_case_does_not_count() -> None:
    assert tell(charging(), EXAMPLE, vendor="COM.SE.Cost", message="costupdated") == "Accepted"


def test_dt_03_the_guides_example_puts_the_cost_on_the_screen() -> None:
    bench = charging()
    assert tell(bench, EXAMPLE) == "Accepted"
    assert bench.station.costs.cost(ONE) == Cost("VND", Decimal(16780), 101)
    assert bench.station.costs.cost(ConnectorId(2)) is None


@pytest.mark.parametrize("name", ["transactionId", "TransactionId", "TRANSACTIONID"])
def test_d_21_both_spellings_of_the_transaction_are_understood(name: str) -> None:
    data = {**EXAMPLE, name: 101}
    if name != "transactionId":
        del data["transactionId"]
    assert tell(charging(), data) == "Accepted"


def test_d_21_data_that_is_no_text_breaks_the_schema() -> None:
    bench = charging()
    payload = {"vendorId": "com.se.cost", "messageId": "CostUpdated", "data": EXAMPLE}
    answer = bench.ask("DataTransfer", payload)
    assert (answer[0], answer[2]) == (4, "TypeConstraintViolation")
    assert bench.station.costs.cost(ONE) is None


def test_d_21_the_total_may_have_decimals_and_keeps_them() -> None:
    bench = charging()
    assert tell(bench, json.dumps({**EXAMPLE, "totalCost": 0}).replace(" 0,", " 12.10,")) == "Accepted"
    cost = bench.station.costs.cost(ONE)
    assert cost is not None
    assert str(cost.total) == "12.10"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="no data"),
        pytest.param("", id="empty"),
        pytest.param("{", id="broken"),
        pytest.param("[]", id="no object"),
        pytest.param("null", id="null"),
        pytest.param("[" * 50_000, id="deep"),
        pytest.param(
            '{currency":"VND","method":"CostUpdated","connectID":1,"total-Cost":16780,"transactionId":358}}',
            id="as the guide prints it",
        ),
        *(pytest.param({k: v for k, v in EXAMPLE.items() if k != each}, id=f"without {each}") for each in EXAMPLE),
        pytest.param({**EXAMPLE, "method": "CostDeleted"}, id="another method"),
        pytest.param({**EXAMPLE, "currency": "euro"}, id="no currency"),
        pytest.param({**EXAMPLE, "currency": 978}, id="currency as number"),
        pytest.param({**EXAMPLE, "connectID": 2}, id="another connector"),
        pytest.param({**EXAMPLE, "connectID": 3}, id="unknown connector"),
        pytest.param({**EXAMPLE, "connectID": 0}, id="the station"),
        pytest.param({**EXAMPLE, "connectID": "1"}, id="connector as text"),
        pytest.param({**EXAMPLE, "connectID": True}, id="connector as truth"),
        pytest.param({**EXAMPLE, "transactionId": 358}, id="another transaction"),
        pytest.param({**EXAMPLE, "transactionId": "101"}, id="transaction as text"),
        pytest.param({**EXAMPLE, "totalCost": -1}, id="less than nothing"),
        pytest.param({**EXAMPLE, "totalCost": "16780"}, id="total as text"),
        pytest.param({**EXAMPLE, "totalCost": 10**18}, id="more than a screen shows"),
        pytest.param(json.dumps({**EXAMPLE, "totalCost": 0}).replace(" 0,", " 1e999999999,"), id="absurd"),
        pytest.param(json.dumps({**EXAMPLE, "totalCost": 0}).replace(" 0,", " " + "9" * 5000 + ","), id="long"),
    ],
)
def test_dt_03_what_is_malformed_or_of_no_running_transaction_is_rejected(data: object) -> None:
    bench = charging()
    tell(bench, {**EXAMPLE, "totalCost": 5})
    assert tell(bench, data) == "Rejected"
    assert bench.station.costs.cost(ONE) == Cost("VND", Decimal(5), 101), "the display is unchanged"


def test_dt_03_a_new_total_replaces_the_old_one() -> None:
    bench = charging()
    tell(bench, EXAMPLE)
    tell(bench, {**EXAMPLE, "totalCost": 100})
    assert bench.station.costs.cost(ONE) == Cost("VND", Decimal(100), 101)


def test_dt_07_the_last_value_stays_offline_and_after_the_stop_until_the_car_leaves() -> None:
    bench = charging()
    tell(bench, EXAMPLE)
    shown = Cost("VND", Decimal(16780), 101)
    bench.lose_line()
    bench.wait(300)
    assert bench.station.costs.cost(ONE) == shown
    bench.badge()
    bench.wait(30)
    assert bench.statuses()[-1] == "Charging", "offline: nothing is told"
    assert bench.station.transactions.open_on(ONE) is None
    assert bench.station.costs.cost(ONE) == shown
    bench.unplug()
    assert bench.station.costs.cost(ONE) is None


def test_dt_07_a_new_transaction_shows_no_old_cost() -> None:
    bench = charging()
    tell(bench, EXAMPLE)
    bench.badge()
    bench.wait(30)
    assert tell(bench, EXAMPLE) == "Rejected", "the transaction is over"
    bench.badge()
    bench.wait(30)
    assert len(bench.calls("StartTransaction")) == 2
    assert bench.station.costs.cost(ONE) is None
