"""SignedUpdateFirmware: who signs is judged before the answer, what was signed once the image is here."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from contactor.base.instants import to_text
from contactor.station.firmware_image import make_image
from tests.station.bench import Bench
from tests.station.generic.authority import Authority, Key, signature_of
from tests.station.generic.spelling import generic

MAKER, STRANGER = Authority("Maker"), Authority("Stranger")
SIGNER = ec.generate_private_key(ec.SECP256R1())
RSA_SIGNER = rsa.generate_private_key(65537, 2048)
LOCATION = "http://updates.test/image.bin"
TO_THE_END = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]


def image(bench: Bench) -> bytes:
    return make_image(bench.product.name, "2.0.0", b"new behaviour")


def ready() -> Bench:
    bench = generic()
    bench.answers |= {"SignedFirmwareStatusNotification": {}, "SecurityEventNotification": {}}
    bench.ask("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": MAKER.pem})
    return bench


def update(bench: Bench, signature: str, certificate: str, request: int = 5, **more: str) -> str:
    firmware = {
        "location": LOCATION,
        "retrieveDateTime": to_text(bench.instant),
        "signingCertificate": certificate,
        "signature": signature,
        **more,
    }
    return bench.status_of_answer("SignedUpdateFirmware", {"requestId": request, "firmware": firmware})


def told(bench: Bench) -> list[tuple[str, int]]:
    return [(each["status"], each["requestId"]) for each in bench.calls("SignedFirmwareStatusNotification")]


@pytest.mark.parametrize(("key", "pss"), [(SIGNER, False), (RSA_SIGNER, True), (RSA_SIGNER, False)])
def test_tc_080_a_signed_image_goes_all_the_way(key: Key, pss: bool) -> None:
    """With the number of its request at each step, the last of them after the restart (FW-13)."""
    bench = ready()
    assert update(bench, signature_of(key, image(bench), pss=pss), MAKER.vouches_for(key)) == "Accepted"
    bench.transfer_arrives(image(bench))
    bench.wait(60)
    assert told(bench) == [(step, 5) for step in TO_THE_END]
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert bench.calls("FirmwareStatusNotification") == []


def test_an_image_that_is_not_what_was_signed_ends_in_invalid_signature() -> None:
    """TC_081: and in the event InvalidFirmwareSignature."""
    bench = ready()
    update(bench, signature_of(SIGNER, b"another image"), MAKER.vouches_for(SIGNER))
    bench.transfer_arrives(image(bench))
    bench.wait(60)
    assert [step for step, _ in told(bench)] == ["Downloading", "Downloaded", "InvalidSignature"]
    assert bench.calls("SecurityEventNotification")[-1]["type"] == "InvalidFirmwareSignature"
    assert bench.status_of_answer("ExtendedTriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}) == (
        "Accepted"
    )


@pytest.mark.parametrize("certificate", [STRANGER.vouches_for(SIGNER), "none"], ids=["stranger", "no certificate"])
def test_a_signer_whom_the_maker_does_not_vouch_for_is_refused_before_anything_is_fetched(certificate: str) -> None:
    bench = ready()
    assert update(bench, signature_of(SIGNER, image(bench)), certificate) == "InvalidCertificate"
    bench.wait(1)
    assert bench.transfers == []
    assert bench.calls("SecurityEventNotification")[-1]["type"] == "InvalidFirmwareSigningCertificate"


def test_a_newer_request_takes_the_place_of_one_that_is_not_being_installed() -> None:
    bench = ready()
    signature, certificate = signature_of(SIGNER, image(bench)), MAKER.vouches_for(SIGNER)
    assert update(bench, signature, certificate, 1) == "Accepted"
    assert update(bench, signature, certificate, 2) == "AcceptedCanceled"
    bench.transfer_arrives(image(bench))
    bench.wait(1)
    assert told(bench)[-1] == ("Installing", 2)
    assert update(bench, signature, certificate, 3) == "Rejected"


def test_an_image_waits_for_its_installation_date() -> None:
    bench = ready()
    later = to_text(bench.instant + timedelta(minutes=10))
    update(bench, signature_of(SIGNER, image(bench)), MAKER.vouches_for(SIGNER), installDateTime=later)
    bench.transfer_arrives(image(bench))
    bench.wait(500)
    assert told(bench)[-1] == ("InstallScheduled", 5)
    bench.wait(200)
    assert [step for step, _ in told(bench)] == [*TO_THE_END[:3], "InstallScheduled", *TO_THE_END[3:]]
