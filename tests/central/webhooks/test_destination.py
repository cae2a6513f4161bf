"""Where deliveries may go."""

import pytest

from contactor.central.webhooks.destination import NoDestination, flaw_of_url, networks_of, pick, port_of
from contactor.central.webhooks.webhook import ATTEMPTS_MAX, Progress, after_delivery, after_failure, wait_ms


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_an_address_that_is_not_public_is_refused_unless_its_network_is_named(address: str) -> None:
    with pytest.raises(NoDestination, match="no public address"):
        pick("inside.example", [address], ())
    everywhere = networks_of(["0.0.0.0/0", "::/0"])
    assert pick("inside.example", [address], everywhere) is not None


def test_a_public_address_may_be_sent_to_and_a_name_with_one_private_address_may_not() -> None:
    assert str(pick("out.example", ["93.184.216.34"], ())) == "93.184.216.34"
    assert str(pick("out.example", ["2606:2800:220:1::1"], ())) == "2606:2800:220:1::1"
    with pytest.raises(NoDestination, match=r"10\.0\.0\.1"):
        pick("both.example", ["93.184.216.34", "10.0.0.1"], ())
    with pytest.raises(NoDestination, match="no address"):
        pick("none.example", [], ())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:word@example.com/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://exam ple.com/",
        "https://example.com/\r\nX: y",
        "https://exämple.com/",
        "http://[::1/",
        "https://example.com/" + "a" * 1000,
    ],
)
def test_what_is_no_place_to_send_to_is_refused(url: str) -> None:
    assert flaw_of_url(url)


def test_a_good_url_has_its_port() -> None:
    for url, port in (("https://a.example/x?y=1", 443), ("http://a.example", 80), ("http://[::1]:8080/", 8080)):
        assert flaw_of_url(url) is None
        assert port_of(url) == port


def test_waits_grow_to_an_hour_and_end_with_the_last_attempt() -> None:
    progress, waits = Progress(done_sequence=6), []
    for _ in range(ATTEMPTS_MAX - 1):
        progress = after_failure(progress, 7, 0, "x" * 1000)
        waits.append(progress.next_try_at_ms // 1000)
    assert waits == [2, 8, 32, 128, 512, 2048, 3600]
    assert wait_ms(ATTEMPTS_MAX) == 3_600_000
    assert (progress.done_sequence, len(progress.failure)) == (6, 300)
    given_up = after_failure(progress, 7, 0, "HTTP 500")
    assert (given_up.done_sequence, given_up.attempts) == (7, 0)
    assert after_delivery(progress, 7, 5) == Progress(7, next_try_at_ms=5, delivered_at_ms=5)
