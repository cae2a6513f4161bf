"""Every failure of a request as a problem: what does not fit its form, what is not there, and mistakes of ours."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from contactor.web.problem import MEDIA_TYPE, Flaw, Problem, shown

FLAWS_MAX = 50
_NOT_JSON = "json_invalid"


def tell_failures(app: FastAPI, log_name: str, *, sorry: str) -> None:
    """Answer whatever goes wrong in an application by a problem; `sorry` is all that is told of a bug of ours."""

    async def on_anything(connection: Request, error: Exception) -> Response:
        # The boundary of one request: a bug costs it alone, is logged, and is not told in detail.
        structlog.get_logger(log_name).error(
            "request failed", method=connection.method, path=connection.url.path, exc_info=error
        )
        return await tell(connection, Problem(500, sorry))

    answers = {
        Problem: tell,
        HTTPException: _on_http_error,
        RequestValidationError: _on_flaws,
        Exception: on_anything,
    }
    for kind, answer in answers.items():
        app.add_exception_handler(kind, answer)  # type: ignore[arg-type]  # each takes the error of its own kind


async def tell(connection: HTTPConnection, problem: Problem) -> Response:
    """Answer a request, or refuse a websocket, by a problem."""
    response = Response(problem.text(), problem.status, problem.headers, MEDIA_TYPE)
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(response)
    return response


async def _on_http_error(connection: HTTPConnection, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    return await tell(
        connection, Problem(error.status_code, f"{connection.url.path}: {error.detail}"[:500], headers=headers)
    )


async def _on_flaws(connection: HTTPConnection, error: RequestValidationError) -> Response:
    """What does not fit the form: each flaw with its field, and the value unless it is a secret."""
    if any(each["loc"] == ("body",) and isinstance(each.get("input"), bytes) for each in error.errors()):
        # It was not even read, and must not be told again: it may be a login.
        sent = connection.headers.get("content-type", "none")[:100]
        return await tell(connection, Problem(415, f"send the body with Content-Type: application/json, not {sent}"))
    flaws = [_flaw(each) for each in error.errors()[:FLAWS_MAX]]
    if any(each["type"] == _NOT_JSON for each in error.errors()):
        return await tell(connection, Problem(400, f"the body is not JSON: {flaws[0].reason}"))
    first = flaws[0]
    detail = f"{first.field}: {first.reason}"
    return await tell(connection, Problem(422, detail, field=first.field, value=first.value, errors=flaws))


def _flaw(error: Mapping[str, object]) -> Flaw:
    place = error["loc"]
    assert isinstance(place, tuple)
    field = ".".join(str(part) for part in place[1:]) or str(place[0])
    value = None if error["type"] == "missing" else error.get("input")
    return Flaw(field=field[:200], value=shown(field, value), reason=str(error["msg"]))
