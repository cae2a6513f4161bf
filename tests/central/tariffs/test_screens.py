"""The running cost reaches the virtual charger's own screen, at the stated pace and at every change that matters."""

import json
from decimal import Decimal

import pytest

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandView
from contactor.central.milliseconds import to_ms
from contactor.central.store.database import for_writing
from contactor.central.tariffs.cost_message import Spelling, cost_request
from contactor.central.tariffs.cost_orders import TELLER
from contactor.central.tariffs.cost_rows import results
from contactor.central.tariffs.pace import Situation, Told, is_due, is_news
from contactor.central.tariffs.tariff import Rate, Tariff
from contactor.central.tariffs.tariff_rows import Assignment, Scope, Terms, add_tariff
from contactor.guide.entries import CostMessage
from contactor.guide.load import load_product
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.events import Moment
from tests.central.bench import NOON, wire_time
from tests.central.commands.closed_loop import ClosedLoop, closed_loop
from tests.central.commands.scripted_station import a_bench, until_next

DAY = Situation(rate=0, is_idle=False)
OUTLET, CONNECTOR = OutletNumber(1), ConnectorId(1)


def guides_message() -> CostMessage:
    message = load_product().cost_message
    assert message is not None
    return message


def make_tariff(loop: ClosedLoop, *rates: Rate, currency: str = "EUR", start_fee: str = "1") -> None:
    terms = Terms(Tariff(currency, "UTC", rates, Decimal(start_fee)), (Assignment(Scope.ALL),))
    with for_writing(loop.central.engine).begin() as connection:
        add_tariff(connection, "all", terms, "anna", to_ms(NOON) - 1000)


async def charging(loop: ClosedLoop) -> int:
    loop.station.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
    await loop.until(lambda: loop.central.queries.stations()[0].connectors[1].status == "Preparing")
    assert await loop.status_of("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1}) == "Accepted"
    await loop.until(lambda: bool(loop.central.queries.transactions()))
    return loop.central.queries.transactions()[0].transaction_id


async def told(loop: ClosedLoop) -> list[CommandView]:
    """What the station was told, oldest first."""
    return [view for view in (await loop.central.desk.history(limit=500))[::-1] if view.by == TELLER]


def shown(loop: ClosedLoop) -> tuple[Decimal | None, str | None]:
    clock = loop.central.clock
    seen = loop.station.station.view(Moment(clock.monotonic_s(), clock.now()))
    (view,) = [each for each in seen.connectors if each.connector_id == CONNECTOR]
    return view.cost_amount, view.cost_currency


def test_a_driver_sees_the_start_fee_at_once_and_then_what_the_charge_comes_to() -> None:
    async def story() -> None:
        async with closed_loop(cost_update_interval_s=60) as loop:
            make_tariff(loop, Rate(per_kwh=Decimal("0.49")))
            number = await charging(loop)
            await loop.until(lambda: shown(loop)[0] is not None)
            assert shown(loop)[1] == "EUR"
            await loop.pass_time(600)
            views = await told(loop)
            assert {view.status for view in views} <= {"Accepted", "Rejected"}
            taken = [view for view in views if view.status == "Accepted"]
            totals = [json.loads(str(view.request["data"]))["totalCost"] for view in taken]
            assert totals == sorted(totals)
            assert 9 <= len(taken) <= 13  # once a minute, and at the start
            assert shown(loop)[0] == Decimal(str(totals[-1])) > 1
            assert await loop.status_of("RemoteStopTransaction", {"transactionId": number}) == "Accepted"
            await loop.until(lambda: bool(_results(loop, number)))
            ledger = _results(loop, number)[0]
            transaction = loop.central.queries.transactions()[0]
            assert transaction.energy_wh is not None
            expected = 1 + Decimal(round(transaction.energy_wh)) / 1000 * Decimal("0.49")
            assert ledger == expected.quantize(Decimal("0.01"))

    run_virtually(story())


def _results(loop: ClosedLoop, number: int) -> list[Decimal]:
    with loop.central.engine.connect() as connection:
        return [result.cost.total for result in results(connection, number)]


def test_a_new_price_and_the_begin_of_idle_time_are_told_without_waiting_for_the_interval() -> None:
    """The price changes at one in the afternoon; the car takes nothing any more, and stays."""

    async def story() -> None:
        async with closed_loop(cost_update_interval_s=3600) as loop:
            make_tariff(loop, Rate(per_minute=Decimal(1), from_hour=13), Rate(idle_per_minute=Decimal("0.5")))
            await charging(loop)
            await loop.until(lambda: shown(loop)[0] is not None)
            loop.station.limit_vehicle(OUTLET, 0)
            await loop.until(lambda: loop.central.queries.stations()[0].connectors[1].status == "SuspendedEV")
            before = len(await told(loop))
            await loop.pass_time(20)
            assert len(await told(loop)) == before + 1
            seconds_to_one = 3600 - (loop.central.clock.now() - NOON).total_seconds()
            await loop.pass_time(seconds_to_one - 30)
            before = len(await told(loop))
            await loop.pass_time(60)
            assert len(await told(loop)) == before + 1

    run_virtually(story())


def test_dt_01_a_station_that_does_not_understand_is_asked_once() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            scripted = await bench.connect(lambda _action, _payload: {"status": "UnknownVendorId"})
            terms = Terms(Tariff("EUR", "UTC", (Rate(per_minute=Decimal(1)),)), (Assignment(Scope.ALL),))
            with for_writing(bench.central.engine).begin() as connection:
                add_tariff(connection, "all", terms, "anna", to_ms(NOON) - 1000)
            start = {"connectorId": 1, "idTag": "TAG-1", "meterStart": 0, "timestamp": wire_time(0)}
            await scripted.ask("StartTransaction", dict(start))
            await until_next(1800)
            views = [view for view in await bench.central.desk.history() if view.by == TELLER]
            assert [view.status for view in views] == ["UnknownVendorId"]

    run_virtually(story())


def test_without_an_interval_nobody_is_told() -> None:
    async def story() -> None:
        async with closed_loop(cost_update_interval_s=0) as loop:
            make_tariff(loop, Rate(per_minute=Decimal(1)))
            await charging(loop)
            await loop.pass_time(300)
            assert await told(loop) == []

    run_virtually(story())


# --- Pace and spelling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_before", "situation", "now_s", "expected"),
    [
        (None, DAY, 0, True),
        (Told(DAY, Decimal(1), 0), DAY, 59, False),
        (Told(DAY, Decimal(1), 0), DAY, 60, True),
        (Told(DAY, Decimal(1), 0), Situation(1, is_idle=False), 1, True),
        (Told(DAY, Decimal(1), 0), Situation(0, is_idle=True), 1, True),
        (Told(DAY, None, 0), DAY, 9, False),
        (Told(DAY, None, 0), DAY, 10, True),
        (Told(DAY, None, 0), Situation(1, is_idle=False), 1, False),
    ],
)
def test_a_look_is_due(told_before: Told | None, situation: Situation, now_s: float, expected: bool) -> None:
    assert is_due(told_before, situation, now_s, 60) is expected


def test_the_same_total_in_the_same_situation_is_no_news() -> None:
    assert not is_news(Told(DAY, Decimal(1), 0), DAY, Decimal("1.00"))
    assert is_news(Told(DAY, Decimal(1), 0), DAY, Decimal("1.01"))
    assert is_news(Told(DAY, None, 0), DAY, Decimal(1))


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (
            Decimal(16780),
            '{"currency":"VND","method":"CostUpdated","connectID":1,"totalCost":16780,"transactionId":358}',
        ),
        (
            Decimal("12.50"),
            '{"currency":"VND","method":"CostUpdated","connectID":1,"totalCost":12.50,"transactionId":358}',
        ),
    ],
)
def test_dt_04_the_message_is_the_guides_with_its_mistakes_mended(total: Decimal, text: str) -> None:
    spelling = Spelling("totalCost", "transactionId")
    request = cost_request(guides_message(), spelling, currency="VND", connector_id=1, total=total, number=358)
    assert (request.vendor_id, request.message_id, request.data) == ("com.se.cost", "CostUpdated", text)


def test_d_21_the_spelling_is_a_setting() -> None:
    spelling = Spelling("total-Cost", "TransactionId")
    request = cost_request(guides_message(), spelling, currency="VND", connector_id=1, total=Decimal(5), number=358)
    assert isinstance(request.data, str)
    assert list(json.loads(request.data)) == ["currency", "method", "connectID", "total-Cost", "TransactionId"]
