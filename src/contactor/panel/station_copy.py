"""The panel's copy of a station: its state as the feed tells it, its power over time, its latest messages.

What has changed since it was last looked at is gathered, so that pages hear of it in few pieces.
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contactor.panel.frame_row import frame_row

Document = Mapping[str, Any]  # Any: JSON of the control API, whose fields are known by name
Point = tuple[int, int, float, float | None]
"""Outlet, milliseconds since 1970, power in kW, state of charge in percent."""

FRAMES_KEPT = 400
WINDOW_S = 600.0
POINT_EVERY_MS = 1000
_POINTS_KEPT = 4000


class StationCopy:
    """What is known of one station."""

    def __init__(self) -> None:
        self.state: Document | None = None
        self.points: deque[Point] = deque(maxlen=_POINTS_KEPT)
        self.rows: deque[dict[str, object]] = deque(maxlen=FRAMES_KEPT)
        self._texts: dict[int, str] = {}
        self._asked_at: dict[str, int] = {}
        self._measured_ms = 0
        self._news: dict[str, Document] = {}
        self._new_rows: list[dict[str, object]] = []
        self._new_points: list[Point] = []

    def read(self, text: str | bytes) -> None:
        """Take in an item of the feed."""
        item = json.loads(text)
        match item["kind"]:
            case "state":
                self.state = item["state"]
                self._news = {"state": item["state"]}
            case "change" if self.state is not None:
                self.state = merged(self.state, item["change"])
                # Of two changes in a row one is made; a whole state that nobody has heard of yet takes it in.
                if "state" in self._news:
                    self._news = {"state": self.state}
                else:
                    self._news = {"change": merged(self._news.get("change", {}), item["change"])}
            case "frame":
                self._keep_frame(item)
            case _:
                pass

    def measure(self, now_ms: int) -> None:
        """Note power and state of charge of every outlet, once in a while."""
        if self.state is None or now_ms - self._measured_ms < POINT_EVERY_MS:
            return
        self._measured_ms = now_ms
        for outlet in self.state["outlets"].values():
            vehicle = outlet["vehicle"]
            soc = None if vehicle is None else vehicle["soc_percent"]
            point = outlet["number"], now_ms, outlet["power_w"] / 1000, soc
            self.points.append(point)
            self._new_points.append(point)

    def take_news(self) -> tuple[Document, Sequence[dict[str, object]], Sequence[Point]]:
        """What is new since this was last asked: of the state, messages, points."""
        news = self._news, self._new_rows, self._new_points
        self._news, self._new_rows, self._new_points = {}, [], []
        return news

    def frame_text(self, number: int) -> str | None:
        """A message whole; None if it is no longer kept."""
        return self._texts.get(number)

    def _keep_frame(self, item: Document) -> None:
        at_ms = round(datetime.fromisoformat(item["at"]).timestamp() * 1000)
        frame = item["frame"]
        took_ms = None
        if frame["message_id"] is not None:
            if frame["kind"] == "call":
                self._asked_at[frame["message_id"]] = at_ms
            elif frame["message_id"] in self._asked_at:
                took_ms = at_ms - self._asked_at.pop(frame["message_id"])
        row = frame_row(item["sequence"], at_ms, frame, took_ms)
        if len(self.rows) == FRAMES_KEPT:
            self._texts.pop(int(str(self.rows[0]["number"])), None)
        self.rows.append(row)
        self._texts[item["sequence"]] = frame["text"]
        self._new_rows.append(row)
        while len(self._asked_at) > FRAMES_KEPT:
            self._asked_at.pop(next(iter(self._asked_at)))


def merged(before: Document, patch: Document) -> dict[str, Any]:
    """A state with a merge patch in it (RFC 7396); what it nulls stays in place as null."""
    after = dict(before)
    for name, value in patch.items():
        old = after.get(name)
        after[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return after
