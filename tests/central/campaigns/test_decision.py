"""What a campaign does next is a function of how it stands: told wave by wave, held, stopped, tried again, done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.central.campaigns.campaign import Campaign, CampaignState, Job, JobState, Rules, Signed, order_key
from contactor.central.campaigns.decision import AT_ONCE, Decision, Work, decide
from contactor.central.campaigns.progress import UNHEARD_MS, Facts
from contactor.central.campaigns.selection import Chosen, part_into_waves
from contactor.central.campaigns.waves import BadWave, wave_sizes
from contactor.central.commands.command import CommandState
from contactor.central.milliseconds import to_ms
from contactor.central.week import Hours
from contactor.ocpp.enumerations import FirmwareStatus, SignedFirmwareStatus
from tests.central.bench import NOON

NOW_MS = to_ms(NOON)
NEW, OLD = "3.4.0", "3.3.0"
READY = Facts(is_ready=True, version=OLD)


def campaign(state: CampaignState = CampaignState.RUNNING, /, **rules: object) -> Campaign:
    given_rules = Rules(**rules)  # type: ignore[arg-type]  # its own fields
    return Campaign(7, "test", 1, "evlink.bin", NEW, given_rules, state, "", "anna", NOW_MS, None)


def jobs_of(*sizes: str, stations: int = 4) -> list[Job]:
    return part_into_waves([Chosen(f"S{number}", OLD) for number in range(stations)], sizes, NEW)


def sent(job: Job, ago_s: float = 60) -> Job:
    return replace(job, state=JobState.SENT, orders=1, began_at_ms=NOW_MS, sent_at_ms=NOW_MS - round(ago_s * 1000))


def told(status: FirmwareStatus | SignedFirmwareStatus, ago_s: float = 10) -> Facts:
    at_ms = NOW_MS - round(ago_s * 1000)
    return replace(READY, command=CommandState.ANSWERED, told=status, told_at_ms=at_ms)


def after(decision: Decision, jobs: list[Job]) -> list[Job]:
    changed = {job.place: job for job in decision.changed}
    return [changed.get(job.place, job) for job in jobs]


def one_after(facts: Facts, ago_s: float = 60, **rules: object) -> Job:
    """The job of a station that was told, after a look at it."""
    jobs = [sent(jobs_of(stations=1)[0], ago_s)]
    return after(decide(campaign(CampaignState.PAUSED, **rules), Work(jobs, {"S0": facts}), NOON), jobs)[0]


@pytest.mark.parametrize(
    ("wanted", "stations", "sizes"),
    [
        ([], 5, [5]),
        (["1", "10%", "50%"], 100, [1, 10, 50, 39]),
        (["1", "10%"], 3, [1, 1, 1]),
        (["100%"], 7, [7]),
        (["5", "5"], 6, [5, 1]),
        (["10%"], 1, [1]),
        (["1"], 0, []),
    ],
)
def test_waves_are_numbers_or_shares_and_the_last_takes_the_rest(
    wanted: list[str], stations: int, sizes: list[int]
) -> None:
    assert wave_sizes(wanted, stations) == sizes


@given(st.lists(st.from_regex(r"\A([1-9][0-9]{0,2}|[1-9][0-9]?%)\Z"), max_size=8), st.integers(0, 300))
def test_waves_hold_every_station_once_and_none_is_empty(wanted: list[str], stations: int) -> None:
    sizes = wave_sizes(wanted, stations)
    assert sum(sizes) == stations
    assert all(size > 0 for size in sizes)


@pytest.mark.parametrize("size", ["0", "-1", "101%", "half", "", "1.5", "%", "1000000"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(BadWave):
        wave_sizes([size], 10)


def test_the_first_wave_is_told_and_the_second_waits_for_its_end() -> None:
    jobs = jobs_of("1")
    facts = {job.station_id: READY for job in jobs}
    decision = decide(campaign(), Work(jobs, facts), NOON)
    assert [job.station_id for job in decision.tell] == ["S0"]
    under_way = [sent(jobs[0]), *jobs[1:]]
    facts["S0"] = replace(READY, command=CommandState.ANSWERED)
    assert decide(campaign(), Work(under_way, facts), NOON).tell == ()
    facts["S0"] = replace(READY, version=NEW)
    decision = decide(campaign(), Work(under_way, facts), NOON)
    assert after(decision, under_way)[0].state is JobState.INSTALLED
    assert [job.station_id for job in decision.tell] == ["S1", "S2", "S3"]


def test_a_campaign_is_done_when_every_station_is_through() -> None:
    jobs = [sent(job) for job in jobs_of("2")]
    facts = {job.station_id: replace(READY, version=NEW) for job in jobs}
    assert decide(campaign(), Work(jobs, facts), NOON).state is CampaignState.DONE


def test_waves_that_were_not_read_keep_it_from_being_done() -> None:
    jobs = [sent(job) for job in jobs_of("2")]
    facts = {job.station_id: replace(READY, version=NEW) for job in jobs}
    assert decide(campaign(), Work(jobs, facts, is_whole=False), NOON).state is CampaignState.RUNNING


def test_while_files_cannot_move_nobody_is_told() -> None:
    jobs = jobs_of(stations=1)
    decision = decide(campaign(), Work(jobs, {"S0": READY}, is_served=False), NOON)
    assert (decision.tell, decision.changed[0].detail) == ((), "files do not move by http now")


def test_of_a_large_wave_some_are_told_at_a_time() -> None:
    jobs = jobs_of(stations=AT_ONCE + 5)
    decision = decide(campaign(), Work(jobs, {job.station_id: READY for job in jobs}), NOON)
    assert len(decision.tell) == AT_ONCE


@pytest.mark.parametrize(
    ("facts", "state", "detail"),
    [
        (Facts(version=OLD), JobState.QUEUED, "it is not connected, or not accepted"),
        (replace(READY, is_charging=True), JobState.WAITING_FOR_IDLE, "a car charges"),
        (replace(READY, version=NEW), JobState.SKIPPED, f"it runs {NEW} already"),
    ],
)
def test_who_cannot_be_told_says_what_it_waits_for(facts: Facts, state: JobState, detail: str) -> None:
    jobs = jobs_of(stations=1)
    decision = decide(campaign(), Work(jobs, {"S0": facts}), NOON)
    (job,) = after(decision, jobs)
    assert (decision.tell, job.state, job.detail) == ((), state, detail)


def test_a_charging_station_is_told_where_the_rules_do_not_want_it_idle() -> None:
    """FW-06: the station itself waits until it disturbs nobody."""
    jobs = jobs_of(stations=1)
    assert decide(campaign(needs_idle=False), Work(jobs, {"S0": replace(READY, is_charging=True)}), NOON).tell


def test_outside_of_its_hours_nobody_is_told() -> None:
    """NOON is a Friday, 12:00 UTC, which is 14:00 in Paris."""
    jobs, facts = jobs_of(stations=1), {"S0": READY}
    every_day = tuple(range(7))
    for hours, may in (
        (Hours(every_day, 2 * 60, 5 * 60), False),
        (Hours(every_day, 12 * 60, 13 * 60), True),
        (Hours(every_day, 12 * 60, 13 * 60, "Europe/Paris"), False),
        (Hours((4,), 22 * 60, 13 * 60), False),  # from Friday evening on
        (Hours((3,), 22 * 60, 13 * 60), True),  # since Thursday evening
    ):
        assert bool(decide(campaign(hours=hours), Work(jobs, facts), NOON).tell) is may, hours


def test_who_could_not_be_told_for_too_long_is_skipped() -> None:
    jobs = [replace(jobs_of(stations=1)[0], began_at_ms=NOW_MS - 3600_000)]
    decision = decide(campaign(wait_limit_s=3600), Work(jobs, {}), NOON)
    assert decision.state is CampaignState.DONE
    assert decision.changed[0].detail == "after 3600 s it is not connected, or not accepted"
    assert decide(campaign(wait_limit_s=0), Work(jobs, {}), NOON).state is CampaignState.RUNNING


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (FirmwareStatus.DOWNLOADING, JobState.DOWNLOADING),
        (FirmwareStatus.DOWNLOADED, JobState.DOWNLOADED),
        (FirmwareStatus.INSTALLING, JobState.INSTALLING),
        (FirmwareStatus.INSTALLED, JobState.INSTALLING),
    ],
)
def test_what_the_station_says_is_how_far_it_is_and_only_its_boot_proves_it(
    status: FirmwareStatus, state: JobState
) -> None:
    """FW-03, FW-14."""
    assert one_after(told(status)).state is state


def test_a_boot_with_another_version_after_installed_is_a_failure() -> None:
    """FW-08: the new version is told at the boot."""
    facts = replace(told(FirmwareStatus.INSTALLED), booted_at_ms=NOW_MS)
    assert one_after(facts, tries_max=1).detail == f"it said Installed, and runs {OLD}"


@pytest.mark.parametrize("status", [FirmwareStatus.DOWNLOAD_FAILED, FirmwareStatus.INSTALLATION_FAILED])
def test_a_failure_is_tried_again_later_until_the_tries_are_used_up(status: FirmwareStatus) -> None:
    """FW-04, FW-05."""
    job = one_after(told(status), tries_max=2, retry_after_s=300)
    assert (job.state, job.failures, job.due_at_ms) == (JobState.QUEUED, 1, NOW_MS + 300_000)
    rules = {"tries_max": 2, "retry_after_s": 300}
    assert not decide(campaign(**rules), Work([job], {"S0": READY}), NOON).tell
    assert decide(campaign(**rules), Work([job], {"S0": READY}), NOON + timedelta(seconds=300)).tell
    again = replace(job, state=JobState.SENT, orders=2, sent_at_ms=NOW_MS - 1000)
    decision = decide(campaign(failures_max=None, **rules), Work([again], {"S0": told(status, 0)}), NOON)
    assert (decision.changed[0].state, decision.state) == (JobState.FAILED, CampaignState.DONE)


@pytest.mark.parametrize("state", [CommandState.OFFLINE, CommandState.CANCELLED, CommandState.WITHHELD, None])
def test_an_order_that_never_left_is_no_failure(state: CommandState | None) -> None:
    job = one_after(replace(READY, command=state))
    assert (job.state, job.failures) == (JobState.QUEUED, 0)


def test_a_callerror_is_a_failure() -> None:
    facts = replace(READY, command=CommandState.REFUSED, command_detail="NotSupported")
    assert one_after(facts, tries_max=1).detail == "it refused the order: NotSupported"


def signed_after(facts: Facts) -> Job:
    """The job of a station that is told by SignedUpdateFirmware if it knows it, and tried once."""
    return one_after(facts, signed=Signed.PREFERRED, tries_max=1)


@pytest.mark.parametrize("detail", ["NotSupported: not offered", "NotImplemented"])
def test_who_does_not_know_signed_firmware_is_told_by_update_firmware_at_once_and_that_is_no_failure(
    detail: str,
) -> None:
    facts = replace(READY, command=CommandState.REFUSED, command_detail=detail)
    job = signed_after(facts)
    assert (job.state, job.is_told_unsigned, job.failures, job.due_at_ms) == (JobState.QUEUED, True, 0, NOW_MS)
    again = replace(job, state=JobState.SENT, orders=2, sent_at_ms=NOW_MS)
    rules = campaign(CampaignState.PAUSED, signed=Signed.PREFERRED, tries_max=1)
    (failed,) = decide(rules, Work([again], {"S0": facts}), NOON).changed
    assert failed.detail == f"it refused the order: {detail}"


def test_where_signed_firmware_is_required_who_does_not_know_it_has_failed_for_good() -> None:
    facts = replace(READY, command=CommandState.REFUSED, command_detail="NotSupported")
    job = one_after(facts, signed=Signed.REQUIRED, tries_max=5)
    assert (job.state, job.detail) == (JobState.FAILED, "it does not know SignedUpdateFirmware: NotSupported")


def test_another_callerror_says_nothing_about_what_a_station_knows() -> None:
    job = signed_after(replace(READY, command=CommandState.REFUSED, command_detail="InternalError"))
    assert (job.is_told_unsigned, job.failures) == (False, 1)


@pytest.mark.parametrize(
    ("status", "tries_max", "state"),
    [
        ("Accepted", 1, JobState.SENT),
        ("AcceptedCanceled", 1, JobState.SENT),
        ("Rejected", 2, JobState.QUEUED),
        ("Rejected", 1, JobState.FAILED),
        ("InvalidCertificate", 9, JobState.FAILED),
        ("RevokedCertificate", 9, JobState.FAILED),
    ],
)
def test_what_the_station_answers_to_signed_firmware_counts(status: str, tries_max: int, state: JobState) -> None:
    """W L01: a certificate that is not trusted is not trusted the second time either."""
    facts = replace(READY, command=CommandState.ANSWERED, command_status=status)
    job = one_after(facts, signed=Signed.REQUIRED, tries_max=tries_max)
    assert (job.state, job.failures) == (state, 0 if state is JobState.SENT else 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (SignedFirmwareStatus.DOWNLOAD_SCHEDULED, JobState.SENT),
        (SignedFirmwareStatus.DOWNLOAD_PAUSED, JobState.DOWNLOADING),
        (SignedFirmwareStatus.SIGNATURE_VERIFIED, JobState.DOWNLOADED),
        (SignedFirmwareStatus.INSTALL_SCHEDULED, JobState.DOWNLOADED),
        (SignedFirmwareStatus.INSTALL_REBOOTING, JobState.INSTALLING),
        (SignedFirmwareStatus.INSTALLED, JobState.INSTALLING),
        (SignedFirmwareStatus.INVALID_SIGNATURE, JobState.FAILED),
        (SignedFirmwareStatus.INSTALL_VERIFICATION_FAILED, JobState.FAILED),
    ],
)
def test_signed_firmware_has_steps_of_its_own(status: SignedFirmwareStatus, state: JobState) -> None:
    """W L01: SignedFirmwareStatusNotification."""
    assert signed_after(told(status)).state is state


def test_every_word_about_firmware_moves_a_job() -> None:
    for status in (*FirmwareStatus, *SignedFirmwareStatus):
        moved = signed_after(told(status))
        assert (moved == sent(jobs_of(stations=1)[0], 60)) is (status == "Idle"), status


def test_a_lost_answer_is_waited_for_and_then_a_failure() -> None:
    facts = replace(READY, command=CommandState.UNKNOWN_OUTCOME)
    assert one_after(facts).state is JobState.SENT
    assert one_after(facts, ago_s=UNHEARD_MS / 1000).failures == 1
    assert one_after(replace(facts, is_ready=False), ago_s=UNHEARD_MS / 1000).state is JobState.SENT


def test_who_is_not_through_in_time_has_failed() -> None:
    assert one_after(told(FirmwareStatus.DOWNLOADING), ago_s=3599, install_limit_s=3600).failures == 0
    assert one_after(told(FirmwareStatus.DOWNLOADING), ago_s=3600, install_limit_s=3600).failures == 1


@pytest.mark.parametrize(
    ("rules", "failed", "state"),
    [
        ({"failures_max": 0}, 1, CampaignState.STOPPED),
        ({"failures_max": 1}, 1, CampaignState.RUNNING),
        ({"failures_max": 1}, 2, CampaignState.STOPPED),
        ({"failures_max": None, "failure_share_max": 50}, 2, CampaignState.RUNNING),
        ({"failures_max": None, "failure_share_max": 49}, 2, CampaignState.STOPPED),
        ({"failures_max": None}, 3, CampaignState.RUNNING),
    ],
)
def test_too_many_failures_of_a_wave_stop_the_campaign(
    rules: dict[str, object], failed: int, state: CampaignState
) -> None:
    jobs = jobs_of("4", stations=5)
    jobs = [replace(job, state=JobState.FAILED, failures=3) if job.place < failed else job for job in jobs]
    decision = decide(campaign(**rules), Work(jobs, {job.station_id: READY for job in jobs}), NOON)
    assert decision.state is state
    assert bool(decision.tell) is (state is CampaignState.RUNNING)
    if state is CampaignState.STOPPED:
        assert decision.detail == f"{failed} of 4 stations of wave 1 failed"


def test_a_forgiven_failure_stops_nothing() -> None:
    jobs = jobs_of("2")
    jobs[0] = replace(jobs[0], state=JobState.FAILED, is_forgiven=True)
    assert decide(campaign(), Work(jobs, {job.station_id: READY for job in jobs}), NOON).state is CampaignState.RUNNING


@pytest.mark.parametrize("state", [CampaignState.PAUSED, CampaignState.STOPPED])
def test_who_holds_tells_nobody_and_watches_those_that_were_told(state: CampaignState) -> None:
    jobs = jobs_of()
    jobs[0] = sent(jobs[0])
    facts = {job.station_id: READY for job in jobs} | {"S0": replace(READY, version=NEW)}
    decision = decide(campaign(state), Work(jobs, facts), NOON)
    assert (decision.tell, decision.state) == ((), state)
    assert [job.state for job in decision.changed] == [JobState.INSTALLED]


def test_a_cancelled_campaign_skips_who_waits_and_watches_who_was_told() -> None:
    jobs = jobs_of()
    jobs[0] = sent(jobs[0])
    facts = {"S0": replace(READY, command=CommandState.ANSWERED)}
    decision = decide(campaign(CampaignState.CANCELLED), Work(jobs, facts), NOON)
    states = [job.state for job in after(decision, jobs)]
    assert states == [JobState.SENT, JobState.SKIPPED, JobState.SKIPPED, JobState.SKIPPED]


def test_who_runs_the_version_already_counts_in_no_wave() -> None:
    chosen = [Chosen("A", NEW), Chosen("B", OLD), Chosen("C", None)]
    jobs = part_into_waves(chosen, ["50%"], NEW)
    assert [(job.station_id, job.wave, job.state) for job in jobs] == [
        ("B", 1, JobState.QUEUED),
        ("C", 2, JobState.QUEUED),
        ("A", 1, JobState.SKIPPED),
    ]


@given(st.lists(st.sampled_from(list(JobState)), min_size=1, max_size=12), st.integers(1, 6), st.booleans())
def test_nobody_is_told_of_a_later_wave_nor_twice(states: list[JobState], first: int, is_ready: bool) -> None:
    jobs = [
        replace(job, state=state, orders=1, sent_at_ms=NOW_MS - 1000)
        for job, state in zip(jobs_of(str(first), stations=len(states)), states, strict=True)
    ]
    answered = replace(READY, is_ready=is_ready, command=CommandState.ANSWERED)
    decision = decide(campaign(), Work(jobs, {job.station_id: answered for job in jobs}), NOON)
    unfinished = [job.wave for job in jobs if not job.state.is_over]
    assert all(job.wave == min(unfinished) and job.state.is_waiting for job in decision.tell)
    assert len({job.place for job in decision.tell}) == len(decision.tell)
    assert len({order_key(7, job) for job in jobs}) == len(jobs)
