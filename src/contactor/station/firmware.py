"""Knows which firmware the station runs and brings a new one in: fetch, wait for quiet, install, restart (FW-01..13).

The job is in the store at every step, so a power cut anywhere delays it and loses nothing (FW-13): a download starts
again, an installation starts again, and whoever starts with a new version says `Installed`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import CertificateUse, FirmwareStatus, SignedUpdateFirmwareStatus
from contactor.ocpp.enumerations import SignedFirmwareStatus as Step
from contactor.ocpp.messages import (
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    SignedUpdateFirmwareResult,
    UpdateFirmware,
    UpdateFirmwareResult,
)
from contactor.station.calls import Calls
from contactor.station.effects import Effects, HangUp, Restart, RestartKind, StartDownload
from contactor.station.events import Moment, PowerOnCause
from contactor.station.firmware_image import BadImage, read_image
from contactor.station.firmware_update import SHOWN, Signed, Stage, Update, notification, plain
from contactor.station.location import is_supported
from contactor.station.present import Present
from contactor.station.progress import Progress
from contactor.station.reply import Reply, Rows
from contactor.station.reset import Reset
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.store.port import Shelf, Store
from contactor.station.transactions import Transactions
from contactor.station.transfers import Attempts, Patience, Transfers
from contactor.station.trust import Trust
from contactor.station.x509 import BadCertificate, check_path, check_signature, read_chain

IMAGE_MAX_BYTES = 64 * 1024 * 1024

FAREWELL_S = 30.0
"""How long a restart waits for the central system to hear of it."""

_GOING_AWAY = 1001


class _Running(msgspec.Struct, frozen=True):
    version: str


_FIRMWARE = Shelf("firmware", _Running)
FIRMWARE_UPDATE = Shelf("firmware_update", Update)


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
        trust: whose signatures count.
        present: whether the central system can be told something.
    """

    __slots__ = ("_attempts", "_due_s", "_effects", "_image", "_is_leaving", "_present", "_progress",
                 "_reset", "_security_log", "_store", "_transactions", "_transfers", "_trust", "_update")  # fmt: skip

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
        trust: Trust,
        present: Present,
    ) -> None:
        self._image = image
        self._transfers = transfers
        self._security_log = security_log
        self._effects = effects
        self._transactions = transactions
        self._reset = reset
        self._trust = trust
        self._present = present
        self._progress = Progress(store, Step, notification, calls, present)
        self._store = store
        self._update = FIRMWARE_UPDATE.records(store).get("update")
        self._attempts: Attempts | None = None
        self._due_s: float | None = None
        self._is_leaving = False

    @property
    def rows(self) -> Rows:
        """The requests for an update."""
        return {UpdateFirmware: self._asked, SignedUpdateFirmware: self._signed_asked}

    @property
    def status(self) -> FirmwareStatus:
        """The step to tell when asked for it: Idle when there is nothing to do and nothing left to tell (TRG-08)."""
        return plain(self._step)

    @property
    def signed_status(self) -> SignedFirmwareStatusNotification:
        """The same, of a signed update and with its number."""
        if self._update is None or self._update.signed is None:
            return SignedFirmwareStatusNotification(status=Step.IDLE)
        return SignedFirmwareStatusNotification(status=self._step, request_id=self._update.signed.request)

    @property
    def _step(self) -> Step:
        if self._update is not None:
            return SHOWN[self._update.stage]
        return self._progress.newest_untold or Step.IDLE

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
        self._tell(self._update, Step.INSTALLED)
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

    # The requests

    def _asked(self, request: UpdateFirmware) -> Reply:
        patience = Patience.asked(request.retries, request.retry_interval)
        update = Update(request.location, request.retrieve_date, patience.retries, patience.interval_s)
        return Reply(UpdateFirmwareResult(), lambda _now: self._begin(update))

    def _signed_asked(self, request: SignedUpdateFirmware) -> Reply:
        """Judge who vouches for the image before anything is promised; what it is worth shows once it is here."""
        try:
            signed = self._judged(request)
        except BadCertificate as error:
            reason = str(error)
            refused = SignedUpdateFirmwareResult(status=SignedUpdateFirmwareStatus.INVALID_CERTIFICATE)
            event = SecurityEvent.INVALID_FIRMWARE_SIGNING_CERTIFICATE
            return Reply(refused, lambda now: self._security_log.record(event, now, reason))
        if self._is_past_return:
            return Reply(SignedUpdateFirmwareResult(status=SignedUpdateFirmwareStatus.REJECTED))
        firmware, patience = request.firmware, Patience.asked(request.retries, request.retry_interval)
        update = Update(
            firmware.location, firmware.retrieve_date_time, patience.retries, patience.interval_s, signed=signed
        )
        words = SignedUpdateFirmwareStatus
        status = words.ACCEPTED if self._update is None else words.ACCEPTED_CANCELED
        return Reply(SignedUpdateFirmwareResult(status=status), lambda _now: self._begin(update))

    def _judged(self, request: SignedUpdateFirmware) -> Signed:
        firmware = request.firmware
        roots = self._trust.roots(CertificateUse.MANUFACTURER_ROOT_CERTIFICATE)
        check_path(read_chain(firmware.signing_certificate), roots, self._present.now.instant)
        install_at = None if firmware.install_date_time is msgspec.UNSET else firmware.install_date_time
        return Signed(request.request_id, firmware.signing_certificate, firmware.signature, install_at)

    @property
    def _is_past_return(self) -> bool:
        return self._update is not None and self._update.stage in (Stage.INSTALLING, Stage.INSTALLED)

    def _begin(self, update: Update) -> None:
        if self._is_past_return:
            self._effects.note("firmware update ignored", reason="another one is being installed")
            return
        if self._update is not None:
            self._effects.note("firmware update replaced")
            self._end()
        if not is_supported(update.location, self._image.schemes):
            self._effects.note("firmware update failed", reason="the location cannot be used")
            self._tell(update, Step.DOWNLOAD_FAILED)  # and no Downloading before it (D-31)
            return
        self._update = update
        self._keep(update)

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

    def _downloaded(self, content: bytes, now: Moment) -> None:
        update = self._update
        assert update is not None, "nobody listens to the transfer of an update that has ended"
        self._attempts = None
        self._tell(update, Step.DOWNLOADED)
        # Whatever is wrong is found before any connector was taken out of use for it (FW-05).
        try:
            if update.signed is not None:
                check_signature(read_chain(update.signed.certificate)[0], update.signed.signature, content)
                self._tell(update, Step.SIGNATURE_VERIFIED)
            update.version = read_image(content, self._image.product).version
        except BadCertificate as error:
            self._security_log.record(SecurityEvent.INVALID_FIRMWARE_SIGNATURE, now, str(error))
            self._fail(update, Step.INVALID_SIGNATURE, str(error))
            return
        except BadImage as error:
            self._fail(update, Step.INSTALLATION_FAILED, str(error))
            return
        self._due_s = None
        update.stage = Stage.DOWNLOADED
        self._keep(update)

    def _download_failed(self, reason: str, _now: Moment) -> None:
        update = self._update
        assert update is not None, "nobody listens to the transfer of an update that has ended"
        self._attempts = None
        self._fail(update, Step.DOWNLOAD_FAILED, reason)

    def _wait_for_quiet(self, update: Update, now: Moment) -> None:
        install_at = None if update.signed is None else update.signed.install_at
        if install_at is not None and install_at > now.instant:
            if self._due_s is None:
                self._tell(update, Step.INSTALL_SCHEDULED)
            self._due_s = now.s + (install_at - now.instant).total_seconds()
            return
        if not self._reset.is_running and not self._transactions.open_count:
            self._enter(update, Stage.INSTALLING)

    def _install(self, update: Update, now: Moment) -> None:
        if self._due_s is None:
            self._due_s = now.s + self._image.install_s
        if now.s < self._due_s:
            return
        assert update.version is not None, "only a checked image is installed"
        update.stage = Stage.INSTALLED
        self._keep(update)
        self._is_leaving = True
        _FIRMWARE.put(self._store, "running", _Running(update.version))
        self._security_log.record(SecurityEvent.RESET_OR_REBOOT, now, f"firmware {update.version}")
        self._due_s = now.s
        if update.signed is not None:
            self._tell(update, Step.INSTALL_REBOOTING)
            self._due_s += FAREWELL_S

    def _leave(self, _update: Update, now: Moment) -> None:
        """Restart into the new version; what is still to be told of a signed one is told first (W L01)."""
        if self._due_s is None:
            return
        is_heard = self._present.is_online and self._progress.newest_untold is not None
        if is_heard and now.s < self._due_s:
            return
        self._due_s = None
        self._effects.add(HangUp(_GOING_AWAY, "restarting"))
        self._effects.add(Restart(RestartKind.SOFT, PowerOnCause.REBOOT))

    def _enter(self, update: Update, stage: Stage) -> None:
        """Take a step that has a status of its own."""
        self._due_s = None
        update.stage = stage
        self._keep(update)
        self._tell(update, SHOWN[stage])

    def _fail(self, update: Update, step: Step, reason: str) -> None:
        self._effects.note("firmware update failed", reason=reason)
        self._tell(update, step)
        self._end()

    def _tell(self, update: Update, step: Step) -> None:
        self._progress.step(step, None if update.signed is None else update.signed.request)

    def _end(self) -> None:
        if self._attempts is not None:
            self._attempts.cancel()
        self._attempts = None
        self._due_s = None
        self._update = None
        FIRMWARE_UPDATE.delete(self._store, "update")

    def _keep(self, update: Update) -> None:
        FIRMWARE_UPDATE.put(self._store, "update", update)


_STEPS: Mapping[Stage, Callable[[Firmware, Update, Moment], None]] = {
    Stage.SCHEDULED: Firmware._wait_for_date,
    Stage.DOWNLOADING: Firmware._download,
    Stage.DOWNLOADED: Firmware._wait_for_quiet,
    Stage.INSTALLING: Firmware._install,
    Stage.INSTALLED: Firmware._leave,
}
