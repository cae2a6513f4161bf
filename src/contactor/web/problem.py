"""What went wrong with a request, as RFC 9457 spells it: application/problem+json, naming the field and its value."""

import json
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field

from contactor.base.errors import ContactorError

MEDIA_TYPE = "application/problem+json"
VALUE_SHOWN_MAX = 200
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
SECRET_FIELDS = frozenset({"password", "current_password", "key", "authorization", "token", "cookie", "x-csrf-token"})


class Flaw(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="Where: a field of the body, a parameter, a header, or a row of a file.")
    value: object = Field(None, description="What stood there, shortened; never a secret.")
    reason: str = Field(description="Why it cannot be used.")


class ProblemBody(BaseModel):
    """The body of every answer that is no success."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no station 'RDAM-99'"])
    field: str | None = Field(None, examples=["station_id"])
    value: object = Field(None, examples=["RDAM-99"])
    errors: list[Flaw] = Field(default_factory=list, description="All flaws, where there may be several.")


class Problem(ContactorError):
    """A request that is not done. Where work in the writer's transaction finds one, it returns it.

    Raised there it would cost the whole batch, with the stations' messages in it, a second run.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        field: str | None = None,
        value: object = None,
        errors: Sequence[Flaw] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.value = shown(field or "", value)
        self.errors = errors
        self.headers = dict(headers or {})

    def text(self) -> bytes:
        """The body; in ASCII, because what is quoted may hold half a surrogate pair."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.field is not None:
            body |= {"field": self.field, "value": self.value}
        if self.errors:
            body["errors"] = [flaw.model_dump() for flaw in self.errors]
        return json.dumps(body).encode()


def missing(kind: str, field: str, value: object) -> Problem:
    """There is no such thing."""
    return Problem(404, f"there is no {kind} {value!r}", field=field, value=value)


def shown(field: str, value: object) -> object:
    """A value as it may be told: never a secret, never long."""
    if field.rpartition(".")[2].lower() in SECRET_FIELDS:
        return "(not shown)"
    if value is None or isinstance(value, bool | int | float):
        return value if value is None or abs(value) < 2**63 else "(a very large number)"
    text = value if isinstance(value, str) else repr(value)
    # A structure may hold a secret somewhere within.
    if not isinstance(value, str) and any(name in text.lower() for name in ("password", "key", "token")):
        return "(not shown)"
    return text if len(text) <= VALUE_SHOWN_MAX else f"{text[:VALUE_SHOWN_MAX]}..."
