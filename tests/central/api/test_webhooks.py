"""Webhooks over REST and the command line: secrets shown once, places to send to checked, deliveries made."""

import asyncio
from pathlib import Path

import pytest

from contactor.central.api.role import Role
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import event_rows
from contactor.central.webhooks.letter_rows import Letter, insert_dead
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Json
from tests.central.webhooks.receiver import Received, receiving
from tests.cli.test_remote import runner

SECRET = "a secret of the test's own".replace(" ", "-")
HOOK: Json = {
    "webhook_id": "billing",
    "url": "https://billing.example.com/hook",
    "kinds": ["transaction_stopped"],
    "stations": [STATION],
}
SET = {name: value for name, value in HOOK.items() if name != "webhook_id"}
ANY = {"If-Match": "*"}


async def a_dead_letter(bench: Bench) -> None:
    done = asyncio.get_running_loop().create_future()
    bench.central.writer.write(
        lambda connection: insert_dead(
            connection, "billing", Letter(7, b"{}"), attempts=8, failure="HTTP 500", now_ms=0
        ),
        done.set_result,
    )
    assert await done is None


async def test_a_webhook_is_added_shown_changed_and_removed_and_its_secret_told_once(database: str) -> None:
    async with api_in(database) as bench:
        added = await bench.admin.post(f"{API}/webhooks", json=HOOK)
        assert added.status_code == 201, added.text
        secret = added.json()["secret"]
        assert len(secret) >= 32
        told = [await bench.admin.get(f"{API}/webhooks"), await bench.admin.get(f"{API}/webhooks/billing")]
        told.append(
            await bench.admin.put(
                f"{API}/webhooks/billing", json={**SET, "is_active": False}, headers={"If-Match": added.headers["ETag"]}
            )
        )
        assert told[-1].json()["is_active"] is False
        stale = {"If-Match": added.headers["ETag"]}
        problem_of(await bench.admin.put(f"{API}/webhooks/billing", json=SET, headers=stale), 412)
        problem_of(await bench.admin.put(f"{API}/webhooks/billing", json=SET), 428)
        other = await bench.admin.post(f"{API}/webhooks/billing/secret", json={})
        assert other.json()["secret"] not in ("", secret)
        own = await bench.admin.post(f"{API}/webhooks/billing/secret", json={"secret": SECRET})
        assert own.json() == {"secret": None}
        assert (await bench.admin.delete(f"{API}/webhooks/billing", headers=ANY)).status_code == 204
        problem_of(await bench.admin.get(f"{API}/webhooks/billing"), 404)
        audit = await bench.admin.get(f"{API}/audit")
        deeds = [deed["what"] for deed in audit.json()["items"] if deed["what"].startswith("webhook.")]
        assert deeds == ["webhook.remove", "webhook.secret", "webhook.secret", "webhook.change", "webhook.add"]
        for answer in (*told, audit):
            assert secret not in answer.text
            assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "https://user:word@example.com/"}, "url"),
        ({"url": "https://example.com/\r\nX-Other: 1"}, "url"),
        ({"url": "https://example.com/" + "a" * 2000}, "url"),
        ({"kinds": ["everything"]}, "kinds.0"),
        ({"stations": ["a/b"]}, "stations.0"),
        ({"secret": "short"}, "secret"),
        ({"secret": "with a line\nbreak in it, long"}, "secret"),
        ({"webhook_id": "../etc"}, "webhook_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_kept(tmp_path: Path, change: Json, field: str) -> None:
    async with api_in(tmp_path) as bench:
        problem = problem_of(await bench.admin.post(f"{API}/webhooks", json={**HOOK, **change}), 422)
        assert problem["field"] == field
        assert (await bench.admin.get(f"{API}/webhooks")).json() == []


async def test_an_id_is_given_once_and_who_may_what(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await bench.admin.post(f"{API}/webhooks", json=HOOK)
        assert problem_of(await bench.admin.post(f"{API}/webhooks", json=HOOK), 409)["field"] == "webhook_id"
        viewer, operator = await bench.client(Role.VIEWER), await bench.client(Role.OPERATOR)
        problem_of(await viewer.get(f"{API}/webhooks"), 403)
        problem_of(await operator.put(f"{API}/webhooks/billing", json=SET, headers=ANY), 403)
        assert (await operator.get(f"{API}/webhooks")).status_code == 200


async def test_dead_letters_are_listed_asked_for_again_and_discarded(database: str) -> None:
    async with api_in(database) as bench:
        await bench.admin.post(f"{API}/webhooks", json={**HOOK, "is_active": False})
        for _ in range(2):
            await a_dead_letter(bench)
        path = f"{API}/webhooks/billing/dead-letters"
        page = (await bench.admin.get(path, params={"limit": 1})).json()
        first = page["items"][0]
        assert (first["sequence"], first["failure"], first["is_asked_again"]) == (7, "HTTP 500", False)
        rest = (await bench.admin.get(path, params={"after": page["next"]})).json()
        second = rest["items"][0]["letter_id"]
        assert rest["next"] is None
        assert (await bench.admin.post(f"{path}/{second}/replay")).json() == {"letters": 1}
        assert (await bench.admin.post(f"{path}/replay")).json() == {"letters": 2}
        assert (await bench.admin.delete(f"{path}/{second}")).status_code == 204
        for answer in (
            await bench.admin.delete(f"{path}/{second}"),
            await bench.admin.post(f"{path}/{second}/replay"),
            await bench.admin.post(f"{API}/webhooks/other/dead-letters/replay"),
            await bench.admin.get(f"{API}/webhooks/other/dead-letters"),
        ):
            problem_of(answer, 404)


async def test_from_the_command_line_to_a_delivery_by_the_running_central_system(tmp_path: Path) -> None:
    async with api_in(tmp_path, webhook_networks=("127.0.0.0/8",)) as bench, receiving() as receiver:
        run = await runner(bench, await bench.token(Role.ADMIN))
        code, told, _ = await run("webhooks", "add", "billing", receiver.url, "--kind", "station_online")
        secret = told.rpartition(" ")[2].strip()
        assert (code, len(secret) >= 32) == (0, True)
        bench.central.sessions.record(event_rows(EventKind.STATION_ONLINE, STATION, bench.central.clock.now(), {}))
        delivery: Received = await asyncio.wait_for(receiver.next(), 20)
        assert delivery.is_signed_with(secret)
        assert "billing" in (await run("webhooks", "list"))[1]
        assert secret not in (await run("webhooks", "show", "billing", "--json"))[1]
        assert (await run("webhooks", "change", "billing", "--paused"))[0] == 0
        assert (await run("webhooks", "secret", "billing"))[1].startswith("billing has another secret")
        await a_dead_letter(bench)
        assert "HTTP 500" in (await run("webhooks", "dead-letters", "billing"))[1]
        assert (await run("webhooks", "replay", "billing", "1"))[1] == "1 tried once more\n"
        assert (await run("webhooks", "discard", "billing", "1"))[0] == 0
        assert (await run("webhooks", "remove", "billing"))[1] == "billing is removed\n"
