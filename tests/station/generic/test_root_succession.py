"""Whom the next connection trusts: the roots that were installed, side by side or one after the other (M05)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contactor.station.events import DialFailed, PowerOnCause
from tests.station.bench import Bench, Payload
from tests.station.generic.authority import Authority
from tests.station.generic.spelling import generic
from tests.station.generic.test_certificates import CENTRAL, MAKER, ids, install

OLD, NEW, STRANGER = Authority("Old"), Authority("New"), Authority("Stranger")
NEXT = OLD.followed_by(NEW)
SHOWN_BY_NEW = NEW.vouches_for(ec.generate_private_key(ec.SECP256R1()), "central.test")
REFUSED = DialFailed("unknown authority", None, "InvalidCentralSystemCertificate")


def wss(**settings: str) -> Bench:
    return generic(SupervisionUrl="wss://central.test/ocpp", **settings)


def single() -> Bench:
    """A station that has a root, and then the next, neither shown by the central system yet."""
    bench = wss(AdditionalRootCertificateCheck="true")
    assert [install(bench, OLD.pem), install(bench, NEXT)] == ["Accepted", "Accepted"]
    return bench


def roots_dialled(bench: Bench) -> list[str | None]:
    """The roots of each attempt to connect, None where only the factory's counted."""
    return [None if dial.papers is None else dial.papers.roots for dial in bench.dials]


def reconnect(bench: Bench, *trusted: str) -> list[str | None]:
    """Lose the line; the central system lets in whose attempt trusts one of these roots. Returns the attempts."""
    before = len(bench.dials)
    bench.refusal = REFUSED
    bench.admits = lambda dial: dial.papers is not None and any(root in dial.papers.roots for root in trusted)
    bench.lose_line()
    bench.repair_line()
    return roots_dialled(bench)[before:]


def test_m05_installed_roots_are_trusted_side_by_side_from_the_next_connection_on() -> None:
    """Those of the maker vouch for firmware, and for nobody's TLS."""
    bench = wss()
    for pem, use in ((OLD.pem, CENTRAL), (NEW.pem, CENTRAL), (STRANGER.pem, MAKER)):
        assert install(bench, pem, use) == "Accepted"
    assert roots_dialled(bench) == [None]
    (dialled,) = reconnect(bench, OLD.pem)
    assert dialled is not None
    assert (OLD.pem in dialled, NEW.pem in dialled, STRANGER.pem in dialled) == (True, True, False)
    assert not bench.dials[-1].papers.is_alone  # type: ignore[union-attr]  # it has just been looked into


def test_without_tls_no_root_is_looked_for() -> None:
    bench = generic()
    assert install(bench, OLD.pem) == "Accepted"
    bench.lose_line()
    bench.repair_line()
    assert roots_dialled(bench) == [None, None]


def test_m05_with_the_additional_check_a_root_must_be_signed_by_the_one_it_replaces() -> None:
    """AdditionalRootCertificateCheck: others are Rejected, with the event that TC_078 asks for."""
    bench = wss(AdditionalRootCertificateCheck="true")
    assert install(bench, OLD.pem) == "Accepted"
    for other in (NEW.pem, OLD.vouches_for(NEW.key, "Nobody")):
        assert install(bench, other) == "Rejected"
        assert bench.logged()[-1] == "InvalidCentralSystemCertificate"
    assert [install(bench, OLD.pem), install(bench, NEXT)] == ["Accepted", "Accepted"]
    assert len(ids(bench)) == 2


def test_m05_the_new_root_counts_first_and_the_old_one_goes_once_it_has_proved_itself() -> None:
    bench = single()
    assert reconnect(bench, NEXT) == [NEXT]
    assert bench.dials[-1].papers.is_alone  # type: ignore[union-attr]  # it has just been looked into
    assert len(ids(bench)) == 1
    assert reconnect(bench, NEXT) == [NEXT]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_m05_where_the_new_root_does_not_do_the_station_falls_back_on_the_old_one(is_restarted: bool) -> None:
    bench = single()
    if is_restarted:
        bench.admits = lambda dial: dial.papers is not None and OLD.pem in dial.papers.roots
        bench.refusal = REFUSED
        bench.restart(PowerOnCause.RESET)
        bench.wait(60)
        assert roots_dialled(bench)[1:] == [NEXT, OLD.pem]
    else:
        assert reconnect(bench, OLD.pem) == [NEXT, OLD.pem]
    assert len(ids(bench)) == 2  # the new one has yet to prove itself
    assert reconnect(bench, NEXT) == [OLD.pem, NEXT]
    assert len(ids(bench)) == 1


def test_a_first_root_that_does_not_do_leaves_the_way_of_the_factory_open() -> None:
    bench = wss(AdditionalRootCertificateCheck="true")
    assert install(bench, OLD.pem) == "Accepted"
    bench.refusal = REFUSED
    bench.admits = lambda dial: dial.papers is None
    bench.lose_line()
    bench.repair_line()
    assert roots_dialled(bench) == [None, OLD.pem, None]


def test_m05_the_root_by_which_the_connection_stands_is_not_deleted() -> None:
    """DeleteCertificate is answered Failed for what is in use, and does its work for what is not."""
    bench = wss(AdditionalRootCertificateCheck="true")
    assert install(bench, OLD.pem) == "Accepted"
    (named,) = ids(bench)
    order = {"certificateHashData": named}
    reconnect(bench, OLD.pem)
    assert bench.status_of_answer("DeleteCertificate", order) == "Failed"
    assert install(bench, NEXT) == "Accepted"
    assert bench.status_of_answer("DeleteCertificate", order) == "Failed"  # it is the other one, but still in use
    reconnect(bench, NEXT)
    assert bench.status_of_answer("DeleteCertificate", order) == "NotFound"


def reconnected_by(bench: Bench, chain: str) -> None:
    """The central system shows these certificates, which some root vouches for."""
    bench.peer_chain = chain
    bench.lose_line()
    bench.repair_line()


def delete(bench: Bench, named: Payload) -> str:
    return bench.status_of_answer("DeleteCertificate", {"certificateHashData": named})


def test_m04_of_roots_side_by_side_the_one_that_vouches_for_the_connection_is_not_deleted() -> None:
    bench = wss()
    assert install(bench, OLD.pem) == "Accepted"
    (old,) = ids(bench)
    assert install(bench, NEW.pem) == "Accepted"
    (new,) = (each for each in ids(bench) if each != old)
    reconnected_by(bench, SHOWN_BY_NEW + NEW.pem)
    assert [delete(bench, new), delete(bench, old)] == ["Failed", "Accepted"]
    assert ids(bench) == [new]
    reconnected_by(bench, "")  # by what came with the station
    assert delete(bench, new) == "Accepted"


def test_m04_a_root_in_whose_place_another_would_do_is_deleted() -> None:
    """The old root has signed the new one: with that installed, too, nobody is missed."""
    bench = wss()
    assert install(bench, OLD.pem) == "Accepted"
    (old,) = ids(bench)
    reconnected_by(bench, SHOWN_BY_NEW + NEXT + OLD.pem)
    assert delete(bench, old) == "Failed"
    assert install(bench, STRANGER.pem) == "Accepted"
    assert delete(bench, old) == "Failed"
    assert install(bench, NEW.pem) == "Accepted"
    assert delete(bench, old) == "Accepted"


def test_a_root_that_no_connection_has_been_believed_by_can_be_deleted() -> None:
    bench = wss(AdditionalRootCertificateCheck="true")
    assert install(bench, OLD.pem) == "Accepted"
    (named,) = ids(bench)
    assert bench.status_of_answer("DeleteCertificate", {"certificateHashData": named}) == "Accepted"


def test_a_third_root_takes_the_place_of_the_one_to_fall_back_on() -> None:
    third = NEW.followed_by(Authority("Third"))
    bench = single()
    assert install(bench, third) == "Accepted"
    assert len(ids(bench)) == 2
    assert reconnect(bench, NEXT) == [third, NEXT]
