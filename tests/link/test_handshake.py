"""Reading upgrade requests: expected values by hand from RFC 3986, RFC 7617 and the spec's vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.link.handshake import (
    choose_subprotocol,
    identity_of,
    normal_prefix,
    path_of,
    printable_headers,
    read_basic,
    tokens_of,
    write_basic,
)
from contactor.link.link import Target

KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")


@pytest.mark.parametrize(
    ("request_target", "path"),
    [
        (b"/ocpp/RDAM", "/ocpp/RDAM"),
        (b"/ocpp/RDAM?token=1/2", "/ocpp/RDAM"),
        (b"//RDAM", "//RDAM"),
        (b"http://central.test:80/ocpp/RDAM%20123", "/ocpp/RDAM%20123"),
        (b"wss://central.test/RDAM?x=y", "/RDAM"),
        (b"http://central.test", ""),
        ("/grün".encode(), "/grün"),
        (b"/\xff", None),
        (b"http://[::1/RDAM", None),
    ],
)
def test_a_request_line_may_hold_a_path_or_an_absolute_url(request_target: bytes, path: str | None) -> None:
    assert path_of(request_target) == path


@pytest.mark.parametrize(
    ("path", "prefix", "identity"),
    [
        ("/RDAM", "/", "RDAM"),
        ("/ocpp/RDAM%20123", "/ocpp/", "RDAM 123"),
        ("/ocpp/tenant/RDAM", "/ocpp/", "RDAM"),
        ("/ocpp//RDAM", "/ocpp/", "RDAM"),
        ("/a%2Fb", "/", "a/b"),
        ("/a+b", "/", "a+b"),
        ("/%2541", "/", "%41"),
        ("/gr%C3%BCn", "/", "grün"),
        ("/grün", "/", "grün"),
        ("/ocpp/", "/ocpp/", None),
        ("/ocpp", "/ocpp/", None),
        ("/", "/", None),
        ("", "/", None),
        ("/RDAM", "/ocpp/", None),
        ("/ocppRDAM", "/ocpp/", None),
        ("/%FF", "/", None),
        ("/a%00b", "/", None),
        ("/a%0Ab", "/", None),
    ],
)
def test_tr_06_the_identity_is_the_last_segment_percent_decoded(path: str, prefix: str, identity: str | None) -> None:
    assert identity_of(path, prefix) == identity


@given(identity=st.text(min_size=1).filter(str.isprintable), base=st.sampled_from(["", "/", "/ocpp", "/a/b/"]))
def test_tr_01_what_a_station_encodes_the_listener_decodes(identity: str, base: str) -> None:
    url = Target(f"ws://central.test{base}", identity).connection_url
    path = path_of(url.encode())
    assert path is not None
    assert "//" not in path
    assert identity_of(path, normal_prefix(base)) == identity


@pytest.mark.parametrize(
    ("prefix", "normal"), [("", "/"), ("/", "/"), ("ocpp", "/ocpp/"), ("/ocpp", "/ocpp/"), ("/a/b/", "/a/b/")]
)
def test_a_prefix_is_spelled_one_way(prefix: str, normal: str) -> None:
    assert normal_prefix(prefix) == normal


def test_sec_06_the_known_vector_is_written_and_read() -> None:
    header = "Basic QUwxMDAwOgABAgMEBQYH////////////////"
    assert write_basic("AL1000", KEY) == header
    assert read_basic(header) == (b"AL1000", KEY)


@given(user=st.text().filter(lambda text: ":" not in text), password=st.binary())
def test_sec_05_any_name_and_any_bytes_survive_the_header(user: str, password: bytes) -> None:
    assert read_basic(write_basic(user, password)) == (user.encode(), password)


def test_sec_06_a_password_may_hold_colons_and_be_no_text() -> None:
    assert read_basic(write_basic("A", b"::\xff:")) == (b"A", b"::\xff:")


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic ", "Basic !!!!", "Basic QUJD", "Bearer QTpC", "Basic QTpC\udcff", "Basic QTp", "QTpC"],
)
def test_credentials_that_cannot_be_read_are_none(header: str | None) -> None:
    assert read_basic(header) is None


@pytest.mark.parametrize("header", ["Basic QTpC", "basic QTpC", "BASIC  QTpC "])
def test_the_scheme_may_be_spelled_in_any_case(header: str) -> None:
    assert read_basic(header) == (b"A", b"B")


def test_tr_02_offers_may_come_in_one_line_or_several() -> None:
    assert tokens_of(["ocpp0.1, ocpp1.6", "ocpp2.0.1 ,,"]) == ("ocpp0.1", "ocpp1.6", "ocpp2.0.1")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (("ocpp1.6",), "ocpp1.6"),
        (("ocpp0.1", "ocpp1.6"), "ocpp1.6"),
        (("ocpp2.0.1", "ocpp2.1", "ocpp1.6", "x"), "ocpp1.6"),
        (("OCPP1.6",), None),
        (("ocpp1.6j",), None),
        ((), None),
    ],
)
def test_tr_03_tr_04_ours_is_chosen_wherever_it_stands(offered: tuple[str, ...], chosen: str | None) -> None:
    assert choose_subprotocol(offered) == chosen


def test_headers_for_others_are_joined_and_hold_no_secret() -> None:
    raw = [("Host", "h"), ("X-A", "1"), ("x-a", "2"), ("Authorization", "Basic QTpC"), ("Cookie", "s=1")]
    assert printable_headers(raw) == {"host": "h", "x-a": "1, 2"}
