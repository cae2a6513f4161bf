"""What an operator can set, and what is said about a value that cannot be used."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactor.base.errors import BadSetting
from contactor.base.ids import IdTag, StationId
from contactor.central.setting_words import read_environment, read_pairs, variable_of
from contactor.central.settings import CentralSettings, StationSetting, setting_rows
from contactor.central.settings_file import load_settings, read_settings
from contactor.central.tags import Tag, TagGroup
from contactor.ocpp.enumerations import RegistrationStatus

FULL = """
[central]
listen_host = "0.0.0.0"
listen_port = 9001
listen_path = "/ocpp/16"
database = "sqlite:///data/central.db"
heartbeat_interval_s = 60
registration_retry_s = 30
call_timeout_s = 12.5
allow_unknown_stations = true
tls_certificate = "tls/cert.pem"
tls_key = "tls/key.pem"

[[station]]
id = "RDAM-01"
key = "00112233445566778899AABBCCDDEEFF"

[[station]]
id = "RDAM 02"
registration = "pending"

[[tag]]
id = "04A2FF10"
parent = "FLEET-7"
expires = 2027-01-01T00:00:00+01:00
blocked = true
concurrent = true

[[tag]]
id = "04A2FF11"
expires = 2027-01-01

[[tag_group]]
name = "FLEET-7"
expires = 2028-01-01
blocked = true
concurrent_max = 5
stations = ["RDAM-*"]
"""


def test_a_full_file_is_read_as_it_stands() -> None:
    assert read_settings(FULL) == CentralSettings(
        listen_host="0.0.0.0",
        listen_port=9001,
        listen_path="/ocpp/16",
        database="sqlite:///data/central.db",
        heartbeat_interval_s=60,
        registration_retry_s=30,
        call_timeout_s=12.5,
        allow_unknown_stations=True,
        tls_certificate="tls/cert.pem",
        tls_key="tls/key.pem",
        stations=(
            StationSetting(StationId("RDAM-01"), key=bytes.fromhex("00112233445566778899AABBCCDDEEFF")),
            StationSetting(StationId("RDAM 02"), registration=RegistrationStatus.PENDING),
        ),
        tags=(
            Tag(
                IdTag("04A2FF10"),
                parent_id_tag=IdTag("FLEET-7"),
                expires_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
                is_blocked=True,
                allows_concurrent=True,
            ),
            Tag(IdTag("04A2FF11"), expires_at=datetime(2027, 1, 1, tzinfo=UTC)),
        ),
        tag_groups=(
            TagGroup(
                IdTag("FLEET-7"),
                expires_at=datetime(2028, 1, 1, tzinfo=UTC),
                is_blocked=True,
                concurrent_max=5,
                stations=("RDAM-*",),
            ),
        ),
    )


def test_an_empty_file_gives_the_defaults() -> None:
    assert read_settings("") == CentralSettings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[central]\nlisten_port = 70000", "listen_port: 70000 cannot be used; give a port"),
        ("[central]\nlisten_port = true", "listen_port: True cannot be used"),
        ("[central]\nlisten_host = ''", "listen_host: '' cannot be used"),
        ("[central]\nlisten_path = 'ocpp'", "listen_path: 'ocpp' cannot be used; give a path that begins with /"),
        ("[central]\nlisten_path = '/ocpp/'", "listen_path: '/ocpp/' cannot be used"),
        ("[central]\ndatabase = 'oracle://x'", "database: 'oracle://x' cannot be used; give the path of a SQLite file"),
        ("[central]\ndatabase = 'sqlite:///'", "database: 'sqlite:///' cannot be used"),
        ("[central]\nheartbeat_interval_s = 0", "heartbeat_interval_s: 0 cannot be used; give 1 to 86400 seconds"),
        ("[central]\nheartbeat_interval_s = 1.5", "heartbeat_interval_s: 1.5 cannot be used"),
        ("[central]\ncall_timeout_s = 0", "call_timeout_s: 0 cannot be used"),
        ("[central]\ncall_timeout_s = nan", "call_timeout_s: nan cannot be used"),
        ("[central]\nallow_unknown_stations = 1", "allow_unknown_stations: 1 cannot be used; give true or false"),
        ("[central]\ntls_key = 'k.pem'", "tls_key: 'k.pem' cannot be used; give tls_certificate and tls_key"),
        ("[central]\nlisten = 1", "central.listen: 1 cannot be used; there is no such setting; known are listen_host"),
        ("[centre]\nx = 1", "centre: {'x': 1} cannot be used; there is no such setting"),
        ("central = 1", "central: 1 cannot be used; write a table"),
        ("station = 'x'", r"station: 'x' cannot be used; write a table for each: \[\[station\]\]"),
        ("[[station]]\nkey = 'x'", "station: id: not given; it must be given"),
        ("[[station]]\nid = ''", "station: id: '' cannot be used; give a text in quotes"),
        (
            "[[station]]\nid = 'A'\nregistration = 'maybe'",
            "station A: registration: 'maybe' cannot be used; say one of",
        ),
        ("[[tag_group]]\nblocked = true", "tag_group: name: not given; it must be given"),
        ("[[tag_group]]\nname = 'A'\nparent = 'B'", "tag_group A: parent: 'B' cannot be used"),
        ("[[tag_group]]\nname = 'A'\nconcurrent_max = 0", "tag_group A: concurrent_max: 0 cannot be used; give 1 to"),
        ("[[tag_group]]\nname = 'A'\n[[tag_group]]\nname = 'a'", "tag group: 'a' cannot be used"),
        ("[[station]]\nid = 'A'\ncolour = 'x'", "station A: colour: 'x' cannot be used"),
        ("[[station]]\nid = 'A'\n[[station]]\nid = 'A'", "station id: 'A' cannot be used; it is given twice"),
        (
            "[[tag]]\nid = 'ABCDEFGHIJKLMNOPQRSTU'",
            "tag: 'ABCDEFGHIJKLMNOPQRSTU' cannot be used; an idTag has at most 20",
        ),
        ("[[tag]]\nid = 'a'\n[[tag]]\nid = 'A'", "tag id: 'a' cannot be used; it is given twice"),
        ("[[tag]]\nid = 'A'\nexpires = 'soon'", "tag A: expires: 'soon' cannot be used; give a date"),
        ("[[tag]]\nid = 'A'\nexpires = 2027-01-01T00:00:00", "tag A: expires: .* cannot be used"),
        ("[[tag]]\nid = 'A'\nblocked = 'no'", "tag A: blocked: 'no' cannot be used; give true or false"),
        ("][", "settings file: .* it is not TOML"),
    ],
)
def test_a_bad_value_names_the_setting_the_value_and_what_would_do(text: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message):
        read_settings(text)


@pytest.mark.parametrize("key", ["'zz'", "'00'", "'" + "00" * 21 + "'", "'" + "00 " * 16 + "'", "5555"])
def test_sec_06_a_key_is_16_to_20_bytes_in_hex_and_is_never_repeated(key: str) -> None:
    with pytest.raises(BadSetting, match="station A: key") as caught:
        read_settings(f"[[station]]\nid = 'A'\nkey = {key}")
    assert key.strip("'") not in str(caught.value)


def test_promise_5_settings_do_not_print_keys() -> None:
    assert "00112233" not in repr(read_settings(FULL))
    assert repr(bytes.fromhex("00112233")) not in repr(read_settings(FULL))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"settings file: .*central\.toml"):
        load_settings(tmp_path / "central.toml")
    (tmp_path / "central.toml").write_text(FULL)
    assert load_settings(tmp_path / "central.toml") == read_settings(FULL)


def settings_at(place: Path, text: str, environment: Mapping[str, str], *pairs: str) -> CentralSettings:
    path = place / "central.toml"
    path.write_text(text)
    return load_settings(path, environment, read_pairs(list(pairs)))


def test_an_option_wins_over_a_variable_and_that_over_the_file(tmp_path: Path) -> None:
    text = "[central]\nlisten_port = 1\napi_port = 2\ndrain_s = 3\nheartbeat_interval_s = 4"
    environment = {"CONTACTOR_API_PORT": "off", "CONTACTOR_DRAIN_S": "5", "CONTACTOR_HEARTBEAT_INTERVAL_S": "6"}
    given = settings_at(tmp_path, text, environment, "drain_s=7.5", "heartbeat_interval_s=8")
    found = (given.listen_port, given.api_port, given.drain_s, given.heartbeat_interval_s)
    assert found == (1, None, 7.5, 8)


def test_a_word_stands_for_a_value_of_each_settings_kind() -> None:
    environment = {
        "CONTACTOR_LISTEN_HOST": "0.0.0.0",
        "CONTACTOR_STRICT_STATIONS": "TRUE",
        "CONTACTOR_TRUSTED_ADDRESSES": "10.0.0.0/8, ::1",
        "CONTACTOR_TLS_CERTIFICATE": "a.pem",
        "CONTACTOR_TLS_KEY": "a.key",
        "CONTACTOR_PLAIN_PORT": "0",
        "CONTACTOR_LEAST_SECURITY": "tls",
        "CONTACTOR_TOKEN": "another program's",
        "PATH": "/usr/bin",
    }
    assert load_settings(None, environment) == CentralSettings(
        listen_host="0.0.0.0",
        strict_stations=True,
        trusted_addresses=("10.0.0.0/8", "::1"),
        tls_certificate="a.pem",
        tls_key="a.key",
        plain_port=0,
        least_security="tls",
    )


@pytest.mark.parametrize(
    ("text", "environment", "pairs", "message"),
    [
        ("[central]\ndrain_s = 'x'", {}, (), r"central\.toml: drain_s: 'x' cannot be used; give 0 to 3600"),
        ("[central]\ncolour = 1", {}, (), r"central\.toml: central\.colour: 1 cannot be used"),
        ("[[station]]\nid = 'A'\nsecurity = 'x'", {}, (), r"central\.toml: station A: security: 'x' .*tls_basic"),
        ("", {"CONTACTOR_LISTEN_PORT": "http"}, (), "^CONTACTOR_LISTEN_PORT: 'http' cannot be used; give a port"),
        ("", {"CONTACTOR_STRICT_STATIONS": "1"}, (), "^CONTACTOR_STRICT_STATIONS: '1' cannot be used; give true"),
        ("", {"CONTACTOR_LISTEN_PROT": "1"}, (), "^CONTACTOR_LISTEN_PROT: .*is CONTACTOR_LISTEN_PORT meant"),
        ("", {"CONTACTOR_DATABASE": "mysql://u:secret@h/d"}, (), r"^CONTACTOR_DATABASE: 'mysql://u:\*\*\*@h/d'"),
        ("", {}, ("drain_s=-1",), r"^--set drain_s: -1\.0 cannot be used"),
        ("", {}, ("drain",), "^--set: 'drain' cannot be used; write NAME=VALUE"),
        ("", {}, ("trusted_addresses=router",), r"trusted_addresses: \('router',\) cannot be used; give IP addresses"),
        ("", {}, ("message_bytes_max=1000",), "message_bytes_max: 1000 cannot be used; give 262144"),
        ("", {}, ("tls_key=x",), "tls_key: 'x' cannot be used; give tls_certificate and tls_key, or neither"),
        ("", {}, ("tls_client_ca=x",), "tls_client_ca: 'x' cannot be used; it needs tls_certificate"),
    ],
)
def test_a_bad_value_is_told_with_the_file_the_variable_or_the_option_it_came_from(
    tmp_path: Path, text: str, environment: Mapping[str, str], pairs: tuple[str, ...], message: str
) -> None:
    with pytest.raises(BadSetting, match=message) as refused:
        settings_at(tmp_path, text, environment, *pairs)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_every_setting_has_a_variable_that_reads_its_default_back() -> None:
    for row in setting_rows():
        default = getattr(CentralSettings(), row.name)
        if default is None or row.name == "api_port":
            continue
        word = ",".join(default) if isinstance(default, tuple) else str(default)
        assert read_environment({variable_of(row.name): word})[row.name].value == default
