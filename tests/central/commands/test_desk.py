"""The desk: lines, states, waiting, expiry, idempotency and restarts (CS-21)."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from contactor.base.ids import StationId
from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandRefused, CommandState, Order, QueueFull, UnknownCommand
from contactor.central.commands.lines import LIMIT
from contactor.central.events.event import EventKind
from contactor.central.settings import StationSetting
from contactor.central.store.sqlite import open_engine
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import NOON, STATION, Json
from tests.central.commands.scripted_station import Bench, a_bench, until_next

NEW_KEY = "000102030405060708090a0b0c0d0e0f"
OLD_KEY = bytes(range(16, 32))


def told(story: Coroutine[object, object, None]) -> None:
    run_virtually(story)


def test_an_answer_ends_a_command_with_its_word_and_all_instants() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect()
            view = await bench.settle("ClearCache", {}, why="badges changed")
            assert (view.state, view.status, view.answer) == (CommandState.ANSWERED, "Accepted", {"status": "Accepted"})
            assert (view.by, view.why, view.detail) == ("anna", "badges changed", "")
            assert view.queued_at <= (view.sent_at or NOON) <= (view.ended_at or NOON)

    told(story())


def test_a_callerror_is_refused_and_names_its_code() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda _action, _payload: "NotSupported")
            view = await bench.settle("ClearCache", {})
            assert (view.state, view.detail, view.status) == (CommandState.REFUSED, "NotSupported", None)

    told(story())


def test_rpc_04_silence_times_out() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda _action, _payload: None)
            view = await bench.settle("ClearCache", {})
            assert view.state is CommandState.TIMED_OUT

    told(story())


def test_a_link_that_ends_before_the_answer_leaves_the_outcome_unknown() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect(lambda _action, _payload: None)
            view = await bench.order("ClearCache", {})
            await until_next()
            station.hang_up()
            assert (await bench.desk.settled(view.command_id, wait_s=9)).state is CommandState.UNKNOWN_OUTCOME

    told(story())


def test_cs_21_twenty_commands_go_out_one_at_a_time_in_their_order() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect(lambda _action, _payload: None)
            for connector in range(1, 21):
                await bench.order("ChangeAvailability", {"connectorId": connector, "type": "Operative"})
            await until_next()
            assert len(station.heard) == 1
            await until_next(30 * 21)
            assert [payload["connectorId"] for _, payload in station.heard] == list(range(1, 21))

    told(story())


def test_cs_21_without_a_station_a_command_fails_at_once_as_offline() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            view = await bench.order("ClearCache", {})
            assert (view.state, view.sent_at) == (CommandState.OFFLINE, None)

    told(story())


def test_commands_that_may_wait_go_out_in_order_when_the_station_comes() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            first = await bench.order("ClearCache", {}, wait_s=600)
            second = await bench.order("GetLocalListVersion", {}, expires_at=NOON + timedelta(hours=1))
            assert first.state is CommandState.QUEUED
            await until_next(300)
            answers: dict[str, Json] = {"GetLocalListVersion": {"listVersion": 1}, "ClearCache": {"status": "Accepted"}}
            station = await bench.connect(lambda action, _payload: answers[action])
            await bench.desk.settled(second.command_id, wait_s=9)
            assert [action for action, _ in station.heard] == ["ClearCache", "GetLocalListVersion"]
            assert (await bench.look(first)).state is CommandState.ANSWERED

    told(story())


def test_a_command_whose_time_is_over_is_never_sent() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            view = await bench.order("ClearCache", {}, wait_s=60)
            await until_next(62)
            assert (await bench.look(view)).state is CommandState.EXPIRED
            station = await bench.connect()
            await until_next()
            assert station.heard == []

    told(story())


def test_what_waits_can_be_taken_back_and_what_was_sent_cannot() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda _action, _payload: None)
            sent = await bench.order("ClearCache", {})
            waiting = await bench.order("ClearCache", {})
            await until_next()
            assert (await bench.desk.cancel(sent.command_id, by="bob")).state is CommandState.SENT
            cancelled = await bench.desk.cancel(waiting.command_id, by="bob")
            assert (cancelled.state, cancelled.detail) == (CommandState.CANCELLED, "taken back by bob")
            with pytest.raises(UnknownCommand):
                await bench.desk.cancel(99, by="bob")

    told(story())


def test_an_idempotency_key_makes_two_orders_one() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect()
            first = await bench.settle("ClearCache", {}, idempotency_key="k1")
            again = await bench.order("ClearCache", {}, idempotency_key="k1")
            assert again == first
            assert len(station.heard) == 1
            with pytest.raises(CommandRefused, match="idempotencyKey"):
                await bench.order("Reset", {"type": "Soft"}, idempotency_key="k1")

    told(story())


def test_the_line_of_a_station_is_bounded() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            for _ in range(LIMIT):
                await bench.order("ClearCache", {}, wait_s=600)
            with pytest.raises(QueueFull):
                await bench.order("ClearCache", {}, wait_s=600)
            assert len(await bench.desk.history(limit=1000)) == LIMIT

    told(story())


def test_nothing_is_kept_of_an_order_that_is_refused() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect()
            orders: list[tuple[str, Json, str]] = [
                ("StatusNotification", {}, "action"),
                ("Reset", {}, "type"),
                ("Reset", {"type": "Gentle"}, "type"),
                ("Reset", {"type": "Soft", "when": "now"}, "when"),
                ("UnlockConnector", {"connectorId": 0}, "connectorId"),
            ]
            for action, payload, field in orders:
                with pytest.raises(CommandRefused) as refused:
                    await bench.order(action, payload)
                assert refused.value.field == field
            with pytest.raises(CommandRefused, match="no such station"):
                await bench.desk.submit(Order(StationId("NOBODY"), "ClearCache", {}, "anna"))
            with pytest.raises(CommandRefused, match="expiresAt"):
                await bench.order("ClearCache", {}, expires_at=NOON - timedelta(seconds=1))
            with pytest.raises(CommandRefused, match="not both"):
                await bench.order("ClearCache", {}, expires_at=NOON + timedelta(hours=1), wait_s=5)
            assert await bench.desk.history() == []

    told(story())


# --- Registration -------------------------------------------------------------------------------------------------


def test_boot_13_nothing_is_sent_to_a_rejected_station() -> None:
    async def story() -> None:
        rejected = StationSetting(STATION, registration=RegistrationStatus.REJECTED)
        async with a_bench(stations=(rejected,)) as bench:
            station = await bench.connect()
            with pytest.raises(CommandRefused, match="BOOT-13"):
                await bench.order("GetConfiguration", {}, force=True)
            assert station.heard == []

    told(story())


@pytest.mark.parametrize(
    ("action", "payload"), [("RemoteStartTransaction", {"idTag": "T"}), ("RemoteStopTransaction", {"transactionId": 1})]
)
def test_boot_10_nothing_is_started_or_stopped_while_pending(action: str, payload: Json) -> None:
    async def story() -> None:
        pending = StationSetting(STATION, registration=RegistrationStatus.PENDING)
        async with a_bench(stations=(pending,)) as bench:
            await bench.connect()
            with pytest.raises(CommandRefused, match="BOOT-10"):
                await bench.order(action, payload, force=True)
            assert (await bench.settle("TriggerMessage", {"requestedMessage": "BootNotification"})).status == "Accepted"

    told(story())


def test_trg_05_boot_18_an_accepted_station_is_not_asked_to_boot() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            waiting = await bench.order("TriggerMessage", {"requestedMessage": "BootNotification"}, wait_s=600)
            station = await bench.connect()
            with pytest.raises(CommandRefused, match="TRG-05"):
                await bench.order("TriggerMessage", {"requestedMessage": "BootNotification"})
            await until_next()
            assert (await bench.look(waiting)).state is CommandState.WITHHELD
            assert station.heard == []

    told(story())


# --- Restarts -----------------------------------------------------------------------------------------------------


def test_a_restart_goes_on_with_what_waited_and_does_not_know_what_was_under_way(tmp_path: Path) -> None:
    async def first_run() -> None:
        async with a_bench(tmp_path) as bench:
            await bench.connect(lambda _action, _payload: None)
            for action in ("ClearCache", "GetConfiguration", "GetLocalListVersion"):
                await bench.order(action, {}, wait_s=3600)
            key: Json = {"key": "AuthorizationKey", "value": NEW_KEY}
            await bench.order("ChangeConfiguration", key, wait_s=3600)
            await until_next()
            # As after a crash: what the last commit saw is what there is.
            with bench.central.engine.begin() as connection:
                connection.execute(text("CREATE TABLE crashed AS SELECT * FROM commands"))

    async def second_run() -> None:
        async with a_bench(tmp_path) as bench:
            states = [view.state for view in await bench.desk.history()][::-1]
            assert states == ["unknown_outcome", "queued", "queued", "cancelled"]
            station = await bench.connect(lambda action, _p: {"listVersion": 1} if "List" in action else {})
            await until_next()
            assert [action for action, _ in station.heard] == ["GetConfiguration", "GetLocalListVersion"]

    told(first_run())
    _rewind(tmp_path)
    told(second_run())


def _rewind(place: Path) -> None:
    """Put the commands back as they were in the middle of the first run."""
    engine = open_engine(place / "central.db")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM commands"))
        connection.execute(text("INSERT INTO commands SELECT * FROM crashed"))
        connection.execute(text("DROP TABLE crashed"))
    engine.dispose()


# --- Keys ---------------------------------------------------------------------------------------------------------


def _digests(bench: Bench) -> tuple[bool, int]:
    """Whether the old key is the station's own, and how many others are accepted beside it."""
    member = bench.central.roster.find(STATION)
    assert member is not None
    assert member.key is not None
    return member.key.matches(OLD_KEY), len(member.pending_keys)


@pytest.mark.parametrize(
    ("answer", "keeps_old", "beside"),
    [
        ({"status": "Accepted"}, False, 0),
        ({"status": "Rejected"}, True, 0),
        ({"status": "NotSupported"}, True, 0),
        ({"status": "RebootRequired"}, True, 1),
        ("InternalError", True, 0),
        (None, True, 1),
    ],
)
def test_sec_08_what_the_answer_makes_of_a_new_key(answer: Json | str | None, keeps_old: bool, beside: int) -> None:
    async def story() -> None:
        async with a_bench(stations=(StationSetting(STATION, key=OLD_KEY),)) as bench:
            await bench.connect(lambda _action, _payload: answer, password=OLD_KEY)
            view = await bench.desk.rotate_key(STATION, by="anna")
            await bench.desk.settled(view.command_id, wait_s=100)
            assert _digests(bench) == (keeps_old, beside)

    told(story())


def test_sec_08_a_key_of_unknown_outcome_is_the_only_one_once_the_station_uses_it(tmp_path: Path) -> None:
    """The station takes the key, and the central system dies before it hears of it."""
    sent: list[bytes] = []
    given = {"stations": (StationSetting(STATION, key=OLD_KEY),)}

    async def before() -> None:
        async with a_bench(tmp_path, **given) as bench:
            station = await bench.connect(lambda _action, _payload: None, password=OLD_KEY)
            await bench.desk.rotate_key(STATION, by="anna")
            await until_next()
            sent.append(bytes.fromhex(str(station.heard[0][1]["value"])))

    async def after() -> None:
        async with a_bench(tmp_path, **given) as bench:
            assert _digests(bench) == (True, 1)
            station = await bench.connect(password=OLD_KEY)
            station.hang_up()
            await bench.connect(password=sent[0])
            await until_next()
            assert _digests(bench) == (False, 0)

    async def for_good() -> None:
        async with a_bench(tmp_path, **given) as bench:
            assert _digests(bench) == (False, 0)
            await bench.connect(password=sent[0])

    told(before())
    told(after())
    told(for_good())
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert sent[0] not in stored
    assert sent[0].hex().encode() not in stored


# --- Effects ------------------------------------------------------------------------------------------------------


def test_cf_21_a_value_that_needs_a_boot_holds_from_the_boot_on() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect(lambda _action, _payload: {"status": "RebootRequired"})
            view = await bench.settle("ChangeConfiguration", {"key": "SupervisionUrl", "value": "ws://new"})
            assert (view.status, view.follow_up) == ("RebootRequired", "awaiting_boot")
            assert _values(bench) == {"supervisionurl": (None, "ws://new")}
            await station.boot()
            assert _values(bench) == {"supervisionurl": ("ws://new", None)}
            assert (await bench.look(view)).follow_up == "booted"

    told(story())


def _values(bench: Bench) -> dict[str, tuple[str | None, str | None]]:
    with bench.central.engine.connect() as connection:
        rows = connection.execute(text("SELECT folded_key, value, value_after_boot FROM reported_configuration"))
        return {row.folded_key: (row.value, row.value_after_boot) for row in rows}


def test_each_change_of_a_command_is_an_event() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect()
            await bench.settle("ClearCache", {})
            events = await bench.central.events.read(kinds=[EventKind.COMMAND_CHANGED])
            assert [event.facts["state"] for event in events] == ["queued", "sent", "answered"]
            assert {event.station_id for event in events} == {STATION}

    told(story())


def test_a_caller_that_goes_away_costs_the_command_nothing() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect()
            task = asyncio.create_task(bench.order("ClearCache", {}))
            await asyncio.sleep(0)
            task.cancel()
            await until_next()
            assert [action for action, _ in station.heard] == ["ClearCache"]
            assert (await bench.desk.history())[0].state is CommandState.ANSWERED

    told(story())
