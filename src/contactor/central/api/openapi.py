"""The API's description: what FastAPI finds in the routes, and what holds for all of them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from contactor.central.api.problem import MEDIA_TYPE, ProblemBody
from contactor.central.api.routes import NEEDED, PUBLIC

_FAILURES = {"4XX": "The request cannot be done; the body says why.", "5XX": "It failed here; it may be tried again."}
_DESCRIPTION = (
    "Every list comes in pages; every error is a problem (RFC 9457) that names field and value. Programs send a token "
    "(`Authorization: Bearer`), browsers a cookie and with every write the header `X-CSRF-Token`."
)

Document = dict[str, Any]  # Any: it is JSON, as deep as OpenAPI goes


def described(app: FastAPI) -> Document:
    """The whole document."""
    document: Document = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "login": {"type": "apiKey", "in": "cookie", "name": "contactor_login"},
    }
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["ProblemBody"] = problem
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, NEEDED.get((method.upper(), path), PUBLIC))
    return document


def _complete(operation: Document, role: str | None) -> None:
    """Say what a route needs, and how it fails."""
    operation["security"] = [] if role is PUBLIC else [{"token": []}, {"login": []}]
    if role is not PUBLIC:
        operation["x-role"] = str(role)
        words = operation.get("description", "")
        operation["description"] = f"{words}\n\nNeeds the role {role}.".strip()
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    operation["responses"].pop("422", None)
    for status, meaning in _FAILURES.items():
        operation["responses"][status] = {"description": meaning, "content": content}
