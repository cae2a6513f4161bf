"""How far a station that was told has come: by its notifications (FW-03), its boots (FW-08), and its command.

Signed firmware has more steps of its own (white paper, SignedFirmwareStatusNotification), and one more way to be
refused: by a station that does not know the message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from contactor.central.campaigns.campaign import Job, JobState, Rules, Signed, is_told_signed
from contactor.central.commands.command import CommandState
from contactor.ocpp.enumerations import FirmwareStatus, SignedFirmwareStatus, SignedUpdateFirmwareStatus
from contactor.ocpp.errors import ErrorCode

UNHEARD_MS = 15 * 60 * 1000
"""After an order whose answer was lost, how long the station may say nothing: it has not got it, most likely."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A station as it is now.

    `command` is how its last order stands, None if there is none, and `command_status` the word of its answer. `told`
    is what it said last of its update since then.
    """

    is_ready: bool = False
    is_charging: bool = False
    version: str | None = None
    booted_at_ms: int = 0
    command: CommandState | None = None
    command_detail: str = ""
    command_status: str | None = None
    told: FirmwareStatus | SignedFirmwareStatus | None = None
    told_at_ms: int = 0


UNKNOWN = Facts()


def follow(job: Job, facts: Facts, rules: Rules, version: str, now_ms: int) -> Job:
    """The job of a station that was told, as it stands now."""
    if facts.version == version:
        return _moved(job, JobState.INSTALLED)
    if facts.told in _TOLD:
        job = _TOLD[facts.told](job, facts, rules, now_ms)
    elif facts.command is None:
        return _again(job, "the order was not given", now_ms, after_s=0)
    else:
        job = _BY_COMMAND.get(facts.command, _as_it_is)(job, facts, rules, now_ms)
    assert job.sent_at_ms is not None or not job.state.is_under_way
    if job.state.is_under_way and now_ms - (job.sent_at_ms or 0) >= rules.install_limit_s * 1000:
        return failed(job, f"it is not through after {rules.install_limit_s} s", rules, now_ms)
    return job


def failed(job: Job, why: str, rules: Rules, now_ms: int) -> Job:
    """The job after a try that came to nothing: told again later, or given up."""
    job = replace(job, failures=job.failures + 1)
    if job.failures >= rules.tries_max:
        return _moved(job, JobState.FAILED, why)
    return _again(job, f"{why}; it is told again", now_ms, rules.retry_after_s)


def refused(job: Job, why: str) -> Job:
    """The job when the order may not be given at all: to give it again would change nothing."""
    return _moved(replace(job, failures=job.failures + 1), JobState.FAILED, why)


def not_known(job: Job, why: str, rules: Rules, now_ms: int) -> Job:
    """The job of a station that does not know SignedUpdateFirmware: told in the other way, or given up."""
    if rules.signed is Signed.REQUIRED:
        return refused(job, f"it does not know SignedUpdateFirmware: {why}")
    unsigned = replace(job, is_told_unsigned=True)
    return _again(unsigned, "it does not know SignedUpdateFirmware, and is told by UpdateFirmware", now_ms, after_s=0)


Follow = Callable[[Job, Facts, Rules, int], Job]


def _as_it_is(job: Job, _facts: Facts, _rules: Rules, _now_ms: int) -> Job:
    return job


def _at(state: JobState, detail: str = "") -> Follow:
    return lambda job, _facts, _rules, _now_ms: _moved(job, state, detail)


def _fails(why: str) -> Follow:
    return lambda job, _facts, rules, now_ms: failed(job, why, rules, now_ms)


def _installed(job: Job, facts: Facts, rules: Rules, now_ms: int) -> Job:
    """Installed may come before the boot that proves it, or after (FW-14)."""
    if facts.booted_at_ms > facts.told_at_ms:
        return failed(job, f"it said Installed, and runs {facts.version or 'it does not say what'}", rules, now_ms)
    return _moved(job, JobState.INSTALLING, "it said Installed; its boot has not told the version yet")


def _not_sent(job: Job, facts: Facts, _rules: Rules, now_ms: int) -> Job:
    """The order never left: that is nobody's failure."""
    return _again(job, facts.command_detail or f"the order was {facts.command}", now_ms)


def _callerror(job: Job, facts: Facts, rules: Rules, now_ms: int) -> Job:
    code, _, _ = facts.command_detail.partition(":")
    if code in _UNKNOWN_ACTION and is_told_signed(rules, job):
        return not_known(job, code, rules, now_ms)
    return failed(job, f"it refused the order: {facts.command_detail}", rules, now_ms)


def _unheard(job: Job, facts: Facts, rules: Rules, now_ms: int) -> Job:
    if facts.is_ready and now_ms - (job.sent_at_ms or 0) >= UNHEARD_MS:
        return failed(job, "whether it got the order is not known, and it says nothing of it", rules, now_ms)
    return job


def _answered(job: Job, facts: Facts, rules: Rules, now_ms: int) -> Job:
    """UpdateFirmware has no word in its answer; of SignedUpdateFirmware some say no."""
    if facts.command_status == SignedUpdateFirmwareStatus.REJECTED:
        return failed(job, "it rejected the order", rules, now_ms)
    why = _DISTRUST.get(facts.command_status)
    return job if why is None else refused(job, f"{why} ({facts.command_status})")


_UNKNOWN_ACTION = frozenset({ErrorCode.NOT_IMPLEMENTED, ErrorCode.NOT_SUPPORTED})
_DISTRUST: Mapping[str | None, str] = {
    SignedUpdateFirmwareStatus.INVALID_CERTIFICATE: "it does not trust whoever signed the image",
    SignedUpdateFirmwareStatus.REVOKED_CERTIFICATE: "the certificate of whoever signed the image was revoked",
}
_TOLD: Mapping[str | None, Follow] = {
    FirmwareStatus.DOWNLOADING: _at(JobState.DOWNLOADING),
    FirmwareStatus.DOWNLOADED: _at(JobState.DOWNLOADED),
    FirmwareStatus.INSTALLING: _at(JobState.INSTALLING),
    FirmwareStatus.INSTALLED: _installed,
    FirmwareStatus.DOWNLOAD_FAILED: _fails("it could not download the image"),
    FirmwareStatus.INSTALLATION_FAILED: _fails("it could not install the image"),
    SignedFirmwareStatus.DOWNLOAD_SCHEDULED: _at(JobState.SENT, "it downloads the image later"),
    SignedFirmwareStatus.DOWNLOAD_PAUSED: _at(JobState.DOWNLOADING, "it has paused"),
    SignedFirmwareStatus.SIGNATURE_VERIFIED: _at(JobState.DOWNLOADED, "the signature is good"),
    SignedFirmwareStatus.INSTALL_SCHEDULED: _at(JobState.DOWNLOADED, "it installs the image later"),
    SignedFirmwareStatus.INSTALL_REBOOTING: _at(JobState.INSTALLING, "it restarts"),
    SignedFirmwareStatus.INVALID_SIGNATURE: _fails("the signature is not good for what it downloaded"),
    SignedFirmwareStatus.INSTALL_VERIFICATION_FAILED: _fails("what it installed is not what was signed"),
}
_BY_COMMAND: Mapping[CommandState, Follow] = {
    CommandState.OFFLINE: _not_sent,
    CommandState.EXPIRED: _not_sent,
    CommandState.CANCELLED: _not_sent,
    CommandState.WITHHELD: _not_sent,
    CommandState.ANSWERED: _answered,
    CommandState.REFUSED: _callerror,
    CommandState.TIMED_OUT: _unheard,
    CommandState.UNKNOWN_OUTCOME: _unheard,
}


def _moved(job: Job, state: JobState, detail: str = "") -> Job:
    return replace(job, state=state, detail=detail)


def _again(job: Job, detail: str, now_ms: int, after_s: int = 30) -> Job:
    return replace(job, state=JobState.QUEUED, detail=detail, due_at_ms=now_ms + after_s * 1000)
