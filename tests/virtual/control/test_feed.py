"""The live feed over a real websocket: states, changes, frames, numbers, and readers that do not keep up."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from contactor.base.clock import SystemClock
from contactor.station.effects import Note
from contactor.virtual.control.feed import KEPT, WAITING_MAX, Feed, FellBehind
from contactor.virtual.control.merge_patch import merge_patch, merged
from tests.virtual.control.stage import KEY, Stage, stage

Item = dict[str, Any]


def _socket(it: Stage, after: int | None = None) -> connect:
    query = "" if after is None else f"?after={after}"
    return connect(f"ws://127.0.0.1:{it.control.port}{it.path}/feed/socket{query}", max_size=None)


async def _read_until(socket: ClientConnection, wanted: Callable[[Item], bool]) -> list[Item]:
    items: list[Item] = []
    while not items or not wanted(items[-1]):
        items.append(json.loads(await socket.recv()))
    return items


async def test_a_reader_gets_the_whole_state_and_then_changes_that_lead_to_the_state_as_it_is() -> None:
    async with stage() as it, _socket(it) as socket:
        first = json.loads(await socket.recv())
        assert first["kind"] == "state"
        state = first["state"]
        assert not state["outlets"]["1"]["is_plugged"]
        await it.booted()
        await it.do("outlets/1/plug", {"soc_percent": 33})
        for item in await _read_until(
            socket, lambda each: each["kind"] == "change" and "1" in each["change"].get("outlets", {})
        ):
            if item["kind"] == "change":
                state = merged(state, item["change"])
        assert state["outlets"]["1"]["vehicle"]["soc_percent"] == 33
        assert state["outlets"] == (await it.state())["outlets"]


async def test_items_are_numbered_without_gaps_and_tell_frames_statuses_notes_and_effects() -> None:
    async with stage() as it, _socket(it, 0) as socket:
        await it.booted()
        await it.do("outlets/1/plug", {})
        await it.do("badge", {"uid": "ANNA"})
        items = await _read_until(
            socket, lambda each: each["kind"] == "status" and each["facts"]["status"] == "Charging"
        )
    numbered = [each["sequence"] for each in items if each["kind"] != "state"]
    assert numbered == list(range(numbered[0], numbered[0] + len(numbered)))
    frames = [each["frame"] for each in items if each["kind"] == "frame"]
    assert ("sent", "call", "Authorize") in {(each["direction"], each["kind"], each["action"]) for each in frames}
    assert ("received", "result", "StartTransaction") in {
        (each["direction"], each["kind"], each["action"]) for each in frames
    }
    assert "allow energy" in {each["event"] for each in items if each["kind"] == "effect"}
    assert "transaction started" in {each["event"] for each in items if each["kind"] == "note"}


async def test_a_verb_tells_the_number_after_which_its_effects_come() -> None:
    async with stage() as it:
        await it.booted()
        done = await it.do("outlets/2/plug", {})
        answer = await it.http.get(f"{it.path}/feed", params={"after": done["sequence"]})
        statuses = [each["facts"] for each in answer.json()["items"] if each["kind"] == "status"]
        assert {"connector": 2, "status": "Preparing", "was": "Available"} in statuses


async def test_a_reader_that_comes_back_misses_nothing() -> None:
    async with stage() as it:
        await it.booted()
        async with _socket(it) as socket:
            state = json.loads(await socket.recv())
        await it.do("outlets/1/plug", {})
        async with _socket(it, state["sequence"]) as socket:
            items = await _read_until(
                socket, lambda each: each["kind"] == "change" and "1" in each["change"].get("outlets", {})
            )
        assert items[0]["sequence"] == state["sequence"] + 1
        assert items[-1]["change"]["outlets"]["1"]["is_plugged"]


async def test_no_secret_is_in_state_or_feed() -> None:
    async with stage() as it, _socket(it, 0) as socket:
        await it.booted()
        it.central.order("ChangeConfiguration", {"key": "AuthorizationKey", "value": KEY[::-1]})
        items = await _read_until(
            socket,
            lambda each: (
                each["kind"] == "frame"
                and each["frame"]["action"] == "ChangeConfiguration"
                and each["frame"]["kind"] == "result"
            ),
        )
        told = json.dumps(items) + json.dumps(await it.state())
        assert KEY not in told
        assert KEY[::-1] not in told
        assert (await it.state())["configuration"]["AuthorizationKey"]["value"] is None


async def test_hostile_frames_are_told_as_text_and_end_nothing() -> None:
    async with stage() as it, _socket(it, 0) as socket:
        await it.booted()
        assert it.central.link is not None
        for text in (b"\xff\xfe", b"[" * 10_000, b'[3,"nobody asked",{}]', b'[2,"1","<script>",{}]', b"null"):
            it.central.link.send(text)
        items = await _read_until(socket, lambda each: each["kind"] == "frame" and each["frame"]["text"] == "null")
        kinds = [each["frame"]["kind"] for each in items if each["kind"] == "frame"]
        assert kinds.count("unreadable") >= 3
        assert (await it.state())["is_running"]


async def test_the_feed_ends_when_the_server_stops() -> None:
    async with stage() as it, _socket(it) as socket:
        await socket.recv()
        await it.control.stop()
        async for _ in socket:
            pass
        assert socket.close_code == 1001


def _feed() -> Feed:
    return Feed(lambda: {"a": 1}, dict, SystemClock())


async def test_a_reader_that_does_not_keep_up_is_sent_away() -> None:
    feed = _feed()
    with feed.reading(None) as slow:
        for _ in range(WAITING_MAX + 1):
            feed.noted(Note("tick"))
        for _ in range(WAITING_MAX):
            await slow.next()
        with pytest.raises(FellBehind):
            await slow.next()


async def test_a_reader_from_before_what_is_kept_gets_the_state_anew() -> None:
    feed = _feed()
    with feed.reading(None) as reader:
        assert (await reader.next()).state == {"a": 1}
    for _ in range(KEPT + 5):
        feed.noted(Note("tick"))
    assert feed.oldest == 5
    with feed.reading(4) as reader:
        item = await reader.next()
    assert (item.kind, item.sequence) == ("state", KEPT + 5)


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 3}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 3}}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": None}, {"a": {"b": None}}, {"a": {"b": None}}),
    ],
)
def test_a_patch_names_only_what_changed_and_leads_there(before: Item, after: Item, patch: Item) -> None:
    assert merge_patch(before, after) == patch
    assert merged(before, patch) == after


async def test_every_connector_that_changes_has_a_status_of_its_own() -> None:
    async with stage() as it:
        await it.booted()
        await it.do("faults/raise", {"dtc": "0x100202"})
        answer = await it.http.get(f"{it.path}/feed", params={"limit": 1000})
        statuses = [each["facts"] for each in answer.json()["items"] if each["kind"] == "status"]
        assert [each["connector"] for each in statuses if each["status"] == "Faulted"] == [1, 2]
