"""What a badge does: whom is asked, who starts, who stops (AU-01..16, LA-1..3)."""

import pytest

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy
from contactor.station.authorization import is_presentable
from tests.station.bench import Bench, Payload, Refusal

ONE, TWO = OutletNumber(1), OutletNumber(2)
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


def with_cache(uid: str = "TAG-1", known: Payload | None = None, **keys: str) -> Bench:
    """A station whose cache knows a badge, from a charge that is over."""
    bench = Bench(initial={"AuthorizationCacheEnabled": "true", **keys})
    bench.answers["Authorize"] = {"idTagInfo": known or {"status": "Accepted"}}
    bench.plug()
    bench.badge(uid)
    bench.wait(20)
    bench.unplug()
    bench.answers["Authorize"] = ACCEPTED
    bench.frames.clear()
    return bench


# Starting


def test_au_01_no_energy_flows_before_somebody_is_authorised() -> None:
    """AU-01, C4.1."""
    bench = Bench()
    bench.answers["Authorize"] = None
    bench.plug()
    bench.badge()
    bench.wait(20)
    assert AllowEnergy(ONE) not in bench.commands
    assert bench.register_wh() == 0


def test_au_02_a_badge_nobody_here_knows_is_asked_about() -> None:
    """AU-02, TC_003."""
    bench = Bench()
    bench.plug()
    before = len(bench.frames)
    bench.badge("ABC")
    assert bench.calls("Authorize") == [{"idTag": "ABC"}]
    assert bench.actions(before) == ["Authorize", "StartTransaction"]


def test_au_03_with_local_pre_authorize_a_known_badge_is_not_asked_about() -> None:
    """AU-03, TC_007, TC_008. Key: LocalPreAuthorize."""
    bench = with_cache(LocalPreAuthorize="true")
    bench.plug()
    bench.badge()
    assert not bench.calls("Authorize")
    assert bench.calls("StartTransaction")[0]["idTag"] == "TAG-1"


def test_au_04_without_it_even_a_known_badge_is_asked_about() -> None:
    bench = with_cache()
    bench.plug()
    bench.badge()
    assert bench.calls("Authorize") == [{"idTag": "TAG-1"}]


def test_au_05_a_badge_known_as_bad_is_asked_about_for_it_may_have_been_mended() -> None:
    """AU-05, TC_023."""
    bench = with_cache(known={"status": "Blocked"}, LocalPreAuthorize="true")
    bench.plug()
    bench.badge()
    assert bench.calls("Authorize") == [{"idTag": "TAG-1"}]
    assert bench.calls("StartTransaction")


def test_au_05_a_badge_the_list_calls_bad_is_asked_about_too() -> None:
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": "true"})
    entries = [{"idTag": "TAG-1", "idTagInfo": {"status": "Blocked"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.plug()
    bench.badge()
    assert bench.calls("Authorize") == [{"idTag": "TAG-1"}]


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
def test_au_06_au_15_a_badge_that_is_not_accepted_starts_nothing(status: str) -> None:
    """AU-06, AU-15, TC_023_1..3: the car stays in Preparing."""
    bench = Bench()
    bench.answers["Authorize"] = {"idTagInfo": {"status": status}}
    bench.plug()
    bench.badge()
    bench.wait(60)
    assert not bench.calls("StartTransaction")
    assert AllowEnergy(ONE) not in bench.commands
    assert bench.statuses() == ["Available", "Preparing"]


@pytest.mark.parametrize("answer", [None, Refusal("InternalError")], ids=["silence", "CALLERROR"])
@pytest.mark.parametrize(("allow", "starts"), [("true", True), ("false", False)])
def test_au_07_without_an_answer_the_offline_rules_decide(answer: Refusal | None, allow: str, starts: bool) -> None:
    """AU-07. Key: AllowOfflineTxForUnknownId."""
    bench = Bench(initial={"AllowOfflineTxForUnknownId": allow})
    bench.answers["Authorize"] = answer
    bench.plug()
    bench.badge()
    bench.wait(31)
    assert bool(bench.calls("StartTransaction")) is starts


def test_au_07_a_line_that_breaks_is_no_answer_either() -> None:
    bench = Bench()
    bench.answers["Authorize"] = None
    bench.plug()
    bench.badge()
    bench.lose_line()
    assert bench.station.transactions.open_on(1) is not None


@pytest.mark.parametrize(
    ("uid", "is_good"),
    [
        ("virtual:42", True),
        ("04A2B3C4D5E680", True),
        ("x" * 20, True),
        ("x" * 21, False),
        ("ABC-é", False),
        ("", False),
        ("A\tB", False),
    ],
)
def test_au_09_a_badge_may_hold_any_20_printable_characters(uid: str, is_good: bool) -> None:
    assert is_presentable(uid) is is_good


def test_au_09_what_cannot_be_an_id_tag_never_reaches_the_wire() -> None:
    bench = Bench()
    bench.plug()
    bench.badge("ABC-é")
    bench.wait(5)
    assert not bench.calls("Authorize")
    assert bench.noted("badge unreadable")


def test_a_badge_goes_out_as_the_reader_spells_it() -> None:
    """RPC-14: known as TAG-1, presented as tag-1."""
    bench = with_cache(LocalPreAuthorize="true")
    bench.plug()
    bench.badge("tag-1")
    assert bench.calls("StartTransaction")[0]["idTag"] == "tag-1"


def test_a_second_tap_while_the_answer_is_on_its_way_is_impatience() -> None:
    bench = Bench()
    bench.answers["Authorize"] = None
    bench.plug()
    bench.badge()
    bench.badge()
    bench.wait(31)
    assert len(bench.calls("Authorize")) == 1
    assert bench.station.transactions.open_on(1) is not None


def test_a_car_that_leaves_before_the_answer_takes_the_start_with_it() -> None:
    bench = Bench()
    bench.answers["Authorize"] = None
    bench.plug()
    bench.badge()
    bench.unplug()
    bench.wait(31)
    bench.plug()
    assert bench.station.transactions.open_on(1) is None


# The screen


def test_la_1_a_badge_starts_the_only_car_there_is() -> None:
    """LA-1, D-01: the second outlet is connector 2."""
    bench = Bench()
    bench.plug(2)
    bench.badge()
    assert bench.calls("StartTransaction")[0]["connectorId"] == 2


@pytest.mark.parametrize("shown", [ONE, TWO])
def test_la_2_with_two_cars_the_badge_is_for_the_one_on_the_screen(shown: OutletNumber) -> None:
    """LA-2, AU-16."""
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    bench.rig.touch_screen(shown)
    bench.badge()
    assert [each["connectorId"] for each in bench.calls("StartTransaction")] == [shown]


def test_la_2_touching_the_screen_changes_the_connector() -> None:
    """LA-2: the newest car is in front; each touch shows the other one."""
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    fronts = [bench.station.screen.shown]
    for _ in range(3):
        bench.rig.touch_screen()
        bench.wait(0)
        fronts.append(bench.station.screen.shown)
    assert fronts == [2, 1, 2, 1]


def test_la_2_a_connector_without_a_car_cannot_be_brought_to_the_front() -> None:
    bench = Bench()
    bench.plug(1)
    bench.rig.touch_screen(TWO)
    bench.badge()
    assert bench.calls("StartTransaction")[0]["connectorId"] == 1


def test_la_2_the_badge_on_the_other_page_stops_nobody_elses_charge() -> None:
    bench = Bench()
    bench.charge(1, "TAG-1")
    bench.plug(2)
    bench.badge("TAG-1")  # the screen shows connector 2 now
    bench.wait(20)
    assert not bench.calls("StopTransaction")
    assert [each["connectorId"] for each in bench.calls("StartTransaction")] == [1, 2]


def test_la_3_without_a_car_a_badge_has_no_effect() -> None:
    """LA-3: the screen stays on the welcome page, whoever touches it."""
    bench = Bench()
    bench.rig.touch_screen(ONE)
    bench.badge()
    bench.wait(5)
    assert bench.station.screen.shown is None
    assert not bench.calls("Authorize")
    bench.plug()
    bench.wait(20)
    assert not bench.calls("StartTransaction")


# Badge before plug, which this charger does not have (D-30, option allow_badge_before_plug)


def early_bird() -> Bench:
    return Bench(settings={"allow_badge_before_plug": True})


def test_d_30_with_the_option_a_badge_may_come_before_the_car() -> None:
    """TC_004_1: Preparing, then the charge."""
    bench = early_bird()
    bench.badge()
    assert bench.statuses() == ["Available", "Preparing"]
    bench.plug()
    bench.wait(10)
    assert bench.statuses() == ["Available", "Preparing", "Charging"]
    assert bench.calls("Authorize") == [{"idTag": "TAG-1"}]


def test_d_30_the_start_follows_the_car_to_the_other_connector() -> None:
    bench = early_bird()
    bench.badge()
    bench.plug(2)
    bench.wait(10)
    assert bench.calls("StartTransaction")[0]["connectorId"] == 2
    assert bench.statuses(1) == ["Available", "Preparing", "Available"]


def test_d_30_without_a_car_the_start_is_given_up_after_connection_time_out() -> None:
    """B1, TC_004_2. Key: ConnectionTimeOut."""
    bench = early_bird()
    bench.badge()
    bench.wait(119)
    assert bench.statuses() == ["Available", "Preparing"]
    bench.wait(1)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug()
    bench.wait(20)
    assert not bench.calls("StartTransaction")


def test_au_08_the_same_badge_again_cancels_the_start() -> None:
    """AU-08, TC_061 step 3: B1."""
    bench = early_bird()
    bench.badge("TAG-1")
    bench.badge("tag-1")
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug()
    bench.wait(20)
    assert not bench.calls("StartTransaction")


def test_a_second_person_is_expected_at_the_other_connector() -> None:
    bench = early_bird()
    bench.badge("TAG-1")
    bench.badge("TAG-2")
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Preparing")
    bench.badge("TAG-1")
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Available", "Preparing")


# Nobody identifies


def test_b6_a_car_nobody_identifies_for_is_finishing_after_connection_time_out() -> None:
    """B6, D-30. Key: ConnectionTimeOut."""
    bench = Bench(initial={"ConnectionTimeOut": "40"})
    bench.plug()
    bench.wait(39)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(1)
    assert bench.statuses()[-1] == "Finishing"


def test_b6_is_an_option() -> None:
    bench = Bench(settings={"finish_unauthorised": False})
    bench.plug()
    bench.wait(1000)
    assert bench.statuses() == ["Available", "Preparing"]


def test_b6_a_connection_time_out_of_0_waits_for_ever() -> None:
    bench = Bench(initial={"ConnectionTimeOut": "0"})
    bench.plug()
    bench.wait(10_000)
    assert bench.statuses() == ["Available", "Preparing"]


@pytest.mark.parametrize("starts", ["badge", "remote"])
def test_f2_after_it_a_badge_or_remote_start_begins_a_charge(starts: str) -> None:
    """F2, D-30: Finishing, Preparing, Charging."""
    bench = Bench()
    bench.plug()
    bench.wait(120)
    if starts == "badge":
        bench.badge()
    else:
        assert bench.status_of_answer("RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1}) == "Accepted"
    bench.wait(10)
    assert bench.statuses() == ["Available", "Preparing", "Finishing", "Preparing", "Charging"]


@pytest.mark.parametrize("starts", ["badge", "remote"])
def test_f2_a_new_charge_begins_without_unplugging(starts: str) -> None:
    """F2, TX-02: the second transaction begins at the register where the first one ended."""
    bench = Bench()
    bench.charge(for_s=120)
    bench.badge()
    bench.wait(10)
    if starts == "badge":
        bench.badge("TAG-2")
    else:
        bench.ask("RemoteStartTransaction", {"idTag": "TAG-2"})
    bench.wait(20)
    first, second = bench.calls("StartTransaction")
    (stop,) = bench.calls("StopTransaction")
    assert second["meterStart"] == stop["meterStop"] > first["meterStart"]
    assert bench.statuses()[-3:] == ["Finishing", "Preparing", "Charging"]


def test_f2_a_refused_badge_leaves_the_car_finishing() -> None:
    bench = Bench()
    bench.charge()
    bench.badge()
    bench.wait(5)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.badge("TAG-2")
    bench.wait(200)
    assert bench.statuses()[-1] == "Finishing"


def test_a_refusal_gives_the_driver_the_whole_time_again() -> None:
    """B6: ConnectionTimeOut counts from the moment somebody could identify."""
    bench = Bench()
    bench.plug()
    bench.wait(100)
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.badge()
    bench.wait(119)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(1)
    assert bench.statuses()[-1] == "Finishing"
