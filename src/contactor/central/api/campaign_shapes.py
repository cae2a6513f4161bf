"""The forms of firmware campaigns: what is wanted, how each stands, and the report on its stations."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from contactor.central.api.shapes import Body, RowNumber, ShortText, StationText
from contactor.central.api.site_shapes import SiteText, Weekday, ZoneText
from contactor.central.campaigns.campaign import Campaign, CampaignState, Job, JobState, Rules, Signed
from contactor.central.campaigns.selection import Selection
from contactor.central.campaigns.waves import WAVES_MAX, BadWave, wave_sizes
from contactor.central.files.exchange import Via
from contactor.central.milliseconds import from_ms
from contactor.central.week import MINUTES_A_DAY, Hours

STATIONS_MAX = 10_000
NAMES_MAX = 500
DAY_S = 86_400


def _wave(size: str) -> str:
    try:
        wave_sizes([size], 1)
    except BadWave as error:
        raise ValueError(str(error)) from error
    return size


WaveText = Annotated[str, StringConstraints(max_length=7), AfterValidator(_wave)]
CampaignName = Annotated[ShortText, StringConstraints(min_length=1)]
VersionRun = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Minute = Annotated[int, Field(ge=0, le=MINUTES_A_DAY, description="From midnight.")]


class SelectionBody(Body):
    """Which stations; of each list that is not empty a station must have one."""

    stations: Annotated[list[StationText], Field(max_length=STATIONS_MAX)] = Field(
        default_factory=list, description="Ids; the waves keep their order.", examples=[["RDAM-01", "RDAM-02"]]
    )
    models: Annotated[list[ShortText], Field(max_length=NAMES_MAX)] = Field(
        default_factory=list, examples=[["EVD1S180TBB"]]
    )
    sites: Annotated[list[SiteText], Field(max_length=NAMES_MAX)] = Field(default_factory=list)
    versions: Annotated[list[VersionRun], Field(max_length=NAMES_MAX)] = Field(
        default_factory=list, description="What they run now.", examples=[["3.3.0"]]
    )
    is_every_station: bool = Field(False, description="Say true to mean all, instead of any list.")

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        has_list = any((self.stations, self.models, self.sites, self.versions))
        if has_list == self.is_every_station:
            raise ValueError("name stations, models, sites or versions, or say is_every_station, and not both")
        if len(set(self.stations)) < len(self.stations):
            raise ValueError("a station is named twice")
        return self

    def of(self) -> Selection:
        """The selection."""
        return Selection(tuple(self.stations), tuple(self.models), tuple(self.sites), tuple(self.versions))


class HoursBody(Body):
    """When stations may be told; an end that is not after the beginning runs past midnight."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(default=[0, 1, 2, 3, 4, 5, 6])
    from_minute: Minute = Field(examples=[2 * 60])
    until_minute: Minute = Field(examples=[5 * 60])
    time_zone: ZoneText = Field("UTC", examples=["Europe/Paris"])

    def of(self) -> Hours:
        """The hours."""
        return Hours(tuple(sorted(set(self.weekdays))), self.from_minute, self.until_minute, self.time_zone)

    @classmethod
    def of_hours(cls, hours: Hours) -> Self:
        """The body of hours."""
        return cls(
            weekdays=list(hours.weekdays),
            from_minute=hours.from_minute,
            until_minute=hours.until_minute,
            time_zone=hours.time_zone,
        )


class RulesBody(Body):
    """By which rules a campaign runs."""

    waves: Annotated[list[WaveText], Field(max_length=WAVES_MAX)] = Field(
        default_factory=list,
        description="How many stations come first, how many then; numbers or shares of all. The rest is the last wave.",
        examples=[["1", "10%", "50%"]],
    )
    via: Via = Via.HTTP
    needs_idle: bool = Field(True, description="Wait until no car charges at the station.")
    hours: HoursBody | None = Field(None, description="Stations are told in these hours only.")
    tries_max: Annotated[int, Field(ge=1, le=20)] = Field(3, description="How often a station is tried.")
    retry_after_s: Annotated[int, Field(ge=0, le=7 * DAY_S)] = Field(300, description="Between two tries.")
    install_limit_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = Field(
        6 * 3600, description="A station that is not through so long after it was told has failed once."
    )
    wait_limit_s: Annotated[int, Field(ge=0, le=365 * DAY_S)] = Field(
        72 * 3600, description="A station that could not be told for so long is skipped; 0 for never."
    )
    failures_max: Annotated[int, Field(ge=0, le=STATIONS_MAX)] | None = Field(
        None, description="More failed stations in a wave stop the campaign; 0 if no share is given either."
    )
    failure_share_max: Annotated[int, Field(ge=0, le=100)] | None = Field(
        None, description="A larger share of a wave, in percent, stops the campaign."
    )
    signed: Signed = Field(
        Signed.NEVER,
        description="Whether stations are told by SignedUpdateFirmware; the image needs a signature. A station that "
        "does not know it is told by UpdateFirmware where it is `preferred`, and has failed where it is `required`.",
    )

    def of(self) -> Rules:
        """The rules."""
        failures_max = 0 if self.failures_max is None and self.failure_share_max is None else self.failures_max
        plain = self.model_dump(exclude={"waves", "hours", "failures_max"})
        hours = None if self.hours is None else self.hours.of()
        return Rules(waves=tuple(self.waves), hours=hours, failures_max=failures_max, **plain)

    @classmethod
    def of_rules(cls, rules: Rules) -> Self:
        """The body of rules."""
        return cls(
            waves=list(rules.waves),
            via=rules.via,
            needs_idle=rules.needs_idle,
            hours=None if rules.hours is None else HoursBody.of_hours(rules.hours),
            tries_max=rules.tries_max,
            retry_after_s=rules.retry_after_s,
            install_limit_s=rules.install_limit_s,
            wait_limit_s=rules.wait_limit_s,
            failures_max=rules.failures_max,
            failure_share_max=rules.failure_share_max,
            signed=rules.signed,
        )


class NewCampaign(Body):
    """A campaign to begin."""

    name: CampaignName = Field(examples=["3.4.0 everywhere"])
    image_id: RowNumber
    selection: SelectionBody
    rules: RulesBody = Field(default_factory=lambda: RulesBody.of_rules(Rules()))


class PlannedWave(BaseModel):
    """The stations of a wave."""

    wave: int
    stations: list[str]


class Plan(BaseModel):
    """What a campaign would do."""

    version: str
    waves: list[PlannedWave]
    skipped: list[str] = Field(description="Stations that run the version already.")

    @classmethod
    def of(cls, version: str, jobs: list[Job]) -> Self:
        """The plan of jobs that are not kept."""
        waves: dict[int, list[str]] = {}
        for job in jobs:
            if not job.state.is_over:
                waves.setdefault(job.wave, []).append(job.station_id)
        skipped = [job.station_id for job in jobs if job.state.is_over]
        planned = [PlannedWave(wave=wave, stations=stations) for wave, stations in waves.items()]
        return cls(version=version, waves=planned, skipped=skipped)


class WaveBody(BaseModel):
    """How far a wave has come."""

    wave: int
    stations: int
    over: int = Field(description="Installed, failed or skipped.")
    counts: dict[JobState, int]


class CampaignBody(BaseModel):
    """A campaign and how far it has come."""

    campaign_id: int
    name: str
    image_id: int | None = Field(description="Null once the image was removed.")
    file_name: str
    version: str
    state: CampaignState
    detail: str = Field(description="Why it was stopped.")
    created_by: str
    created_at: datetime
    ended_at: datetime | None = Field(description="Null while anything may still happen.")
    stations: int
    counts: dict[JobState, int]
    waves: list[WaveBody]
    rules: RulesBody

    @classmethod
    def of(cls, campaign: Campaign, counts: Mapping[tuple[int, JobState], int]) -> Self:
        """A campaign as it is kept, with how many stations of each wave have come how far."""
        by_wave: dict[int, Counter[JobState]] = {}
        for (wave, state), jobs in counts.items():
            by_wave.setdefault(wave, Counter())[state] += jobs
        together = sum(by_wave.values(), Counter[JobState]())
        return cls(
            campaign_id=campaign.campaign_id,
            name=campaign.name,
            image_id=campaign.image_id,
            file_name=campaign.file_name,
            version=campaign.version,
            state=campaign.state,
            detail=campaign.detail,
            created_by=campaign.created_by,
            created_at=from_ms(campaign.created_at_ms),
            ended_at=None if campaign.ended_at_ms is None else from_ms(campaign.ended_at_ms),
            stations=together.total(),
            counts=dict(together),
            waves=[_wave_body(wave, states) for wave, states in sorted(by_wave.items())],
            rules=RulesBody.of_rules(campaign.rules),
        )


def _wave_body(wave: int, states: Counter[JobState]) -> WaveBody:
    over = sum(count for state, count in states.items() if state.is_over)
    return WaveBody(wave=wave, stations=states.total(), over=over, counts=dict(states))


class JobBody(BaseModel):
    """A station's part in a campaign."""

    station_id: str
    wave: int
    state: JobState
    detail: str
    tries: int = Field(description="How often it was told.")
    failures: int
    command_id: int | None = Field(description="The last order among the commands.")
    version_before: str | None
    is_told_unsigned: bool = Field(description="It does not know SignedUpdateFirmware, and is told by UpdateFirmware.")
    told_at: datetime | None
    changed_at: datetime | None

    @classmethod
    def of(cls, job: Job, command_id: int | None) -> Self:
        """A job as it is kept."""
        return cls(
            station_id=job.station_id,
            wave=job.wave,
            state=job.state,
            detail=job.detail,
            tries=job.orders,
            failures=job.failures,
            command_id=command_id,
            version_before=job.version_before,
            is_told_unsigned=job.is_told_unsigned,
            told_at=None if job.sent_at_ms is None else from_ms(job.sent_at_ms),
            changed_at=from_ms(job.changed_at_ms) if job.changed_at_ms else None,
        )


class Resumption(Body):
    """How a campaign goes on."""

    is_retry: bool = Field(False, description="Try the failed stations once more.")
