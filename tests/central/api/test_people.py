"""People: the first admin, logging in, the throttle, users, tokens, and the audit of all of it."""

import pytest

from contactor.central.api.role import Role
from contactor.central.api.throttle import FREE_TRIES, KEPT_MAX, LONGEST_WAIT_S, LoginThrottle
from contactor.central.api.tickets import Ticket
from tests.central.api.bench import API, PASSWORD, api_in, log_in, problem_of


async def test_the_first_start_makes_an_admin_and_no_later_one_does(database: str) -> None:
    async with api_in(database) as bench:
        assert bench.api.first_password
        assert [user["name"] for user in (await bench.admin.get(f"{API}/users")).json()] == ["admin"]
    async with api_in(database) as bench:
        assert bench.api.first_password is None


async def test_a_login_sets_a_cookie_that_scripts_and_other_sites_do_not_get(database: str) -> None:
    async with api_in(database) as bench:
        nobody = await bench.client()
        answer = await nobody.post(f"{API}/login", json={"name": "admin", "password": bench.api.first_password})
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        me = (await nobody.get(f"{API}/login")).json()
        assert (me["name"], me["role"], me["csrf_token"]) == ("admin", "admin", answer.json()["csrf_token"])
        nobody.headers["X-CSRF-Token"] = me["csrf_token"]
        assert (await nobody.delete(f"{API}/login")).status_code == 204
        nobody.cookies.set("contactor_login", cookie.split("=", 1)[1].split(";")[0])
        problem_of(await nobody.get(f"{API}/login"), 401)


async def test_a_wrong_password_and_a_wrong_name_are_refused_alike_and_soon_made_to_wait(database: str) -> None:
    async with api_in(database) as bench:
        nobody = await bench.client()
        said = set()
        for number in range(FREE_TRIES):
            name = "admin" if number % 2 else "nobody"
            answer = await nobody.post(f"{API}/login", json={"name": name, "password": "wrong"})
            said.add(problem_of(answer, 401)["detail"])
        assert len(said) == 1
        unread = await nobody.post(f"{API}/login", content=b'{"name": "admin", "password": "my secret"}')
        assert "my secret" not in unread.text
        problem_of(unread, 415)
        answer = await nobody.post(f"{API}/login", json={"name": "somebody", "password": "wrong"})
        problem_of(answer, 429)
        assert int(answer.headers["Retry-After"]) >= 1


def test_the_throttle_waits_longer_each_time_and_forgets_after_success() -> None:
    throttle = LoginThrottle()
    waits = []
    for _ in range(FREE_TRIES + 12):
        throttle.failed("192.0.2.1", "ada", 100.0)
        waits.append(throttle.wait_s("192.0.2.1", "ada", 100.0))
    assert waits[:FREE_TRIES] == [0.0] * (FREE_TRIES - 1) + [2.0]
    assert waits[FREE_TRIES:][:3] == [4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_WAIT_S
    assert throttle.wait_s("192.0.2.1", "bob", 100.0) == LONGEST_WAIT_S
    assert throttle.wait_s("192.0.2.9", "ada", 100.0) == LONGEST_WAIT_S
    assert throttle.wait_s("192.0.2.9", "bob", 100.0) == 0.0
    throttle.succeeded("192.0.2.1", "ada")
    assert throttle.wait_s("192.0.2.1", "ada", 100.0) == 0.0


def test_the_throttle_remembers_only_so_many() -> None:
    throttle = LoginThrottle()
    for number in range(KEPT_MAX):
        throttle.failed(f"a{number}", f"n{number}", 0.0)
    assert len(throttle._failures) == KEPT_MAX


def test_a_ticket_is_read_back_from_its_text_and_its_secret_is_not_shown() -> None:
    ticket = Ticket.fresh()
    assert Ticket.read(ticket.text) == ticket
    assert ticket.secret not in repr(ticket)
    assert ticket.matches(ticket.secret_hash)
    assert not Ticket.fresh().matches(ticket.secret_hash)
    assert [Ticket.read(text) for text in ("", "x", "contactor_short.x", "ü" * 12 + ".x", "a" * 12 + ".")] == [None] * 5


async def test_a_token_with_scopes_asks_for_its_nouns_only(database: str) -> None:
    async with api_in(database) as bench:
        scopes = ["transactions:read", "tags", "tags"]
        made = (await bench.admin.post(f"{API}/tokens", json={"label": "x", "role": "admin", "scopes": scopes})).json()
        assert made["scopes"] == ["tags", "transactions:read"]
        program = await bench.client()
        program.headers["Authorization"] = f"Bearer {made['token']}"
        assert (await program.get(f"{API}/login")).json()["name"] == "admin"
        assert (await program.get(f"{API}/transactions")).status_code == 200
        assert (await program.delete(f"{API}/tags/NOBODY")).status_code == 404
        problem_of(await program.post(f"{API}/transactions/1/close", json={"reason": "x"}), 403)
        said = problem_of(await program.get(f"{API}/stations"), 403)["detail"]
        assert said == f"GET {API}/stations is outside of this token's scopes: tags transactions:read"
        # Else it could make itself one that may do everything.
        problem_of(await program.post(f"{API}/tokens", json={"label": "y"}), 403)


@pytest.mark.parametrize("scope", ["tokens", "login", "tag", "tags:write", "", ":read"])
async def test_a_scope_that_nothing_has_is_refused(database: str, scope: str) -> None:
    async with api_in(database) as bench:
        answer = await bench.admin.post(f"{API}/tokens", json={"label": "x", "scopes": [scope]})
        told = problem_of(answer, 422)
        assert (told["field"], told["value"]) == ("scopes", scope)


async def test_a_token_allows_no_more_than_its_owner_and_is_shown_once(database: str) -> None:
    async with api_in(database) as bench:
        await bench.admin.post(f"{API}/users", json={"name": "ada", "password": PASSWORD, "role": "operator"})
        ada = await bench.client()
        ada.headers["X-CSRF-Token"] = str((await log_in(ada, "ada", PASSWORD))["csrf_token"])
        problem_of(await ada.post(f"{API}/tokens", json={"label": "x", "role": "admin"}), 403)
        made = (await ada.post(f"{API}/tokens", json={"label": "x", "role": "operator"})).json()
        (listed,) = (await ada.get(f"{API}/tokens")).json()
        assert "token" not in listed
        program = await bench.client()
        program.headers["Authorization"] = f"Bearer {made['token']}"
        tag = {"id_tag": "T-1"}
        assert (await program.post(f"{API}/tags", json=tag)).status_code == 201
        await bench.admin.patch(f"{API}/users/ada", json={"role": "viewer"})
        problem_of(await program.post(f"{API}/tags", json=tag), 403)
        assert (await bench.admin.delete(f"{API}/tokens/{made['token_id']}")).status_code == 204
        problem_of(await program.get(f"{API}/tags"), 401)


async def test_a_user_who_is_removed_is_nobody_at_once(database: str) -> None:
    async with api_in(database) as bench:
        await bench.admin.post(f"{API}/users", json={"name": "ada", "password": PASSWORD})
        ada = await bench.client()
        await log_in(ada, "ada", PASSWORD)
        assert (await ada.get(f"{API}/stations")).status_code == 200
        assert (await bench.admin.delete(f"{API}/users/ada")).status_code == 204
        problem_of(await ada.get(f"{API}/stations"), 401)
        problem_of(await bench.admin.get(f"{API}/users/ada"), 404)


async def test_the_last_admin_stays(database: str) -> None:
    async with api_in(database) as bench:
        problem_of(await bench.admin.delete(f"{API}/users/admin"), 409)
        problem_of(await bench.admin.patch(f"{API}/users/admin", json={"role": "viewer"}), 409)


async def test_a_new_password_ends_the_other_logins(database: str) -> None:
    async with api_in(database) as bench:
        other = await bench.client()
        await log_in(other, "admin", str(bench.api.first_password))
        change = {"current_password": bench.api.first_password, "password": PASSWORD}
        assert (await bench.admin.put(f"{API}/login/password", json=change)).status_code == 204
        problem_of(await other.get(f"{API}/login"), 401)
        assert (await bench.admin.get(f"{API}/login")).status_code == 200


async def test_what_was_done_is_in_the_audit_without_a_secret(database: str) -> None:
    async with api_in(database) as bench:
        key = "00112233445566778899aabbccddeeff"
        await bench.admin.post(f"{API}/users", json={"name": "ada", "password": PASSWORD})
        await bench.admin.post(f"{API}/stations", json={"station_id": "NEW-1", "key": key})
        token = await bench.token(Role.VIEWER)
        answer = await bench.admin.get(f"{API}/audit")
        deeds = [(deed["who"], deed["what"], deed["on_what"]) for deed in answer.json()["items"]]
        assert deeds[1:] == [
            ("admin", "station.register", "station NEW-1"),
            ("admin", "user.add", "user ada"),
            ("admin", "login", "user admin"),
        ]
        assert answer.json()["items"][0]["address"] == "127.0.0.1"
        for secret in (key, PASSWORD, token, str(bench.api.first_password)):
            assert secret not in answer.text
        page = (await bench.admin.get(f"{API}/audit", params={"limit": 1})).json()
        following = (await bench.admin.get(f"{API}/audit", params={"limit": 1, "before": page["next"]})).json()
        assert following["items"][0]["what"] == "station.register"
