"""A client of a station's control API: asks, and turns whatever goes wrong into one line with the next step."""

import os
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import httpx
import typer

from contactor.base.errors import BadSetting, ContactorError
from contactor.cli.remote.output import plain
from contactor.virtual.control.address import DEFAULT_PORT

DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
TOKEN_VARIABLE = "CONTACTOR_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, not what is in it
TIMEOUT_S = 20.0

At = Annotated[str, typer.Option("--at", envvar="CONTACTOR_STATION", help="Where the control API is.")]
Name = Annotated[str | None, typer.Option("--station", help="Which station, where several are served.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON as the API gives it.")]

Json = Any  # Any: whatever JSON the API answers

_NEXT_STEPS: Mapping[int, str] = {
    401: f"put the station's token into {TOKEN_VARIABLE}",
    404: "see: contactor station list",
}


class ControlError(ContactorError):
    """The control API could not be reached, or refused; the message says what to do next."""


class ControlClient:
    """Asks the control API of one place."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting("--at", url, f"give a URL such as {DEFAULT_URL}")
        self.url = url.rstrip("/")
        self._is_secure = parts.scheme == "https"  # reading in the authorities takes a tenth of a command's time
        token = os.environ.get(TOKEN_VARIABLE, "")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: object = None) -> Json:
        """Ask, and return what is answered.

        Raises:
            ControlError: nobody answers, or the answer is no.
        """
        try:
            with httpx.Client(verify=self._is_secure, timeout=TIMEOUT_S) as http:
                answer = http.request(method, f"{self.url}{path}", json=body, headers=self.headers)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            reason = str(error) or type(error).__name__
            raise ControlError(
                f"{self.url} does not answer ({reason}); start `contactor station --control-port {DEFAULT_PORT} ...`, "
                "or name its control API with --at"
            ) from error
        if answer.is_success:
            return answer.json()
        raise ControlError(_line(answer))

    def path(self, name: str | None, rest: str = "") -> str:
        """The path of a station; where only one is served it needs no name.

        Raises:
            BadSetting: there are several, and none was named.
        """
        if name is None:
            names = [each["name"] for each in self.ask("GET", "/stations")]
            if len(names) != 1:
                raise BadSetting("--station", None, f"name one of {', '.join(names)}")
            name = names[0]
        return f"/stations/{quote(str(name), safe='')}{rest}"

    def do(self, name: str | None, method: str, rest: str, body: object = None) -> None:
        """Carry out a verb, and say what was done."""
        answer = self.ask(method, self.path(name, rest), body)
        typer.echo(plain(f"{answer['station']}: {answer['done']}"))


def given(**fields: object) -> dict[str, object]:
    """A body with the fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _line(answer: httpx.Response) -> str:
    try:
        said = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code} from {answer.url.host}; is it the control API of a station?"
    step = _NEXT_STEPS.get(answer.status_code)
    return said if step is None else f"{said}; {step}"
