"""The generated pages: complete, current, and able to say when they are not."""

from pathlib import Path
from shutil import copytree

import pytest

from contactor.cli.reference import main
from contactor.guide.load import load_product
from tests.traceability import PAGE

GUIDE = load_product()
OTHERS = {PAGE, "firmware-image.md"}
"""Written from the tests, and by hand."""
COMMITTED = Path(__file__).parents[2] / "docs" / "reference"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all pages; that the committed ones are current, tests/house says."""
    folder = tmp_path_factory.mktemp("docs") / "reference"
    assert main([str(folder)]) == 0
    return folder


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("models.md", list(GUIDE.models)),
        ("configuration-keys.md", list(GUIDE.configuration)),
        ("operations.md", [operation.action for operation in GUIDE.operations]),
        ("operations.md", list(GUIDE.measurands)),
        ("vendor-errors.md", list(GUIDE.vendor_errors)),
    ],
)
def test_every_entry_has_one_row_in_its_page(page: str, names: list[str]) -> None:
    starts = [line.split(" | ")[0] for line in (COMMITTED / page).read_text(encoding="utf-8").splitlines()]
    assert {name: starts.count(f"| `{name}`") for name in names} == dict.fromkeys(names, 1)


@pytest.mark.parametrize("page", sorted(file.name for file in COMMITTED.glob("*.md")))
def test_the_rows_of_a_table_have_as_many_cells_as_its_heading(page: str) -> None:
    widths: list[set[int]] = [set()]
    for line in (COMMITTED / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            widths[-1].add(line.count("|"))
        elif widths[-1]:
            widths.append(set())
    assert [len(width) for width in widths if width] == [1] * sum(map(bool, widths))


def test_writing_makes_what_checking_accepts(written: Path) -> None:
    assert {file.name for file in written.iterdir()} == {file.name for file in COMMITTED.iterdir()} - OTHERS
    assert main(["--check", str(written)]) == 0


def test_checking_names_stale_and_missing_pages_and_leaves_them(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copytree(written, tmp_path, dirs_exist_ok=True)
    (tmp_path / "models.md").write_text("# Models\n", encoding="utf-8")
    (tmp_path / "operations.md").unlink()
    assert main(["--check", str(tmp_path)]) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert [complaint.split(":")[0] for complaint in complaints] == [
        str(tmp_path / "models.md"),
        str(tmp_path / "operations.md"),
    ]
    assert (tmp_path / "models.md").read_text(encoding="utf-8") == "# Models\n"
    assert not (tmp_path / "operations.md").exists()
