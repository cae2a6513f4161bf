"""A campaign: which image, by which rules, and how far it has come; and each station's part in it, its job."""

from dataclasses import dataclass
from enum import StrEnum

from contactor.central.files.exchange import Via
from contactor.central.week import Hours


class CampaignState(StrEnum):
    """How far a campaign has come; whatever it is, stations that were told to install are watched to the end."""

    RUNNING = "running"
    PAUSED = "paused"
    """A person wants no more stations to be told for now."""
    STOPPED = "stopped"
    """Too many stations of a wave have failed; `detail` says how many. A person may resume it."""
    CANCELLED = "cancelled"
    """A person wants no more stations to be told, ever."""
    DONE = "done"
    """Every station is through."""

    @property
    def may_go_on(self) -> bool:
        """Whether stations may be told, now or once it is resumed."""
        return self in (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.STOPPED)


class JobState(StrEnum):
    """How far a station has come."""

    QUEUED = "queued"
    """Its wave has not begun, or it waits for what `detail` says."""
    WAITING_FOR_IDLE = "waiting_for_idle"
    """A car charges."""
    SENT = "sent"
    """It was ordered to update; the station has said nothing of it yet."""
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    INSTALLING = "installing"
    INSTALLED = "installed"
    """It has booted with the new version: its BootNotification said so (FW-08)."""
    FAILED = "failed"
    """It was tried as often as it may be; `detail` says why it failed last."""
    SKIPPED = "skipped"
    """It was not tried, or no more; `detail` says why."""

    @property
    def is_waiting(self) -> bool:
        """Whether the station has not been told, or is to be told again."""
        return self in (JobState.QUEUED, JobState.WAITING_FOR_IDLE)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self in (JobState.INSTALLED, JobState.FAILED, JobState.SKIPPED)

    @property
    def is_under_way(self) -> bool:
        """Whether the station was told, and has not come to an end."""
        return not (self.is_waiting or self.is_over)


class Signed(StrEnum):
    """Whether stations are told by SignedUpdateFirmware."""

    NEVER = "never"
    """By UpdateFirmware, which every station knows."""
    PREFERRED = "preferred"
    """By SignedUpdateFirmware; a station that does not know it by UpdateFirmware."""
    REQUIRED = "required"
    """By SignedUpdateFirmware; a station that does not know it has failed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By which rules a campaign runs.

    `waves` are sizes as they were asked for. Of `failures_max` and `failure_share_max` (percent) each that is given
    stops the campaign when a wave has more. A station that could not be told for `wait_limit_s` is skipped, 0 for
    never; one that is not through after `install_limit_s` has failed once, and is told again, `retry_after_s` later,
    until it was tried `tries_max` times.
    """

    waves: tuple[str, ...] = ()
    via: Via = Via.HTTP
    needs_idle: bool = True
    hours: Hours | None = None
    tries_max: int = 3
    retry_after_s: int = 300
    install_limit_s: int = 6 * 3600
    wait_limit_s: int = 72 * 3600
    failures_max: int | None = 0
    failure_share_max: int | None = None
    signed: Signed = Signed.NEVER


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it is kept; `image_id` is None once the image was removed."""

    campaign_id: int
    name: str
    image_id: int | None
    file_name: str
    version: str
    rules: Rules
    state: CampaignState
    detail: str
    created_by: str
    created_at_ms: int
    ended_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """A station's part in a campaign; `place` is its number there.

    `orders` counts what it was told, `failures` what came to nothing. `began_at_ms` is when its wave began for it,
    `due_at_ms` before when it is not told again. A failure that `is_forgiven` stops the campaign no more. One that
    `is_told_unsigned` does not know SignedUpdateFirmware.
    """

    station_id: str
    wave: int
    place: int
    state: JobState = JobState.QUEUED
    detail: str = ""
    orders: int = 0
    failures: int = 0
    began_at_ms: int | None = None
    due_at_ms: int = 0
    sent_at_ms: int | None = None
    changed_at_ms: int = 0
    version_before: str | None = None
    is_forgiven: bool = False
    is_told_unsigned: bool = False


def is_told_signed(rules: Rules, job: Job) -> bool:
    """Whether a station is told by SignedUpdateFirmware."""
    return rules.signed is not Signed.NEVER and not job.is_told_unsigned


def order_key(campaign_id: int, job: Job) -> str:
    """The idempotency key of a job's last order: by it the order is found again, whatever was interrupted."""
    return f"campaign:{campaign_id}:{job.place}:{job.orders}"


def ordered_by(campaign_id: int) -> str:
    """Who orders what a campaign wants."""
    return f"campaign:{campaign_id}"
