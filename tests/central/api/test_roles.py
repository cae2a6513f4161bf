"""Every route is in the table, and each refuses nobody, the lower role, and a login without its CSRF token."""

import re

import httpx

from contactor.central.api.app import make_app, routes_of
from contactor.central.api.role import Role, lesser
from contactor.central.api.routes import NEEDED
from tests.central.api.bench import api_in, problem_of

BELOW = {Role.OPERATOR: Role.VIEWER, Role.ADMIN: Role.OPERATOR}
ROUTES = [(method, path, role) for (method, path), role in NEEDED.items() if method != "WEBSOCKET"]


def filled(path: str) -> str:
    """A path with something in each of its places."""
    values = {
        "transaction_id": "1",
        "command_id": "1",
        "token_id": "0123456789ab",
        "letter_id": "1",
        "reservation_id": "1",
    }
    return re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "x"), path)


def test_the_table_names_exactly_the_routes_there_are() -> None:
    assert sorted(routes_of(make_app())) == sorted(NEEDED)


def test_a_role_allows_all_that_a_lower_one_does() -> None:
    assert [[one.allows(other) for other in Role] for one in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert lesser(Role.ADMIN, Role.VIEWER) is Role.VIEWER


async def test_every_route_refuses_nobody(database: str) -> None:
    async with api_in(database) as bench:
        nobody = await bench.client()
        for method, path, role in ROUTES:
            if role is None:
                continue
            body = problem_of(await nobody.request(method, filled(path)), 401)
            assert "token" in str(body["detail"])


async def test_every_route_refuses_the_lower_role(database: str) -> None:
    async with api_in(database) as bench:
        clients = {role: await bench.client(role) for role in Role}
        for method, path, role in ROUTES:
            if role in BELOW:
                body = problem_of(await clients[BELOW[role]].request(method, filled(path), json={}), 403)
                assert f"needs the role {role}" in str(body["detail"])


async def test_every_route_lets_its_own_role_pass_the_gate(database: str) -> None:
    async with api_in(database) as bench:
        clients = {role: await bench.client(role) for role in Role}
        for method, path, role in ROUTES:
            if role is not None and not path.endswith("/stream"):
                answer = await clients[role].request(method, filled(path), json={})
                assert answer.status_code not in (401, 403), (method, path, answer.text)


async def test_every_write_by_cookie_needs_the_csrf_token(database: str) -> None:
    async with api_in(database) as bench:
        page_of_others = httpx.AsyncClient(base_url=bench.api.url, cookies=bench.admin.cookies)
        async with page_of_others:
            for method, path, role in ROUTES:
                if role is not None and method != "GET":
                    body = problem_of(await page_of_others.request(method, filled(path), json={}), 403)
                    assert body["field"] == "X-CSRF-Token"
