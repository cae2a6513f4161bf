"""Tariffs and costs from the command line, against a real API."""

import json
from pathlib import Path

from contactor.central.api.role import Role
from tests.central.api.bench import api_in
from tests.central.api.test_tariffs import TERMS, a_charge
from tests.cli.test_remote import runner


async def test_a_tariff_is_made_from_a_file_and_a_cost_is_shown_and_checked(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        run = await runner(bench, await bench.token(Role.OPERATOR))
        file = tmp_path / "tariff.json"
        file.write_text(json.dumps({**TERMS, "rates": [{"per_kwh": "0.49"}]}))
        assert (await run("tariffs", "make", str(file)))[:2] == (0, "tariff 1 is made\n")
        number = str(await a_charge(bench))
        told = (await run("transactions", "cost", number))[1]
        assert "6.30 EUR (5.25 + VAT 1.05)" in told
        assert "day and night, version 1" in told
        async with bench.central.events.subscribe(0) as events:
            async for event in events:
                if event.kind == "cost_settled":
                    break
        assert "same" in (await run("transactions", "cost", number, "--check"))[1]
        assert "EVD1S180TBB  EUR       1             10000" in (await run("transactions", "costs", "--by", "model"))[1]
        assert (await run("tariffs", "change", "1", str(file)))[1] == "tariff 1 has version 2 now\n"
        assert "day and night" in (await run("tariffs", "show", "1", "--versions"))[1]
        assert (await run("tariffs", "retire", "1"))[1] == "tariff 1 is retired\n"
        assert "day and night" not in (await run("tariffs", "list", "--current"))[1]
        file.write_text("{")
        code, _, said = await run("tariffs", "make", str(file))
        assert code == 2
        assert "it is not JSON" in said
