"""SHELL: asks the control API of stations; its token stays on this side, and no browser ever sees it."""

from typing import Any
from urllib.parse import quote

import httpx
from websockets.asyncio.client import connect

from contactor.base.errors import BadSetting, ContactorError

TIMEOUT_S = 20.0
CONNECT_S = 5.0

Json = Any  # Any: whatever JSON the API answers


class ControlUnreachable(ContactorError):
    """The control API gave no answer."""


class ControlRefusal(ContactorError):
    """The control API said no, and why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class ControlClient:
    """Asks one control API."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            self._http = httpx.AsyncClient(
                base_url=url, headers=self._headers, timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S)
            )
            is_good = self._http.base_url.scheme in ("http", "https") and bool(self._http.base_url.host)
        except (httpx.InvalidURL, UnicodeError):
            is_good = False
        if not is_good:
            raise BadSetting("--at", url, "give a URL such as http://127.0.0.1:9180")
        self.url = url.rstrip("/")

    async def ask(self, method: str, path: str, body: object = None) -> Json:
        """Ask, and return what is answered.

        Raises:
            ControlUnreachable: nobody answers, or somebody who is no control API.
            ControlRefusal: the answer is no.
        """
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ControlUnreachable(f"The control API at {self.url} does not answer ({reason}).") from error
        try:
            said = answer.json()
            if answer.is_success:
                return said
            detail = str(said["detail"])
        except (ValueError, KeyError, TypeError) as error:
            raise ControlUnreachable(
                f"HTTP {answer.status_code} from {self.url}, which is no answer of a control API."
            ) from error
        raise ControlRefusal(answer.status_code, detail)

    def follow(self, name: str) -> connect:
        """The live feed of a station, as a websocket to open."""
        url = f"ws{self.url.removeprefix('http')}{station_path(name)}/feed/socket"
        return connect(url, additional_headers=self._headers, max_size=None, open_timeout=CONNECT_S)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def station_path(name: str) -> str:
    """The path of a station, whatever its name holds."""
    return f"/stations/{quote(name, safe='')}"
