"""Alarms and their rules over the API and from the command line."""

from pathlib import Path

from contactor.central.alarms.rulebook import rulebook
from contactor.central.api.role import Role
from contactor.central.roster import Member
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Line
from tests.cli.test_remote import runner

_HEADS = ["of", "total", "open", "mean", "repair", "s"]
FAULT = {"connectorId": 1, "status": "Faulted", "errorCode": "InternalError", "vendorErrorCode": "0x100205"}


async def in_trouble(bench: Bench) -> Line:
    """A station that has booted and reports a fault of its first connector, written down."""
    line = Line(bench.central.sessions.make(bench.central.roster.find(STATION) or Member(STATION)))
    line.call("BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD1S180TBB"})
    assert (await bench.admin.post(f"{API}/tags", json={"id_tag": "BOOTED"})).is_success
    line.call("StatusNotification", FAULT)
    line.call("Authorize", {"idTag": "STRANGER"})
    assert (await bench.admin.post(f"{API}/tags", json={"id_tag": "AFTER"})).is_success
    return line


async def test_alarms_are_listed_filtered_counted_and_acknowledged(database: str) -> None:
    async with api_in(database) as bench:
        await in_trouble(bench)
        listed = (await bench.admin.get(f"{API}/alarms", params={"limit": 1})).json()
        assert ([each["rule"] for each in listed["items"]], listed["next"]) == (["unknown_tag"], 2)
        listed = (await bench.admin.get(f"{API}/alarms", params={"open": "true", "severity": "critical"})).json()
        (alarm,) = listed["items"]
        assert (alarm["subject"], alarm["model"], alarm["station_id"]) == ("0x100205", "EVD1S180TBB", STATION)
        assert alarm["advice"]
        seen = await bench.admin.post(f"{API}/alarms/1/acknowledgement", json={"note": "on my way"})
        assert (seen.json()["acknowledged_by"], seen.json()["note"]) == ("admin", "on my way")
        unseen = (await bench.admin.get(f"{API}/alarms", params={"acknowledged": "false"})).json()
        assert [each["alarm_id"] for each in unseen["items"]] == [2]
        counts = (await bench.admin.get(f"{API}/alarms/counts", params={"by": "model"})).json()
        assert counts == [{"of": "EVD1S180TBB", "total": 2, "open": 2, "mean_repair_s": None}]
        site = {"site_id": "depot", "limit_w": 100_000, "members": [{"station_id": STATION}]}
        assert (await bench.admin.post(f"{API}/sites", json=site)).is_success
        counts = (await bench.admin.get(f"{API}/alarms/counts", params={"by": "site_id"})).json()
        assert counts == [{"of": "depot", "total": 2, "open": 2, "mean_repair_s": None}]
        for name, expected in (("depot", 1), ("elsewhere", 0)):
            wanted = {"by": "model", "site_id": name}
            assert len((await bench.admin.get(f"{API}/alarms/counts", params=wanted)).json()) == expected
        problem_of(await bench.admin.get(f"{API}/alarms/99"), 404)
        problem_of(await bench.admin.post(f"{API}/alarms/99/acknowledgement", json={}), 404)
        told = (await bench.admin.get("/metrics")).text
        assert 'contactor_alarms_open{severity="critical"} 1.0' in told


async def test_rules_are_changed_and_restored_by_operators_only(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        changed = await bench.admin.put(f"{API}/alarm-rules/evlink_pro_dc.0x100205", json={"severity": "info"})
        assert (changed.json()["severity"], changed.json()["is_on"]) == ("info", True)
        await in_trouble(bench)
        (alarm,) = (await bench.admin.get(f"{API}/alarms", params={"subject": "0x100205"})).json()["items"]
        assert alarm["severity"] == "info"
        restored = await bench.admin.delete(f"{API}/alarm-rules/evlink_pro_dc.0x100205")
        assert restored.json()["severity"] == "critical"
        problem_of(await bench.admin.put(f"{API}/alarm-rules/nothing", json={}), 404)
        problem_of(await bench.admin.put(f"{API}/alarm-rules/unknown_tag", json={"severity": "grave"}), 422)
        viewer = await bench.client(Role.VIEWER)
        problem_of(await viewer.put(f"{API}/alarm-rules/unknown_tag", json={"is_on": False}), 403)
        problem_of(await viewer.post(f"{API}/alarms/1/acknowledgement", json={}), 403)
        assert len((await viewer.get(f"{API}/alarm-rules")).json()) == len(rulebook().rules) >= 42 + 7


async def test_an_operator_looks_after_alarms_from_the_command_line(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await in_trouble(bench)
        run = await runner(bench, await bench.token(Role.OPERATOR))
        assert "0x100205" in (await run("alarms", "list", "--open"))[1]
        assert "Vehicle connector lock control error" in (await run("alarms", "show", "1"))[1]
        done = await run("alarms", "acknowledge", "1", "--note", "on my way")
        assert done[1] == "alarm 1 is acknowledged by admin\n"
        assert "EVD1S180TBB" in (await run("alarms", "counts"))[1]
        assert (await run("alarms", "counts", "--by", "site_id", "--site", "depot"))[1].split() == _HEADS
        done = await run("alarms", "set-rule", "station_offline", "--after", "900")
        assert done[1] == "station_offline is critical, on, after 900 s\n"
        assert "900" in (await run("alarms", "rules"))[1]
        assert (await run("alarms", "restore-rule", "station_offline"))[1] == "station_offline is as it comes\n"
