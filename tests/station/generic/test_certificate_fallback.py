"""A certificate that the central system signed and then does not take: the one before is shown again (W A02)."""

from datetime import timedelta

import pytest

from contactor.station.events import DialFailed, PowerOnCause
from tests.station.bench import Bench
from tests.station.generic.authority import Authority
from tests.station.generic.spelling import generic
from tests.station.generic.test_certificates import ROOT, SIGN_NOW, asked, install, send
from tests.station.power_cuts import NEVER, CuttableBench

BY_TLS = DialFailed("unknown CA", None, "FailedToAuthenticateAtCentralSystem", is_certificate_refused=True)
BY_HTTP = DialFailed("HTTP 403", 403)
NOBODY = DialFailed("nobody there")


SETTINGS = {
    "CpoName": "Chargers Ltd",
    "SupervisionUrl": "wss://central.test/ocpp",
}


def wss() -> Bench:
    bench = generic(**SETTINGS)
    bench.answers |= {"SignCertificate": {"status": "Accepted"}}
    assert install(bench, ROOT.pem) == "Accepted"
    return bench


def certified(bench: Bench, authority: Authority = ROOT) -> str:
    """Have the station take a certificate, which it then shows; returns its chain."""
    assert bench.status_of_answer("ExtendedTriggerMessage", SIGN_NOW) == "Accepted"
    chain = authority.signed(asked(bench)[-1])
    assert send(bench, chain) == "Accepted"
    bench.wait(1)
    return chain


def takes(bench: Bench, *chains: str, refusal: DialFailed = BY_TLS) -> None:
    """From here on the central system lets in who shows one of these; "" for who shows what came with the station."""
    bench.refusal = refusal
    bench.admits = lambda dial: (dial.papers.chain if dial.papers else "") in chains


def shown(bench: Bench, since: int) -> list[str]:
    return [dial.papers.chain if dial.papers else "" for dial in bench.dials[since:]]


def reports(bench: Bench) -> int:
    return sum(each["type"] == "InvalidChargePointCertificate" for each in bench.calls("SecurityEventNotification"))


def until_connected(bench: Bench) -> None:
    for _ in range(3600):
        if bench.is_connected:
            bench.wait(1)
            return
        bench.wait(1)


@pytest.mark.parametrize("refusal", [BY_TLS, BY_HTTP], ids=["TLS", "HTTP"])
def test_w_a02_a_new_certificate_that_is_refused_three_times_gives_way_to_the_one_before(refusal: DialFailed) -> None:
    """Told by InvalidChargePointCertificate, once; from then on the one before is shown at once."""
    bench = wss()
    old = certified(bench)
    takes(bench, old, refusal=refusal)
    before = len(bench.dials)
    new = certified(bench)
    until_connected(bench)
    assert shown(bench, before) == [new, new, new, old]
    assert reports(bench) == 1
    before = len(bench.dials)
    bench.lose_line()
    bench.repair_line()
    assert shown(bench, before) == [old]
    assert reports(bench) == 1


def test_w_a02_a_first_certificate_that_is_refused_gives_way_to_what_came_with_the_station() -> None:
    bench = wss()
    takes(bench, "")
    before = len(bench.dials)
    new = certified(bench)
    until_connected(bench)
    assert shown(bench, before) == [new, new, new, ""]
    assert bench.dials[-1].papers is not None
    assert bench.dials[-1].papers.private_key == ""
    assert reports(bench) == 1


def test_w_a02_a_new_certificate_that_was_taken_once_is_the_only_one() -> None:
    """However often it is refused from then on; the one before is gone."""
    bench = wss()
    old, new = certified(bench), certified(bench)
    assert set(bench.store.rows("own_certificate")) == {"own"}
    takes(bench, old)
    before = len(bench.dials)
    bench.lose_line()
    bench.repair_line()
    assert set(shown(bench, before)) == {new}


def test_that_nobody_answers_says_nothing_about_a_certificate() -> None:
    bench = wss()
    certified(bench)
    takes(bench, refusal=NOBODY)
    before = len(bench.dials)
    new = certified(bench)
    bench.wait(3600)
    assert len(bench.dials) - before > 5
    assert set(shown(bench, before)) == {new}
    takes(bench, new)
    until_connected(bench)
    assert reports(bench) == 0


def test_where_neither_is_taken_both_are_tried_in_turn_and_the_new_one_can_still_be_the_one() -> None:
    bench = wss()
    old = certified(bench)
    takes(bench)
    before = len(bench.dials)
    new = certified(bench)
    bench.wait(3600)
    assert shown(bench, before)[:6] == [new, new, new, old, new, old]
    takes(bench, new)
    until_connected(bench)
    assert set(bench.store.rows("own_certificate")) == {"own"}
    assert reports(bench) == 0


def test_the_one_before_that_was_good_is_kept_for_the_certificate_after_the_refused_one() -> None:
    """Nothing is lost by a second bad one, and a good one ends the story."""
    bench = wss()
    old = certified(bench)
    takes(bench, old)
    certified(bench)
    until_connected(bench)
    before = len(bench.dials)
    second = certified(bench)
    until_connected(bench)
    assert shown(bench, before) == [second, second, second, old]
    takes(bench, old)
    bench.admits = lambda dial: dial.papers is not None and dial.papers.chain != second
    before = len(bench.dials)
    third = certified(bench)
    assert shown(bench, before) == [third]
    assert set(bench.store.rows("own_certificate")) == {"own"}


def test_a_station_that_fell_back_asks_again_a_day_later_where_the_one_before_runs_out() -> None:
    bench = wss()
    bench.ask("ExtendedTriggerMessage", SIGN_NOW)
    old = ROOT.signed(asked(bench)[-1], lasts=timedelta(days=59 + 20))  # from January 1st; today is March 1st
    assert send(bench, old) == "Accepted"
    bench.wait(1)
    takes(bench, old)
    certified(bench)
    until_connected(bench)
    seen = len(asked(bench))
    bench.wait(23 * 3600)
    assert len(asked(bench)) == seen
    bench.wait(3600)
    assert len(asked(bench)) == seen + 1


@pytest.mark.parametrize("cause", [PowerOnCause.RESET, PowerOnCause.POWER])
def test_what_is_kept_outlasts_a_restart_before_and_after_the_way_back(cause: PowerOnCause) -> None:
    bench = wss()
    old = certified(bench)
    takes(bench)
    new = certified(bench)
    takes(bench, old)
    before = len(bench.dials)
    bench.restart(cause)
    until_connected(bench)
    assert shown(bench, before) == [new, new, new, old]
    before = len(bench.dials)
    bench.restart(cause)
    until_connected(bench)
    assert shown(bench, before) == [old]
    assert reports(bench) == 1


@pytest.mark.parametrize("commits", range(6))
def test_wherever_the_power_goes_the_station_comes_back_by_the_certificate_that_is_taken(commits: int) -> None:
    """Cut at each commit from the order that brings the new one to the connection by the one before."""
    bench = CuttableBench([NEVER], PowerOnCause.POWER, SETTINGS, product="generic_dc")
    bench.answers |= {"SignCertificate": {"status": "Accepted"}}
    install(bench, ROOT.pem)
    old = certified(bench)
    bench.ask("ExtendedTriggerMessage", SIGN_NOW)
    takes(bench, old)
    bench.cut_after(commits)
    bench.says([2, "signed", "CertificateSigned", {"certificateChain": ROOT.signed(asked(bench)[-1])}])
    until_connected(bench)
    assert not bench.has_power_to_lose
    until_connected(bench)
    assert shown(bench, len(bench.dials) - 1) == [old]
    assert bench.logged().count("InvalidChargePointCertificate") == (commits > 0)  # before, it was never taken
