"""Reports over REST and the command line."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from contactor.base.instants import to_text
from contactor.central.api.role import Role
from tests.central.api.bench import API, api_in, problem_of
from tests.central.api.test_tariffs import a_charge
from tests.central.bench import STATION
from tests.cli.test_remote import runner

DASHBOARD = Path(__file__).resolve().parents[3] / "deploy" / "grafana-dashboard.json"


async def test_a_charge_is_in_the_report_in_every_form(database: str, tmp_path: Path) -> None:
    async with api_in(database) as bench:
        await a_charge(bench)
        site = {"site_id": "depot", "limit_w": 1000, "members": [{"station_id": STATION}]}
        await bench.admin.post(f"{API}/sites", json=site)
        # The station says its time in whole seconds, so that the charge ended up to a second ago.
        to = to_text(bench.central.clock.now() + timedelta(seconds=5))
        for by, name in (("station", STATION), ("site", "depot"), ("month", to[:7])):
            body = (await bench.admin.get(f"{API}/reports/energy", params={"by": by, "to": to})).json()
            lines = {line["name"]: (line["sessions"], line["energy_wh"]) for line in body["lines"]}
            assert lines[name] == (1, 10_000)
            assert body["total"]["energy_wh"] == 10_000
        csv = await bench.admin.get(f"{API}/reports/energy", params={"format": "csv"})
        assert csv.text.startswith("name,sessions,energy_wh,charging_s,utilisation,uptime\r\nRDAM-01,1,10000,")
        run = await runner(bench, await bench.token(Role.VIEWER))
        assert "10000" in (await run("reports", "energy", "--by", "site"))[1]
        assert (await run("reports", "energy", str(tmp_path / "may.html")))[0] == 0
        assert "<td>10.000</td>" in (tmp_path / "may.html").read_text()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"by": "mood"}, "by"),
        ({"format": "pdf"}, "format"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-05-01T00:00:00"}, "from"),
        ({"from": "2999-01-01T00:00:00Z"}, "from"),
        ({"from": "1980-01-01T00:00:00Z"}, "from"),
        ({"to": "0001-01-02T00:00:00Z"}, "to"),
        ({"until": "2026-05-01T00:00:00Z"}, "until"),
    ],
)
async def test_what_cannot_be_reported_on_is_named(tmp_path: Path, asked: dict[str, str], field: str) -> None:
    async with api_in(tmp_path) as bench:
        assert problem_of(await bench.admin.get(f"{API}/reports/energy", params=asked), 422)["field"] == field


async def test_every_metric_of_the_dashboard_exists(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        told = (await bench.admin.get("/metrics")).text
    families = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    used = re.findall(r"contactor_\w+", " ".join(_expressions()))
    assert len(used) >= 10
    assert {
        name for name in used if name not in families and re.sub("_(bucket|sum|count)$", "", name) not in families
    } == set()


def _expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]
