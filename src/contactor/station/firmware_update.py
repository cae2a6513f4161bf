"""One firmware update: what was asked for, how far it is, and the words in which both kinds of messages tell it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum, auto

import msgspec

from contactor.ocpp.enumerations import FirmwareStatus
from contactor.ocpp.enumerations import SignedFirmwareStatus as Step
from contactor.ocpp.messages import FirmwareStatusNotification, SignedFirmwareStatusNotification

_PLAIN_WORDS = frozenset(each.value for each in FirmwareStatus)


class Stage(StrEnum):
    """Where an update stands between two events."""

    SCHEDULED = auto()
    DOWNLOADING = auto()
    DOWNLOADED = auto()
    """The image is good; some transaction is still running (FW-06)."""
    INSTALLING = auto()
    INSTALLED = auto()
    """The next start of the software is the new version's."""


SHOWN: Mapping[Stage, Step] = {
    # A scheduled update has no step of its own yet; 1.6 has no word for it.
    Stage.SCHEDULED: Step.IDLE,
    Stage.DOWNLOADING: Step.DOWNLOADING,
    Stage.DOWNLOADED: Step.DOWNLOADED,
    Stage.INSTALLING: Step.INSTALLING,
    Stage.INSTALLED: Step.INSTALLED,
}


class Signed(msgspec.Struct, frozen=True):
    """What a SignedUpdateFirmware adds: its number, who vouches for the image, and when it may be installed."""

    request: int
    certificate: str
    signature: str
    install_at: datetime | None = None


class Update(msgspec.Struct):
    """One update that was asked for; `version` is known once the image is here."""

    location: str
    retrieve_at: datetime
    retries: int
    retry_interval_s: float
    stage: Stage = Stage.SCHEDULED
    version: str | None = None
    signed: Signed | None = None


def plain(step: Step) -> FirmwareStatus:
    """A step in the words of plain OCPP 1.6, which has fewer; those it lacks lie between download and installation."""
    return FirmwareStatus(step.value) if step.value in _PLAIN_WORDS else FirmwareStatus.DOWNLOADED


def notification(step: Step, request: int | None) -> FirmwareStatusNotification | SignedFirmwareStatusNotification:
    """The message that tells a step, of the signed kind where the request has a number."""
    if request is None:
        return FirmwareStatusNotification(status=plain(step))
    return SignedFirmwareStatusNotification(status=step, request_id=request)
