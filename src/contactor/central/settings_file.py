"""How the settings stand in a TOML file, in the environment and on the command line, and which of them wins.

What the command line says wins over the environment (CONTACTOR_LISTEN_PORT for listen_port), that over the file, and
that over the defaults. A value that cannot be used is told with the place it came from.

[central]
listen_port = 9000
heartbeat_interval_s = 300

[[station]]
id = "RDAM-01"
key = "00112233445566778899aabbccddeeff"

[[tag]]
id = "04A2FF10"
parent = "FLEET-7"

[[tag_group]]
name = "FLEET-7"
concurrent_max = 5
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from contactor.base.errors import BadSetting
from contactor.base.ids import IdTag, StationId
from contactor.central.credentials import read_key
from contactor.central.security_mode import SecurityMode
from contactor.central.setting_words import NOTHING, OFF, Given, can_be_off, read_environment, setting_names
from contactor.central.settings import CentralSettings, StationSetting, check_setting
from contactor.central.store.address import without_secret
from contactor.central.tags import CONCURRENT_MAX, Tag, TagGroup
from contactor.ocpp.enumerations import RegistrationStatus

ID_TAG_MAX_LENGTH = 20
FILE = "settings file"


Environment = Mapping[str, str]


def load_settings(
    path: Path | None, environment: Environment = NOTHING, flags: Mapping[str, Given] = NOTHING
) -> CentralSettings:
    """Read the settings from a TOML file, if there is one, and from what wins over it.

    Raises:
        BadSetting: the file cannot be read, or a value cannot be used; the message names where it stands and why.
    """
    try:
        document = Document({}) if path is None else _read_document(_text_of(path))
    except BadSetting as error:
        if error.setting == FILE:
            raise
        raise BadSetting(f"{path}: {error.setting}", error.value, error.expected) from error
    given = {name: Given(value, f"{path}: {name}") for name, value in document.central.items()}
    given.update(read_environment(environment))
    given.update(flags)
    return _settings(given, document)


def read_settings(text: str) -> CentralSettings:
    """Read the settings from TOML text; see `load_settings`."""
    document = _read_document(text)
    return _settings({name: Given(value, name) for name, value in document.central.items()}, document)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says; the values of `central` are not checked yet."""

    central: Mapping[str, object]
    stations: tuple[StationSetting, ...] = ()
    tags: tuple[Tag, ...] = ()
    tag_groups: tuple[TagGroup, ...] = ()


def _settings(given: Mapping[str, Given], document: Document) -> CentralSettings:
    for name, each in given.items():
        check_setting(name, each.value, each.place)
    # Any: each value was checked against its own row just now.
    values: dict[str, Any] = {name: _settled(each.value) for name, each in given.items()}
    return CentralSettings(**values, stations=document.stations, tags=document.tags, tag_groups=document.tag_groups)


def _settled(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(FILE, str(path), f"it cannot be read: {error}") from error


def _read_document(text: str) -> Document:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(FILE, "(its text)", f"it is not TOML: {error}") from error
    _refuse_unknown("", document, ("central", "station", "tag", "tag_group"))
    central = document.get("central", {})
    if not isinstance(central, dict):
        raise BadSetting("central", central, "write a table: [central]")
    _refuse_unknown("central.", central, setting_names())
    # TOML has no word for nothing.
    values = {name: None if can_be_off(name) and value == OFF else value for name, value in central.items()}
    return Document(
        values,
        tuple(_station(table) for table in _tables(document, "station")),
        tuple(_tag(table) for table in _tables(document, "tag")),
        tuple(_tag_group(table) for table in _tables(document, "tag_group")),
    )


def _tables(document: Mapping[str, object], name: str) -> list[dict[str, object]]:
    tables = document.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadSetting(name, tables, f"write a table for each: [[{name}]]")
    return tables


def _station(table: Mapping[str, object]) -> StationSetting:
    station_id = _required_text("station", table, "id")
    where = f"station {station_id}"
    _refuse_unknown(f"{where}: ", table, ("id", "key", "registration", "security"))
    key = _optional_text(where, table, "key")
    word = _optional_text(where, table, "registration") or RegistrationStatus.ACCEPTED.value
    # People write settings in lower case.
    by_word = {status.value.casefold(): status for status in RegistrationStatus}
    if word.casefold() not in by_word:
        raise BadSetting(f"{where}: registration", word, f"say one of {', '.join(by_word)}")
    security = _optional_text(where, table, "security")
    if security is not None and security not in list(SecurityMode):
        raise BadSetting(f"{where}: security", security, f"say one of {', '.join(SecurityMode)}")
    return StationSetting(
        StationId(station_id),
        None if key is None else read_key(f"{where}: key", key),
        by_word[word.casefold()],
        None if security is None else SecurityMode(security),
    )


def _tag(table: Mapping[str, object]) -> Tag:
    id_tag = _tag_text("tag", _required_text("tag", table, "id"))
    where = f"tag {id_tag}"
    known = ("id", "parent", "expires", "blocked", "concurrent", "concurrent_max", "stations")
    _refuse_unknown(f"{where}: ", table, known)
    parent = _optional_text(where, table, "parent")
    return Tag(
        id_tag=id_tag,
        parent_id_tag=None if parent is None else _tag_text(f"{where}: parent", parent),
        expires_at=_instant(f"{where}: expires", table.get("expires")),
        is_blocked=_switch(f"{where}: blocked", table.get("blocked", False)),
        allows_concurrent=_switch(f"{where}: concurrent", table.get("concurrent", False)),
        concurrent_max=_limit(f"{where}: concurrent_max", table.get("concurrent_max")),
        stations=_stations(f"{where}: stations", table.get("stations", [])),
    )


def _tag_group(table: Mapping[str, object]) -> TagGroup:
    name = _tag_text("tag_group", _required_text("tag_group", table, "name"))
    where = f"tag_group {name}"
    _refuse_unknown(f"{where}: ", table, ("name", "expires", "blocked", "concurrent_max", "stations"))
    return TagGroup(
        name=name,
        expires_at=_instant(f"{where}: expires", table.get("expires")),
        is_blocked=_switch(f"{where}: blocked", table.get("blocked", False)),
        concurrent_max=_limit(f"{where}: concurrent_max", table.get("concurrent_max")),
        stations=_stations(f"{where}: stations", table.get("stations", [])),
    )


def _tag_text(where: str, text: str) -> IdTag:
    if len(text) > ID_TAG_MAX_LENGTH:
        raise BadSetting(where, text, f"an idTag has at most {ID_TAG_MAX_LENGTH} characters")
    return IdTag(text)


def _required_text(where: str, table: Mapping[str, object], name: str) -> str:
    text = _optional_text(where, table, name)
    if text is None:
        raise BadSetting(f"{where}: {name}", None, "it must be given")
    return text


def _optional_text(where: str, table: Mapping[str, object], name: str) -> str | None:
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        # A key in the wrong type must not be repeated either.
        raise BadSetting(f"{where}: {name}", "(not shown)" if name == "key" else value, "give a text in quotes")
    return value


def _instant(where: str, value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise BadSetting(where, value, "give a date, or an instant with an offset such as 2027-01-01T00:00:00Z")


def _limit(where: str, value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= CONCURRENT_MAX:
        raise BadSetting(where, value, f"give 1 to {CONCURRENT_MAX}")
    return value


def _stations(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise BadSetting(where, value, 'give a list of ids, or beginnings of ids and a *, such as ["RDAM-*"]')
    return tuple(value)


def _switch(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadSetting(where, value, "give true or false")
    return value


def _refuse_unknown(where: str, table: Mapping[str, object], known: Sequence[str]) -> None:
    for name, value in table.items():
        if name not in known:
            raise BadSetting(
                f"{where}{name}", without_secret(value), f"there is no such setting; known are {', '.join(known)}"
            )
