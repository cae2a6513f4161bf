"""The frame of every page: skip link, header, drawer, and the place where the page goes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui

from contactor.ui.assets import BRAND_MARK, add_head
from contactor.ui.components import StaleBanner, ThemeSwitch, WaitingCount


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the drawer."""

    title: str
    path: str
    icon: str
    counts: str = ""
    """The topic that tells how many of them wait, if any may."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the drawer under a heading."""

    heading: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to a page; the page itself has no path."""

    title: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in, and as what."""

    name: str
    role: str


@contextmanager
def page_frame(
    brand: str,
    groups: Sequence[Group],
    crumbs: Sequence[Crumb],
    signed: Signed | None,
    *,
    current: str,
    tools: Callable[[], object] | None = None,
) -> Iterator[None]:
    """Build a page: what is made within stands in its main part. `current` is the path of the drawer's row.

    Without groups there is no drawer; `tools` makes what else stands in the header.
    """
    add_head()
    ui.page_title(f"{crumbs[-1].title} · {brand}")
    link("Skip to the content", "#content").classes("skip")
    with tag("div", "frame" if groups else "frame without-drawer"):
        with tag("header", "frame-header"):
            _header(brand, crumbs, signed, tools, has_drawer=bool(groups))
        if groups:
            with tag("nav", "drawer").props('id=drawer aria-label="Main"'):
                for group in groups:
                    _group(group, current)
        with tag("main", "page").props("id=content tabindex=-1"):
            StaleBanner()
            yield


def tag(name: str, classes: str = "") -> ui.element:
    """A plain element."""
    return ui.element(name).classes(classes)


def words(name: str, text: str, classes: str = "") -> ui.element:
    """An element with nothing but a text."""
    made = ui.label(text).classes(classes)
    made.tag = name
    return made


def link(text: str, path: str) -> ui.element:
    """A link within the pages."""
    made = words("a", text)
    made._props["href"] = path  # as a property, whatever the path holds; `props()` would parse it
    return made


def _header(
    brand: str,
    crumbs: Sequence[Crumb],
    signed: Signed | None,
    tools: Callable[[], object] | None,
    *,
    has_drawer: bool,
) -> None:
    if has_drawer:
        menu = ui.button(icon="menu", color=None).props('flat no-caps aria-label="Menu" aria-controls=drawer')
        menu.classes("icon-only only-narrow")
        menu.on("click", js_handler='() => document.getElementById("drawer").classList.toggle("is-open")')
    with tag("a", "brand") as home:
        home.props('href=/ aria-label="Contactor, start page"')
        with tag("span", "brand-mark"):
            ui.html(BRAND_MARK, sanitize=False)
        words("b", brand)
    with tag("nav", "crumbs").props('aria-label="Where you are"'):
        for crumb in crumbs[:-1]:
            link(crumb.title, crumb.path or "/")
            words("span", "/")
        words("b", crumbs[-1].title)
    tag("div", "grow")
    if tools is not None:
        tools()
    ThemeSwitch()
    if signed is not None:
        _person(signed)


def _person(signed: Signed) -> None:
    with ui.button(signed.name, icon="account_circle", color=None).props("flat no-caps").classes("text"), ui.menu():
        with tag("div").style("padding: 12px 16px 4px"):
            words("b", signed.name)
            words("div", f"Role: {signed.role}", "muted")
        ui.menu_item("Password and tokens", lambda: ui.navigate.to("/account"))
        with tag("form").props("method=post action=/logout"), ui.item().props("clickable"):
            words("button", "Sign out").style(
                "all: unset; cursor: pointer; width: 100%; color: var(--faulted); font-weight: 500"
            ).props("type=submit")


def _group(group: Group, current: str) -> None:
    words("h2", group.heading)
    with tag("ul"):
        for entry in group.entries:
            with tag("li"), link("", entry.path) as row:
                if entry.path == current:
                    row.props("aria-current=page")
                ui.icon(entry.icon).props("aria-hidden=true")
                words("span", entry.title, "grow")
                if entry.counts:
                    WaitingCount(entry.counts)
