"""The application: the routes, the gate before them, and every failure as a problem."""

from collections.abc import Mapping

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from contactor import __version__
from contactor.central.api.bounds import BoundedBody, SafeHeaders
from contactor.central.api.gate import gate
from contactor.central.api.office import Office
from contactor.central.api.openapi import described
from contactor.central.api.problem import MEDIA_TYPE, Flaw, Problem, shown
from contactor.central.api.routers import (
    audit,
    commands,
    connectors,
    events,
    health,
    login,
    quirks,
    stations,
    system,
    tags,
    tokens,
    transactions,
    users,
)
from contactor.central.api.routes import API

_ROUTERS = (
    health.router,
    login.router,
    stations.router,
    connectors.router,
    quirks.router,
    tags.router,
    transactions.router,
    commands.router,
    commands.rotation,
    events.router,
    users.router,
    tokens.router,
    audit.router,
    system.router,
)
_NOT_JSON = "json_invalid"


def make_app(office: Office | None = None) -> FastAPI:
    """The application for an office; without one only its description can be asked for."""
    app = FastAPI(
        title="Contactor",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate)],
        redirect_slashes=False,
    )
    app.state.office = office
    for each in _ROUTERS:
        app.include_router(each)
    description = JSONResponse({})

    @app.get(f"{API}/openapi.json", response_class=Response, include_in_schema=False)
    async def openapi() -> Response:
        """Describe the API to programs."""
        return description

    document = described(app)
    description = JSONResponse(document)
    app.state.query_names = _query_names(document)
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)  # type: ignore[arg-type]  # each takes the error of its own kind
    app.add_middleware(BoundedBody)
    app.add_middleware(SafeHeaders)
    return app


async def _tell(connection: HTTPConnection, problem: Problem) -> Response:
    response = Response(problem.text(), problem.status, problem.headers, MEDIA_TYPE)
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(response)
    return response


async def _on_problem(connection: HTTPConnection, problem: Problem) -> Response:
    return await _tell(connection, problem)


async def _on_http_error(connection: HTTPConnection, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    return await _tell(
        connection, Problem(error.status_code, f"{connection.url.path}: {error.detail}"[:500], headers=headers)
    )


async def _on_flaws(connection: HTTPConnection, error: RequestValidationError) -> Response:
    """What does not fit the form: each flaw with its field, and the value unless it is a secret."""
    flaws = [_flaw(each) for each in error.errors()[:50]]
    if any(each["type"] == _NOT_JSON for each in error.errors()):
        return await _tell(connection, Problem(400, f"the body is not JSON: {flaws[0].reason}"))
    first = flaws[0]
    detail = f"{first.field}: {first.reason}"
    return await _tell(connection, Problem(422, detail, field=first.field, value=first.value, errors=flaws))


def _flaw(error: Mapping[str, object]) -> Flaw:
    place = error["loc"]
    assert isinstance(place, tuple)
    field = ".".join(str(part) for part in place[1:]) or str(place[0])
    value = None if error["type"] == "missing" else error.get("input")
    return Flaw(field=field[:200], value=shown(field, value), reason=str(error["msg"]))


async def _on_anything(connection: Request, error: Exception) -> Response:
    """The boundary of one request: a bug of ours costs it alone, is logged, and is not told in detail."""
    office: Office = connection.app.state.office
    office.log.error("request failed", method=connection.method, path=connection.url.path, exc_info=error)
    return await _tell(connection, Problem(500, "the central system could not do this; its log says more"))


_ANSWERS = {
    Problem: _on_problem,
    HTTPException: _on_http_error,
    RequestValidationError: _on_flaws,
    Exception: _on_anything,
}


def _query_names(document: Mapping[str, object]) -> Mapping[tuple[str, str], frozenset[str]]:
    """Which parameters each route knows in its query."""
    paths = document["paths"]
    assert isinstance(paths, dict)
    return {
        (method.upper(), path): frozenset(
            parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Every route as (method, path); a websocket's method is WEBSOCKET."""
    return [
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or {"WEBSOCKET"})
        if context.path is not None
    ]
