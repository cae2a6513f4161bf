"""The settings' stations and tags find their way into the store, as often as it starts."""

from pathlib import Path

from sqlalchemy import text

from contactor.base.ids import IdTag
from contactor.central.roster import load_roster
from contactor.central.settings import StationSetting
from contactor.central.tag_register import find_group, find_tag
from contactor.central.tags import Tag, TagGroup
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import OTHER_STATION, STATION, at, settings, store_in

KEY = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
NEW_KEY = bytes.fromhex("FFEEDDCCBBAA99887766554433221100")


def test_stations_are_on_the_roster_with_their_keys(database: str) -> None:
    stations = (
        StationSetting(STATION, key=KEY),
        StationSetting(OTHER_STATION, registration=RegistrationStatus.PENDING),
    )
    with store_in(database, settings(stations=stations)) as engine, engine.connect() as connection:
        roster = load_roster(connection)
    first, second = roster.find(STATION), roster.find(OTHER_STATION)
    assert first
    assert first.key
    assert first.key.matches(KEY)
    assert second
    assert (second.key, second.registration, second.may_work) == (None, RegistrationStatus.PENDING, False)


def test_sec_09_the_key_itself_is_nowhere_in_the_database(tmp_path: Path) -> None:
    with store_in(tmp_path, settings(stations=(StationSetting(STATION, key=KEY),))) as engine:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for trace in (KEY, KEY.hex().encode(), KEY.hex().upper().encode()):
        assert trace not in stored


def test_starting_again_changes_nothing_but_what_the_settings_changed(database: str) -> None:
    key_of: list[object] = []
    for given in (KEY, KEY, None, NEW_KEY):
        with (
            store_in(database, settings(stations=(StationSetting(STATION, key=given),))) as engine,
            engine.connect() as connection,
        ):
            member = load_roster(connection).find(STATION)
            assert member
            key_of.append(member.key)
            assert member.key
            assert member.key.matches(given or KEY)
    assert key_of[0] == key_of[1] == key_of[2] != key_of[3]


def test_stations_and_tags_that_are_not_named_any_more_stay(database: str) -> None:
    with store_in(database, settings(tags=(Tag(IdTag("A")),))) as _engine:
        pass
    with store_in(database, settings(stations=(), tags=())) as engine, engine.connect() as connection:
        assert load_roster(connection).find(STATION)
        assert find_tag(connection, "A")


def test_a_tag_is_stored_whole_and_overwritten_whole(database: str) -> None:
    full = Tag(IdTag("Abc"), IdTag("FLEET"), at(0), is_blocked=True, allows_concurrent=True)
    plain = Tag(IdTag("ABC"))
    for tag in (full, plain):
        with store_in(database, settings(tags=(tag,))) as engine, engine.connect() as connection:
            assert find_tag(connection, "aBC") == tag


def test_a_group_of_the_settings_is_stored_whole_and_its_tags_leave_it_so(database: str) -> None:
    group = TagGroup(IdTag("Fleet"), at(0), is_blocked=True, concurrent_max=5, stations=("RDAM-*",))
    tag = Tag(IdTag("A"), IdTag("FLEET"))
    for _ in range(2):
        given = settings(tags=(tag,), tag_groups=(group,))
        with store_in(database, given) as engine, engine.connect() as connection:
            assert find_group(connection, "fleet") == group
    with store_in(database, settings()) as engine, engine.connect() as connection:
        assert find_group(connection, "fleet") == group
