"""A client of the REST API: asks, and turns whatever goes wrong into one line with the next step."""

import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from contactor.base.errors import BadSetting, ContactorError

API = "/api/v1"
TOKEN_VARIABLE = "CONTACTOR_TOKEN"  # noqa: S105 - the name of a variable, not what is in it
TIMEOUT_S = 75.0
"""Longer than the longest wait that can be asked for."""

ApiUrl = Annotated[str, typer.Option("--api", envvar="CONTACTOR_API", help="Where the REST API is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON as the API gives it.")]
DEFAULT_URL = "http://127.0.0.1:9080"

Json = Any  # Any: whatever JSON the API answers

_NEXT_STEPS: Mapping[int, str] = {
    401: f"make a token with `contactor tokens make` and put it into {TOKEN_VARIABLE}",
    403: "ask an admin for a token with that role",
    404: "look at the list",
    412: "look at it again, and repeat",
    429: "wait, and repeat",
    503: "wait, and repeat",
}


class ApiError(ContactorError):
    """The API could not be reached, or refused; the message says what to do next."""


class ApiClient:
    """Asks one API."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Be ready to ask; the token is that of the environment unless one is given, "" for none."""
        try:
            # Without TLS nobody has to read in whom to trust, which takes a tenth of a command's time.
            is_plain = httpx.URL(url).scheme == "http"
            self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, verify=not is_plain)
            is_good = self._http.base_url.scheme in ("http", "https") and bool(self._http.base_url.host)
        except httpx.InvalidURL:
            is_good = False
        if not is_good:
            raise BadSetting("--api", url, "give a URL such as http://127.0.0.1:9080")
        given = token_given() if token is None else token
        if given:
            self._http.headers["Authorization"] = f"Bearer {given}"

    def get(self, path: str, **parameters: object) -> Json:
        """Ask for something; parameters that are None are left out."""
        return self.ask("GET", path, parameters=parameters).json()

    def pages(self, path: str, cursor: str, limit: int, **parameters: object) -> list[Json]:
        """Ask for a list, page by page, until there are `limit` or no more."""
        items: list[Json] = []
        at: object = None
        while len(items) < limit:
            page = self.get(path, **{**parameters, cursor: at, "limit": min(500, limit - len(items))})
            items += page["items"]
            at = page["next"]
            if at is None:
                break
        return items

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        parameters: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """Ask, and return the answer if it is a success.

        Raises:
            ApiError: it is not, or there is none.
        """
        try:
            answer = self._http.request(
                method,
                f"{API}{path}",
                json=body,
                content=content,
                params={name: _spelled(value) for name, value in (parameters or {}).items() if value is not None},
                headers={name: value for name, value in (headers or {}).items() if value is not None},
            )
        except httpx.HTTPError as error:
            url = self._http.base_url
            reason = str(error) or type(error).__name__
            raise ApiError(
                f"{url} does not answer ({reason}); start `contactor central`, or name its API with --api"
            ) from error
        if answer.is_success:
            return answer
        raise ApiError(_line(answer))

    def events(self, path: str) -> Iterator[tuple[str, str]]:
        """Follow a stream of server-sent events: each one's kind and data, until the other side ends it.

        Raises:
            ApiError: it is refused, or breaks off.
        """
        try:
            # Signs of life come four times a minute.
            with self._http.stream("GET", f"{API}{path}") as answer:
                if not answer.is_success:
                    answer.read()
                    raise ApiError(_line(answer))
                kind = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        yield kind, value
        except httpx.HTTPError as error:
            raise ApiError(f"{self._http.base_url} broke off: {str(error) or type(error).__name__}") from error

    def put_named(self, path: str, name: str, body: object) -> None:
        """Make what is kept by name, or replace the version that there is now; `path` lists what there is."""
        known = {each["name"]: each["etag"] for each in self.get(path)}
        headers = {"If-Match": known[name]} if name in known else {}
        self.ask("PUT", f"{path}/{quote(name, safe='')}", body=body, headers=headers)

    def change(self, method: str, path: str, body: object = None, *, sub: str = "") -> httpx.Response:
        """Change the version that there is now of what has versions; `sub` is a path below it."""
        etag = self.ask("GET", path).headers["ETag"]
        return self.ask(method, f"{path}{sub}", body=body, headers={"If-Match": etag})


def token_given() -> str:
    """The token of the environment."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise BadSetting(TOKEN_VARIABLE, None, "put a token into it; `contactor tokens make` makes one")
    if not (token.isascii() and token.isprintable()):
        raise BadSetting(TOKEN_VARIABLE, "(not shown)", "it is no token")
    return token


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(answer: httpx.Response) -> str:
    """What went wrong and what to do, in one line."""
    try:
        problem = answer.json()
        said = str(problem["detail"])
        errors = problem.get("errors") or []
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code} from {answer.url.host}; is it the API of a central system?"
    if len(errors) > 1 or (errors and "field" not in problem):
        said += ": " + "; ".join(f"{each['field']}: {each['reason']}" for each in errors[:5])
    step = _NEXT_STEPS.get(answer.status_code)
    return said if step is None else f"{said}; {step}"
