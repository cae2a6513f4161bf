"""The house keeps its order: imports go down, only shells touch the world, files and functions stay small."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Source:
    """A file of the package, read and parsed once for all rules."""

    name: str
    stem: str
    text: str
    tree: ast.Module


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    texts = [(file, file.read_text()) for file in sorted(SOURCE.rglob("*.py"))]
    return [Source(str(file.relative_to(SOURCE)), file.stem, text, ast.parse(text)) for file, text in texts]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_shells_touch_the_world(sources: list[Source]) -> None:
    """Whoever imports something of the world begins its docstring with `SHELL:`, or does without."""
    touching = {source.name: sorted(_world_of(source)) for source in sources if not _is_shell(source)}
    assert {name: world for name, world in touching.items() if world} == {}


def _is_shell(source: Source) -> bool:
    return (ast.get_docstring(source.tree) or "").startswith("SHELL:") or source.name.startswith("cli/")


def _world_of(source: Source) -> set[str]:
    whole = WORLD - {"urllib.request"}
    return {name for name in _imports(source.tree) if name in WORLD or name.split(".")[0] in whole}


def test_every_file_says_what_it_knows(sources: list[Source]) -> None:
    assert [source.name for source in sources if not ast.get_docstring(source.tree)] == []


def test_a_file_is_one_noun_of_bounded_length(sources: list[Source]) -> None:
    lengths = {source.name: source.text.count("\n") for source in sources if source.name not in WORD_LISTS}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


def test_no_function_is_longer_than_fifty_lines(sources: list[Source]) -> None:
    long = [
        f"{source.name}: {node.name} has {lines} lines"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_command(node)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert long == []


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A command's signature is its list of options, a migration its list of tables: both are tables, not code."""
    return node.name in {"run", "upgrade", "downgrade"}


def test_no_name_says_nothing(sources: list[Source]) -> None:
    assert [source.name for source in sources if source.stem in BANNED_NAMES] == []


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
