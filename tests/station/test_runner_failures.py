"""A station on the event loop whose store or whose restart fails: no energy unaccounted for, and back by itself."""

import asyncio
from datetime import UTC, datetime

import pytest

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.base.virtual_loop import run_virtually
from contactor.guide.load import load_product
from contactor.rig.garage import vehicle_model
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle
from contactor.station.effects import Note
from contactor.station.runner import STORE_RETRY_S, StationRunner
from contactor.station.screen import Screen
from contactor.station.settings import StationSettings
from contactor.station.store.memory import ForgetfulStore
from contactor.station.watcher import Nobody
from tests.station.bench import CONFIGURED
from tests.station.test_transfer_tasks import Central, LoopClock

OUTLET = OutletNumber(1)
PLENTY = 10**9


class Notes(Nobody):
    """Keeps what the station notes."""

    def __init__(self, kept: list[Note]) -> None:
        self.kept = kept

    def noted(self, note: Note) -> None:
        self.kept.append(note)


class Site:
    """One free-mode station with a car on its outlet, on the loop that runs."""

    def __init__(self) -> None:
        self.central = Central()
        self.store = ForgetfulStore(PLENTY)
        self.rig = Rig([PlugKind.CCS2, PlugKind.CCS2], 6, dice=Dice(1))
        self.notes: list[Note] = []
        self.runner = StationRunner(
            load_product(),
            StationSettings(
                model="EVD1S180TBB", serial="SN-1", initial={**CONFIGURED, "AuthenticationOCPPMode": "false"}
            ),
            self.rig,
            self.store,
            self.central,
            clock=LoopClock(datetime(2026, 1, 1, tzinfo=UTC)),
            dice=Dice(2),
            watcher=Notes(self.notes),
        )

    async def charge(self) -> None:
        """Switch on, plug, and let energy flow for half a minute."""
        self.runner.power_on()
        await self.central.hears("StatusNotification", "Available")
        self.runner.catch_up()
        self.rig.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
        self.runner.catch_up()
        await self.central.hears("StatusNotification", "Charging")
        await asyncio.sleep(30)

    def is_on(self) -> bool:
        """Whether the software runs at this moment."""
        return self.runner.is_on

    def noted(self, event: str) -> list[Note]:
        return [note for note in self.notes if note.event == event]

    async def flows(self) -> bool:
        """Whether the register grows within ten seconds."""
        self.runner.catch_up()
        before_wh = self.rig.read(OUTLET).register_wh
        await asyncio.sleep(10)
        self.runner.catch_up()
        return self.rig.read(OUTLET).register_wh > before_wh


def test_while_the_store_fails_no_energy_flows_and_afterwards_the_charge_is_closed() -> None:
    """Q-09, STP-01 Reboot: the disk is full in the middle of a charge, and has room again a minute later."""

    async def story() -> None:
        site = Site()
        await site.charge()
        assert await site.flows()
        site.store.commits_left = 0
        await asyncio.sleep(60)  # until the next sample wants to be kept
        assert not site.runner.is_on
        assert not await site.flows()
        assert len(site.noted("station failed")) >= 2
        site.store.commits_left = PLENTY
        await asyncio.sleep(2 * STORE_RETRY_S)
        await site.central.hears("StatusNotification", "Finishing")
        (stopped,) = site.noted("transaction stopped")
        assert stopped.facts["reason"] == "Reboot"
        assert stopped.facts["energy_wh"] == site.rig.read(OUTLET).register_wh
        await site.runner.shut_down()

    run_virtually(story())


def test_rst_06_a_restart_that_is_made_to_fail_is_tried_again() -> None:
    """RST-06, ResetRetries 2: the third attempt works."""

    async def story() -> None:
        site = Site()
        site.runner.power_on()
        await site.central.hears("StatusNotification", "Available")
        await asyncio.sleep(5)  # the other connectors are told of as well
        site.runner.restarts_to_fail = 2
        site.central.told.clear()
        site.central.ask("Reset", {"type": "Hard"})
        await site.central.hears("StatusNotification", "Available")
        assert site.runner.restarts_to_fail == 0
        assert len(site.central.versions) == 2
        assert site.noted("reset failed") == []
        await site.runner.shut_down()

    run_virtually(story())


def test_a_store_that_fails_at_a_restart_does_not_keep_the_station_away() -> None:
    """RST-02, Q-09: the disk is full at the first commit of the new life, and has room later."""

    async def story() -> None:
        site = Site()
        site.runner.power_on()
        await site.central.hears("StatusNotification", "Available")
        await asyncio.sleep(5)
        site.central.ask("Reset", {"type": "Hard"})
        site.store.commits_left = 1  # the reset itself is still kept
        await asyncio.sleep(60)
        assert not site.is_on()
        site.store.commits_left = PLENTY
        await asyncio.sleep(2 * STORE_RETRY_S)
        assert site.is_on()
        await site.runner.shut_down()

    run_virtually(story())


def test_a_mistake_of_ours_ends_in_a_fresh_start_and_not_in_a_silent_charger(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        site = Site()
        await site.charge()
        monkeypatch.setattr(Screen, "touched", lambda _screen, outlet: {}[outlet])
        site.rig.touch_screen(OUTLET)
        site.runner.catch_up()
        assert not site.is_on()
        assert site.noted("station failed")[0].facts["reason"] == "the software failed: KeyError: 1"
        monkeypatch.undo()
        await asyncio.sleep(4)  # until the current has ramped down
        assert not await site.flows()
        await asyncio.sleep(2 * STORE_RETRY_S)
        await site.central.hears("StatusNotification", "Finishing")
        assert site.noted("transaction stopped")[0].facts["reason"] == "Reboot"
        await site.runner.shut_down()

    run_virtually(story())
