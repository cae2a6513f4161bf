"""A message as pages show it: what it is about in a few words, and whole when somebody asks."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Facts = Mapping[str, Any]  # Any: JSON of the API, whose fields are known by name

_CALL_ERROR = 4
_GIST_MAX = 90
_TOLD_ALONE = frozenset({"status", "errorCode", "idTag", "type", "key", "requestedMessage"})
_LEFT_OUT = frozenset({"timestamp", "transactionId"})
_TELLING = frozenset({"Power.Active.Import", "SoC"})


def message_row(message: Facts) -> dict[str, object]:
    """The row of a message in the log."""
    kind, content = _read(message["frame"])
    return {
        "number": message["number"],
        "at": round(datetime.fromisoformat(message["at"]).timestamp() * 1000),
        "station": message["station_id"],
        "direction": message["direction"],
        "action": message["action"],
        "gist": _gist(content)[:_GIST_MAX],
        "bad": kind == _CALL_ERROR or kind is None,
        "took": message["took_ms"],
        "frame": message["frame"][:500],
    }


def pretty(frame: str) -> str:
    """A frame with a line for each field; as it came if it is no JSON."""
    try:
        return json.dumps(json.loads(frame), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return frame


def _read(frame: str) -> tuple[int | None, object]:
    try:
        parts = json.loads(frame)
    except (ValueError, RecursionError):
        return None, frame
    if not (isinstance(parts, list) and len(parts) > 2 and isinstance(parts[0], int)):
        return None, frame
    return parts[0], parts[2] if parts[0] == _CALL_ERROR else parts[-1]


def _gist(content: object) -> str:
    if not isinstance(content, dict):
        return str(content)
    return " ".join(filter(None, (_said(name, value) for name, value in content.items())))


def _said(name: str, value: object) -> str:
    """A field in a few words; what is measured by its figures, connectors as c1, c2."""
    if name in _LEFT_OUT:
        return ""
    if name == "connectorId":
        return f"c{value}"
    if name == "meterValue":
        return _measured(value)
    if name in _TOLD_ALONE and isinstance(value, str):
        return value
    if isinstance(value, dict):
        return f"{name} " + (str(value["status"]) if "status" in value else "{…}")
    return f"{name} [{len(value)}]" if isinstance(value, list) else f"{name} {value}"


def _measured(value: object) -> str:
    samples = [
        sample
        for reading in (value if isinstance(value, list) else ())
        for sample in (reading.get("sampledValue", ()) if isinstance(reading, dict) else ())
        if isinstance(sample, dict)
    ]
    return " ".join(_sample(sample) for sample in samples if sample.get("measurand") in _TELLING)


def _sample(sample: Facts) -> str:
    value, unit = str(sample.get("value", "")), str(sample.get("unit", ""))
    try:
        return f"{float(value) / 1000:.1f} kW" if unit == "W" else f"{value} {unit}".replace("Percent", "%").strip()
    except ValueError:
        return f"{value} {unit}".strip()
