"""A real (virtual) station at a real central system, and its twin: what both make of the same command."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from contactor.base.ids import OutletNumber, StationId
from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandState, Order
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.known_rows import load_known
from contactor.central.rehearsal.rehearsal import Rehearsal, Trial
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.trace import Direction
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.control.state_view import statuses_of
from contactor.virtual.scenario.frame_log import FrameLog
from contactor.virtual.twin.rehearsing import rehearse
from tests.central.bench import Json
from tests.central.sites.fleet import BADGE, FleetSite, fleet_site

OUTLET = OutletNumber(1)
WATCH_S = 60
DURATION_S = 3600
BY_THE_CLOCK = ("MeterValues", "Heartbeat")
"""What comes whether or not somebody asked something."""

Scene = Callable[[FleetSite, str], Awaitable[None]]
Filling = Callable[[KnownStation], Json]


@dataclass(frozen=True)
class Deeds:
    """What a station did: its answer's word, what it told, and where it stands after the watch."""

    status: str | None
    told: list[tuple[str, Json]]
    statuses: dict[int, ChargePointStatus | None]
    limits: list[list[float]]


@dataclass(frozen=True)
class Both:
    """What the record knew, what the real station did, and what its twin said it would."""

    known: KnownStation
    real: Deeds
    rehearsal: Rehearsal

    @property
    def twin(self) -> Deeds:
        answer = self.rehearsal.answer.fields
        status = answer.get("status")
        return Deeds(
            None if status is None else str(status),
            essence((each.action, dict(each.payload)) for each in self.rehearsal.told),
            dict(self.rehearsal.after.statuses),
            [[period.limit for period in each.periods] for each in self.rehearsal.after.schedules],
        )


def essence(told: Iterable[tuple[str, Json]]) -> list[tuple[str, Json]]:
    """What was said, without the instants, the meters, and what is told by the clock."""
    dropped = ("timestamp", "meterStop", "meterStart", "transactionId", "transactionData")
    return [
        (action, {name: value for name, value in fields.items() if name not in dropped})
        for action, fields in told
        if action not in BY_THE_CLOCK
    ]


@dataclass(frozen=True)
class Case:
    """A command at a station where a scene was set; `filling` makes the payload of what is known by then."""

    name: str
    scene: Scene
    action: str
    filling: Filling
    status: str


def play(scene: Scene, cases: Sequence[Case], *, model: str = "EVD1S180TBB") -> dict[str, Both]:
    """Set a scene at a station for each command, know it, order it for real, and then try the same on twins."""

    async def story() -> list[tuple[KnownStation, Json, Deeds]]:
        async with fleet_site({f"REAL-{number}": model for number in range(len(cases))}) as site:
            real = [_real(site, name, case) for name, case in zip(site.stations, cases, strict=True)]
            return await asyncio.gather(*real)

    async def _real(site: FleetSite, name: str, case: Case) -> tuple[KnownStation, Json, Deeds]:
        await scene(site, name)
        known = known_of(site, name)
        payload = case.filling(known)
        log = FrameLog(name, site.central.clock, lambda: None)
        site.stations[name].watchers.append(log)
        status = (await order(site, name, case.action, payload))[0]
        await asyncio.sleep(WATCH_S)
        calls = [
            (each.action or "", dict(each.payload))
            for each in log.frames
            if each.direction is Direction.SENT and each.kind is FrameKind.CALL and isinstance(each.payload, dict)
        ]
        statuses = statuses_of(site.stations[name])
        limits = [await _limits(site, name, connector_id) for connector_id in (0, 1, 2)]
        return known, payload, Deeds(status, essence(calls), statuses, limits)

    done = {}
    for case, (known, payload, deeds) in zip(cases, run_virtually(story()), strict=True):
        trial = Trial(case.action, payload, WATCH_S, DURATION_S)
        done[case.name] = Both(known, deeds, run_virtually(rehearse(known, trial)))
    return done


def known_of(site: FleetSite, name: str, *tags: str) -> KnownStation:
    """What the record knows of the real station now."""
    with site.central.engine.connect() as connection:
        found = load_known(connection, name, site.now(), is_online=True, tags=(BADGE, *tags))
    assert found is not None
    return found


async def order(site: FleetSite, name: str, action: str, payload: Json) -> tuple[str | None, Json]:
    """Have the real station do something, whatever the central system thinks of it; its word and its answer."""
    desk = site.central.desk
    view = await desk.submit(Order(StationId(name), action, payload, "test", force=True))
    view = await desk.settled(view.command_id, wait_s=60)
    assert view.state in (CommandState.ANSWERED, CommandState.REFUSED), view
    return view.status, dict(view.answer or {})


async def _limits(site: FleetSite, name: str, connector_id: int) -> list[float]:
    _, answer = await order(site, name, "GetCompositeSchedule", {"connectorId": connector_id, "duration": DURATION_S})
    schedule = answer.get("chargingSchedule")
    periods = schedule["chargingSchedulePeriod"] if isinstance(schedule, dict) else []
    return [float(each["limit"]) for each in periods]
