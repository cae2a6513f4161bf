"""The references of the REST API and of a station's control API, written from their own descriptions."""

from collections import defaultdict
from collections.abc import Iterable

from contactor.central.api.app import make_app
from contactor.central.api.openapi import described
from contactor.cli.markdown import code, page, table
from contactor.virtual.control import app as control
from contactor.web.description import Document

_HEADINGS = ("Route", "Role", "What it does", "Parameters", "Body")


def api_page() -> str:
    """Every route by its noun, with its role, parameters and body."""
    return _page_of(
        "REST API",
        "Beside these there is `WEBSOCKET /api/v1/events/socket?after=NUMBER` (role viewer): each event as a JSON "
        "text. The whole description for programs is at `/api/v1/openapi.json`. How to use it: "
        "[operate by API](../how-to/operate-by-api.md).",
        described(make_app()),
    )


def control_page() -> str:
    """Every route of a station's control API."""
    return _page_of(
        "Control API of a station",
        "Beside these there is `WEBSOCKET /stations/{name}/feed/socket?after=NUMBER`: the whole state, and then "
        "each Item as a JSON text. The whole description for programs is at `/openapi.json`. How to use it: "
        "[play the driver](../how-to/play-the-driver.md).",
        control.described(control.make_app()),
        roles=False,
    )


def _page_of(title: str, words: str, document: Document, *, roles: bool = True) -> str:
    nouns: dict[str, list[tuple[str, str, Document]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            nouns[operation["tags"][0]].append((method.upper(), path, operation))
    columns = [place for place, heading in enumerate(_HEADINGS) if roles or heading != "Role"]
    blocks = []
    for noun, rows in nouns.items():
        cells = [_row(method, path, operation) for method, path, operation in rows]
        blocks += [
            f"## {noun}",
            table([_HEADINGS[each] for each in columns], ([row[each] for each in columns] for row in cells)),
        ]
    fields = [
        block for name, shape in sorted(document["components"]["schemas"].items()) for block in _shape(name, shape)
    ]
    return page(title, words, *blocks, "## Bodies", *fields)


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
