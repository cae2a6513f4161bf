"""The API's description: what FastAPI finds in the routes, and what holds for all of them."""

from fastapi import FastAPI

from contactor.central.api.routes import NEEDED, PUBLIC
from contactor.web.description import Document, describe

_DESCRIPTION = (
    "Every list comes in pages; every error is a problem (RFC 9457) that names field and value. Programs send a token "
    "(`Authorization: Bearer`), browsers a cookie and with every write the header `X-CSRF-Token`."
)


def described(app: FastAPI) -> Document:
    """The whole document."""
    document = describe(app, _DESCRIPTION)
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "login": {"type": "apiKey", "in": "cookie", "name": "contactor_login"},
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, NEEDED.get((method.upper(), path), PUBLIC))
    return document


def _complete(operation: Document, role: str | None) -> None:
    """Say what a route needs."""
    operation["security"] = [] if role is PUBLIC else [{"token": []}, {"login": []}]
    if role is not PUBLIC:
        operation["x-role"] = str(role)
        words = operation.get("description", "")
        operation["description"] = f"{words}\n\nNeeds the role {role}.".strip()
