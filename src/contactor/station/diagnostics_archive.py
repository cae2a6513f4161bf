"""Knows what goes into a diagnostics file: what the station remembers of a window of time, and no secret (DG-05)."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import msgspec

from contactor.base.instants import to_text
from contactor.ocpp.enumerations import LogType
from contactor.station.faults import Faults
from contactor.station.location import without_secrets
from contactor.station.memory import Memory
from contactor.station.present import Present
from contactor.station.settings import StationSettings
from contactor.station.trace import Trace
from contactor.station.transactions import Transaction

# The same archive twice is the same bytes: ZIP's own times would tell nothing anyway, and hold no year before 1980.
_FILE_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `stop`, both within it; None is open."""

    start: datetime | None = None
    stop: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether an instant lies within."""
        return self.meets(instant, instant)

    def meets(self, begin: datetime, end: datetime) -> bool:
        """Whether something that lasted from `begin` to `end` was going on within."""
        return (self.stop is None or begin <= self.stop) and (self.start is None or self.start <= end)


@dataclass(frozen=True, slots=True)
class Records:
    """The parts of a station that remember something worth a look, and whose records these are."""

    product: str
    settings: StationSettings
    memory: Memory
    trace: Trace
    faults: Faults
    present: Present

    def archive(self, window: Window) -> bytes | None:
        """A ZIP file of everything in a window; None if nothing happened in it (DG-01).

        Configuration, active faults and open transactions are as they are now: a station keeps no history of them.
        """
        logs: Mapping[str, list[Mapping[str, object]]] = {
            "messages.jsonl": [
                {"at": to_text(frame.instant), "direction": frame.direction, "text": frame.text}
                for frame in self.trace.frames()
                if window.holds(frame.instant)
            ],
            "log.jsonl": [
                {"at": to_text(note.instant), "event": note.event, **note.facts}
                for note in self.trace.notes()
                if window.holds(note.instant)
            ],
            "security.jsonl": self._security(window),
            "transactions.jsonl": [
                _transaction_record(transaction)
                for transaction in self.memory.transactions.all_known()
                if window.meets(transaction.started_at, self._end_of(transaction))
            ],
        }
        if not any(logs.values()):
            return None
        return _zip({**{name: _lines(records) for name, records in logs.items()}, **self._present_state(window)})

    def log(self, kind: LogType, window: Window) -> bytes | None:
        """A ZIP file of one of the white paper's logs, the security log alone or everything; None if it is empty."""
        if kind is not LogType.SECURITY_LOG:
            return self.archive(window)
        records = self._security(window)
        return _zip({"security.jsonl": _lines(records)}) if records else None

    def _security(self, window: Window) -> list[Mapping[str, object]]:
        return [
            {"at": to_text(entry.instant), "event": entry.event, "remark": entry.remark}
            for entry in self.memory.security_log.entries()
            if window.holds(entry.instant)
        ]

    def _end_of(self, transaction: Transaction) -> datetime:
        return transaction.alive_at if transaction.is_stopped else max(transaction.alive_at, self.present.now.instant)

    def _present_state(self, window: Window) -> Mapping[str, bytes]:
        about = {
            "product": self.product,
            "model": self.settings.model,
            "serial": self.settings.serial,
            "firmware": self.memory.firmware_version,
            "made": to_text(self.present.now.instant),
            "from": None if window.start is None else to_text(window.start),
            "to": None if window.stop is None else to_text(window.stop),
        }
        readable, _unknown = self.memory.configuration.report(None)
        values = {entry.key: None if entry.value is msgspec.UNSET else entry.value for entry in readable}
        faults = [{"dtc": dtc, "outlet": outlet} for dtc, outlet in self.faults.active()]
        return {"about.json": _text(about), "configuration.json": _text(values), "faults.json": _text(faults)}


def _transaction_record(transaction: Transaction) -> Mapping[str, object]:
    return {
        "connector": transaction.connector_id,
        "id": transaction.central_id,
        "id_tag": transaction.id_tag,
        "started_at": to_text(transaction.started_at),
        "alive_at": to_text(transaction.alive_at),
        "meter_start_wh": transaction.meter_start_wh,
        "register_wh": transaction.register_wh,
        "is_open": not transaction.is_stopped,
    }


def _lines(records: Iterable[Mapping[str, object]]) -> bytes:
    return b"".join(_text(record) for record in records)


def _text(record: object) -> bytes:
    # Facts of notes may be anything; what JSON has no form for is written as text.
    return without_secrets(msgspec.json.encode(record, enc_hook=str).decode()).encode() + b"\n"


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FILE_TIME), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
