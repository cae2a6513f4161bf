"""A central system with its API on real sockets, and people and programs who ask it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from contactor.central.api.role import Role
from contactor.central.api.server import ApiServer
from contactor.central.rehearsal.port import Twins
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from tests.central.bench import OTHER_STATION, STATION, Json, address_in, settings

API = "/api/v1"
PASSWORD = "correct horse battery"


class Bench:
    """The server, its admin, and ways to ask it."""

    def __init__(self, central: CentralServer, api: ApiServer, admin: httpx.AsyncClient) -> None:
        self.central = central
        self.api = api
        self.admin = admin
        self._clients = [admin]

    async def token(self, role: Role) -> str:
        """A token of the admin's with a role."""
        made = await self.admin.post(f"{API}/tokens", json={"label": role.value, "role": role.value})
        assert made.status_code == 201, made.text
        return str(made.json()["token"])

    async def client(self, role: Role | None = None) -> httpx.AsyncClient:
        """A program with a token of that role, or nobody."""
        client = program(self.api.url)
        if role is not None:
            client.headers["Authorization"] = f"Bearer {await self.token(role)}"
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


def program(url: str) -> httpx.AsyncClient:
    """A client over plain HTTP; reading the authorities for TLS would take longer than most tests."""
    return httpx.AsyncClient(base_url=url, timeout=30, verify=False)


def served(place: Path | str, **changes: object) -> CentralSettings:
    stations = (StationSetting(STATION), StationSetting(OTHER_STATION))
    return settings(**{"listen_port": 0, "api_port": 0, "database": address_in(place), "stations": stations, **changes})


def brisk(_name: str, period_s: float) -> float:
    """Rounds come twenty times as often: what waits for one waits in real time."""
    return period_s / 20


@asynccontextmanager
async def api_in(place: Path | str, **changes: object) -> AsyncIterator[Bench]:
    """A central system on a database, or on a SQLite file in a folder, with an admin who is logged in."""
    async with api_with(None, place, **changes) as bench:
        yield bench


@asynccontextmanager
async def api_with(twins: Twins | None, place: Path | str, **changes: object) -> AsyncIterator[Bench]:
    """The same, with twins to try commands on."""
    async with (
        CentralServer(served(place, **changes), leisure=brisk) as central,
        ApiServer(central, twins=twins) as api,
    ):
        admin = program(api.url)
        bench = Bench(central, api, admin)
        try:
            if api.first_password is not None:
                identity = await log_in(admin, "admin", api.first_password)
                admin.headers["X-CSRF-Token"] = str(identity["csrf_token"])
            yield bench
        finally:
            await bench.close()


async def log_in(client: httpx.AsyncClient, name: str, password: str) -> Json:
    answer = await client.post(f"{API}/login", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return dict(json.loads(answer.text))


def problem_of(answer: httpx.Response, status: int) -> Json:
    """The problem that an answer is, with the status expected."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = dict(answer.json())
    assert body["status"] == status
    return body
