"""The fleet as this console knows it: rows from REST, kept new by events and readings; what changed, and sums."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from contactor.guide.entries import VendorError

Facts = Mapping[str, Any]  # Any: JSON of the API, whose fields are known by name

STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
_CHARGING = "Charging"
_TEXT_MAX = 100
"""Longer words of a station are cut in the grid; its page shows them whole."""


@dataclass(slots=True)
class Running:
    """A transaction that runs on a connector."""

    transaction_id: int
    id_tag: str
    started_ms: int
    meter_start_wh: float
    energy_wh: float | None = None
    power_w: float | None = None
    soc_percent: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None


@dataclass(slots=True)
class Plug:
    """A connector."""

    status: str = "Unavailable"
    error_code: str = "NoError"
    vendor_error_code: str = ""
    running: Running | None = None


@dataclass(slots=True)
class Seen:
    """A station."""

    station_id: str
    is_online: bool = False
    registration: str = "Accepted"
    vendor: str = ""
    model: str = ""
    power_kw: int | None = None
    serial_number: str = ""
    firmware_version: str = ""
    last_seen_ms: int | None = None
    plugs: dict[int, Plug] = field(default_factory=dict)

    @property
    def power_w(self) -> float:
        """What goes out at all its connectors."""
        return sum(plug.running.power_w or 0.0 for plug in self.plugs.values() if plug.running is not None)


@dataclass(frozen=True, slots=True)
class Figures:
    """The fleet in numbers."""

    stations: int
    online: int
    connectors: int
    charging: int
    power_w: float
    reserved: int
    faulted: int
    counts: Mapping[str, int]


class Board:
    """The rows, and which of them have changed since somebody took them."""

    def __init__(self, troubles: Mapping[str, VendorError]) -> None:
        self._troubles = troubles
        self._rows: dict[str, Seen] = {}
        self._changed: set[str] = set()
        self._written: dict[str, Raw] = {}
        """Rows as JSON, as long as they hold: whoever opens the fleet is sent all of them."""

    def __len__(self) -> int:
        return len(self._rows)

    def station_ids(self) -> list[str]:
        """All stations."""
        return list(self._rows)

    # What comes in

    def put(self, stations: Iterable[Facts]) -> None:
        """Rows as REST has them; only those that differ count as changed."""
        for facts in stations:
            row = _seen(facts, self._rows.get(facts["station_id"]))
            if self._rows.get(row.station_id) != row:
                self._rows[row.station_id] = row
                self._touch(row.station_id)

    def keep_only(self, station_ids: set[str]) -> None:
        """Forget stations that are no more."""
        for gone in self._rows.keys() - station_ids:
            del self._rows[gone]
            self._written.pop(gone, None)
            self._changed.discard(gone)

    def hear(self, event: Facts) -> None:
        """An event of the feed."""
        heard = _HEARD.get(event["kind"])
        station_id = event["station_id"]
        if heard is None or station_id is None:
            return
        row = self._rows.setdefault(station_id, Seen(station_id))
        heard(row, event["facts"])
        row.last_seen_ms = _ms(event["at"])
        self._touch(station_id)

    def measure(self, readings: Iterable[Facts]) -> None:
        """Readings as they were written."""
        for reading in readings:
            row = self._rows.get(reading["station_id"])
            if row is None:
                continue
            row.last_seen_ms = max(row.last_seen_ms or 0, _ms(reading["taken_at"]) or 0)
            plug = row.plugs.get(reading["connector_id"])
            running = None if plug is None else plug.running
            if running is not None and reading["transaction_id"] in (0, running.transaction_id):
                for name in ("energy_wh", "power_w", "soc_percent", "voltage_v", "current_a"):
                    if reading[name] is not None:
                        setattr(running, name, reading[name])
            self._touch(row.station_id)

    def _touch(self, station_id: str) -> None:
        self._changed.add(station_id)
        self._written.pop(station_id, None)

    # What goes out

    def take_changed(self) -> set[str]:
        """The stations that changed since this was asked last."""
        changed, self._changed = self._changed, set()
        return changed

    def rows(self, station_ids: Iterable[str] | None = None) -> Iterator[list[object]]:
        """Rows for the grid, each a list of fixed places; stations that are no more are left out."""
        for station_id in self._rows if station_ids is None else station_ids:
            row = self._rows.get(station_id)
            if row is not None:
                yield self._grid_row(row)

    def written(self, station_ids: Iterable[str] | None = None) -> Iterator[Raw]:
        """The same rows as JSON."""
        for station_id in list(self._rows) if station_ids is None else station_ids:
            if station_id in self._rows:
                row = self._written.get(station_id)
                if row is None:
                    row = self._written[station_id] = Raw(msgspec.json.encode(self._grid_row(self._rows[station_id])))
                yield row

    def detail(self, station_id: str) -> dict[str, object] | None:
        """A station's state for its page."""
        row = self._rows.get(station_id)
        if row is None:
            return None
        return {
            "online": row.is_online,
            "registration": row.registration,
            "seen": row.last_seen_ms,
            "connectors": [self._plug_detail(number, plug) for number, plug in sorted(row.plugs.items()) if number > 0],
        }

    def figures(self) -> Figures:
        """The fleet in numbers."""
        counts: Counter[str] = Counter()
        power_w, online, faulted = 0.0, 0, 0
        for row in self._rows.values():
            online += row.is_online
            power_w += row.power_w
            statuses = [plug.status for number, plug in row.plugs.items() if number > 0]
            counts.update(statuses)
            faulted += "Faulted" in statuses
        return Figures(
            stations=len(self._rows),
            online=online,
            connectors=sum(counts.values()),
            charging=counts[_CHARGING],
            power_w=power_w,
            reserved=counts["Reserved"],
            faulted=faulted,
            counts={status: counts[status] for status in STATUSES},
        )

    def open_transactions(self, station_id: str) -> list[int]:
        """What runs at a station."""
        row = self._rows.get(station_id)
        plugs = () if row is None else row.plugs.values()
        return [plug.running.transaction_id for plug in plugs if plug.running is not None]

    def trouble(self, code: str, error_code: str) -> str:
        """A trouble code with the guide's words for it, or the station's own."""
        known = self._troubles.get(code)
        return f"{code} {known.description}" if known is not None else code or error_code

    def _grid_row(self, row: Seen) -> list[object]:
        plugs = [
            [plug.status[:_TEXT_MAX], None if plug.running is None else plug.running.soc_percent]
            for number, plug in sorted(row.plugs.items())
            if number > 0
        ]
        fault = next(
            (
                self.trouble(plug.vendor_error_code, plug.error_code)[:_TEXT_MAX]
                for plug in row.plugs.values()
                if plug.error_code != "NoError" and plug.status == "Faulted"
            ),
            "",
        )
        return [
            row.station_id,
            row.is_online,
            row.registration,
            row.model[:_TEXT_MAX],
            row.power_kw,
            row.serial_number[:_TEXT_MAX],
            row.firmware_version[:_TEXT_MAX],
            row.last_seen_ms,
            round(row.power_w),
            fault,
            plugs[:4],
        ]

    def _plug_detail(self, number: int, plug: Plug) -> dict[str, object]:
        running = plug.running
        has_error = plug.error_code != "NoError"
        return {
            "connector": number,
            "status": plug.status,
            "trouble": self.trouble(plug.vendor_error_code, plug.error_code) if has_error else "",
            "transaction": None if running is None else running.transaction_id,
            "tag": "" if running is None else running.id_tag,
            "started": None if running is None else running.started_ms,
            "energy": None if running is None else _taken_wh(running),
            "power": None if running is None else running.power_w,
            "soc": None if running is None else running.soc_percent,
            "voltage": None if running is None else running.voltage_v,
            "current": None if running is None else running.current_a,
        }


def _taken_wh(running: Running) -> float | None:
    return None if running.energy_wh is None else max(0.0, running.energy_wh - running.meter_start_wh)


# --- What comes in, as rows ---------------------------------------------------------------------------------------


def _ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


def _seen(facts: Facts, before: Seen | None) -> Seen:
    row = Seen(
        facts["station_id"],
        facts["is_online"],
        facts["registration"],
        facts["vendor"] or "",
        facts["model"] or "",
        facts["power_kw"],
        facts["serial_number"] or "",
        facts["firmware_version"] or "",
        _ms(facts["last_seen_at"]),
    )
    for each in facts["connectors"]:
        row.plugs[each["connector_id"]] = Plug(each["status"], each["error_code"], each["vendor_error_code"])
    for each in facts["transactions"]:
        running = Running(
            each["transaction_id"],
            each["id_tag"],
            _ms(each["started_at"]) or 0,
            each["meter_start_wh"],
            each["energy_wh"],
            each["power_w"],
            each["soc_percent"],
        )
        plug = row.plugs.setdefault(each["connector_id"], Plug())
        known = None if before is None else before.plugs.get(each["connector_id"], Plug()).running
        if known is not None and known.transaction_id == running.transaction_id:
            running.voltage_v, running.current_a = known.voltage_v, known.current_a
        plug.running = running
    return row


def _online(row: Seen, _facts: Facts) -> None:
    row.is_online = True


def _offline(row: Seen, _facts: Facts) -> None:
    row.is_online = False


def _booted(row: Seen, facts: Facts) -> None:
    row.vendor, row.model = facts["vendor"] or "", facts["model"] or ""
    row.firmware_version = facts["firmware_version"] or ""
    row.registration = facts["answered"]


def _status(row: Seen, facts: Facts) -> None:
    plug = row.plugs.setdefault(facts["connector_id"], Plug())
    plug.status, plug.error_code = facts["status"], facts["error_code"]
    plug.vendor_error_code = facts["vendor_error_code"] or ""


def _started(row: Seen, facts: Facts) -> None:
    plug = row.plugs.setdefault(facts["connector_id"], Plug())
    plug.running = Running(
        facts["transaction_id"], facts["id_tag"], _ms(facts["started_at"]) or 0, facts["meter_start_wh"]
    )


def _stopped(row: Seen, facts: Facts) -> None:
    plug = row.plugs.get(facts["connector_id"])
    if plug is not None and plug.running is not None and plug.running.transaction_id == facts["transaction_id"]:
        plug.running = None


_HEARD: Mapping[str, Callable[[Seen, Facts], None]] = {
    "station_online": _online,
    "station_offline": _offline,
    "station_booted": _booted,
    "status_changed": _status,
    "transaction_started": _started,
    "transaction_stopped": _stopped,
}
