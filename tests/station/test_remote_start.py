"""Remote starts and stops (RA-1..10, RS-01..10), and UnlockConnector (UNL-01, UNL-02)."""

import pytest

from contactor.base.ids import OutletNumber
from tests.station.bench import Bench, Payload

ONE, TWO = OutletNumber(1), OutletNumber(2)
NO_CAR_NO_START = {"EnableRemoteStartNoConnectedEV": "false"}


def start(bench: Bench, connector: int | None = None, tag: str = "APP") -> str:
    request: Payload = {"idTag": tag} if connector is None else {"idTag": tag, "connectorId": connector}
    return bench.status_of_answer("RemoteStartTransaction", request)


def started_on(bench: Bench) -> list[int]:
    return [each["connectorId"] for each in bench.calls("StartTransaction")]


# The guide's table: with a connector id


def test_ra_1_at_a_plugged_connector_the_charge_starts() -> None:
    """RA-1, RS-02, TC_010."""
    bench = Bench()
    bench.plug(2)
    assert start(bench, 2) == "Accepted"
    bench.wait(10)
    assert started_on(bench) == [2]
    assert bench.statuses(2) == ["Available", "Preparing", "Charging"]


def test_ra_2_without_a_car_it_is_rejected_where_the_key_forbids_it() -> None:
    """RA-2. Key: EnableRemoteStartNoConnectedEV."""
    bench = Bench(initial=NO_CAR_NO_START)
    assert start(bench, 1) == "Rejected"
    assert bench.statuses() == ["Available"]


def test_ra_3_a_car_that_comes_within_two_minutes_charges() -> None:
    """RA-3, RS-06, D-28, TC_011_1."""
    bench = Bench()
    assert start(bench, 1) == "Accepted"
    bench.wait(119)
    bench.plug(1)
    bench.wait(10)
    assert started_on(bench) == [1]
    assert bench.statuses() == ["Available", "Preparing", "Charging"]


def test_ra_4_after_two_minutes_the_request_is_dropped() -> None:
    """RA-4, B1, TC_011_2."""
    bench = Bench()
    assert start(bench, 1) == "Accepted"
    bench.wait(120)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug(1)
    bench.wait(20)
    assert started_on(bench) == []


def test_d_28_the_two_minutes_are_connection_time_out() -> None:
    """RA-4. Key: ConnectionTimeOut."""
    bench = Bench(initial={"ConnectionTimeOut": "15"})
    start(bench, 1)
    bench.wait(14)
    assert bench.statuses()[-1] == "Preparing"
    bench.wait(1)
    assert bench.statuses()[-1] == "Available"


@pytest.mark.parametrize("connector", [0, 3, 99])
def test_ra_5_an_unknown_connector_is_rejected(connector: int) -> None:
    """RA-5, RS-03: 0 is no place to charge."""
    bench = Bench()
    bench.plug(1)
    assert start(bench, connector) == "Rejected"


# Without a connector id


@pytest.mark.parametrize("outlet", [1, 2])
def test_ra_6_with_one_car_the_charge_starts_there(outlet: int) -> None:
    """RA-6."""
    bench = Bench()
    bench.plug(outlet)
    assert start(bench) == "Accepted"
    assert started_on(bench) == [outlet]


def test_ra_7_with_two_cars_it_starts_on_connector_1() -> None:
    """RA-7, D-29: whatever the screen shows."""
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    assert start(bench) == "Accepted"
    assert started_on(bench) == [1]


def test_ra_8_without_a_car_it_is_rejected_where_the_key_forbids_it() -> None:
    """RA-8."""
    bench = Bench(initial=NO_CAR_NO_START)
    assert start(bench) == "Rejected"


@pytest.mark.parametrize("outlet", [1, 2])
def test_ra_9_the_first_car_that_comes_charges(outlet: int) -> None:
    """RA-9, RS-06, D-29: Preparing shows on connector 1 and moves to where the car is."""
    bench = Bench()
    assert start(bench) == "Accepted"
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Available")
    bench.wait(60)
    bench.plug(outlet)
    bench.wait(10)
    assert started_on(bench) == [outlet]
    assert bench.statuses(outlet)[-2:] == ["Preparing", "Charging"]
    assert bench.statuses(3 - outlet)[-1] == "Available"


def test_ra_10_after_two_minutes_the_request_is_dropped() -> None:
    """RA-10."""
    bench = Bench()
    assert start(bench) == "Accepted"
    bench.wait(120)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug(2)
    bench.wait(20)
    assert started_on(bench) == []


def test_d_29_a_start_for_connector_1_does_not_follow_a_car_to_connector_2() -> None:
    bench = Bench()
    start(bench, 1)
    bench.plug(2)
    bench.wait(20)
    assert started_on(bench) == []
    assert bench.statuses(2)[-1] == "Preparing"


def test_d_29_a_start_does_not_follow_a_car_to_a_connector_out_of_service() -> None:
    bench = Bench()
    start(bench)
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    bench.plug(2)
    bench.wait(5)
    assert bench.statuses(1)[-1] == "Preparing"
    bench.plug(1)
    bench.wait(5)
    assert started_on(bench) == [1]


def test_d_29_a_busy_or_unusable_connector_is_passed_over() -> None:
    bench = Bench()
    bench.charge(1)
    bench.plug(2)
    assert start(bench) == "Accepted"
    assert started_on(bench) == [1, 2]


# What else the specification says


def test_rs_01_accepted_is_no_promise_of_a_charge() -> None:
    """RS-01, RS-04, TC_010: the tag is refused afterwards."""
    bench = Bench()
    bench.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    assert start(bench, 1) == "Accepted"
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug(1)
    bench.wait(20)
    assert started_on(bench) == []


def test_rs_03_a_connector_that_cannot_charge_rejects() -> None:
    """RS-03, TC_026, TC_027: busy, out of service, out of order."""
    bench = Bench()
    bench.charge(1)
    assert start(bench, 1) == "Rejected"
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    assert start(bench, 2) == "Rejected"
    bench.ask("ChangeAvailability", {"connectorId": 2, "type": "Operative"})
    bench.rig.raise_fault("0x100206", TWO)
    bench.wait(0)
    assert start(bench, 2) == "Rejected"
    assert start(bench) == "Rejected"


def test_rs_04_the_tag_is_asked_about_like_a_badge() -> None:
    """RS-04, RPC-15: after the answer. Key: AuthorizeRemoteTxRequests."""
    bench = Bench()
    bench.plug()
    before = len(bench.frames)
    start(bench, 1)
    assert bench.actions(before) == ["Authorize", "StartTransaction"]


def test_rs_04_or_known_from_the_list_with_local_pre_authorize() -> None:
    bench = Bench(initial={"LocalAuthListEnabled": "true", "LocalPreAuthorize": "true"})
    entries = [{"idTag": "APP", "idTagInfo": {"status": "Accepted"}}]
    bench.ask("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries})
    bench.plug()
    start(bench, 1)
    assert not bench.calls("Authorize")
    assert started_on(bench) == [1]


def test_rs_05_without_the_key_it_starts_at_once_and_the_start_decides() -> None:
    """RS-05: DeAuthorized."""
    bench = Bench(initial={"AuthorizeRemoteTxRequests": "false"})
    bench.answers["StartTransaction"] = {"transactionId": 3, "idTagInfo": {"status": "Invalid"}}
    bench.plug()
    start(bench, 1)
    bench.wait(10)
    assert not bench.calls("Authorize")
    assert [each["reason"] for each in bench.calls("StopTransaction")] == ["DeAuthorized"]


def test_rs_07_a_second_start_while_one_waits_is_rejected() -> None:
    bench = Bench()
    assert start(bench, 1) == "Accepted"
    bench.wait(1)
    assert start(bench, 1, "OTHER") == "Rejected"
    bench.plug(1)
    bench.wait(5)
    assert [each["idTag"] for each in bench.calls("StartTransaction")] == ["APP"]


def test_rs_07_without_a_connector_the_second_one_waits_at_the_other() -> None:
    bench = Bench()
    assert [start(bench, tag=tag) for tag in ("A", "B", "C")] == ["Accepted", "Accepted", "Rejected"]
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Preparing", "Preparing")


def test_rs_08_the_tag_is_used_as_it_came() -> None:
    bench = Bench()
    bench.plug()
    start(bench, 1, "aBc-42")
    assert bench.calls("StartTransaction")[0]["idTag"] == "aBc-42"


def test_rs_09_a_remote_stop_ends_the_transaction_it_names() -> None:
    """RS-09, TC_012: reason Remote, no idTag, Finishing."""
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2")
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": 102}) == "Accepted"
    bench.wait(5)
    (stop,) = bench.calls("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (102, "Remote")
    assert "idTag" not in stop
    assert (bench.statuses(1)[-1], bench.statuses(2)[-1]) == ("Charging", "Finishing")


@pytest.mark.parametrize("number", [-1, 0, 100, 103])
def test_rs_09_an_unknown_transaction_is_rejected(number: int) -> None:
    """RS-09, TC_028."""
    bench = Bench()
    bench.charge(1)
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": number}) == "Rejected"


def test_rs_09_a_transaction_that_is_over_is_rejected() -> None:
    bench = Bench()
    bench.charge()
    bench.badge()
    bench.wait(5)
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": 101}) == "Rejected"


def test_tx_11_a_transaction_without_an_id_yet_cannot_be_named() -> None:
    bench = Bench()
    bench.answers["StartTransaction"] = None
    bench.charge()
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": -1}) == "Rejected"


def test_rs_10_a_start_that_waits_survives_a_short_loss_of_the_line() -> None:
    bench = Bench()
    start(bench, 1)
    bench.wait(10)
    bench.lose_line()
    bench.wait(20)
    bench.repair_line()
    bench.plug(1)
    bench.wait(10)
    assert [each["idTag"] for each in bench.calls("StartTransaction")] == ["APP"]


def test_boot_11_a_pending_station_takes_no_remote_start_or_stop() -> None:
    """BOOT-11."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = {
        "status": "Pending",
        "currentTime": bench.instant_text,
        "interval": 300,
    }
    bench.power_on()
    assert start(bench, 1) == "Rejected"
    assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": 1}) == "Rejected"
    assert bench.statuses() == []


# UnlockConnector


@pytest.mark.parametrize("connector", [1, 2, 3])
def test_unl_01_unl_02_there_is_nothing_to_unlock(connector: int) -> None:
    """UNL-01, UNL-02, D-18, TC_017_2, TC_018_2, TC_031: NotSupported, and the charge goes on."""
    bench = Bench()
    bench.charge(1)
    assert bench.status_of_answer("UnlockConnector", {"connectorId": connector}) == "NotSupported"
    bench.wait(10)
    assert bench.statuses() == ["Available", "Preparing", "Charging"]
    assert not bench.calls("StopTransaction")
