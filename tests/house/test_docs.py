"""The docs tell the truth: every command, option, setting and key is in them, and generated pages are current."""

import re
from pathlib import Path

import pytest

from contactor.central.settings import setting_rows
from contactor.cli.reference import main
from contactor.cli.reference_commands import commands
from contactor.guide.load import load_product

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "commands.md").read_text()
    for path, command in commands():
        assert f"## {path}\n" in text
        for parameter in command.params:
            for name in parameter.opts:
                assert f"`{name}`" in text or name == "--help"


def test_every_setting_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "central-settings.md").read_text()
    assert [row.name for row in setting_rows() if f"`{row.name}`" not in text] == []


def test_every_configuration_key_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "configuration-keys.md").read_text()
    assert [name for name in load_product().configuration if f"`{name}`" not in text] == []


def test_the_generated_reference_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(DOCS / "reference")]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_that_a_page_shows_exists() -> None:
    known = {path for path, _ in commands()}
    for page in PAGES:
        for words in re.findall(r"^(?:\.venv/bin/)?contactor ([a-z]+(?: [a-z]+)?)", page.read_text(), re.MULTILINE):
            first = f"contactor {words.split()[0]}"
            assert any(each.startswith(first) for each in known), f"{page.name} shows {first}"


def test_every_make_target_that_a_page_shows_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", page.read_text(), re.MULTILINE):
            assert "".join(target) in targets, f"{page.name} shows make {target}"
