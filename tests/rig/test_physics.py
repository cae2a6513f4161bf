"""What holds in every story, however wild: hypothesis tells them, and the hardware's laws are checked at every step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, GrantPower, StopEnergy
from contactor.hardware.port import Reading
from contactor.hardware.signals import Signal
from contactor.rig.garage import vehicle_model
from contactor.rig.outlet_moves import CLOSED, OutletState
from contactor.rig.plug import RATINGS, PlugKind
from contactor.rig.rig import Rig
from contactor.rig.settings import RigSettings
from contactor.rig.vehicle import Pause, Vehicle

OUTLETS = (OutletNumber(1), OutletNumber(2))
PLUGS = (PlugKind.CCS2, PlugKind.CHADEMO)
MODULE_W = 30_000.0
RESIDUAL_PER_MODULE_A = 0.5
ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Deed:
    verb: str
    outlet: OutletNumber
    number: int
    share: float


VERBS = ["plug", "unplug", "allow", "stop", "grant", "turn down", "fault", "mend", "power off", "power on"]
DEEDS = st.builds(
    Deed,
    # Energy needs a plug, a grant and a permission: these come more often, so that most stories see current.
    verb=st.sampled_from([*VERBS, "plug", "plug", "grant", "grant", "allow", "allow", "allow", "power on", "power on"]),
    outlet=st.sampled_from(OUTLETS),
    number=st.integers(0, 5),
    share=st.floats(0, 1),
)
STORIES = st.lists(st.tuples(DEEDS, st.sampled_from([0.0, 0.3, 1.0, 7.7, 60.0, 900.0])), min_size=12, max_size=40)
FAULTS = ("0x100202", "0x100213", "0x200002", "0x200101", "0x100102", "0x100009")
CARS = {PlugKind.CCS2: ("city_car", "saloon", "van", "grand_tourer"), PlugKind.CHADEMO: ("old_hatchback",)}


def new_rig() -> Rig:
    return Rig(PLUGS, 5, dice=Dice("physics"), registers_wh=(7, 0))


def bring_vehicle(plug: PlugKind, deed: Deed) -> Vehicle:
    cars = CARS[plug]
    return Vehicle(
        vehicle_model(cars[deed.number % len(cars)]),
        soc=deed.share,
        stops_at_soc=1.0 if deed.number % 2 else 0.9,
        ends_when_done=deed.number < 3,
        willing_after_s=10.0 * (deed.number % 3),
        pauses=(Pause(100.0, 33.3),),
    )


def do(rig: Rig, deed: Deed) -> None:
    """Do what makes sense now; refusals have tests of their own."""
    outlet, fault = deed.outlet, FAULTS[deed.number]
    scope = outlet if fault.startswith("0x10") else None
    match deed.verb:
        case "plug" if not rig.is_plugged(outlet):
            rig.plug(outlet, bring_vehicle(rig.plug_kind(outlet), deed))
        case "unplug" if rig.is_plugged(outlet):
            rig.unplug(outlet)
        case "turn down" if (vehicle := rig.vehicle(outlet)) is not None:
            rig.limit_vehicle(outlet, deed.share * vehicle.model.power_max_w)
        case "allow":
            rig.obey(AllowEnergy(outlet))
        case "stop":
            rig.obey(StopEnergy(outlet))
        case "grant":
            rig.obey(GrantPower(outlet, deed.number, granted_w(deed)))
        case "fault":
            rig.raise_fault(fault, scope)
        case "mend" if (fault, scope) in rig.faults():
            rig.clear_fault(fault, scope)
        case "power off":
            rig.power_off()
        case "power on":
            rig.power_on()


def granted_w(deed: Deed) -> float:
    """One grant in about five says 0 W."""
    return max(0.0, deed.share * 1.25 - 0.25) * 150_000.0


class Laws:
    """Checks what must hold at any moment, and between this moment and the one before."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.limits_w = dict.fromkeys(OUTLETS, 0.0)
        self.registers_wh = dict.fromkeys(OUTLETS, 0)
        self.charges: dict[OutletNumber, tuple[Vehicle, float]] = {}

    def note(self, deed: Deed) -> None:
        if deed.verb == "grant" and self.rig.is_powered:
            self.limits_w[deed.outlet] = granted_w(deed)

    def check(self) -> None:
        assert sum(self.rig.modules_granted(outlet) for outlet in OUTLETS) <= self.rig.modules_healthy
        for outlet, initial_wh in zip(OUTLETS, (7, 0), strict=True):
            reading = self.rig.read(outlet)
            assert reading.register_wh == initial_wh + math.floor(self.rig.energy_delivered_wh(outlet))
            assert reading.register_wh >= self.registers_wh[outlet]
            assert reading.voltage_v * reading.current_a == pytest.approx(reading.power_w, abs=1e-6)
            self.check_bounds(outlet, reading)
            self.check_charge(outlet)
            self.registers_wh[outlet] = reading.register_wh

    def check_bounds(self, outlet: OutletNumber, reading: Reading) -> None:
        vehicle, modules = self.rig.vehicle(outlet), self.rig.modules_granted(outlet)
        if vehicle is None or self.rig.state(outlet) not in CLOSED | {OutletState.STOPPING, OutletState.TURNING}:
            assert (reading.power_w, reading.current_a, reading.voltage_v) == (0.0, 0.0, 0.0)
            return
        rating = RATINGS[self.rig.plug_kind(outlet)]
        assert reading.current_a <= min(rating.current_max_a, vehicle.model.current_max_a) * ROUNDING
        assert reading.power_w <= min(modules * MODULE_W, rating.power_max_w, vehicle.model.power_max_w) * ROUNDING
        residual_w = modules * RESIDUAL_PER_MODULE_A * reading.voltage_v
        if self.rig.plug_kind(outlet) is PlugKind.CCS2:
            assert reading.power_w <= max(self.limits_w[outlet], residual_w) * ROUNDING
            assert reading.offered_w <= self.limits_w[outlet] * ROUNDING

    def check_charge(self, outlet: OutletNumber) -> None:
        vehicle = self.rig.vehicle(outlet)
        if vehicle is None:
            self.charges.pop(outlet, None)
            return
        assert 0 <= vehicle.soc <= 1
        before, charge_wh = self.charges.get(outlet, (vehicle, vehicle.charge_wh))
        if before is vehicle:
            assert vehicle.charge_wh >= charge_wh
        self.charges[outlet] = vehicle, vehicle.charge_wh


@settings(max_examples=150, deadline=None)
@given(story=STORIES)
def test_no_story_breaks_a_law_of_the_hardware(story: Sequence[tuple[Deed, float]]) -> None:
    rig = new_rig()
    laws = Laws(rig)
    for deed, wait_s in story:
        laws.note(deed)
        do(rig, deed)
        laws.check()
        for part in (1, 2, 3):
            rig.advance(rig.now_s + wait_s * part / 6)
            laws.check()


def tell(story: Sequence[tuple[Deed, float]], looks: int) -> tuple[list[list[Signal]], list[list[Reading]]]:
    """Play a story, looking so many times while waiting; give back what was told and read after each wait."""
    rig = new_rig()
    signals: list[list[Signal]] = []
    readings: list[list[Reading]] = []
    for deed, wait_s in story:
        do(rig, deed)
        start_s, end_s = rig.now_s, rig.now_s + wait_s
        heard: list[Signal] = []
        for look in range(1, looks):
            heard += rig.advance(start_s + wait_s * look / looks)
            rig.read(OUTLETS[0])
            rig.snapshot()
        heard += rig.advance(end_s)
        signals.append(heard)
        readings.append([rig.read(outlet) for outlet in OUTLETS])
    return signals, readings


@settings(max_examples=60, deadline=None)
@given(story=STORIES, looks=st.integers(2, 40))
def test_many_small_advances_and_one_large_one_are_the_same_to_the_last_digit(
    story: Sequence[tuple[Deed, float]], looks: int
) -> None:
    assert tell(story, looks) == tell(story, 1)


@settings(max_examples=60, deadline=None)
@given(story=STORIES)
def test_waking_at_each_deadline_hears_everything_a_jump_hears(story: Sequence[tuple[Deed, float]]) -> None:
    woken, jumped = new_rig(), new_rig()
    for deed, wait_s in story:
        do(woken, deed)
        do(jumped, deed)
        end_s = jumped.now_s + wait_s
        heard: list[Signal] = []
        while (due_s := woken.deadline_s) is not None and due_s <= end_s:
            heard += woken.advance(due_s)
        assert woken.advance(end_s) == []  # nothing happens but at a deadline
        assert heard == jumped.advance(end_s)


def charge(name: str, step_s: float, for_s: float) -> Rig:
    rig = Rig((PlugKind.CCS2,), 6, dice=Dice(1), settings=RigSettings(step_s=step_s))
    rig.plug(OUTLETS[0], Vehicle(vehicle_model(name), soc=0.1))
    rig.obey(GrantPower(OUTLETS[0], 6, 180_000.0))
    rig.obey(AllowEnergy(OUTLETS[0]))
    rig.advance(for_s)
    return rig


@pytest.mark.parametrize("name", CARS[PlugKind.CCS2])
@pytest.mark.parametrize("for_s", [600.0, 1800.0, 3600.0])
def test_ten_times_longer_steps_change_the_energy_by_less_than_half_a_percent(name: str, for_s: float) -> None:
    fine, coarse = charge(name, 1.0, for_s), charge(name, 10.0, for_s)
    assert coarse.energy_delivered_wh(OUTLETS[0]) == pytest.approx(fine.energy_delivered_wh(OUTLETS[0]), rel=0.005)


def test_the_register_is_the_sum_of_all_power_samples() -> None:
    rig = charge("saloon", 1.0, 0.0)
    sum_wh = 0.0
    now_s = 0.0
    while now_s < 60.0:
        power_w = rig.read(OUTLETS[0]).power_w
        until_s = min(60.0, now_s + 0.25, rig.deadline_s or math.inf)
        sum_wh += power_w * (until_s - now_s) / 3600
        rig.advance(until_s)
        now_s = until_s
    assert rig.energy_delivered_wh(OUTLETS[0]) == pytest.approx(sum_wh, rel=1e-9)
    assert rig.read(OUTLETS[0]).register_wh == math.floor(sum_wh)
