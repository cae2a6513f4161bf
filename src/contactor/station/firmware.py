"""Knows which firmware the station runs and brings a new one in: fetch, wait for quiet, install, restart (FW-01..13).

The job is in the store at every step, so a power cut anywhere delays it and loses nothing (FW-13): a download starts
again, an installation starts again, and whoever starts with a new version says `Installed`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import FirmwareStatus
from contactor.ocpp.messages import FirmwareStatusNotification, UpdateFirmware, UpdateFirmwareResult
from contactor.station.calls import Calls
from contactor.station.effects import Effects, HangUp, Restart, RestartKind, StartDownload
from contactor.station.events import Moment, PowerOnCause
from contactor.station.firmware_image import BadImage, read_image
from contactor.station.location import is_supported
from contactor.station.present import Present
from contactor.station.progress import Progress
from contactor.station.reply import Reply, Rows
from contactor.station.reset import Reset
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.store.port import Shelf, Store
from contactor.station.transactions import Transactions
from contactor.station.transfers import Attempts, Patience, Transfers

IMAGE_MAX_BYTES = 64 * 1024 * 1024

_GOING_AWAY = 1001


class Stage(StrEnum):
    """Where an update stands between two events."""

    SCHEDULED = auto()
    DOWNLOADING = auto()
    DOWNLOADED = auto()
    """The image is good; some transaction is still running (FW-06)."""
    INSTALLING = auto()
    INSTALLED = auto()
    """The next start of the software is the new version's."""


_SHOWN: Mapping[Stage, FirmwareStatus] = {
    # A scheduled update has no step of its own yet; 1.6 has no word for it.
    Stage.SCHEDULED: FirmwareStatus.IDLE,
    Stage.DOWNLOADING: FirmwareStatus.DOWNLOADING,
    Stage.DOWNLOADED: FirmwareStatus.DOWNLOADED,
    Stage.INSTALLING: FirmwareStatus.INSTALLING,
    Stage.INSTALLED: FirmwareStatus.INSTALLED,
}


class Update(msgspec.Struct):
    """One UpdateFirmware; `version` is known once the image is here."""

    location: str
    retrieve_at: datetime
    retries: int
    retry_interval_s: float
    stage: Stage = Stage.SCHEDULED
    version: str | None = None


class _Running(msgspec.Struct, frozen=True):
    version: str


_FIRMWARE = Shelf("firmware", _Running)
_FIRMWARE_UPDATE = Shelf("firmware_update", Update)


def running_version(store: Store, factory_version: str) -> str:
    """The version of the installed firmware: the last update's, or the one the station left the factory with.

    Raises:
        StoreError: the stored version cannot be read.
    """
    kept = _FIRMWARE.records(store).get("running")
    return kept.version if kept else factory_version


@dataclass(frozen=True, slots=True)
class Image:
    """What an image must be, and how long putting it in takes."""

    product: str
    schemes: Sequence[str]
    install_s: float


class Firmware:
    """At most one update at a time: a newer request replaces one that is not being installed yet (FW-10).

    Args:
        store: keeps the update and the version.
        image: what is taken for an image of this product.
        transfers: fetches it.
        calls: carries the FirmwareStatusNotifications.
        security_log: hears of the restart and of the new version (FW-12).
        effects: restart and notes.
        transactions: an installation waits until none is open.
        reset: may be about to restart the station as well.
        present: whether the central system can be told something.
    """

    __slots__ = ("_attempts", "_due_s", "_effects", "_image", "_is_leaving", "_progress", "_reset",
                 "_security_log", "_store", "_transactions", "_transfers", "_update")  # fmt: skip

    def __init__(
        self,
        store: Store,
        image: Image,
        transfers: Transfers,
        calls: Calls,
        security_log: SecurityLog,
        effects: Effects,
        transactions: Transactions,
        reset: Reset,
        present: Present,
    ) -> None:
        self._image = image
        self._transfers = transfers
        self._security_log = security_log
        self._effects = effects
        self._transactions = transactions
        self._reset = reset
        self._progress = Progress(store, FirmwareStatus, _notification, calls, present)
        self._store = store
        self._update = _FIRMWARE_UPDATE.records(store).get("update")
        self._attempts: Attempts | None = None
        self._due_s: float | None = None
        self._is_leaving = False

    @property
    def rows(self) -> Rows:
        """The request for an update."""
        return {UpdateFirmware: self._asked}

    @property
    def status(self) -> FirmwareStatus:
        """The step to tell when asked for it: Idle when there is nothing to do and nothing left to tell (TRG-08)."""
        if self._update is not None:
            return _SHOWN[self._update.stage]
        return self._progress.newest_untold or FirmwareStatus.IDLE

    @property
    def is_installing(self) -> bool:
        """Whether a restart would leave half an installation: the only time a Reset is refused (RST-01)."""
        return self._update is not None and self._update.stage is Stage.INSTALLING

    def holds(self, connector_id: ConnectorId) -> bool:
        """Whether an idle connector is kept out of use for the update (FW-07); nothing of this is stored (ST-11)."""
        waits = self._update is not None and self._update.stage in (Stage.DOWNLOADED, Stage.INSTALLING)
        return (waits or self._is_leaving) and self._transactions.open_on(connector_id) is None

    @property
    def deadline_s(self) -> float | None:
        """When the next step is due by time."""
        return self._due_s if self._attempts is None else self._attempts.deadline_s

    def powered_on(self, now: Moment) -> None:
        """The software starts: if it is what an update has installed, that update is done (FW-08, FW-12)."""
        if self._update is None or self._update.stage is not Stage.INSTALLED:
            return
        self._progress.step(FirmwareStatus.INSTALLED)
        self._security_log.record(SecurityEvent.FIRMWARE_UPDATED, now, f"version {self._update.version}")
        self._effects.note("firmware installed", version=self._update.version)
        self._end()

    def settle(self, now: Moment) -> None:
        """Go as far as possible now."""
        stage = None
        while self._update is not None and self._update.stage is not stage:
            stage = self._update.stage
            _STEPS[stage](self, self._update, now)
        self._progress.settle()

    # The request

    def _asked(self, request: UpdateFirmware) -> Reply:
        return Reply(UpdateFirmwareResult(), lambda _now: self._begin(request))

    def _begin(self, request: UpdateFirmware) -> None:
        if self._update is not None and self._update.stage in (Stage.INSTALLING, Stage.INSTALLED):
            self._effects.note("firmware update ignored", reason="another one is being installed")
            return
        if self._update is not None:
            self._effects.note("firmware update replaced")
            self._end()
        if not is_supported(request.location, self._image.schemes):
            self._effects.note("firmware update failed", reason="the location cannot be used")
            self._progress.step(FirmwareStatus.DOWNLOAD_FAILED)  # and no Downloading before it (D-31)
            return
        patience = Patience.asked(request.retries, request.retry_interval)
        self._update = Update(request.location, request.retrieve_date, patience.retries, patience.interval_s)
        self._keep(self._update)

    # The steps, in order

    def _wait_for_date(self, update: Update, now: Moment) -> None:
        remaining_s = (update.retrieve_at - now.instant).total_seconds()
        # Counted anew at every event, because the clock may have been set meanwhile (FW-02).
        self._due_s = now.s + remaining_s
        if remaining_s <= 0:
            self._enter(update, Stage.DOWNLOADING)

    def _download(self, update: Update, now: Moment) -> None:
        if self._attempts is None:
            self._attempts = Attempts(
                self._transfers,
                lambda number: StartDownload(number, update.location, IMAGE_MAX_BYTES),
                Patience(update.retries, update.retry_interval_s),
                self._downloaded,
                self._download_failed,
                self._effects,
            )
        self._attempts.settle(now)

    def _downloaded(self, content: bytes, _now: Moment) -> None:
        update = self._update
        assert update is not None, "nobody listens to the transfer of an update that has ended"
        self._attempts = None
        self._progress.step(FirmwareStatus.DOWNLOADED)
        try:
            update.version = read_image(content, self._image.product).version
        except BadImage as error:
            # Found before any connector was taken out of use for it (FW-05).
            self._effects.note("firmware update failed", reason=str(error))
            self._progress.step(FirmwareStatus.INSTALLATION_FAILED)
            self._end()
            return
        self._due_s = None
        update.stage = Stage.DOWNLOADED
        self._keep(update)

    def _download_failed(self, reason: str, _now: Moment) -> None:
        self._attempts = None
        self._effects.note("firmware update failed", reason=reason)
        self._progress.step(FirmwareStatus.DOWNLOAD_FAILED)
        self._end()

    def _wait_for_quiet(self, update: Update, _now: Moment) -> None:
        if not self._reset.is_running and not self._transactions.open_count:
            self._enter(update, Stage.INSTALLING)

    def _install(self, update: Update, now: Moment) -> None:
        if self._due_s is None:
            self._due_s = now.s + self._image.install_s
        if now.s < self._due_s:
            return
        assert update.version is not None, "only a checked image is installed"
        self._due_s = None
        update.stage = Stage.INSTALLED
        self._keep(update)
        self._is_leaving = True
        _FIRMWARE.put(self._store, "running", _Running(update.version))
        self._security_log.record(SecurityEvent.RESET_OR_REBOOT, now, f"firmware {update.version}")
        self._effects.add(HangUp(_GOING_AWAY, "restarting"))
        self._effects.add(Restart(RestartKind.SOFT, PowerOnCause.REBOOT))

    def _enter(self, update: Update, stage: Stage) -> None:
        """Take a step that has a status of its own."""
        self._due_s = None
        update.stage = stage
        self._keep(update)
        self._progress.step(_SHOWN[stage])

    def _end(self) -> None:
        if self._attempts is not None:
            self._attempts.cancel()
        self._attempts = None
        self._due_s = None
        self._update = None
        _FIRMWARE_UPDATE.delete(self._store, "update")

    def _keep(self, update: Update) -> None:
        _FIRMWARE_UPDATE.put(self._store, "update", update)


_STEPS: Mapping[Stage, Callable[[Firmware, Update, Moment], None]] = {
    Stage.SCHEDULED: Firmware._wait_for_date,
    Stage.DOWNLOADING: Firmware._download,
    Stage.DOWNLOADED: Firmware._wait_for_quiet,
    Stage.INSTALLING: Firmware._install,
    Stage.INSTALLED: lambda _firmware, _update, _now: None,
}


def _notification(status: FirmwareStatus) -> FirmwareStatusNotification:
    return FirmwareStatusNotification(status=status)
