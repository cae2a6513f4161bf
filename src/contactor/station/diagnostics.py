"""Knows which diagnostics were asked for, and sees them uploaded one after the other (DG-01..08, D-31)."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from contactor.ocpp.enumerations import DiagnosticsStatus
from contactor.ocpp.messages import DiagnosticsStatusNotification, GetDiagnostics, GetDiagnosticsResult
from contactor.station.calls import Calls
from contactor.station.diagnostics_archive import Records, Window
from contactor.station.effects import Effects, StartUpload
from contactor.station.events import Moment
from contactor.station.location import file_in, is_supported
from contactor.station.present import Present
from contactor.station.progress import Progress
from contactor.station.reply import Reply, Rows
from contactor.station.store.port import Shelf, Store
from contactor.station.transfers import Attempts, Patience, Transfers

_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class _Upload:
    """One request that was promised a file."""

    location: str
    file_name: str
    archive: bytes
    patience: Patience


class _Promised(msgspec.Struct, frozen=True):
    """A file name that was given away; in the store until its upload has ended."""

    file_name: str


DIAGNOSTICS = Shelf("diagnostics", _Promised)


class Diagnostics:
    """One upload at a time and one more waiting (DG-06); the archive is made when it is asked for.

    Args:
        store: keeps the names promised, so that a power cut ends in UploadFailed and not in silence.
        serial: becomes part of the file names.
        schemes: of the locations that can be used.
        records: of which an archive is made.
        transfers: carries the file.
        calls: carries the DiagnosticsStatusNotifications.
        effects: notes.
        present: the time, and whether the central system can be told something.
    """

    __slots__ = ("_asked_for", "_attempts", "_broken_promises", "_effects", "_present", "_progress",
                 "_records", "_running", "_schemes", "_serial", "_store", "_transfers", "_waiting")  # fmt: skip

    def __init__(
        self,
        store: Store,
        serial: str,
        schemes: Collection[str],
        records: Records,
        transfers: Transfers,
        calls: Calls,
        effects: Effects,
        present: Present,
    ) -> None:
        self._serial = _NOT_IN_FILE_NAMES.sub("_", serial)
        self._schemes = schemes
        self._records = records
        self._transfers = transfers
        self._effects = effects
        self._present = present
        self._store = store
        self._progress = Progress(store, DiagnosticsStatus, _notification, calls, present)
        self._broken_promises = list(DIAGNOSTICS.records(store))
        self._running: _Upload | None = None
        self._waiting: _Upload | None = None
        self._attempts: Attempts | None = None
        self._asked_for = 0

    @property
    def rows(self) -> Rows:
        """The request for a file."""
        return {GetDiagnostics: self._asked}

    @property
    def status(self) -> DiagnosticsStatus:
        """The step to tell when asked for it: Idle when there is nothing to do and nothing left to tell (TRG-08)."""
        if self._running is not None:
            return DiagnosticsStatus.UPLOADING
        return self._progress.newest_untold or DiagnosticsStatus.IDLE

    @property
    def deadline_s(self) -> float | None:
        """When the next attempt is due."""
        return None if self._attempts is None else self._attempts.deadline_s

    def powered_on(self) -> None:
        """The software starts: archives were in memory only, so what was promised is known to have failed."""
        for file_name in self._broken_promises:
            self._effects.note("diagnostics upload failed", file=file_name, reason="interrupted by a restart")
            self._progress.step(DiagnosticsStatus.UPLOAD_FAILED)
            DIAGNOSTICS.delete(self._store, file_name)
        self._broken_promises.clear()

    def settle(self, now: Moment) -> None:
        """Start the next upload, or the next attempt of one."""
        if self._running is None and self._waiting is not None:
            self._running, self._waiting = self._waiting, None
            self._progress.step(DiagnosticsStatus.UPLOADING)
            self._attempts = self._attempts_of(self._running)
        if self._attempts is not None:
            self._attempts.settle(now)
        self._progress.settle()

    # The request

    def _asked(self, request: GetDiagnostics) -> Reply:
        window = Window(
            None if request.start_time is UNSET else request.start_time,
            None if request.stop_time is UNSET else request.stop_time,
        )
        archive = self._records.archive(window)
        if archive is None:
            return Reply(GetDiagnosticsResult())  # nothing happened then: no name, no upload (DG-01)
        upload = _Upload(
            request.location, self._new_name(), archive, Patience.asked(request.retries, request.retry_interval)
        )
        return Reply(GetDiagnosticsResult(file_name=upload.file_name), lambda _now: self._begin(upload))

    def _new_name(self) -> str:
        # The count keeps the names of one second apart.
        self._asked_for += 1
        return f"diagnostics-{self._serial}-{self._present.now.instant:%Y%m%dT%H%M%SZ}-{self._asked_for}.zip"

    def _begin(self, upload: _Upload) -> None:
        if not is_supported(upload.location, self._schemes):
            self._effects.note("diagnostics upload failed", file=upload.file_name, reason="the location cannot be used")
            self._progress.step(DiagnosticsStatus.UPLOAD_FAILED)  # and no Uploading before it (D-31)
            return
        if self._waiting is not None:
            self._effects.note("diagnostics upload replaced", file=self._waiting.file_name)
            DIAGNOSTICS.delete(self._store, self._waiting.file_name)
        self._waiting = upload
        DIAGNOSTICS.put(self._store, upload.file_name, _Promised(upload.file_name))

    # The upload

    def _attempts_of(self, upload: _Upload) -> Attempts:
        url = file_in(upload.location, upload.file_name)
        return Attempts(
            self._transfers,
            lambda number: StartUpload(number, url, upload.archive),
            upload.patience,
            lambda _content, _now: self._ended(DiagnosticsStatus.UPLOADED),
            lambda reason, _now: self._ended(DiagnosticsStatus.UPLOAD_FAILED, reason),
            self._effects,
        )

    def _ended(self, status: DiagnosticsStatus, reason: str | None = None) -> None:
        upload = self._running
        assert upload is not None, "a transfer is listened to only while its upload runs"
        if reason is None:
            self._effects.note("diagnostics uploaded", file=upload.file_name)
        else:
            self._effects.note("diagnostics upload failed", file=upload.file_name, reason=reason)
        self._progress.step(status)
        DIAGNOSTICS.delete(self._store, upload.file_name)
        self._running = self._attempts = None


def _notification(status: DiagnosticsStatus, _request: int | None) -> DiagnosticsStatusNotification:
    return DiagnosticsStatusNotification(status=status)
