"""The house keeps its order: imports go down, only shells touch the world, files and functions stay small."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "contactor"

WORLD = frozenset(
    "aioftp asyncio fcntl ftplib http httpx os picows random secrets select selectors signal socket sqlite3 ssl"
    " subprocess tempfile threading time urllib.request uvloop".split()
)
"""What only a shell may import: anything that does, waits, or differs from one run to the next."""

BANNED_NAMES = frozenset("utils util helpers helper common misc manager service info data tmp".split())
LINES_MAX = 400
WORD_LISTS = frozenset({"ocpp/enumerations.py"})
"""Tables of words; they are as long as OCPP is."""
FUNCTION_LINES_MAX = 50

FILES = sorted(SOURCE.rglob("*.py"))


def _name(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.fixture(scope="module", params=FILES, ids=_name)
def file(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


def test_only_shells_touch_the_world(file: Path) -> None:
    tree = ast.parse(file.read_text())
    doc = ast.get_docstring(tree) or ""
    if doc.startswith("SHELL:") or file.is_relative_to(SOURCE / "cli"):
        return
    touched = {name for name in _imports(tree) if name in WORLD or name.split(".")[0] in WORLD - {"urllib.request"}}
    assert not touched, (
        f"{_name(file)} imports {', '.join(sorted(touched))}: begin its docstring with SHELL: or do without"
    )


def test_every_file_says_what_it_knows(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text()))


def test_a_file_is_one_noun_of_bounded_length(file: Path) -> None:
    lines = file.read_text().count("\n")
    assert lines <= LINES_MAX or _name(file) in WORD_LISTS, f"{_name(file)} has {lines} lines"


def test_no_function_is_longer_than_fifty_lines(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX or _is_command(node), f"{_name(file)}: {node.name} has {lines} lines"


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A command's signature is its list of options, a migration its list of tables: both are tables, not code."""
    return node.name in {"run", "upgrade", "downgrade"}


def test_no_name_says_nothing(file: Path) -> None:
    assert file.stem not in BANNED_NAMES


def test_imports_go_down_the_floors() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_names_a_registry_host() -> None:
    host = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|index-url")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    own = str(Path(__file__).relative_to(ROOT))
    found = [name for name in tracked if name != own and (ROOT / name).exists() and host.search(_text(ROOT / name))]
    assert found == []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""
