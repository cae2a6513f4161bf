"""How long a profile stays: until its transaction ends, somebody clears or replaces it, and through power cuts."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId
from contactor.guide.load import load_product
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfilePurpose
from contactor.ocpp.messages import ClearChargingProfile
from contactor.station.memory import Memory
from contactor.station.settings import StationSettings
from contactor.station.smart_charging.profiles import Profiles
from contactor.station.store.memory import MemoryStore
from tests.station.bench import START, Bench, Payload
from tests.station.smart_charging.spelling import composite, install, made, profile


def clear(bench: Bench, **fields: object) -> str:
    return bench.status_of_answer("ClearChargingProfile", dict(fields))


def kept(bench: Bench) -> set[int]:
    """The ids in the store."""
    return {int(key) for key in bench.store.rows("charging_profiles")}


# The end of a transaction


@pytest.mark.parametrize("how", ["badge", "unplug", "remote"])
def test_sc_19_a_tx_profile_goes_with_its_transaction(how: str) -> None:
    """STP-09; the next transaction has the default again."""
    bench = Bench()
    install(bench, profile(1, {0: 40_000}))
    bench.charge(for_s=30)
    install(bench, profile(2, {0: 20_000}, purpose="TxProfile"))
    assert composite(bench, 60) == {0: 20_000}
    if how == "badge":
        bench.badge()
    elif how == "unplug":
        bench.unplug()
    else:
        assert bench.status_of_answer("RemoteStopTransaction", {"transactionId": 101}) == "Accepted"
    bench.wait(10)
    assert kept(bench) == {1}
    if how != "unplug":
        bench.unplug()
    bench.charge(for_s=30)
    assert composite(bench, 60) == {0: 40_000}


def test_sc_19_the_tx_profile_of_the_other_connector_stays() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2")
    install(bench, profile(1, {0: 20_000}, purpose="TxProfile"), connector=1)
    install(bench, profile(2, {0: 30_000}, purpose="TxProfile"), connector=2)
    bench.unplug(1)
    bench.wait(5)
    assert kept(bench) == {2}
    assert composite(bench, 60, connector=2) == {0: 30_000}


# Power cuts


def test_sc_20_profiles_survive_a_power_cut() -> None:
    """PW-04; to the last digit, and in their places."""
    bench = Bench()
    wires = [
        (profile(1, {0: 20_000, 60: 22_000.5}, level=3, start=-10, duration=200, valid_to=5000), 1),
        (profile(2, {0: 30_000}, kind="Recurring", recurrencyKind="Weekly", start=-604_800, duration=300), 0),
        (profile(-7, {0: 15_000}, valid_from=100), 2),
    ]
    for wire, connector in wires:
        assert install(bench, wire, connector) == "Accepted"
    before = [composite(bench, 1000, connector) for connector in (0, 1, 2)]
    assert before[1] == {0: 20_000, 50: 22_000.5, 190: 30_000, 300: 180_000}
    bench.power_cut()
    assert [composite(bench, 1000, connector) for connector in (0, 1, 2)] == before


def test_sc_20_the_tx_profile_of_a_transaction_that_a_power_cut_ended_is_gone() -> None:
    bench = Bench()
    bench.charge()
    install(bench, profile(1, {0: 20_000}, purpose="TxProfile"))
    install(bench, profile(2, {0: 50_000}))
    bench.power_cut()
    assert kept(bench) == {2}
    assert composite(bench, 60) == {0: 50_000}


def test_sc_20_what_was_answered_accepted_is_on_disk_before_the_answer() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000}))
    assert kept(bench) == {1}
    clear(bench, id=1)
    assert kept(bench) == set()


# ClearChargingProfile

FOUR: list[tuple[Payload, int]] = [
    (profile(1, level=0), 0),
    (profile(2, level=1), 1),
    (profile(3, level=1), 2),
    (profile(4, level=1, purpose="TxProfile"), 1),
]
CLEARED: list[tuple[Payload, set[int]]] = [
    ({}, {1, 2, 3, 4}),
    ({"id": 2}, {2}),
    # With an id, nothing else counts.
    ({"id": 2, "connectorId": 2, "stackLevel": 7, "chargingProfilePurpose": "TxProfile"}, {2}),
    ({"connectorId": 0}, {1}),
    ({"connectorId": 1}, {2, 4}),
    ({"stackLevel": 1}, {2, 3, 4}),
    ({"chargingProfilePurpose": "TxDefaultProfile"}, {1, 2, 3}),
    ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile"}, {2}),
    ({"connectorId": 1, "chargingProfilePurpose": "TxProfile", "stackLevel": 1}, {4}),
    ({"id": 5}, set()),
    ({"connectorId": 3}, set()),
    ({"connectorId": 0, "stackLevel": 1}, set()),
    ({"chargingProfilePurpose": "ChargePointMaxProfile"}, set()),
]


@pytest.mark.parametrize(("request_", "gone"), CLEARED, ids=[str(each) for each, _ in CLEARED])
def test_sc_23_clearing_removes_what_agrees_with_every_field(request_: Payload, gone: set[int]) -> None:
    bench = Bench()
    bench.charge()
    for wire, connector in FOUR:
        assert install(bench, wire, connector) == "Accepted"
    assert clear(bench, **request_) == ("Accepted" if gone else "Unknown")
    assert kept(bench) == {1, 2, 3, 4} - gone


def test_sc_23_tc_067_without_the_steps_this_station_does_not_support() -> None:
    """TC_067: clear by id, by the other fields, then nothing is left and the local limit is reported."""
    bench = Bench()
    install(bench, profile(1, {0: 6000}, level=0))
    install(bench, profile(2, {0: 8000}, level=1))
    assert composite(bench, 350) == {0: 8000}
    assert clear(bench, id=2) == "Accepted"
    assert composite(bench, 350) == {0: 6000}
    assert clear(bench, connectorId=1, chargingProfilePurpose="TxDefaultProfile", stackLevel=0) == "Accepted"
    assert composite(bench, 350) == {0: 180_000}
    assert clear(bench, id=1) == "Unknown"


# Any story of setting, clearing and restarting


@dataclass
class Shadow:
    """What should be installed, kept in the plainest way: (connector, profile) by id."""

    by_id: dict[int, tuple[int, ChargingProfile]] = field(default_factory=dict)

    def set(self, connector: int, new: ChargingProfile) -> None:
        for number, (place, old) in list(self.by_id.items()):
            if number == new.charging_profile_id or (place, old.stack_level) == (connector, new.stack_level):
                del self.by_id[number]
        self.by_id[new.charging_profile_id] = (connector, new)

    def clear(self, number: int) -> None:
        self.by_id.pop(number, None)


STEPS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 5), st.integers(0, 2), st.integers(0, 3), st.sampled_from([0, 7000.5])),
    st.tuples(st.just("clear"), st.integers(0, 5), st.just(0), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0), st.just(0), st.just(0)),
)


def switch_on(store: MemoryStore) -> Profiles:
    product = load_product()
    memory = Memory(product, StationSettings(model="EVD1S180TBB", serial="SN"), store, Dice(1))
    return Profiles(store, product.charging_profiles, memory.transactions, frozenset())


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_sc_20_what_was_replaced_or_cleared_stays_gone_after_any_restart(
    steps: list[tuple[str, int, int, int, float]],
) -> None:
    store, shadow = MemoryStore(), Shadow()
    profiles = switch_on(store)
    for kind, number, connector, level, limit in [*steps, ("restart", 0, 0, 0, 0.0)]:
        if kind == "set":
            new = made(profile(number, {0: limit, 60 * (level + 1): 50_000}, level=level))
            profiles.install(ConnectorId(connector), new, START)
            shadow.set(connector, new)
        elif kind == "clear":
            assert profiles.clear(ClearChargingProfile(id=number)) == (number in shadow.by_id)
            shadow.clear(number)
        store.commit()
        if kind == "restart":
            store.close()
            profiles = switch_on(store)
        profiles.settle()
        assert len(profiles) == len(shadow.by_id)
        for connector_id in (1, 2):
            plan = profiles.plan(ConnectorId(connector_id), None, START)
            assert plan.for_transaction == ()
            for group, place in ((plan.own_defaults, connector_id), (plan.station_defaults, 0)):
                expected = [each for at, each in shadow.by_id.values() if at == place]
                assert list(group) == sorted(expected, key=lambda each: -each.stack_level)
                assert all(each.charging_profile_purpose is ChargingProfilePurpose.TX_DEFAULT_PROFILE for each in group)
