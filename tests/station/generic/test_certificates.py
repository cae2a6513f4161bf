"""Root certificates and the station's own: installed, listed, deleted, asked for, renewed, or refused."""

import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from contactor.base.instants import to_text
from contactor.station.events import PowerOnCause
from tests.station.bench import Bench, Payload
from tests.station.generic.authority import Authority
from tests.station.generic.spelling import generic

CENTRAL = "CentralSystemRootCertificate"
MAKER = "ManufacturerRootCertificate"
ROOT, OTHER = Authority("Root"), Authority("Other")
SIGN_NOW = {"requestedMessage": "SignChargePointCertificate"}


def install(bench: Bench, pem: str, use: str = CENTRAL) -> str:
    return bench.status_of_answer("InstallCertificate", {"certificateType": use, "certificate": pem})


def ids(bench: Bench, use: str = CENTRAL) -> list[Payload]:
    answer = bench.ask("GetInstalledCertificateIds", {"certificateType": use})[2]
    assert (answer["status"] == "NotFound") == ("certificateHashData" not in answer)
    held: list[Payload] = answer.get("certificateHashData", [])
    return held


def ready(**settings: str) -> Bench:
    bench = generic(CpoName="Chargers Ltd", **settings)
    bench.answers |= {"SignCertificate": {"status": "Accepted"}}
    return bench


def asked(bench: Bench) -> list[str]:
    """Every signing request the station has sent."""
    return [str(each["csr"]) for each in bench.calls("SignCertificate")]


def send(bench: Bench, chain: str) -> str:
    return bench.status_of_answer("CertificateSigned", {"certificateChain": chain})


def with_certificate(lasts: timedelta) -> Bench:
    bench = ready()
    install(bench, ROOT.pem)
    bench.ask("ExtendedTriggerMessage", SIGN_NOW)
    assert send(bench, ROOT.signed(asked(bench)[0], lasts=lasts)) == "Accepted"
    return bench


def test_tc_075_a_root_is_installed_listed_by_its_hashes_and_outlasts_a_restart() -> None:
    bench = ready()
    assert ids(bench) == []
    assert install(bench, ROOT.pem) == "Accepted"
    assert install(bench, OTHER.pem, MAKER) == "Accepted"
    bench.restart(PowerOnCause.RESET)
    bench.wait(1)
    key = ROOT.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    assert ids(bench) == [
        {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": hashlib.sha256(ROOT.name.public_bytes()).hexdigest(),
            "issuerKeyHash": hashlib.sha256(key).hexdigest(),
            "serialNumber": f"{ROOT.certificate.serial_number:x}",
        }
    ]
    assert len(ids(bench, MAKER)) == 1


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        ("none", "no certificate"),
        (ROOT.pem + OTHER.pem, "more than one"),
        (Authority("Old", lasts=timedelta(days=30)).pem, "counts from"),
        (Authority("Nobody", is_authority=False).pem, "no root"),
        (ROOT.vouches_for(OTHER.key), "no root"),
    ],
    ids=["no certificate", "two", "expired", "no authority", "signed by another"],
)
def test_se_06_a_root_that_is_none_is_rejected_with_an_event(pem: str, reason: str) -> None:
    """TC_078: InvalidCentralSystemCertificate, with what is wrong with it."""
    bench = ready()
    assert install(bench, pem) == "Rejected"
    assert bench.logged()[-1] == "InvalidCentralSystemCertificate"
    assert reason in bench.store.rows("security_log").popitem()[1].decode()
    assert ids(bench) == []


def test_a_full_store_takes_no_more_but_what_it_has() -> None:
    bench = ready(CertificateStoreMaxLength="1")
    assert [install(bench, pem) for pem in (ROOT.pem, ROOT.pem, OTHER.pem)] == ["Accepted", "Accepted", "Rejected"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_tc_076_a_root_is_deleted_by_its_hashes_in_any_algorithm_and_spelling(algorithm: str) -> None:
    bench = ready()
    install(bench, ROOT.pem)
    key = ROOT.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    named = {
        "hashAlgorithm": algorithm.upper(),
        "issuerNameHash": hashlib.new(algorithm, ROOT.name.public_bytes()).hexdigest().upper(),
        "issuerKeyHash": hashlib.new(algorithm, key).hexdigest(),
        "serialNumber": f"{ROOT.certificate.serial_number:040X}",
    }
    answers = [bench.status_of_answer("DeleteCertificate", {"certificateHashData": named}) for _ in range(2)]
    assert answers == ["Accepted", "NotFound"]
    assert ids(bench) == []


def test_tc_074_a_trigger_brings_a_request_that_names_organisation_and_serial_number() -> None:
    """SEC-25: O is the organisation, CN the serial number; the key is new each time and never leaves."""
    bench = ready()
    for _ in range(2):
        assert bench.status_of_answer("ExtendedTriggerMessage", SIGN_NOW) == "Accepted"
    first, second = (x509.load_pem_x509_csr(each.encode()) for each in asked(bench))
    assert first.is_signature_valid
    assert first.subject.rfc4514_string() == "CN=SN-0001,O=Chargers Ltd"
    assert first.public_key() != second.public_key()


def test_without_an_organisation_nothing_is_asked_for() -> None:
    bench = generic()
    assert bench.status_of_answer("ExtendedTriggerMessage", SIGN_NOW) == "Rejected"
    assert asked(bench) == []


def test_the_signed_certificate_is_taken_once() -> None:
    bench = with_certificate(timedelta(days=365))
    assert "ReconfigurationOfSecurityParameters" in bench.logged()
    assert send(bench, ROOT.signed(asked(bench)[0])) == "Rejected"  # nothing is asked for any more


@pytest.mark.parametrize("wrong", ["another key", "another name", "another authority", "expired", "no certificate"])
def test_se_06_a_certificate_that_is_not_for_this_station_is_rejected_with_an_event(wrong: str) -> None:
    bench = ready()
    bench.answers["SecurityEventNotification"] = {}
    install(bench, ROOT.pem)
    bench.ask("ExtendedTriggerMessage", SIGN_NOW)
    (csr,) = asked(bench)
    chains = {
        "another key": ROOT.vouches_for(OTHER.key, "SN-0001"),
        "another name": ROOT.signed(csr, name="SN-0002"),
        "another authority": OTHER.signed(csr),
        "expired": ROOT.signed(csr, lasts=timedelta(days=1)),
        "no certificate": "none",
    }
    assert send(bench, chains[wrong]) == "Rejected"
    bench.wait(1)
    assert bench.calls("SecurityEventNotification")[-1]["type"] == "InvalidChargePointCertificate"
    assert send(bench, ROOT.signed(csr)) == "Accepted"  # the one that was asked for is still welcome


def test_a_new_certificate_is_asked_for_thirty_days_before_the_present_one_runs_out() -> None:
    """Also by a station that was restarted meanwhile; refused, it asks again an hour later."""
    bench = with_certificate(timedelta(days=59 + 31))  # from January 1st; today is March 1st
    bench.answers["SignCertificate"] = {"status": "Rejected"}
    bench.restart(PowerOnCause.RESET)
    bench.answers["Heartbeat"] = lambda _: {"currentTime": to_text(bench.instant)}
    bench.wait(11 * 3600)
    assert len(asked(bench)) == 1
    bench.wait(1.5 * 3600)
    assert len(asked(bench)) == 2
    bench.wait(3600)
    assert len(asked(bench)) == 3
