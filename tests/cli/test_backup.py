"""`contactor backup` and `contactor restore`: the record comes back whole, from either database into either."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pytest
from sqlalchemy import insert, select, text
from typer.testing import CliRunner, Result

from contactor.base.errors import BadSetting
from contactor.base.ids import IdTag
from contactor.central.roster import load_roster
from contactor.central.settings import StationSetting
from contactor.central.store import schema
from contactor.central.store.archive import Manifest
from contactor.central.store.database import for_writing, open_database
from contactor.central.store.migrate import SchemaTooNew, downgrade
from contactor.central.store.tables import metadata
from contactor.central.tags import Tag
from contactor.cli.main import app
from tests.central.bench import OTHER_STATION, STATION, LedgerBench, settings, store_in

KEY = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
GIVEN = settings(
    stations=(StationSetting(STATION, key=KEY), StationSetting(OTHER_STATION)),
    tags=(Tag(IdTag("TAG-1"), is_blocked=True),),
)
Rows = dict[str, list[tuple[object, ...]]]


def contactor(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def fill(database: str) -> Rows:
    """A charge with readings, a stray stop, one transaction whose row is gone again; returns all rows."""
    with store_in(database, GIVEN) as engine:
        ledger = LedgerBench(engine)
        number = ledger.start(tag="TÄG-1 “quoted”\n").transaction_id
        for minute in range(1, 4):
            ledger.read(number, when=60 * minute, energy=str(1000 + minute / 3))
        ledger.stop(number)
        ledger.stop(-1, meter=9)
        gone = ledger.start(when=1000).transaction_id
        with for_writing(engine).begin() as connection:
            connection.execute(schema.transactions.delete().where(schema.transactions.c.id == gone))
    return rows_of(database)


def rows_of(database: str) -> Rows:
    engine = open_database(database)
    with engine.connect() as connection:
        rows = {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return rows


def test_a_record_comes_back_whole_in_either_database(
    new_database: Callable[[], str], empty_database: str, tmp_path: Path
) -> None:
    before = fill(source := new_database())
    assert contactor("backup", tmp_path / "b.zip", "--database", source).exit_code == 0
    restored = contactor("restore", tmp_path / "b.zip", "--database", empty_database)
    assert f"rows of {len(metadata.tables)} tables" in restored.output
    assert rows_of(empty_database) == before
    assert len(before["transactions"]) == len(before["stray_stops"]) == 1
    assert len(before["readings"]) == 3
    with store_in(empty_database, GIVEN) as engine:
        # Number 2 was given before, to a transaction whose row is gone; events and all else go on as well.
        assert LedgerBench(engine).start(when=2000).transaction_id == 3
        with engine.connect() as connection:
            member = load_roster(connection).find(STATION)
    assert member
    assert member.key
    assert member.key.matches(KEY)


def test_what_is_written_meanwhile_is_not_in_the_backup_and_not_held_up(database: str, tmp_path: Path) -> None:
    """The reader's moment stands still; the writer goes on."""
    fill(database)
    with store_in(database, GIVEN) as engine, engine.connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM transactions")).scalar() == 1
        contactor("backup", tmp_path / "b.zip", "--database", database)
        LedgerBench(engine).start(when=3000)
        assert reader.execute(text("SELECT count(*) FROM transactions")).scalar() == 1
    assert _manifest(tmp_path / "b.zip").counters["transactions"] == 2


def test_a_database_with_rows_is_refused_without_force_and_left_as_it_was(database: str, tmp_path: Path) -> None:
    before = fill(database)
    contactor("backup", tmp_path / "b.zip", "--database", database)
    with store_in(database, GIVEN) as engine:
        LedgerBench(engine).start(when=5000)
    changed = rows_of(database)
    with pytest.raises(BadSetting, match="these tables hold rows; give --force"):
        contactor("restore", tmp_path / "b.zip", "--database", database)
    assert rows_of(database) == changed != before
    assert contactor("restore", tmp_path / "b.zip", "--database", database, "--force").exit_code == 0
    assert rows_of(database) == before


def test_a_backup_of_the_first_schema_is_brought_to_the_newest(
    database: str, empty_database: str, tmp_path: Path
) -> None:
    before = fill(database)
    engine = open_database(database)
    downgrade(engine, "0001")
    contactor("backup", tmp_path / "old.zip", "--database", database)
    engine.dispose()
    assert _manifest(tmp_path / "old.zip").revision == "0001"
    contactor("restore", tmp_path / "old.zip", "--database", empty_database)
    after = rows_of(empty_database)
    assert set(after) == set(metadata.tables)
    assert after["readings"] == before["readings"]
    assert after["suspicions"] == before["suspicions"]
    contactor("restore", tmp_path / "old.zip", "--database", database, "--force")
    assert rows_of(database) == after


def test_a_backup_of_a_newer_version_is_refused(database: str, tmp_path: Path) -> None:
    fill(database)
    contactor("backup", tmp_path / "b.zip", "--database", database)
    before = rows_of(database)
    newer = (b'"revision": "0', b'"revision": "9')
    _rewrite(tmp_path / "b.zip", tmp_path / "new.zip", "manifest.json", lambda text: text.replace(*newer, 1))
    with pytest.raises(SchemaTooNew, match=r"schema of the backup: '9...' cannot be used; a newer Contactor"):
        contactor("restore", tmp_path / "new.zip", "--database", database, "--force")
    assert rows_of(database) == before


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("member", "change", "reason"),
    [
        ("readings.jsonl", lambda content: content.splitlines(keepends=True)[0], "readings has 1 rows of 3"),
        ("readings.jsonl", _cut, "it is no backup, or is damaged|row . of readings has"),
        ("stations.jsonl", lambda content: b"[1]\n" + content, "row 1 of stations has 1 values"),
        ("manifest.json", lambda content: content.replace(b'"format": 1', b'"format": 2'), "its format is 2"),
        ("manifest.json", lambda content: content.replace(b'"meter_start_wh"', b'"meter"'), "does not fit schema"),
        ("manifest.json", _cut, "it has no manifest"),
        ("suspicions.jsonl", None, "it lacks suspicions.jsonl"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    tmp_path: Path, member: str, change: Callable[[bytes], bytes] | None, reason: str
) -> None:
    """What is wrong with a file is found before a database has a say; where one has, both are asked below."""
    before = fill(database := str(tmp_path / "central.db"))
    contactor("backup", tmp_path / "b.zip", "--database", database)
    _rewrite(tmp_path / "b.zip", tmp_path / "damaged.zip", member, change)
    with pytest.raises(BadSetting, match=reason):
        contactor("restore", tmp_path / "damaged.zip", "--database", database, "--force")
    assert rows_of(database) == before


def test_bytes_that_flipped_are_noticed(tmp_path: Path) -> None:
    fill(source := str(tmp_path / "central.db"))
    contactor("backup", tmp_path / "b.zip", "--database", source)
    with ZipFile(tmp_path / "b.zip") as archive:
        readings = archive.getinfo("readings.jsonl")
    content = bytearray((tmp_path / "b.zip").read_bytes())
    # The member's data stand behind 30 bytes of header, its name, and 20 bytes about sizes.
    content[readings.header_offset + 30 + len(readings.filename) + 20 + readings.compress_size // 2] ^= 0x55
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(BadSetting, match="damaged"):
        contactor("restore", tmp_path / "b.zip", "--database", tmp_path / "target.db")


def test_a_row_that_the_database_refuses_is_told_and_changes_nothing(database: str, tmp_path: Path) -> None:
    before = fill(database)
    contactor("backup", tmp_path / "b.zip", "--database", database)
    _rewrite(
        tmp_path / "b.zip", tmp_path / "bad.zip", "stations.jsonl", lambda text: text.replace(b"Accepted", b"Perhaps")
    )
    with pytest.raises(BadSetting, match=r"the database says: .*ck_stations_registration"):
        contactor("restore", tmp_path / "bad.zip", "--database", database, "--force")
    assert rows_of(database) == before


def test_a_file_is_never_overwritten_and_is_its_owners_alone(tmp_path: Path) -> None:
    fill(source := str(tmp_path / "central.db"))
    contactor("backup", tmp_path / "b.zip", "--database", source)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadSetting, match="there is such a file already"):
        contactor("backup", tmp_path / "b.zip", "--database", source)
    assert [path.name for path in tmp_path.glob("b.zip*")] == ["b.zip"]


def test_a_backup_that_fails_leaves_no_file(empty_database: str, tmp_path: Path) -> None:
    open_database(empty_database).dispose()
    with pytest.raises(BadSetting, match="there is no ledger in it"):
        contactor("backup", tmp_path / "b.zip", "--database", empty_database)
    assert not list(tmp_path.glob("b.zip*"))


def test_a_missing_sqlite_file_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="there is no such file"):
        contactor("backup", tmp_path / "b.zip", "--database", tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_sqlite_file_is_not_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "central.db"
    with store_in(str(path)) as engine, for_writing(engine).begin() as connection:
        rows = [{"id": number, "samples": "x" * 500} for number in range(2000)]
        connection.execute(insert(schema.reading_shapes), rows)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 20_000)
    with pytest.raises(BadSetting, match="the file is damaged"):
        contactor("backup", tmp_path / "b.zip", "--database", path)


def test_a_file_that_is_no_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader")
    with pytest.raises(BadSetting, match=r"letter\.txt' cannot be used; it is no backup"):
        contactor("restore", tmp_path / "letter.txt", "--database", tmp_path / "central.db")


def test_the_database_may_come_from_the_settings_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source := str(tmp_path / "central.db"))
    (tmp_path / "central.toml").write_text(f'[central]\ndatabase = "{source}"\n')
    assert contactor("backup", tmp_path / "1.zip", "--config", tmp_path / "central.toml").exit_code == 0
    monkeypatch.setenv("CONTACTOR_DATABASE", source)
    assert contactor("backup", tmp_path / "2.zip").exit_code == 0
    assert _manifest(tmp_path / "1.zip").tables == _manifest(tmp_path / "2.zip").tables


def _manifest(path: Path) -> Manifest:
    with ZipFile(path) as archive:
        return msgspec.json.decode(archive.read("manifest.json"), type=Manifest)


def _rewrite(path: Path, target: Path, member: str, change: Callable[[bytes], bytes] | None) -> None:
    """The archive again with one member changed, or without it."""
    with ZipFile(path) as archive, ZipFile(target, "w", ZIP_DEFLATED) as rewritten:
        for name in archive.namelist():
            if name != member:
                rewritten.writestr(name, archive.read(name))
            elif change is not None:
                changed = change(archive.read(name))
                assert changed != archive.read(name)
                rewritten.writestr(name, changed)


@pytest.mark.parametrize("place", ["environment", "file", "option", "--set"])
def test_the_database_is_found_where_the_central_system_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The environment wins over the file, and an option over both."""
    kept, other = tmp_path / "kept.db", tmp_path / "other.db"
    fill(str(kept))
    config = tmp_path / "central.toml"
    config.write_text(f"[central]\nlisten_port = 0\ndatabase = '{kept if place == 'file' else other}'\n")
    words: list[object] = ["backup", tmp_path / "all.zip", "--config", config]
    if place == "environment":
        monkeypatch.setenv("CONTACTOR_DATABASE", str(kept))
    elif place != "file":
        monkeypatch.setenv("CONTACTOR_DATABASE", str(other))
        words += ["--database", kept] if place == "option" else ["--set", f"database={kept}"]
    assert contactor(*words).exit_code == 0
    assert contactor("restore", tmp_path / "all.zip", "--set", f"database={tmp_path / 'back.db'}").exit_code == 0
    assert rows_of(str(tmp_path / "back.db")) == rows_of(str(kept))


def test_a_setting_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="databse"):
        contactor("backup", tmp_path / "all.zip", "--set", "databse=x.db")
