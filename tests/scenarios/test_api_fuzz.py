"""The long run against the API knows harm when it hears of it."""

import pytest

from tests.scenarios.api_fuzz import GROWN_MAX_KIB, Harm, Heard

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status", "content_type", "is_harm"),
    [
        ("/api/v1/stations", 200, "application/json", False),
        ("/api/v1/stations", 404, PROBLEM, False),
        ("/api/v1/exchange/0/a", 401, PROBLEM, False),
        ("/api/v1/stations", 500, PROBLEM, True),
        ("/api/v1/stations", 422, "text/plain", True),
        ("/api/v1/stations", 401, PROBLEM, True),
    ],
)
def test_failures_other_forms_and_a_lost_token_are_harm(
    path: str, status: int, content_type: str, is_harm: bool
) -> None:
    heard = Heard()
    heard.hear("GET", path, status, content_type, "")
    assert bool(heard.failures) is is_harm
    assert heard.statuses[status] == 1


def test_what_is_logged_as_an_error_and_what_grows_is_harm() -> None:
    assert Harm({}, [], [], GROWN_MAX_KIB).is_none
    assert not Harm({}, [], [], GROWN_MAX_KIB + 1).is_none
    assert not Harm({}, [], ["a line"], 0).is_none
