"""Tariffs and costs over the API."""

import asyncio
from pathlib import Path

from sqlalchemy import insert, select

from contactor.base.instants import to_text
from contactor.central.api.role import Role
from contactor.central.roster import Member
from contactor.central.store import tariff_tables
from contactor.central.store.database import for_writing
from contactor.central.tariffs.cost_totals import TotalsBy, sum_costs
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Json, LedgerBench, Line, store_in

_pinned = tariff_tables.pinned_tariffs

TERMS: Json = {
    "name": "day and night",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "vat_percent": "20",
    "start_fee": "0.35",
    "rates": [{"per_kwh": "0.29", "from_hour": 22}, {"per_kwh": "0.49", "idle_per_minute": "0.1"}],
    "assigned_to": [
        {"scope": "all"},
        {"scope": "station", "station_id": STATION},
        {"scope": "group", "group": "Fleet"},
    ],
}


async def a_tariff(bench: Bench, **changes: object) -> Json:
    made = await bench.admin.post(f"{API}/tariffs", json={**TERMS, **changes})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def a_charge(bench: Bench) -> int:
    """A charge of 10 kWh on a station that was told of it in the past, and its end now."""
    line = Line(bench.central.sessions.make(bench.central.roster.find(STATION) or Member(STATION)))
    line.call("BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD1S180TBB"})
    await bench.admin.post(f"{API}/tags", json={"id_tag": "T1"})
    now = to_text(bench.central.clock.now())
    line.call("StartTransaction", {"connectorId": 1, "idTag": "T1", "meterStart": 0, "timestamp": now})
    await bench.admin.post(f"{API}/tags", json={"id_tag": "T2"})
    (listed,) = (await bench.admin.get(f"{API}/transactions")).json()["items"]
    number = int(listed["transaction_id"])
    line.call("StopTransaction", {"transactionId": number, "meterStop": 10_000, "timestamp": now})
    await bench.admin.post(f"{API}/tags", json={"id_tag": "T3"})
    return number


async def test_a_tariff_comes_back_as_it_was_made_and_each_change_is_a_version(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        made = await a_tariff(bench)
        path = f"{API}/tariffs/{made['tariff_id']}"
        assert (made["version"], made["made_by"], made["start_fee"]) == (1, "admin", "0.35")
        assert [rate["per_kwh"] for rate in made["rates"]] == ["0.29", "0.49"]  # type: ignore[attr-defined]  # a JSON list
        problem_of(await bench.admin.put(path, json=TERMS), 428)
        headers = {"If-Match": str(made["etag"])}
        changed = await bench.admin.put(path, json={**TERMS, "start_fee": 0}, headers=headers)
        assert (changed.json()["version"], changed.json()["start_fee"]) == (2, "0")
        problem_of(await bench.admin.put(path, json=TERMS, headers=headers), 412)
        versions = (await bench.admin.get(f"{path}/versions")).json()
        assert [(each["version"], each["start_fee"]) for each in versions] == [(2, "0"), (1, "0.35")]
        assert (await bench.admin.delete(path, headers={"If-Match": "*"})).status_code == 204
        problem_of(await bench.admin.put(path, json=TERMS, headers={"If-Match": "*"}), 409)
        listed = (await bench.admin.get(f"{API}/tariffs", params={"retired": "false"})).json()
        assert listed == {"items": [], "next": None}


async def test_a_tariff_that_cannot_be_is_refused_with_field_and_value(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        for changes, field in (
            ({"currency": "EUX"}, "currency"),
            ({"time_zone": "Paris"}, "time_zone"),
            ({"rates": [{"from_hour": 6}]}, "rates"),
            ({"rates": [{"per_kwh": "-1"}]}, "rates.0.per_kwh"),
            ({"rates": [{"per_kwh": "NaN"}]}, "rates.0.per_kwh"),
            ({"rates": [{"per_kwh": "1e12"}]}, "rates.0.per_kwh"),
            ({"assigned_to": [{"scope": "station", "station_id": "NOBODY"}]}, "assigned_to"),
            ({"assigned_to": [{"scope": "group"}]}, "assigned_to"),
            ({"assigned_to": [{"scope": "all", "group": "Fleet"}]}, "assigned_to"),
            ({"valid_from": "2026-02-01T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"}, "valid_until"),
        ):
            answer = await bench.admin.post(f"{API}/tariffs", json={**TERMS, **changes})
            assert problem_of(answer, 422)["field"] == field, answer.text
        await a_tariff(bench)
        problem_of(await bench.admin.post(f"{API}/tariffs", json=TERMS), 409)
        problem_of(await bench.admin.get(f"{API}/tariffs/99"), 404)


async def test_a_transaction_tells_its_cost_its_tariff_and_how_it_adds_up(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await a_tariff(bench, rates=[{"per_kwh": "0.49"}])
        number = await a_charge(bench)
        async with bench.central.events.subscribe(0) as events:
            async for event in events:
                if event.kind == "cost_settled":
                    break
        assert (event.facts["total"], event.facts["currency"]) == ("6.30", "EUR")
        told = (await bench.admin.get(f"{API}/transactions/{number}/cost")).json()
        assert told["is_final"]
        assert (told["cost"]["net"], told["cost"]["vat"], told["cost"]["total"]) == ("5.25", "1.05", "6.30")
        assert told["tariff"]["version"] == 1
        assert [(line["kind"], line["amount"]) for line in told["cost"]["lines"]] == [
            ("start", "0.350000"),
            ("energy", "4.900000"),
        ]
        check = (await bench.admin.get(f"{API}/transactions/{number}/cost/check")).json()
        assert (check["verdict"], check["recomputed"]["total"]) == ("same", "6.30")


async def test_what_has_no_tariff_has_no_cost_and_a_viewer_changes_nothing(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        number = await a_charge(bench)
        problem_of(await bench.admin.get(f"{API}/transactions/{number}/cost"), 404)
        viewer = await bench.client(Role.VIEWER)
        problem_of(await viewer.post(f"{API}/tariffs", json=TERMS), 403)
        assert (await viewer.get(f"{API}/tariffs")).status_code == 200


async def test_costs_stand_in_the_list_and_its_exports_and_are_summed(database: str) -> None:
    """What is told is the newest result: 0.35 to begin, 10 kWh at 0.40, and 20 % VAT on both."""
    async with api_in(database) as bench:
        await a_tariff(bench, rates=[{"per_kwh": "0.40"}])
        number = await a_charge(bench)
        async with asyncio.timeout(30), bench.central.events.subscribe(0) as events:
            async for event in events:
                if event.kind == "cost_settled":
                    break
        settled = (await bench.admin.get(f"{API}/transactions/{number}/cost")).json()["cost"]
        assert (settled["currency"], settled["total"]) == ("EUR", "5.22")
        amounts = [settled["net"], settled["vat"], settled["total"]]
        (listed,) = (await bench.admin.get(f"{API}/transactions")).json()["items"]
        assert [listed[f"cost_{name}"] for name in ("net", "vat", "total")] == amounts
        assert listed["currency"] == "EUR"
        written = (await bench.admin.get(f"{API}/transactions/export")).text.splitlines()
        assert written[0].endswith(",currency,cost_net,cost_vat,cost_total")
        assert written[1].endswith(",".join(["EUR", *amounts]))
        (exported,) = (await bench.admin.get(f"{API}/transactions/export", params={"format": "json"})).json()
        assert exported["cost_total"] == "5.22"
        for by, of in (("site_id", ""), ("model", "EVD1S180TBB"), ("station_id", STATION)):
            (total,) = (await bench.admin.get(f"{API}/costs", params={"by": by})).json()
            assert (total["of"], total["transactions"], total["energy_wh"]) == (of, 1, 10_000)
            assert [total["net"], total["vat"], total["total"]] == amounts
        early = {"started_before": "2020-01-01T00:00:00Z"}
        assert (await bench.admin.get(f"{API}/costs", params=early)).json() == []


def test_sums_are_exact_and_a_currency_apart(database: str) -> None:
    with store_in(database) as engine:
        ledger = LedgerBench(engine)
        for start in range(4):
            number = ledger.start(when=start * 100, meter=start * 1000).transaction_id
            ledger.stop(number, meter=start * 1000 + 500, when=start * 100 + 50)
        with for_writing(engine).begin() as connection:
            terms = {"tariff_id": 1, "version": 1, "made_at_ms": 0, "made_by": "anna", "content": "{}"}
            connection.execute(insert(tariff_tables.tariffs).values(id=1, name="any"))
            connection.execute(insert(tariff_tables.tariff_versions).values(id=1, **terms))
            for number, currency, total in ((1, "EUR", "9"), (1, "EUR", "0.1"), (2, "EUR", "0.2"), (3, "VND", "7000")):
                if not connection.execute(select(_pinned).where(_pinned.c.transaction_id == number)).first():
                    connection.execute(insert(_pinned).values(transaction_id=number, version_id=1))
                amounts = {"currency": currency, "net": total, "vat": "0", "total": total, "lines": "[]"}
                kept = {"settled_at_ms": 0, "settled_for": "stop", "readings": 0, "idle_spans": 0}
                connection.execute(insert(tariff_tables.costs).values(transaction_id=number, **amounts, **kept))
        with engine.connect() as connection:
            sums = sum_costs(connection, TotalsBy.STATION, 0, 2**50)
        assert [(each.currency, each.transactions, each.energy_wh, str(each.total)) for each in sums] == [
            ("EUR", 2, 1000, "0.3"),
            ("VND", 1, 500, "7000"),
        ]
