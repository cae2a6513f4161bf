"""SHELL: what the demo's operator set up before anybody looks: a price, and a site whose power is shared.

Done over the REST API, like everything that an operator does.
"""

from collections.abc import Collection, Mapping

import httpx

from contactor.base.errors import LinkError
from contactor.cli.remote.client import API

_PATIENCE_S = 30.0

_TARIFF: Mapping[str, object] = {
    "name": "Day and night",
    "currency": "EUR",
    "time_zone": "Europe/Amsterdam",
    "start_fee": "0.35",
    "vat_percent": "21",
    "rates": [{"from_hour": 22, "per_kwh": "0.39"}, {"until_hour": 7, "per_kwh": "0.39"}, {"per_kwh": "0.49"}],
    "assigned_to": [{"scope": "all"}],
}
# Less than both stations could draw, so that there is something to share. In the demo an hour takes a minute: cars
# cannot wait for their share with the little that a real site would give them at first.
_SITE: Mapping[str, object] = {
    "site_id": "demo-yard",
    "name": "Demo yard",
    "limit_w": 240_000,
    "standby_w": 60_000,
    "pace_s": 5,
}


async def furnish(api_url: str, login: tuple[str, str], stations: Collection[str]) -> None:
    """Set up a new central system.

    Raises:
        LinkError: it could not be reached, or refused.
    """
    try:
        async with httpx.AsyncClient(base_url=f"{api_url}{API}", timeout=_PATIENCE_S) as http:
            await _set_up(http, login, stations)
    except httpx.HTTPError as error:
        raise LinkError(f"the demo could not be furnished: {error}") from error


async def _set_up(http: httpx.AsyncClient, login: tuple[str, str], stations: Collection[str]) -> None:
    name, password = login
    identity = (await _ask(http, "/login", {"name": name, "password": password})).json()
    http.headers["X-CSRF-Token"] = identity["csrf_token"]
    await _ask(http, "/tariffs", _TARIFF)
    await _ask(http, "/sites", {**_SITE, "members": [{"station_id": station} for station in stations]})
    await http.delete("/login")


async def _ask(http: httpx.AsyncClient, path: str, body: Mapping[str, object]) -> httpx.Response:
    answer = await http.post(path, json=body)
    return answer.raise_for_status()
