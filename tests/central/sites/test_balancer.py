"""A site in closed loop with virtual stations: what the meters draw against what the site may have."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.central.sites.allocation import Policy
from contactor.central.sites.draws import Place
from contactor.central.sites.site import Member, Site, Window
from tests.central.sites.fleet import FleetSite, fleet_site

Choice = TypeVar("Choice")

SETTLING_S = 20.0
"""How long a site may be above its limit after a car began, the limit fell, or a station came back."""
TWO = {"LEFT": "EVD1S180TBB", "RIGHT": "EVD1S180TBB"}
CHADEMO = {"LEFT": "EVD1S180TBB", "RIGHT": "EVD1S120THB"}


def site_of(models: dict[str, str], limit_w: int, **changes: object) -> Site:
    site = Site("DEPOT", "Depot", limit_w, pace_s=10, members=tuple(Member(name) for name in models))
    return replace(site, **changes)  # type: ignore[arg-type]  # a site's own fields by name


async def settled(site: FleetSite) -> None:
    await asyncio.sleep(180.0)


def test_two_cars_share_a_limit_and_the_one_that_stays_gets_it_all() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.set_site(site_of(TWO, 100_000))
            await site.start_charge("LEFT", 1, "saloon")
            await site.start_charge("RIGHT", 1, "saloon")
            await settled(site)
            left, right = (site.stations[name].rig.read(OutletNumber(1)).power_w for name in TWO)
            assert (round(left), round(right)) == (50_000, 50_000)
            site.stations["LEFT"].unplug(OutletNumber(1))
            await settled(site)
            assert 90_000 < site.power_w() <= 100_001

    run_virtually(story())


def test_d_17_chademo_takes_what_it_takes_and_the_others_share_the_rest() -> None:
    async def story() -> None:
        async with fleet_site(CHADEMO) as site:
            site.set_site(site_of(CHADEMO, 100_000))
            await site.start_charge("RIGHT", 2, "old_hatchback")
            await site.start_charge("LEFT", 1, "saloon")
            await settled(site)
            chademo_w = site.stations["RIGHT"].rig.read(OutletNumber(2)).power_w
            assert chademo_w > 30_000
            assert 30_000 < site.power_w() - chademo_w <= 100_001 - chademo_w

    run_virtually(story())


def test_d_16_a_car_that_is_held_at_0_draws_only_its_residual_current_and_its_turn_comes() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.set_site(site_of(TWO, 4000, turn_s=300))
            for name in TWO:
                await site.start_charge(name, 1, "saloon")
                await site.start_charge(name, 2, "saloon")
            meters = [(site.stations[name].rig, OutletNumber(number)) for name in TWO for number in (1, 2)]
            before = [rig.energy_delivered_wh(outlet) for rig, outlet in meters]
            await asyncio.sleep(4 * 300.0)
            took = [rig.energy_delivered_wh(outlet) - wh for (rig, outlet), wh in zip(meters, before, strict=True)]
            assert site.power_w() <= 4000
            assert min(took) > 30.0

    run_virtually(story())


def test_a_window_of_the_week_lowers_the_limit_while_it_lasts() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            # Noon of 1 May 2026, a Friday, in UTC is 14:00 in Paris.
            window = Window(frozenset({4}), 14 * 60 + 10, 14 * 60 + 20, 30_000)
            site.set_site(site_of(TWO, 100_000, windows=(window,), time_zone="Europe/Paris"))
            await site.start_charge("LEFT", 1, "grand_tourer")
            await asyncio.sleep(500.0)
            assert site.power_w() > 80_000
            await asyncio.sleep(150.0)
            assert 25_000 < site.power_w() <= 30_001
            await asyncio.sleep(700.0)
            assert site.power_w() > 80_000

    run_virtually(story())


def test_what_a_station_had_counts_on_while_it_is_offline() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.set_site(site_of(TWO, 100_000))
            await site.start_charge("LEFT", 1, "saloon")
            await site.start_charge("RIGHT", 1, "saloon")
            await settled(site)
            site.lose_network("LEFT")
            site.stations["RIGHT"].unplug(OutletNumber(1))
            await site.start_charge("RIGHT", 2, "grand_tourer")
            await settled(site)
            state = await site.central.balancer.state("DEPOT")
            assert state is not None
            # What it was told last, and a car that may begin at its other outlet by the standby profile.
            assert {each.place: each.power_w for each in state.survey.reserves} == {
                Place("LEFT", 1): 50_000,
                Place("LEFT", 2): 1000,
            }
            assert 90_000 < site.power_w() <= 100_001
            site.return_network("LEFT")
            await settled(site)
            assert 90_000 < site.power_w() <= 100_001

    run_virtually(story())


def test_a_station_that_never_had_a_profile_counts_in_full_while_offline_unless_the_operator_says_how_much() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.lose_network("LEFT")
            await asyncio.sleep(1.0)
            site.set_site(site_of(TWO, 400_000))
            state = await site.central.balancer.state("DEPOT")
            assert state is not None
            assert state.allocation.reserved_w == 180_000
            members = (Member("LEFT", offline_w=20_000), Member("RIGHT"))
            site.set_site(site_of(TWO, 400_000, members=members), version=2)
            state = await site.central.balancer.state("DEPOT")
            assert state is not None
            assert state.allocation.reserved_w == 20_000

    run_virtually(story())


def test_a_dry_run_sends_nothing_and_an_inactive_site_is_left_alone() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.set_site(site_of(TWO, 100_000, is_active=False))
            await site.start_charge("LEFT", 1, "saloon")
            await settled(site)
            state = await site.central.balancer.state("DEPOT", lambda known: replace(known, limit_w=40_000))
            assert state is not None
            (share,) = state.allocation.shares
            assert (share.place, share.limit_w) == (Place("LEFT", 1), 40_000)
            assert [move.limit_w for move in state.moves if move.place == Place("LEFT", 1)] == [40_000]
            # What the central system asks of a station that it has just met is no limit.
            assert {command.action for command in await site.central.desk.history()} <= {"GetConfiguration"}
            assert site.power_w() > 100_000

    run_virtually(story())


def test_only_what_changed_is_sent_and_not_more_often_than_the_pace() -> None:
    async def story() -> None:
        async with fleet_site(TWO) as site:
            site.set_site(site_of(TWO, 60_000))
            await site.start_charge("LEFT", 1, "grand_tourer", soc=0.2)
            await settled(site)
            sent = len(await site.central.desk.history())
            await asyncio.sleep(600.0)
            assert len(await site.central.desk.history()) - sent <= 1

    run_virtually(story())


def test_twenty_stations_that_come_go_and_drop_stay_within_the_limit() -> None:
    """The closed loop of the promise: never above the limit for longer than the settling time, and never idle."""
    models = {f"S{number:02}": "EVD1S120THB" if number % 4 == 0 else "EVD1S180TBB" for number in range(20)}
    limit_w = 600_000

    async def story() -> None:
        async with fleet_site(models) as site:
            site.set_site(site_of(models, limit_w, policy=Policy.EQUAL))
            await asyncio.sleep(60.0)
            crowd = asyncio.create_task(_crowd(site, models))
            over_s = 0.0
            for second in range(450):
                await asyncio.sleep(1.0)
                power_w = site.power_w()
                over_s = over_s + 1.0 if power_w > limit_w + 1 else 0.0
                assert over_s <= SETTLING_S, f"{power_w:.0f} W after {second} s"
            crowd.cancel()
            for name in models:
                site.return_network(name)
            # Their next try to connect comes within the longest back-off.
            async with asyncio.timeout(600.0):
                for name, station in site.stations.items():
                    await station.until(partial(site.central.sessions.is_online, name))
            await asyncio.sleep(60.0)
            assert 0.8 * limit_w < site.power_w() <= limit_w + 1

    run_virtually(story())


async def _crowd(site: FleetSite, models: dict[str, str]) -> None:
    """Cars come and go at random, and the network of a station is lost and found."""
    dice = Dice(6)
    while True:
        await asyncio.sleep(dice.between(1.0, 10.0))
        name = _pick(dice, list(models))
        station, outlet = site.stations[name], _pick(dice, [1, 2])
        number = OutletNumber(outlet)
        happening = dice.between(0.0, 1.0)
        if happening < 0.1:
            site.lose_network(name)
        elif happening < 0.25:
            site.return_network(name)
        elif station.rig.is_plugged(number):
            if dice.between(0.0, 1.0) < 0.3:
                station.unplug(number)
        else:
            car = "old_hatchback" if models[name].endswith("THB") and outlet == 2 else _pick(dice, ["saloon", "van"])
            await site.start_charge(name, outlet, car, soc=dice.between(0.05, 0.6))


def _pick(dice: Dice, choices: Sequence[Choice]) -> Choice:
    return choices[int(dice.between(0.0, len(choices) - 1e-9))]
