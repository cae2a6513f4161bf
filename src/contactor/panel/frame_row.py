"""An OCPP message as the log shows it: its action and the gist of it, and whole when somebody asks."""

import json
from collections.abc import Mapping
from typing import Any

_GIST_LENGTH_MAX = 160
_SEARCHED_LENGTH_MAX = 500
_DIRECTIONS = {"sent": "out", "received": "in"}


def frame_row(number: int, at_ms: int, frame: Mapping[str, Any], took_ms: int | None) -> dict[str, object]:
    """The row of a message; `frame` is the control API's Frame."""
    return {
        "number": number,
        "at": at_ms,
        "direction": _DIRECTIONS[frame["direction"]],
        "action": frame["action"] or "",
        "gist": _gist(frame["kind"], frame["text"]),
        "bad": frame["kind"] in ("error", "unreadable"),
        "took": took_ms,
        "frame": frame["text"][:_SEARCHED_LENGTH_MAX],
    }


def pretty(text: str) -> str:
    """A message with a line for each field; as it came if it is no JSON."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _gist(kind: str, text: str) -> str:
    try:
        parts = json.loads(text)
        content = parts[-1] if kind != "error" else " ".join(str(each) for each in parts[2:4])
    except (ValueError, RecursionError, IndexError, TypeError):
        return text[:_GIST_LENGTH_MAX]
    said = content.items() if isinstance(content, dict) else [("", content)]
    words = " · ".join(filter(None, (_said(name, value) for name, value in said)))
    return f"{'answered' if kind == 'result' else ''} {words}".strip()[:_GIST_LENGTH_MAX]


def _said(name: str, value: object) -> str:
    """A field in a few words; readings by their figures, times not at all: the row has one."""
    if name in ("timestamp", "currentTime"):
        return ""
    if name == "meterValue" and isinstance(value, list) and value and isinstance(value[-1], dict):
        samples = value[-1].get("sampledValue")
        return " ".join(map(_figure, samples)) if isinstance(samples, list) else ""
    spelled = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{name} {spelled}".strip()


def _figure(sample: object) -> str:
    return f"{sample.get('value', '')} {sample.get('unit', '')}".strip() if isinstance(sample, dict) else ""
