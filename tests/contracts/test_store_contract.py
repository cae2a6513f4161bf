"""What every store of a station keeps to: all of an event or nothing of it, over restarts, for one owner at a time."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.station.store.memory import ForgetfulStore, MemoryStore
from contactor.station.store.port import Shelf, Store, StoreError
from contactor.station.store.sqlite import SqliteStore

FILE = "station.sqlite"


class OnDisk:
    """A store in a folder that is opened anew each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[SqliteStore] = []

    def __call__(self) -> Store:
        self.opened.append(SqliteStore(self.folder))
        return self.opened[-1]

    def end(self) -> None:
        for store in self.opened:
            store.close()


class InMemory:
    """A store whose rows live as long as this object: its next owner finds them."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    def __call__(self) -> Store:
        return self.store

    def end(self) -> None:
        self.store.close()


Opener = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same medium again and again; whoever holds it has to close it first."""
    medium = InMemory() if request.param == "memory" else OnDisk(tmp_path / "state")
    yield medium
    medium.end()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[OnDisk]:
    medium = OnDisk(tmp_path)
    yield medium
    medium.end()


def test_what_is_committed_is_there_for_the_next_owner(open_store: Opener) -> None:
    """Q-09, PW-04: after closing and opening again."""
    store = open_store()
    store.put("outbox", "1", b"start")
    store.commit()
    store.close()
    assert open_store().rows("outbox") == {"1": b"start"}


def test_what_is_staged_is_not_there_yet(open_store: Opener) -> None:
    store = open_store()
    store.put("outbox", "1", b"start")
    store.delete("outbox", "2")
    assert store.rows("outbox") == {}


def test_what_is_staged_and_not_committed_is_forgotten(open_store: Opener) -> None:
    """A power cut before the commit takes all of the event."""
    store = open_store()
    store.put("outbox", "1", b"start")
    store.commit()
    store.put("outbox", "2", b"stop")
    store.delete("outbox", "1")
    store.close()
    reopened = open_store()
    reopened.commit()
    assert reopened.rows("outbox") == {"1": b"start"}


def test_rows_come_in_the_order_of_their_keys(open_store: Opener) -> None:
    """The outbox loads itself in this order (Q-02)."""
    store = open_store()
    for key in ("000000000010", "000000000002", "000000000001"):
        store.put("outbox", key, b"x")
    store.commit()
    assert list(store.rows("outbox")) == ["000000000001", "000000000002", "000000000010"]


def test_the_last_word_on_a_row_counts(open_store: Opener) -> None:
    """Within one commit and over several."""
    store = open_store()
    store.put("a", "1", b"first")
    store.put("a", "1", b"second")
    store.put("a", "2", b"gone")
    store.delete("a", "2")
    store.delete("a", "3")
    store.put("a", "3", b"back")
    store.commit()
    assert store.rows("a") == {"1": b"second", "3": b"back"}
    store.put("a", "1", b"third")
    store.delete("a", "3")
    store.commit()
    assert store.rows("a") == {"1": b"third"}


def test_parts_do_not_mix(open_store: Opener) -> None:
    store = open_store()
    store.put("a", "1", b"a")
    store.put("b", "1", b"b")
    store.commit()
    store.delete("a", "1")
    store.commit()
    assert (store.rows("a"), store.rows("b"), store.rows("c")) == ({}, {"1": b"b"}, {})


def test_a_commit_of_nothing_is_nothing(open_store: Opener) -> None:
    store = open_store()
    store.commit()
    store.delete("a", "never there")
    store.commit()
    assert store.rows("a") == {}


def test_any_bytes_and_any_text_come_back_as_they_were(open_store: Opener) -> None:
    store = open_store()
    rows = {"": b"", "é\u2028\U0001f50c": bytes(range(256)), "x" * 500: b"y" * 100_000}
    for key, value in rows.items():
        store.put("ü", key, value)
    store.commit()
    store.close()
    assert open_store().rows("ü") == rows


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc"), st.binary(max_size=4)),
        st.tuples(st.just("delete"), st.sampled_from("abc"), st.just(b"")),
        st.tuples(st.sampled_from(["commit", "cut"]), st.just(""), st.just(b"")),
    ),
    max_size=30,
)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_a_store_is_a_dictionary_with_commits(
    kind: str, steps: list[tuple[str, str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is put, deleted, committed and cut off, in any order: the model and the medium agree."""
    open_store = InMemory() if kind == "memory" else OnDisk(tmp_path_factory.mktemp("state"))
    store = open_store()
    kept: dict[str, bytes] = {}
    staged: dict[str, bytes | None] = {}
    for verb, key, value in steps:
        match verb:
            case "put":
                store.put("part", key, value)
                staged[key] = value
            case "delete":
                store.delete("part", key)
                staged[key] = None
            case "commit":
                store.commit()
                kept = {k: v for k, v in (kept | staged).items() if v is not None}
                staged = {}
            case _:
                store.close()
                store = open_store()
                staged = {}
        assert store.rows("part") == dict(sorted(kept.items()))
    open_store.end()


def test_a_shelf_says_which_row_it_cannot_read(open_store: Opener) -> None:
    """Rows of another version are an error with a name, not a strange station."""
    store = open_store()
    store.put("numbers", "seven", b'"7"')
    store.commit()
    with pytest.raises(StoreError, match="stored numbers 'seven' cannot be read"):
        Shelf("numbers", int).records(store)


def test_a_forgetful_store_loses_one_event_and_no_more() -> None:
    """The tests' own power cut: the commit that fails leaves no trace, those before it stay."""
    store = ForgetfulStore(1)
    store.put("a", "1", b"kept")
    store.commit()
    store.put("a", "2", b"lost")
    store.delete("a", "1")
    with pytest.raises(StoreError):
        store.commit()
    assert store.rows("a") == {"1": b"kept"}


# On disk only


def test_a_second_owner_is_refused_by_name(on_disk: OnDisk) -> None:
    """One station, one folder: the message says which, and what to do."""
    on_disk()
    with pytest.raises(BadSetting, match="another station process works in it; give each station its own") as refusal:
        on_disk()
    assert str(on_disk.folder) in str(refusal.value)


PROGRAM = """
import os, sys
from pathlib import Path
from contactor.base.errors import BadSetting
from contactor.station.store.sqlite import SqliteStore
try:
    store = SqliteStore(Path(sys.argv[1]))
except BadSetting as refusal:
    sys.exit(str(refusal))
store.put("a", "1", b"from the other process")
store.commit()
store.put("a", "2", b"never committed")
os._exit(0)  # as a kill: nothing is closed
"""


def other_process(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_another_process_is_refused_too_and_let_in_afterwards(on_disk: OnDisk) -> None:
    store = on_disk()
    refused = other_process(on_disk.folder)
    assert refused.returncode == 1
    assert "another station process works in it" in refused.stderr
    store.close()
    assert other_process(on_disk.folder).returncode == 0


def test_a_killed_process_leaves_what_it_had_committed(on_disk: OnDisk) -> None:
    """Q-09: nothing closed, nothing flushed by hand: the row of the commit is there, the other one is not."""
    assert other_process(on_disk.folder).returncode == 0
    assert on_disk().rows("a") == {"1": b"from the other process"}


def test_a_file_that_is_no_database_is_named(on_disk: OnDisk) -> None:
    (on_disk.folder / FILE).write_bytes(b"this is a letter to my grandmother" * 100)
    with pytest.raises(BadSetting, match="its database cannot be used") as refusal:
        on_disk()
    assert str(on_disk.folder) in str(refusal.value)
    assert (on_disk.folder / FILE).read_bytes().startswith(b"this is a letter")  # and it is left alone


def test_a_damaged_file_is_an_error_of_the_store(on_disk: OnDisk) -> None:
    """A page of zeros in the middle: StoreError, whether it shows when opening or when reading."""
    store = on_disk()
    for number in range(2000):
        store.put("a", f"{number:06d}", b"x" * 50)
    store.commit()
    store.close()
    file = on_disk.folder / FILE
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises((StoreError, BadSetting)):
        on_disk().rows("a")


def limit_pages(store: SqliteStore, pages: int) -> None:
    """Let SQLite find the disk full at so many pages of 4 KiB."""
    store._connection.execute(f"pragma max_page_count = {pages}")


def test_a_full_disk_loses_the_event_and_nothing_before_it(on_disk: OnDisk) -> None:
    """The commit says so; what was there stays readable; with room again, it goes on."""
    store = on_disk()
    assert isinstance(store, SqliteStore)
    store.put("a", "1", b"kept")
    store.commit()
    limit_pages(store, 10)
    store.put("a", "2", b"z" * 1_000_000)
    store.put("a", "3", b"small, but of the same event")
    with pytest.raises(StoreError, match="could not be written"):
        store.commit()
    assert store.rows("a") == {"1": b"kept"}
    store.put("a", "4", b"room again")
    store.commit()
    assert list(store.rows("a")) == ["1", "4"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadSetting, match="it must be a writable folder"):
        SqliteStore(tmp_path / "file" / "state")


def test_the_file_is_its_owner_s_alone(on_disk: OnDisk) -> None:
    """SEC-09 in spirit: the AuthorizationKey is in it."""
    store = on_disk()
    store.put("a", "1", b"secret")
    store.commit()
    modes = {file.name: file.stat().st_mode & 0o077 for file in on_disk.folder.iterdir()}
    assert set(modes.values()) == {0}, modes
