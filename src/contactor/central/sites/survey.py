"""What a site looks like now, as the sharing needs it: a pure function of what the record says of its stations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contactor.central.milliseconds import to_ms
from contactor.central.sites.demand import MARGIN, RAMP_S, Drawing, demand_w
from contactor.central.sites.draws import Draw, Place, Reserve, Room
from contactor.central.sites.plan import Held
from contactor.central.sites.site import Member, Site
from contactor.guide.entries import Model, Product
from contactor.ocpp.enumerations import ChargePointStatus

CONNECTOR_W_UNKNOWN = 150_000
"""What a connector counts for where neither the guide nor the operator says what it may draw."""
RESIDUAL_VOLTAGE_V = 1000
"""The highest voltage of a car: what the residual current is counted at until a reading tells more (D-16)."""
REFUSALS_MAX = 2
"""So many times a limit for a charge may be refused, before its connector counts as one that cannot be limited.

Once is no proof: a station may be asked in the very moment in which a charge begins or ends.
"""
REFUSED_S = 600.0
"""How long a connector that refused a limit counts as one that cannot be limited, before it is tried again."""
MINIMUM_W_UNKNOWN = 1000

CANNOT = "its outlet cannot be limited"
REFUSED = "it refused a limit"
OFFLINE = "the station is offline; the last limits it took count"
OFFLINE_SET = "the station is offline; the operator keeps so much for it"


@dataclass(frozen=True, slots=True)
class Charge:
    """A transaction that is open, and the last that is known of it; instants in milliseconds."""

    connector_id: int
    transaction_id: int
    started_at_ms: int
    power_w: float | None
    soc_percent: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """The limits a connector was sent by the site, as the record of commands and profiles has them."""

    standby_w: int | None = None
    share_w: int | None = None
    share_transaction_id: int | None = None
    share_since_ms: int = 0
    pending_w: int | None = None
    is_under_way: bool = False
    changed_at_ms: int = 0
    failed_at_ms: int | None = None
    refusals: int = 0
    refused_transaction_id: int | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class StationNow:
    """What the record says of one station of a site.

    `product` and `model` are None for a station the guides do not know. The limits are the keys the installer set,
    None where the station has not told them (D-24).
    """

    member: Member
    is_online: bool
    product: Product | None
    model: Model | None
    station_limit_w: int | None
    connector_limits_w: Mapping[int, int]
    stack_level_told: int | None
    statuses: Mapping[int, str]
    charges: Sequence[Charge]
    told: Mapping[int, Told]

    @property
    def connectors(self) -> list[int]:
        """Its connectors, by number."""
        if self.model is not None:
            return list(range(1, len(self.model.outlets) + 1))
        known = {number for number in self.statuses if number > 0} | {each.connector_id for each in self.charges}
        return sorted(known)

    def ceiling_w(self, connector_id: int) -> int:
        """The most a connector may draw, whatever the site says."""
        rated_w = self.member.connector_w or CONNECTOR_W_UNKNOWN
        if self.model is not None:
            rated_w = self.model.power_w
        return min(rated_w, self.room_w, self.connector_limits_w.get(connector_id, rated_w))

    @property
    def room_w(self) -> int:
        """The most the whole station may draw."""
        if self.model is None:
            unknown_w = (self.member.connector_w or CONNECTOR_W_UNKNOWN) * max(1, len(self.connectors))
            return unknown_w if self.station_limit_w is None else self.station_limit_w
        return self.model.power_w if self.station_limit_w is None else min(self.model.power_w, self.station_limit_w)

    def can_be_limited(self, connector_id: int, now_ms: int) -> bool:
        """Whether a limit can be hoped to be kept: not by CHAdeMO (D-17), nor by who just refused one."""
        return self._has_smart_charging(connector_id) and not self.has_refused(connector_id, now_ms)

    def has_refused(self, connector_id: int, now_ms: int) -> bool:
        """Whether it keeps saying no to limits for the charge that goes on."""
        told = self.told.get(connector_id, NOTHING_TOLD)
        charge = next((each.transaction_id for each in self.charges if each.connector_id == connector_id), None)
        if told.failed_at_ms is None or told.refused_transaction_id not in (None, charge):
            return False
        return told.refusals >= REFUSALS_MAX and now_ms - told.failed_at_ms < REFUSED_S * 1000

    def _has_smart_charging(self, connector_id: int) -> bool:
        if self.product is None or self.model is None:
            return True
        return self.model.outlets[connector_id - 1] not in self.product.charging_profiles.outlets_without

    @property
    def stack_level(self) -> int:
        """The highest stack level there is: a site's limits go above everybody else's (SC-06)."""
        if self.stack_level_told is not None or self.product is None:
            return self.stack_level_told or 0
        return self.product.charging_profiles.stack_level_max

    @property
    def minimum_w(self) -> int:
        """The lowest limit but 0 (D-15)."""
        return MINIMUM_W_UNKNOWN if self.product is None else self.product.charging_profiles.minimum_limit_w

    @property
    def residual_w(self) -> int:
        """What a car held at 0 draws all the same, at worst (D-16): its part of the modules' residual current."""
        if self.product is None or self.model is None:
            return 0
        current_a = self.product.charging_profiles.residual_a_per_module * self.model.module_count
        return round(current_a * RESIDUAL_VOLTAGE_V / len(self.model.outlets))


@dataclass(frozen=True, slots=True)
class Survey:
    """A site as the sharing sees it."""

    limit_w: int
    turn: int
    draws: Sequence[Draw]
    reserves: Sequence[Reserve]
    rooms: Sequence[Room]
    held: Mapping[Place, Held]
    idle: Sequence[Held]
    """Connectors of stations that can be reached and limited, whether or not a car charges."""
    measured_w: float


def survey(site: Site, stations: Iterable[StationNow], now: datetime) -> Survey:
    """Sort everything that draws power into what can be limited and what cannot."""
    now_ms = to_ms(now)
    draws: list[Draw] = []
    reserves: list[Reserve] = []
    rooms: list[Room] = []
    held: dict[Place, Held] = {}
    idle: list[Held] = []
    measured_w = 0.0
    for station in stations:
        measured_w += sum(each.power_w or 0.0 for each in station.charges)
        rooms.append(_room(station))
        if not station.is_online:
            reserves += _offline(station)
            continue
        charges = {each.connector_id: each for each in station.charges}
        for connector_id in station.connectors:
            charge = charges.get(connector_id)
            if not station.can_be_limited(connector_id, now_ms):
                if charge is not None:
                    reserves.append(_fixed(station, charge, now_ms))
                continue
            known = _held(station, connector_id, charge, site.pace_s)
            idle.append(known)
            if charge is not None:
                draw = _draw(station, charge, known, now_ms)
                draws.append(draw)
                held[draw.place] = known
    bounded = _within_rooms(reserves, rooms)
    return Survey(site.limit_at(now), site.turn_at(now), draws, bounded, rooms, held, idle, measured_w)


def _room(station: StationNow) -> Room:
    model = station.model
    if model is None:
        return Room(station.member.station_id, station.room_w)
    return Room(station.member.station_id, station.room_w, model.module_count, model.module_kw * 1000)


def _offline(station: StationNow) -> list[Reserve]:
    """What a station that cannot be reached may draw: a car may have come, gone, or changed since."""
    station_id = station.member.station_id
    if station.member.offline_w is not None:
        return [Reserve(Place(station_id, 0), station.member.offline_w, OFFLINE_SET)]
    return [
        Reserve(Place(station_id, number), _last_known_w(station, number), OFFLINE) for number in station.connectors
    ]


def _last_known_w(station: StationNow, connector_id: int) -> int:
    """The higher of its two limits: the transaction that went by one may have ended, and another begun."""
    ceiling_w = station.ceiling_w(connector_id)
    told = station.told.get(connector_id, NOTHING_TOLD)
    if not station.can_be_limited(connector_id, 0) or told.standby_w is None:
        return ceiling_w
    return min(ceiling_w, max(told.standby_w, told.share_w or 0, told.pending_w or 0))


def _fixed(station: StationNow, charge: Charge, now_ms: int) -> Reserve:
    """A car that takes what it likes: all its connector gives, until it has shown that it takes less.

    A battery takes less and less as it fills; what is reserved are the whole modules its draw needs, with a margin.
    """
    why = REFUSED if station.has_refused(charge.connector_id, now_ms) else CANNOT
    power_w = station.ceiling_w(charge.connector_id)
    if charge.power_w is not None and now_ms - charge.started_at_ms >= RAMP_S * 1000:
        shown_w = round(charge.power_w * MARGIN)
        room = _room(station)
        power_w = min(power_w, shown_w if room.modules is None else room.modules_for(shown_w) * room.module_w)
    return Reserve(Place(station.member.station_id, charge.connector_id), power_w, why)


def _within_rooms(reserves: Sequence[Reserve], rooms: Sequence[Room]) -> list[Reserve]:
    """No station draws more than it can, however much its connectors could each."""
    left_w = {room.station_id: room.limit_w for room in rooms}
    bounded = []
    for each in reserves:
        power_w = min(each.power_w, left_w[each.place.station_id])
        left_w[each.place.station_id] -= power_w
        bounded.append(Reserve(each.place, power_w, each.why))
    return bounded


def _held(station: StationNow, connector_id: int, charge: Charge | None, pace_s: int) -> Held:
    told = station.told.get(connector_id, NOTHING_TOLD)
    in_force_w = told.standby_w
    if charge is not None and told.share_w is not None and told.share_transaction_id == charge.transaction_id:
        in_force_w = told.share_w
    return Held(
        place=Place(station.member.station_id, connector_id),
        ceiling_w=station.ceiling_w(connector_id),
        in_force_w=in_force_w,
        pending_w=told.pending_w,
        is_under_way=told.is_under_way,
        changed_at_ms=told.changed_at_ms,
        waits_until_ms=0 if told.failed_at_ms is None else told.failed_at_ms + pace_s * 1000,
        standby_w=told.standby_w,
        transaction_id=None if charge is None else charge.transaction_id,
    )


def _draw(station: StationNow, charge: Charge, known: Held, now_ms: int) -> Draw:
    told = station.told.get(charge.connector_id, NOTHING_TOLD)
    since_ms = max(charge.started_at_ms, told.share_since_ms)
    is_suspended = station.statuses.get(charge.connector_id) == ChargePointStatus.SUSPENDED_EV
    drawing = Drawing(charge.power_w, known.in_force_w, (now_ms - since_ms) / 1000.0, is_suspended)
    residual_w = station.residual_w
    if known.in_force_w == 0 and charge.power_w is not None and drawing.limit_age_s >= RAMP_S:
        residual_w = round(charge.power_w)
    return Draw(
        place=known.place,
        demand_w=known.ceiling_w if known.in_force_w == 0 else demand_w(drawing, ceiling_w=known.ceiling_w),
        ceiling_w=known.ceiling_w,
        minimum_w=station.minimum_w,
        residual_w=min(residual_w, known.ceiling_w),
        arrived_at_ms=charge.started_at_ms,
        soc_percent=charge.soc_percent,
        priority=station.member.priority,
    )
