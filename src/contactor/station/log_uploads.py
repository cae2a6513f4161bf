"""Knows which log the white paper's GetLog asked for, and sees it uploaded; a newer request takes its place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from msgspec import UNSET

from contactor.ocpp.enumerations import LogStatus, LogType, UploadLogStatus
from contactor.ocpp.messages import GetLog, GetLogResult, LogStatusNotification
from contactor.station.calls import Calls, Errand
from contactor.station.diagnostics_archive import Records, Window
from contactor.station.effects import Effects, StartUpload
from contactor.station.events import Moment
from contactor.station.location import file_in, is_supported
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.store.port import Shelf, Store
from contactor.station.transfers import Attempts, Patience, Transfers

_NAMES: Mapping[LogType, str] = {LogType.DIAGNOSTICS_LOG: "diagnostics", LogType.SECURITY_LOG: "security"}


@dataclass(frozen=True, slots=True)
class _Upload:
    """One request that was promised a file."""

    request_id: int
    location: str
    file_name: str
    archive: bytes
    patience: Patience


LOG_UPLOAD = Shelf("log_upload", int)


class LogUploads:
    """One upload at a time.

    Args:
        store: keeps the number of the request, so that a power cut ends in UploadFailure and not in silence.
        schemes: of the locations that can be used.
        records: of which an archive is made.
        transfers: carries the file.
        calls: carries the LogStatusNotifications.
        effects: notes.
        present: the time, and whether the central system can be told something.
    """

    __slots__ = ("_attempts", "_calls", "_effects", "_interrupted", "_present", "_records", "_running",
                 "_schemes", "_store", "_transfers", "_untold")  # fmt: skip

    def __init__(
        self,
        store: Store,
        schemes: Collection[str],
        records: Records,
        transfers: Transfers,
        calls: Calls,
        effects: Effects,
        present: Present,
    ) -> None:
        self._schemes = schemes
        self._records = records
        self._transfers = transfers
        self._calls = calls
        self._effects = effects
        self._present = present
        self._store = store
        self._interrupted = LOG_UPLOAD.records(store).get("request")
        self._running: _Upload | None = None
        self._attempts: Attempts | None = None
        self._untold: list[LogStatusNotification] = []

    @property
    def rows(self) -> Rows:
        """The request for a log."""
        return {GetLog: self._asked}

    @property
    def status(self) -> LogStatusNotification:
        """What to tell when asked how the upload is going."""
        if self._running is None:
            return LogStatusNotification(status=UploadLogStatus.IDLE)
        return LogStatusNotification(status=UploadLogStatus.UPLOADING, request_id=self._running.request_id)

    @property
    def deadline_s(self) -> float | None:
        """When the next attempt is due."""
        return None if self._attempts is None else self._attempts.deadline_s

    def powered_on(self) -> None:
        """The software starts: what an earlier life was uploading is lost."""
        if self._interrupted is not None:
            self._tell(UploadLogStatus.UPLOAD_FAILURE, self._interrupted)
            LOG_UPLOAD.delete(self._store, "request")

    def settle(self, now: Moment) -> None:
        """Start the next attempt, and tell what has not been told; of what a lost line held up, the newest."""
        if self._attempts is not None:
            self._attempts.settle(now)
        if not self._present.is_online:
            del self._untold[:-1]
            return
        for notification in self._untold:
            self._calls.put(Errand(notification, lambda _result, _now: None, lambda _failure, _now: None))
        self._untold.clear()

    def _asked(self, request: GetLog) -> Reply:
        wanted = request.log
        window = Window(
            None if wanted.oldest_timestamp is UNSET else wanted.oldest_timestamp,
            None if wanted.latest_timestamp is UNSET else wanted.latest_timestamp,
        )
        archive = self._records.log(request.log_type, window)
        if archive is None or not is_supported(wanted.remote_location, self._schemes):
            return Reply(GetLogResult(status=LogStatus.REJECTED))
        name = f"{_NAMES[request.log_type]}-{request.request_id}-{self._present.now.instant:%Y%m%dT%H%M%SZ}.zip"
        patience = Patience.asked(request.retries, request.retry_interval)
        upload = _Upload(request.request_id, wanted.remote_location, name, archive, patience)
        status = LogStatus.ACCEPTED if self._running is None else LogStatus.ACCEPTED_CANCELED
        return Reply(GetLogResult(status=status, filename=name), lambda _now: self._begin(upload))

    def _begin(self, upload: _Upload) -> None:
        if self._attempts is not None:
            self._attempts.cancel()
        self._running = upload
        LOG_UPLOAD.put(self._store, "request", upload.request_id)
        self._tell(UploadLogStatus.UPLOADING, upload.request_id)
        url = file_in(upload.location, upload.file_name)
        self._attempts = Attempts(
            self._transfers,
            lambda number: StartUpload(number, url, upload.archive),
            upload.patience,
            lambda _content, _now: self._ended(upload, UploadLogStatus.UPLOADED),
            lambda _reason, _now: self._ended(upload, UploadLogStatus.UPLOAD_FAILURE),
            self._effects,
        )

    def _ended(self, upload: _Upload, status: UploadLogStatus) -> None:
        self._effects.note("log upload ended", file=upload.file_name, status=str(status))
        self._tell(status, upload.request_id)
        self._running = self._attempts = None
        LOG_UPLOAD.delete(self._store, "request")

    def _tell(self, status: UploadLogStatus, request_id: int) -> None:
        self._untold.append(LogStatusNotification(status=status, request_id=request_id))
