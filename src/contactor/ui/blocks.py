"""The blocks that pages are made of: head, card, facts, pills, banners, empty and loading states."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import ClickEventArguments, Handler

from contactor.ui.frame import tag, words


@contextmanager
def page_head(title: str, under: str = "") -> Iterator[None]:
    """A page's title; what is made within stands at its right."""
    with tag("div", "page-head"):
        with tag("div", "titles"):
            words("h1", title)
            if under:
                words("p", under, "muted")
        with tag("div", "actions"):
            yield


@contextmanager
def card(title: str | None = None, *, body: bool = True) -> Iterator[ui.element]:
    """A card; yields its head, for what stands at the right of the title."""
    with tag("section", "card"):
        head = tag("div", "card-head")
        head.set_visibility(title is not None)
        if title is not None:
            with head:
                words("h2", title, "grow")
        with tag("div", "card-body" if body else ""):
            yield head


@contextmanager
def modal(title: str, *, wide: bool = False) -> Iterator[ui.dialog]:
    """A dialog by its name for those who hear it; it is gone once it is closed.

    It belongs to the page, not to whatever opened it: that may be a dialog which closes before this one.
    """
    with ui.context.client.content, ui.dialog() as made, tag("div", "dialog wide" if wide else "dialog"):
        made._props["aria-label"] = title  # as it is: `props()` would parse what somebody typed
        yield made
    made.on("hide", made.delete)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as somebody's clock shows it, with words around it; `utc` is seen on hover."""

    local: str
    utc: str

    def told(self, before: str, after: str = "") -> "Moment":
        """The same within a sentence."""
        return Moment(f"{before}{self.local}{after}", self.utc)


Fact = tuple[str, str | Moment]


def value_words(name: str, value: str | Moment, classes: str = "") -> ui.element:
    """An element with a value; UTC stands in its title."""
    made = words(name, value if isinstance(value, str) else value.local, classes)
    if isinstance(value, Moment) and value.utc:
        made._props["title"] = value.utc
    return made


def facts(rows: Sequence[Fact]) -> None:
    """Names and values in a list."""
    with tag("dl", "fact-list"):
        for name, value in rows:
            words("dt", name)
            value_words("dd", value)


def pill(word: str, classes: str) -> ui.element:
    """A status: dot and word."""
    with tag("span", f"pill {classes}") as made:
        words("span", word)
    return made


def banner(text: str, kind: str = "") -> ui.element:
    """A line that must not be missed: "error", "info", or a warning."""
    with tag("div", f"banner {kind}").props("role=status") as made:
        words("span", text)
    return made


def empty(title: str, text: str) -> None:
    """Nothing is here, and what to do about it."""
    with tag("div", "empty"):
        words("b", title)
        words("span", text)


def skeleton(lines: int = 4) -> ui.element:
    """Something is being fetched."""
    with tag("div", "card-body stack").props('role=status aria-busy=true aria-label="Loading"') as made:
        for number in range(lines):
            tag("div", "skeleton").style(f"width: {90 - number * 13 % 40}%")
    return made


def failed(text: str, retry: Handler[ClickEventArguments]) -> None:
    """Something could not be had; try again."""
    with tag("div", "banner error").props("role=alert"):
        words("span", text, "grow")
        button("Try again", retry, kind="plain")


def button(
    text: str,
    on_click: Handler[ClickEventArguments],
    *,
    icon: str | None = None,
    kind: str = "plain",
) -> ui.button:
    """A button: "solid" for the one that matters, "plain" for the rest, with "danger" for what destroys."""
    return ui.button(text, icon=icon, on_click=on_click, color=None).props("unelevated no-caps").classes(kind)
