"""The reference of the REST API, written from its own description."""

from collections import defaultdict
from collections.abc import Iterable

from contactor.central.api.app import make_app
from contactor.central.api.openapi import Document, described
from contactor.cli.markdown import code, page, table


def api_page() -> str:
    """Every route by its noun, with its role, parameters and body."""
    document = described(make_app())
    nouns: dict[str, list[tuple[str, str, Document]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            nouns[operation["tags"][0]].append((method.upper(), path, operation))
    blocks = []
    for noun, rows in nouns.items():
        blocks += [
            f"## {noun}",
            table(
                ("Route", "Role", "What it does", "Parameters", "Body"),
                (_row(method, path, operation) for method, path, operation in rows),
            ),
        ]
    fields = [
        block for name, shape in sorted(document["components"]["schemas"].items()) for block in _shape(name, shape)
    ]
    return page(
        "REST API",
        "Beside these there is `WEBSOCKET /api/v1/events/socket?after=NUMBER` (role viewer): each event as a JSON "
        "text. The whole description for programs is at `/api/v1/openapi.json`. How to use it: "
        "[operate by API](../how-to/operate-by-api.md).",
        *blocks,
        "## Bodies",
        *fields,
    )


def _row(method: str, path: str, operation: Document) -> tuple[str, str, str, str, str]:
    parameters = [each for each in operation.get("parameters", ()) if each["in"] != "path"]
    summary = operation.get("description", "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    content = operation.get("requestBody", {}).get("content", {})
    bodies = [_kind(each["schema"]) if "json" in kind else kind for kind, each in content.items()]
    return (
        code(f"{method} {path}"),
        operation.get("x-role", "anybody"),
        summary,
        _listed(each["name"] for each in parameters),
        _listed(bodies),
    )


def _shape(name: str, shape: Document) -> Iterable[str]:
    """A body with its fields; lists of words stand with the fields that use them."""
    if "properties" not in shape:
        return
    needed = shape.get("required", ())
    yield f"### {name}"
    yield table(
        ("Field", "Kind", "Meaning"),
        (
            (code(field), _kind(each) + (", needed" if field in needed else ""), each.get("description", ""))
            for field, each in shape["properties"].items()
        ),
    )


def _kind(schema: Document) -> str:
    """What a field holds, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(code(name) for name in names)
