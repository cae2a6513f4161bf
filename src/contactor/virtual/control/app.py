"""The control API's application: routes, gate, and every failure as a problem."""

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection
from starlette.responses import Response

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.virtual.control.desk import Desk
from contactor.virtual.control.gate import gate
from contactor.virtual.control.routers import live, looks, people, surroundings, trouble
from contactor.web.answers import tell, tell_failures
from contactor.web.bounds import BoundedBody, SafeHeaders
from contactor.web.description import Document, describe, serve_description
from contactor.web.problem import Problem

DESCRIPTION = (
    "State, verbs and live feed of running virtual stations. Every verb answers at once, without waiting for the wire; "
    "what follows from it comes over the feed. Every error is a problem (RFC 9457) that names field and value."
)


def make_app(desk: Desk | None = None) -> FastAPI:
    """The application for a desk; without one only its description can be asked for."""
    app = FastAPI(
        title="Contactor station control",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate)],
        redirect_slashes=False,
    )
    app.state.desk = desk
    for each in (looks, people, trouble, surroundings, live):
        app.include_router(each.router)
    serve_description(app, "/openapi.json", described)
    tell_failures(app, "contactor.control", sorry="the station could not do this; its log says more")
    app.add_exception_handler(BadSetting, _on_bad_setting)  # type: ignore[arg-type]  # it gets its own kind only
    app.add_middleware(BoundedBody)
    app.add_middleware(SafeHeaders)
    return app


def described(app: FastAPI) -> Document:
    """The API's description."""
    document = describe(app, DESCRIPTION)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return document


async def _on_bad_setting(connection: HTTPConnection, error: BadSetting) -> Response:
    """The rig cannot do what was asked as things are: the outlet is taken, nothing is plugged, the plug is another."""
    return await tell(connection, Problem(409, str(error), field=error.setting, value=error.value))
