"""The description of an application for programs: what FastAPI finds in its routes, and how they fail."""

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from contactor.web.problem import MEDIA_TYPE, ProblemBody

_FAILURES = {"4XX": "The request cannot be done; the body says why.", "5XX": "It failed here; it may be tried again."}

Document = dict[str, Any]  # Any: it is JSON, as deep as OpenAPI goes


def describe(app: FastAPI, words: str) -> Document:
    """The whole document."""
    document: Document = get_openapi(title=app.title, version=app.version, description=words, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["ProblemBody"] = problem
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for status, meaning in _FAILURES.items():
                operation["responses"][status] = {"description": meaning, "content": content}
    return document


def serve_description(app: FastAPI, path: str, described: Callable[[FastAPI], Document]) -> None:
    """Answer `path` with the document.

    Writing it takes about a second: it is done when somebody first asks, off the loop that serves everybody else.
    """
    written = cache(lambda: JSONResponse(described(app)))

    @app.get(path, response_class=Response, include_in_schema=False)
    async def openapi() -> Response:
        """Describe the API to programs."""
        return await run_in_threadpool(written)
