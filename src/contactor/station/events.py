"""Events: what a station's core is told. Hardware signals are events as they are; these are the others."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from contactor.hardware.signals import Signal


class Moment(Struct, frozen=True, gc=False):
    """Now, in both times: `s` monotonic seconds for deadlines, `instant` wall clock (UTC) for the record.

    A Struct, because each event makes two, and a frozen dataclass costs six times as much to make.
    """

    s: float
    instant: datetime


class PowerOnCause(StrEnum):
    """Why the software starts; it decides how an open transaction ends and what the security log says."""

    POWER = "power"
    RESET = "reset"
    REBOOT = "reboot"
    """The software restarted itself, and said so in its log."""
    WATCHDOG = "watchdog"
    """The software was restarted because it could not go on."""


@dataclass(frozen=True, slots=True)
class PoweredOn:
    """The software starts; the first event of every station."""

    cause: PowerOnCause = PowerOnCause.POWER


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The deadline the core asked for has come."""


@dataclass(frozen=True, slots=True)
class RestartFailed:
    """The restart that was asked for did not happen; the software runs on (RST-06)."""

    reason: str


@dataclass(frozen=True, slots=True)
class SecurityLogCleared:
    """Somebody at the station has cleared its security log."""


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """The websocket is open and speaks ocpp1.6.

    `peer_chain` are the certificates by which the central system was believed, as PEM, its own first and the root last;
    empty where no root was installed that could have been it.
    """

    peer_chain: str = ""


@dataclass(frozen=True, slots=True)
class DialFailed:
    """Nobody answered, or the answer was no: `status` is the HTTP status where there was one.

    With `is_certificate_refused` it was the certificate which the station showed that TLS did not take.
    """

    reason: str
    status: int | None = None
    security_event: str | None = None
    is_certificate_refused: bool = False


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """The connection ended, whoever ended it."""

    reason: str


class TextReceived(Struct, frozen=True, gc=False):
    """One websocket message, its UTF-8 bytes, unchecked; a Struct, as one is made for every message."""

    text: bytes


@dataclass(frozen=True, slots=True)
class TransferFinished:
    """A file has arrived: `content` is what was downloaded, empty after an upload."""

    transfer: int
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """A file has not arrived; `reason` is for people and holds no secret."""

    transfer: int
    reason: str


Event = (
    Signal
    | PoweredOn
    | DeadlineReached
    | RestartFailed
    | SecurityLogCleared
    | LinkOpened
    | DialFailed
    | LinkClosed
    | TextReceived
    | TransferFinished
    | TransferFailed
)
