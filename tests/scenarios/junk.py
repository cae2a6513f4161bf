"""What hypothesis makes of OCPP frames and of handshakes: nearly right, wrong in one place, or nonsense."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contactor.ocpp.actions import ACTIONS, Side

STATION = "HOSTILE-1"
Json = Any  # whatever JSON can hold

_SCALARS: st.SearchStrategy[Json] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 1, 2**31, 2**63, 10**40]),
    st.floats(allow_nan=False),
    st.text(max_size=60),
    st.sampled_from(
        ["", "Accepted", "2026-03-02T06:00:00Z", "9999-12-31T23:59:59Z", "\x00", "ANNA", "A" * 5000, "\ud800"]
    ),
)
JSON: st.SearchStrategy[Json] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_IDS = st.sampled_from(["1", "2", "3", "crossed"]) | st.text(max_size=50)
"""Few, so that they repeat, and cross with those of answers."""


def _fields() -> Mapping[str, tuple[str, ...]]:
    """The fields of each request that a station may send, by their names on the wire."""
    return {
        name: tuple(field.encode_name for field in msgspec.structs.fields(action.request))
        for name, action in ACTIONS.items()
        if Side.STATION in action.senders
    }


@st.composite
def payloads(draw: st.DrawFn) -> tuple[str, Json]:
    """A known action, with its own fields and anything in them."""
    action, names = draw(st.sampled_from(sorted(_fields().items())))
    chosen = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    payload = {name: draw(_likely(name)) for name in chosen}
    if draw(st.integers(0, 3)) == 0:
        payload[draw(st.text(max_size=12))] = draw(JSON)
    return action, payload


def _likely(name: str) -> st.SearchStrategy[Json]:
    """A value of the kind that the name makes one expect, now and then; else anything."""
    if name.endswith(("Id", "Start", "Stop")):
        return st.integers(-2, 10) | JSON
    if name == "timestamp":
        return st.datetimes().map(lambda instant: f"{instant.isoformat()}Z") | JSON
    if name in ("meterValue", "transactionData"):
        sample = st.fixed_dictionaries({"value": st.floats().map(str) | _SCALARS})
        return st.lists(
            st.fixed_dictionaries({"timestamp": _likely("timestamp"), "sampledValue": st.lists(sample, max_size=5)}),
            max_size=4,
        )
    return JSON


@st.composite
def frames(draw: st.DrawFn) -> str | bytes:
    """One frame, as text or as bytes that may be none."""
    kind = draw(st.sampled_from(["call", "call", "call", "call", "result", "error", "array", "json", "text", "bytes"]))
    message_id = draw(_IDS)
    if kind == "call":
        action, payload = draw(payloads())
        return json.dumps([2, message_id, action, payload])
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "text":
        return draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
    nonsense: Mapping[str, st.SearchStrategy[Json]] = {
        "result": JSON.map(lambda payload: [3, message_id, payload]),
        "error": st.lists(JSON, max_size=4).map(lambda rest: [4, message_id, *rest]),
        "array": st.lists(JSON, max_size=6),
        "json": JSON,
    }
    return json.dumps(draw(nonsense[kind]))


_HEADERS = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "ocpp1.6",
}


@st.composite
def handshakes(draw: st.DrawFn) -> bytes:
    """A handshake in which a line is missing, doubled, or not what it should be; sometimes it ends too early."""
    method = draw(st.sampled_from(["GET", "GET", "GET", "POST", "get", "\x00"]))
    path = draw(
        st.sampled_from([f"/ocpp/{STATION}", "/ocpp/", "/", "/ocpp/%00", f"/ocpp/{STATION}/../x"])
        | st.text(max_size=80)
    )
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9"]))
    lines = [f"{method} {path} {version}"]
    for name, value in _HEADERS.items():
        for _ in range(draw(st.sampled_from([1, 1, 1, 1, 0, 2]))):
            is_right = draw(st.integers(0, 3)) > 0
            lines.append(f"{name}: {value if is_right else draw(st.text(max_size=100))}")
    if draw(st.booleans()):
        lines.append(f"Authorization: Basic {draw(st.text(max_size=60))}")
    text = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass")
    return text[: draw(st.integers(1, len(text)))] if draw(st.integers(0, 4)) == 0 else text


def drawn(strategy: st.SearchStrategy[Json], count: int, number: int) -> list[Json]:
    """So many examples of a strategy, the same for the same number."""
    examples: list[Json] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Json) -> None:
        examples.append(example)

    collect()
    return examples
