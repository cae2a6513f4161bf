"""Local lists come into step by themselves, on both databases, whatever stations answer and whoever dies in between."""

import pytest

from contactor.base.ids import IdTag
from contactor.base.virtual_loop import run_virtually
from contactor.central.care.caretaker import RETRY_S
from contactor.central.care.list_rules import ChoiceKind, ListRule, TagChoice
from contactor.central.care.scope import Scope, ScopeKind
from contactor.central.events.event import EventKind
from contactor.central.store.database import for_writing
from contactor.central.tag_register import put_groups
from contactor.central.tags import Tag, TagGroup
from tests.central.bench import STATION, Json
from tests.central.care.list_station import ListStation, look, write
from tests.central.commands.closed_loop import closed_loop
from tests.central.commands.scripted_station import Answer, a_bench, until_next

ANNA, BEN = Tag(IdTag("ANNA"), IdTag("FLEET")), Tag(IdTag("BEN"))
EVERYBODY = ListRule("everybody", Scope(), TagChoice())


def test_ll_08_a_list_comes_into_step_and_follows_its_tags(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation()
            await bench.connect(station.answer)
            await write(bench, ANNA, BEN, rule=EVERYBODY)
            assert (set(station.entries), station.sent) == ({"ANNA", "BEN"}, [("Full", 1, 2)])
            assert look(bench).state == "in_step"
            await write(bench, Tag(IdTag("BEN"), is_blocked=True), Tag(IdTag("CLEO")))
            assert station.sent[1:] == [("Differential", 2, 2)]
            assert station.entries["BEN"] == {"status": "Blocked"}
            told = await bench.central.events.read(kinds=[EventKind.LOCAL_LIST_CHANGED])
            assert [(each.facts["entries"], each.facts["version"]) for each in told] == [(2, 1), (3, 2)]
            commands = await bench.desk.history()
            assert {each.by for each in commands} == {"central system"}

    run_virtually(story())


@pytest.mark.parametrize(
    ("scope", "choice", "held"),
    [
        (Scope(), TagChoice(ChoiceKind.GROUPS, ("fleet",)), {"ANNA"}),
        (Scope(), TagChoice(ChoiceKind.TAGS, ("ben",)), {"BEN"}),
        (Scope(ScopeKind.STATIONS, (STATION,)), TagChoice(), {"ANNA", "BEN"}),
        (Scope(ScopeKind.MODELS, ("other",)), TagChoice(), {"ANNA", "BEN"}),
        (Scope(ScopeKind.STATIONS, ("ELSEWHERE",)), TagChoice(), None),
        (Scope(ScopeKind.MODELS, ("EVD1S180THB",)), TagChoice(), None),
    ],
)
def test_a_rule_names_stations_and_tags(scope: Scope, choice: TagChoice, held: set[str] | None) -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = ListStation()
            await bench.connect(station.answer)
            await write(bench, ANNA, BEN, rule=ListRule("r", scope, choice))
            assert set(station.entries) == (held or set())
            assert (look(bench).state, bool(station.asked)) == (
                ("unmanaged", False) if held is None else ("in_step", True)
            )

    run_virtually(story())


def test_ll_14_a_long_list_goes_in_pieces_as_the_station_takes_them(database: str) -> None:
    report: Json = {
        "configurationKey": [
            {"key": "SendLocalListMaxLength", "readonly": True, "value": "40"},
            {"key": "LocalAuthListMaxLength", "readonly": True, "value": "90"},
        ]
    }

    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation(lambda action, _payload: report if action == "GetConfiguration" else False)
            await bench.connect(station.answer)
            await bench.settle("GetConfiguration", {})
            await write(bench, *(Tag(IdTag(f"T{number:03}")) for number in range(100)), rule=EVERYBODY)
            assert station.sent == [("Full", 1, 40), ("Differential", 2, 40), ("Differential", 3, 10)]
            wanted = look(bench).wanted
            assert wanted is not None
            assert (look(bench).state, wanted.left_out, len(station.entries)) == ("in_step", 10, 90)

    run_virtually(story())


def test_a_restart_of_the_central_system_in_between_goes_on_where_it_was(database: str) -> None:
    station = ListStation()
    many = [Tag(IdTag(f"T{number:04}")) for number in range(1000)]

    async def first() -> None:
        async with a_bench(database) as bench:
            await bench.connect(lambda action, payload: station.answer(action, payload) if not station.sent else None)
            await write(bench, *many, rule=EVERYBODY)
            assert station.sent == [("Full", 1, 400)]

    async def second() -> None:
        async with a_bench(database) as bench:
            await bench.connect(station.answer)
            await until_next(5)
            # The second piece may have been taken or not; the station is asked which it has.
            assert station.sent[1:] == [("Differential", 3, 400), ("Differential", 4, 200)]
            assert (look(bench).state, len(station.entries)) == ("in_step", 1000)

    run_virtually(first())
    run_virtually(second())


def test_ll_01_an_update_without_an_answer_counts_if_the_station_says_that_version(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation()

            def silent(action: str, payload: Json) -> Answer | bool:
                if action != "SendLocalList":
                    return False
                station.odd = lambda _action, _payload: False
                station.answer(action, payload)
                station.sent.pop()
                return None

            station.odd = silent
            await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            await until_next(RETRY_S + 60)
            assert station.sent == [("Full", 1, 1)]
            assert look(bench).state == "in_step"

    run_virtually(story())


@pytest.mark.parametrize("word", ["Failed", "VersionMismatch"])
def test_ll_13_a_difference_that_is_not_taken_is_followed_by_the_whole(database: str, word: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation()
            await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            station.odd = lambda _action, payload: (
                {"status": word} if payload.get("updateType") == "Differential" else False
            )
            await write(bench, BEN)
            assert station.sent[1:] == [("Differential", 2, 1), ("Full", 3, 2)]
            assert (look(bench).state, set(station.entries)) == ("in_step", {"ANNA", "BEN"})

    run_virtually(story())


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"status": "Failed"}, "the station answered Failed to a full update"),
        ({"status": "NotSupported"}, "the station answered NotSupported to a full update"),
        ("NotImplemented", "the station answered NotImplemented"),
    ],
)
def test_ll_15_a_refusal_is_shown_and_not_tried_again_until_something_changes(
    database: str, odd: Answer, reason: str
) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation(lambda action, _payload: odd if action == "SendLocalList" else False)
            await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            assert (look(bench).state, look(bench).failure) == ("failing", reason)
            await until_next(200)
            assert len(station.sent) == 1
            station.odd = lambda _action, _payload: False
            await write(bench, BEN)
            assert look(bench).state == "in_step"

    run_virtually(story())


def test_ll_01_a_list_that_is_switched_off_is_shown_and_tried_again_after_a_boot(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation(lambda a, _p: {"listVersion": -1} if a == "GetLocalListVersion" else False)
            scripted = await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            assert look(bench).failure == "its local list is switched off, or it has none (it says -1)"
            assert station.sent == []
            station.odd = lambda _action, _payload: False
            scripted.hang_up()
            await bench.connect(station.answer)
            await until_next(5)
            assert look(bench).state == "in_step"

    run_virtually(story())


def test_ll_11_a_station_that_lost_its_list_gets_it_again_after_its_boot(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation()
            scripted = await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            station.entries.clear()
            scripted.hang_up()
            await bench.connect(station.answer)
            await until_next(5)
            assert (set(station.entries), station.sent[-1]) == ({"ANNA"}, ("Full", 2, 1))

    run_virtually(story())


def test_a_list_that_somebody_else_sent_is_known_and_put_right(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = ListStation()
            await bench.connect(station.answer)
            await write(bench, ANNA, rule=EVERYBODY)
            entry: Json = {"idTag": "STRANGER", "idTagInfo": {"status": "Accepted"}}
            payload: Json = {"listVersion": 50, "updateType": "Full", "localAuthorizationList": [entry]}
            await bench.settle("SendLocalList", payload)
            assert look(bench).state == "behind"
            await write(bench, BEN)
            assert (set(station.entries), station.sent[-1][:2]) == ({"ANNA", "BEN"}, ("Differential", 51))

    run_virtually(story())


def test_a_station_without_the_profile_is_not_sent_any_list() -> None:
    report: Json = {"configurationKey": [{"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}]}

    async def story() -> None:
        async with a_bench() as bench:
            station = ListStation(lambda action, _payload: report if action == "GetConfiguration" else False)
            await bench.connect(station.answer)
            await bench.settle("GetConfiguration", {})
            await write(bench, ANNA, rule=EVERYBODY)
            assert look(bench).state == "failing"
            assert "does not offer LocalAuthListManagement" in str(look(bench).failure)
            assert (station.asked, station.sent) == (0, [])

    run_virtually(story())


def test_ll_10_the_guides_station_comes_into_step_once_its_lists_are_switched_on() -> None:
    async def story() -> None:
        async with closed_loop(read_configuration=True) as loop:
            await write(loop, *(Tag(IdTag(f"T{number:04}")) for number in range(900)), rule=EVERYBODY)  # type: ignore[arg-type]  # has a central system too
            assert look(loop).state == "failing"  # type: ignore[arg-type]  # the same
            key: Json = {"key": "LocalAuthListEnabled", "value": "true"}
            assert await loop.status_of("ChangeConfiguration", key) == "Accepted"
            await loop.until(lambda: look(loop).state == "in_step")  # type: ignore[arg-type]  # the same
            answer = (await loop.order("GetLocalListVersion", {})).answer
            assert answer == {"listVersion": 3}

    run_virtually(story())


def test_ll_08_a_list_obeys_groups_and_leaves_out_who_may_not_charge_there() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = ListStation()
            await bench.connect(station.answer)
            await write(bench, ANNA, BEN, Tag(IdTag("FAR"), stations=("AMS-*",)), rule=EVERYBODY)
            assert set(station.entries) == {"ANNA", "BEN"}
            with for_writing(bench.central.engine).begin() as connection:
                put_groups(connection, [TagGroup(IdTag("fleet"), is_blocked=True)])
            await write(bench, Tag(IdTag("BEN"), stations=("AMS-01",)))
            assert station.entries == {"ANNA": {"status": "Blocked", "parentIdTag": "FLEET"}}

    run_virtually(story())
