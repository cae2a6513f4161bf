"""Signing in: a plain form, so that the password goes in one request and the cookie comes back with its answer."""

from collections.abc import Mapping

from fastapi import Request
from nicegui import ui

from contactor.ui.assets import BRAND_MARK, add_head
from contactor.ui.frame import tag, words

_PROBLEMS: Mapping[str, str] = {
    "wrong": "The name or the password is wrong.",
    "wait": "Too many tries. Wait a little, and try again.",
    "unreachable": "The central system does not answer. Try again in a moment.",
}


def add() -> None:
    """Serve the page."""

    @ui.page("/login")
    async def page(request: Request) -> None:
        add_head()
        ui.page_title("Sign in · Contactor")
        with tag("main", "login"), tag("section", "card"):
            with tag("div", "title-line"), tag("span", "brand-mark"):
                ui.html(BRAND_MARK, sanitize=False)
            words("h1", "Sign in to Contactor").style("margin-top: 16px")
            words("p", "Central system for OCPP 1.6 stations", "muted")
            problem = _PROBLEMS.get(request.query_params.get("problem", ""))
            if problem is not None:
                words("div", problem, "verdict bad").props("role=alert").style("margin-top: 16px")
            with tag("form").props("method=post action=/login"):
                _field("Name", "name", "text", "username", focus=True)
                _field("Password", "password", "password", "current-password")
                goal = tag("input").props("type=hidden name=goal")
                goal._props["value"] = request.query_params.get("next", "/")[:500]
                words("button", "Sign in").props("type=submit")


def _field(label: str, name: str, kind: str, fills: str, *, focus: bool = False) -> None:
    with tag("label"):
        words("span", label)
        made = tag("input").props(f"name={name} type={kind} autocomplete={fills} required maxlength=200")
        if focus:
            made.props("autofocus")
