"""SHELL: the REST API with one person's login, kept on this side: no browser ever sees its cookie or its CSRF token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

import httpx

from contactor.base.errors import BadSetting, ContactorError

API = "/api/v1"
TIMEOUT_S = 75.0
"""Longer than the longest wait that can be asked for."""
CONNECT_S = 5.0
CSRF_HEADER = "X-CSRF-Token"

Json = Any  # Any: whatever JSON the API answers


class ApiUnreachable(ContactorError):
    """The API gave no answer."""


class ApiRefusal(ContactorError):
    """The API said no: the status, what is wrong, and at which field."""

    def __init__(self, status: int, detail: str, field: str = "", flaws: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.flaws = flaws
        """Field and reason of each, where there are several."""


class ApiClient:
    """Asks one API as one person."""

    def __init__(self, url: str) -> None:
        try:
            self._http = httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S))
            is_good = self._http.base_url.scheme in ("http", "https") and bool(self._http.base_url.host)
        except httpx.InvalidURL:
            is_good = False
        if not is_good:
            raise BadSetting("--api", url, "give a URL such as http://127.0.0.1:9080")

    @property
    def cookie_header(self) -> str:
        """The login as a header, for the event feed's websocket."""
        return "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())

    async def log_in(self, name: str, password: str) -> Json:
        """Log in, and be that person from now on."""
        identity = await self.send("POST", "/login", {"name": name, "password": password})
        self._http.headers[CSRF_HEADER] = identity["csrf_token"]
        return identity

    async def get(self, path: str, **parameters: object) -> Json:
        """Ask for something; parameters that are None or empty are left out."""
        return (await self._ask("GET", path, parameters=parameters)).json()

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content: bytes | AsyncIterator[bytes] | None = None,
        if_match: str | None = None,
        **parameters: object,
    ) -> Json:
        """Change something; None where the API answers nothing."""
        headers = {} if if_match is None else {"If-Match": if_match}
        answer = await self._ask(method, path, body=body, content=content, parameters=parameters, headers=headers)
        return answer.json() if answer.content else None

    def stream(self, path: str, query: str) -> AbstractAsyncContextManager[httpx.Response]:
        """A file of the API's, as it comes."""
        return self._http.stream("GET", f"{API}{path}", params=httpx.QueryParams(query))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | AsyncIterator[bytes] | None = None,
        parameters: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        known = {name: _spelled(value) for name, value in parameters.items() if value not in (None, "")}
        try:
            answer = await self._http.request(
                method, f"{API}{path}", json=body, content=content, params=known, headers=headers
            )
        except httpx.HTTPError as error:
            raise ApiUnreachable(f"the central system does not answer ({type(error).__name__})") from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")


def _spelled(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refusal(answer: httpx.Response) -> ApiRefusal:
    try:
        problem = answer.json()
        flaws = tuple((str(each["field"]), str(each["reason"])) for each in problem.get("errors") or ())
        return ApiRefusal(answer.status_code, str(problem["detail"]), str(problem.get("field") or ""), flaws)
    except (ValueError, KeyError, TypeError):
        return ApiRefusal(answer.status_code, f"HTTP {answer.status_code}, which is no answer of a central system")
