"""A visit of a page: who is there, what they may do, and in which zone they read times."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import Client, ui
from starlette.responses import RedirectResponse, Response

from contactor.console.api_client import ApiClient, ApiRefusal, ApiUnreachable
from contactor.console.hub import Hub
from contactor.console.people import COOKIE, People, Session
from contactor.console.role import Role
from contactor.ui.blocks import Moment, banner, page_head
from contactor.ui.frame import Crumb, Entry, Group, Signed, page_frame
from contactor.ui.writing import utc

BRAND = "Contactor"
ZONE_COOKIE = "contactor_zone"
BUILD_WITHIN_S = 10.0

DRAWER = (
    Group(
        "Operate",
        (
            Entry("Fleet", "/", "grid_view"),
            Entry("Alarms", "/alarms", "notifications_active", counts="alarms"),
            Entry("Transactions", "/transactions", "receipt_long"),
            Entry("Reservations", "/reservations", "event"),
            Entry("Sites", "/sites", "hub"),
            Entry("Reports", "/reports", "bar_chart"),
            Entry("Messages", "/messages", "forum"),
            Entry("Commands", "/commands", "send"),
        ),
    ),
    Group(
        "Manage",
        (
            Entry("Tags", "/tags", "badge"),
            Entry("Groups of tags", "/tag-groups", "groups"),
            Entry("Tariffs", "/tariffs", "euro"),
            Entry("On-boarding", "/onboarding", "how_to_reg"),
            Entry("Configuration", "/templates", "tune"),
            Entry("Local lists", "/list-rules", "playlist_add_check"),
            Entry("Firmware", "/firmware", "system_update_alt"),
            Entry("Campaigns", "/campaigns", "waves"),
            Entry("Alarm rules", "/alarm-rules", "rule"),
            Entry("Webhooks", "/webhooks", "webhook"),
            Entry("Users and tokens", "/users", "group"),
        ),
    ),
    Group(
        "System",
        (
            Entry("Security events", "/security", "shield"),
            Entry("Audit", "/audit", "history"),
            Entry("System", "/system", "monitor_heart"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Console:
    """The parts that every page works with."""

    hub: Hub
    people: People


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a page."""

    console: Console
    session: Session
    zone: tzinfo
    path: str
    parameters: Mapping[str, str]
    """What the path names, such as station_id."""

    @property
    def api(self) -> ApiClient:
        """The API with this person's login."""
        return self.session.client

    def may(self, needed: Role) -> bool:
        """Whether this person may do what needs that role; asked in every handler, for a tab outlives a role."""
        return not self.session.is_over and self.session.role.allows(needed)

    def frame(self, *crumbs: Crumb, current: str | None = None) -> AbstractContextManager[None]:
        """The frame of this page."""
        signed = Signed(self.session.name, self.session.role.value)
        return page_frame(BRAND, DRAWER, crumbs, signed, current=current or self.path)

    def local(self, text: str | None) -> str:
        """An instant of the API's, as this person's clock shows it."""
        if text is None:
            return "–"
        return datetime.fromisoformat(text).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def moment(self, text: str | None) -> Moment:
        """An instant of the API's, as this person's clock shows it, and in UTC for whoever looks closer."""
        return Moment(self.local(text), "" if text is None else utc(text))

    def typed(self, text: str | None) -> str:
        """An instant of the API's, as a field for date and time takes it."""
        return "" if text is None else self.local(text).replace(" ", "T")

    def instant(self, local: str) -> str:
        """What this person typed into a field for date and time, as the API takes it.

        Raises:
            ValueError: it is no date and time.
        """
        return datetime.fromisoformat(local).replace(tzinfo=self.zone).astimezone(UTC).isoformat()

    async def attempt(self, needed: Role, work: Callable[[], Awaitable[object]], done: str = "") -> bool:
        """Do something that changes things, if this person may; say what came of it. Whether it was done."""
        if not self.may(needed):
            ui.notify(f"This needs the role {needed}; you are {self.session.role}.", type="negative")
            return False
        try:
            await work()
        except (ApiRefusal, ApiUnreachable) as error:
            ui.notify(told(error), type="negative", multi_line=True, timeout=8000)
            return False
        if done:
            ui.notify(done, type="positive")
        return True


Build = Callable[[Visit], Awaitable[None]]


def add_page(console: Console, path: str, build: Build, *, needs: Role = Role.VIEWER) -> None:
    """Serve a page to those who are signed in; others are sent to sign in, and come back."""

    @ui.page(path, response_timeout=BUILD_WITHIN_S)
    async def page(request: Request, client: Client) -> Response | None:
        session = console.people.find(request.cookies.get(COOKIE))
        if session is None:
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(wanted, safe='')}")
        zone = _zone(request.cookies.get(ZONE_COOKIE))
        visit = Visit(console, session, zone, request.url.path, dict(request.path_params))
        _end_with(session, client)
        if not session.role.allows(needs):
            with visit.frame(Crumb("Not for you")), page_head("Not for you", "Ask an admin, or choose another page."):
                banner(f"This page needs the role {needs}; you are {session.role}.", "info")
            return None
        await build(visit)
        return None


def told(error: ApiRefusal | ApiUnreachable) -> str:
    """A failure in a line, as a sentence begins."""
    text = str(error)
    if isinstance(error, ApiRefusal):
        unsaid = [f"{field}: {reason}" for field, reason in error.flaws[:5] if reason not in error.detail]
        text = ": ".join([error.detail, *(["; ".join(unsaid)] if unsaid else [])])
    return text[:1].upper() + text[1:]


def choices(words: Sequence[str], none: str) -> dict[str, str]:
    """A select's options, with one for none of them."""
    return {"": none, **{word: word for word in words}}


def _end_with(session: Session, client: Client) -> None:
    def close() -> None:
        client.run_javascript('location.href = "/login"')

    session.on_end.append(close)
    client.on_delete(lambda: session.on_end.remove(close) if close in session.on_end else None)


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(unquote(name or "UTC"))
    except (ValueError, OSError, KeyError):  # no name of a zone, or of none that this machine knows
        return UTC
