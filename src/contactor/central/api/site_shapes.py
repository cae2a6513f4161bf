"""The forms of sites: what an operator sets, and how its power is shared now."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from contactor.central.api.shapes import Body, ShortText, StationText
from contactor.central.sites.allocation import Policy
from contactor.central.sites.balancer import SiteState
from contactor.central.sites.plan import Purpose
from contactor.central.sites.site import POWER_W_MAX, Member, Site, Window
from contactor.central.week import MINUTES_A_DAY

MEMBERS_MAX = 2000
WINDOWS_MAX = 100

SiteText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Watts = Annotated[int, Field(ge=0, le=POWER_W_MAX)]
Minute = Annotated[int, Field(ge=0, le=MINUTES_A_DAY, description="From midnight by the site's clock.")]
Weekday = Annotated[int, Field(ge=0, le=6, description="0 for Monday to 6 for Sunday.")]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("there is no such time zone; write it as in Europe/Paris")
    ZoneInfo(name)
    return name


ZoneText = Annotated[ShortText, AfterValidator(_zone)]


class WindowBody(Body):
    """A time of the week with a limit of its own; one whose end is not after its beginning runs past midnight."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(examples=[[0, 1, 2, 3, 4]])
    from_minute: Minute = Field(examples=[17 * 60])
    until_minute: Minute = Field(examples=[21 * 60])
    limit_w: Watts = Field(examples=[60_000])


class MemberBody(Body):
    """A station of the site."""

    station_id: StationText = Field(examples=["RDAM-01"])
    priority: Annotated[int, Field(ge=-1000, le=1000)] = Field(0, description="Higher comes first.")
    offline_w: Watts | None = Field(
        None, description="What is kept for it while it is offline; null for what its last profiles allow."
    )
    connector_w: Annotated[int, Field(gt=0, le=POWER_W_MAX)] | None = Field(
        None, description="The most a connector of it may draw, where the guide does not know its model."
    )


class SiteChange(Body):
    """What an operator sets."""

    name: ShortText = Field("", examples=["Depot Rotterdam"])
    limit_w: Watts = Field(description="Where no window says otherwise.", examples=[400_000])
    windows: Annotated[list[WindowBody], Field(max_length=WINDOWS_MAX)] = Field(
        default_factory=list, description="Of those that overlap the lowest limit holds."
    )
    time_zone: ZoneText = Field("UTC", examples=["Europe/Paris"])
    policy: Policy = Policy.EQUAL
    standby_w: Annotated[int, Field(ge=1000, le=POWER_W_MAX)] = Field(
        1000, description="What a car may take from its start until its share is found."
    )
    pace_s: Annotated[int, Field(ge=5, le=3600)] = Field(30, description="A share grows no more often than this.")
    step_w: Annotated[int, Field(ge=100, le=1_000_000)] = Field(
        1000, description="A share is not changed for less, unless the limit asks for it."
    )
    turn_s: Annotated[int, Field(ge=60, le=86_400)] = Field(
        900, description="How long a turn lasts where there is not enough for all cars at a time."
    )
    is_active: bool = Field(True, description="False: the site is watched, and nothing is sent.")
    members: Annotated[list[MemberBody], Field(max_length=MEMBERS_MAX)] = Field(default_factory=list)

    def of(self, site_id: str) -> Site:
        """The site."""
        plain = self.model_dump(exclude={"windows", "members"})
        windows = tuple(
            Window(frozenset(each.weekdays), each.from_minute, each.until_minute, each.limit_w) for each in self.windows
        )
        return Site(
            site_id=site_id,
            **plain,
            windows=windows,
            members=tuple(Member(**each.model_dump()) for each in self.members),
        )


class NewSite(SiteChange):
    """A site to add."""

    site_id: SiteText = Field(examples=["rotterdam"])

    def site(self) -> Site:
        """The site."""
        return SiteChange.model_validate(self.model_dump(exclude={"site_id"})).of(self.site_id)


class SiteBody(SiteChange):
    """A site."""

    site_id: str
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of_site(cls, site: Site, version: int) -> Self:
        """The body of a site."""
        return cls(
            site_id=site.site_id,
            name=site.name,
            limit_w=site.limit_w,
            windows=[
                WindowBody(
                    weekdays=sorted(each.weekdays),
                    from_minute=each.from_minute,
                    until_minute=each.until_minute,
                    limit_w=each.limit_w,
                )
                for each in site.windows
            ],
            time_zone=site.time_zone,
            policy=site.policy,
            standby_w=site.standby_w,
            pace_s=site.pace_s,
            step_w=site.step_w,
            turn_s=site.turn_s,
            is_active=site.is_active,
            members=[
                MemberBody(
                    station_id=each.station_id,
                    priority=each.priority,
                    offline_w=each.offline_w,
                    connector_w=each.connector_w,
                )
                for each in site.members
            ],
            etag=etag_of(version),
        )


class Trial(Body):
    """What to change for a dry run; what is left out stays as it is."""

    limit_w: Watts | None = None
    policy: Policy | None = None
    standby_w: Annotated[int, Field(ge=1000, le=POWER_W_MAX)] | None = None

    def changes(self) -> dict[str, object]:
        """The changes; a limit that is tried holds whatever the time."""
        changes = self.model_dump(exclude_none=True)
        return changes if self.limit_w is None else {**changes, "windows": ()}


class ShareBody(BaseModel):
    """A car that charges and can be limited."""

    station_id: str
    connector_id: int
    transaction_id: int | None
    demand_w: int = Field(description="The most it could use, as far as is known.")
    share_w: int = Field(description="What it is to have; 0 is a pause.")
    in_force_w: int | None = Field(description="The limit the station took last; null: none of ours.")
    soc_percent: float | None


class ReserveBody(BaseModel):
    """Power that is taken off the limit before anything is shared."""

    station_id: str
    connector_id: int
    power_w: int
    why: str


class MoveBody(BaseModel):
    """A limit that is about to be sent."""

    station_id: str
    connector_id: int
    purpose: Purpose
    limit_w: int
    was_w: int | None


class PowerBody(BaseModel):
    """How a site's power is shared now."""

    site_id: str
    limit_w: int
    measured_w: float = Field(description="The sum of the last readings of all that charge.")
    committed_w: int = Field(description="The most that may be drawn when all shares are taken.")
    reserved_w: int
    free_w: int
    is_over: bool = Field(description="What cannot be limited is more than the limit allows.")
    shares: list[ShareBody]
    reserves: list[ReserveBody]
    moves: list[MoveBody]

    @classmethod
    def of(cls, state: SiteState) -> Self:
        """The body of a state."""
        draws = {draw.place: draw for draw in state.survey.draws}
        held = state.survey.held
        shares = [
            ShareBody(
                station_id=share.place.station_id,
                connector_id=share.place.connector_id,
                transaction_id=held[share.place].transaction_id,
                demand_w=draws[share.place].demand_w,
                share_w=share.limit_w,
                in_force_w=held[share.place].in_force_w,
                soc_percent=draws[share.place].soc_percent,
            )
            for share in state.allocation.shares
        ]
        return cls(
            site_id=state.site.site_id,
            limit_w=state.allocation.limit_w,
            measured_w=state.survey.measured_w,
            committed_w=state.allocation.committed_w,
            reserved_w=state.allocation.reserved_w,
            free_w=state.allocation.free_w,
            is_over=state.allocation.is_over,
            shares=shares,
            reserves=[
                ReserveBody(**each.place._asdict(), power_w=each.power_w, why=each.why)
                for each in state.survey.reserves
            ],
            moves=[
                MoveBody(**each.place._asdict(), purpose=each.purpose, limit_w=each.limit_w, was_w=each.was_w)
                for each in state.moves
            ],
        )


def etag_of(version: int) -> str:
    """The version of a site."""
    return f'"{version}"'
