"""What the station takes of the security white paper: events, and none of its requests (D-32)."""

import pytest

from contactor.ocpp.actions import ACTIONS, FeatureProfile, Side
from tests.station.bench import Bench

REQUESTS = [
    action.name
    for action in ACTIONS.values()
    if action.profile is FeatureProfile.SECURITY and Side.CENTRAL in action.senders
]


def test_d_32_the_white_paper_has_seven_requests_of_the_central_system() -> None:
    assert sorted(REQUESTS) == [
        "CertificateSigned",
        "DeleteCertificate",
        "ExtendedTriggerMessage",
        "GetInstalledCertificateIds",
        "GetLog",
        "InstallCertificate",
        "SignedUpdateFirmware",
    ]


@pytest.mark.parametrize("action", REQUESTS)
def test_d_32_each_of_them_is_answered_not_supported(action: str) -> None:
    answer = Bench().ask(action, {})
    assert answer[0] == 4
    assert answer[2] == "NotSupported"


def test_fw_15_the_plain_update_is_therefore_not_refused() -> None:
    bench = Bench()
    request = {"location": "ftp://updates.test/a", "retrieveDate": bench.instant_text}
    assert bench.ask("UpdateFirmware", request)[0] == 3
