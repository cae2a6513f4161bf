"""The few forms of Markdown that generated pages are made of."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by `make docs` from code and data. Change those, not this page. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page: heading, notice, blocks with a blank line between them."""
    return "\n\n".join((f"# {title}", NOTICE, *blocks)) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code(text: str) -> str:
    """Words as a program reads them."""
    return f"`{text}`"
