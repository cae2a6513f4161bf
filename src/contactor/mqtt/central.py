"""SHELL: the central system as the bridge sees it: its REST API and event feed, by a token."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

import httpx
import msgspec

from contactor.base.errors import BadSetting, ContactorError

API = "/api/v1"
PAGE = 500
TIMEOUT_S = 30.0
SILENCE_S = 60.0
"""The feed gives a sign of life every 15 seconds; who hears none for so long dials again."""
ORDER_WAIT_S = 20.0
BY = "by MQTT"

Json = Any  # Any: whatever JSON the API answers


class CentralTrouble(ContactorError):
    """The central system gave no answer, or not the one that was asked for."""


class Central:
    """Asks one API; its token is in no error and no log."""

    def __init__(self, url: str, token: str) -> None:
        try:
            self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S)
            is_good = self._http.base_url.scheme in ("http", "https") and bool(self._http.base_url.host)
        except httpx.InvalidURL:
            is_good = False
        if not is_good:
            raise BadSetting("--api", url, "give a URL such as http://127.0.0.1:9080")
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def fleet(self) -> list[Json]:
        """Every station, with its connectors and what runs there."""
        return await self._pages("/fleet", "after", {})

    async def alarms(self) -> list[Json]:
        """Every alarm that is not closed."""
        return await self._pages("/alarms", "before", {"open": True})

    async def feed_from(self, place: int | None) -> tuple[int, str]:
        """Where to go on in the feed after a number, and what is wrong with that number, "" if nothing."""
        found = await self._ask("GET", "/events", parameters={"after": place or 0, "limit": 1})
        latest, oldest = int(found["latest"]), int(found["oldest"])
        if place is None:
            return latest, ""
        if place > latest:
            return latest, "the feed is another one, or an older backup: going on with what happens from now"
        return place, "events have been missed that are not kept any more" if place + 1 < oldest else ""

    async def events(self, after: int) -> AsyncIterator[Json]:
        """Events after a number, as they come.

        Raises:
            CentralTrouble: the feed has ended or fallen silent.
        """
        timeout = httpx.Timeout(TIMEOUT_S, read=SILENCE_S)
        try:
            async with self._http.stream(
                "GET", f"{API}/events/stream", params={"after": after}, timeout=timeout
            ) as answer:
                if not answer.is_success:
                    raise CentralTrouble(f"the feed answers HTTP {answer.status_code}")
                async for line in answer.aiter_lines():
                    if line.startswith("data: {") and len(line) > len("data: {}"):
                        yield msgspec.json.decode(line.removeprefix("data: "))
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise CentralTrouble(f"the feed broke off ({type(error).__name__})") from error
        raise CentralTrouble("the feed has ended")

    async def order(self, station_id: str, action: str, payload: Mapping[str, object]) -> Json:
        """Have a station do something; the command as it is after a while, or the problem."""
        body = {"station_id": station_id, "action": action, "payload": payload, "why": BY}
        return await self._ask("POST", "/commands", body=body, parameters={"wait": ORDER_WAIT_S})

    async def _pages(self, path: str, cursor: str, parameters: Mapping[str, object]) -> list[Json]:
        items: list[Json] = []
        at: object = None
        while True:
            given = {**parameters, "limit": PAGE, **({} if at is None else {cursor: at})}
            page = await self._ask("GET", path, parameters=given)
            items += page["items"]
            at = page["next"]
            if at is None:
                return items

    async def _ask(
        self, method: str, path: str, *, body: object = None, parameters: Mapping[str, Any] | None = None
    ) -> Json:
        try:
            answer = await self._http.request(method, f"{API}{path}", json=body, params=parameters)
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise CentralTrouble(f"the central system does not answer ({type(error).__name__})") from error
        if answer.is_success:
            return told
        detail = told.get("detail") if isinstance(told, dict) else None
        raise CentralTrouble(str(detail or f"HTTP {answer.status_code}"))
