"""What installed profiles come to in both units, with the maximum of the station (SC-12, SC-24, SC-27)."""

import msgspec
import pytest

from contactor.central.commands.facts import InstalledProfile, StationFacts
from contactor.central.composite import compose
from contactor.guide.load import load_product
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingRateUnit, RegistrationStatus
from tests.central.bench import NOON

GENERIC = load_product("generic_dc")
W, A = ChargingRateUnit.W, ChargingRateUnit.A


def installed(number: int, connector: int, purpose: str, unit: str, limit: float) -> InstalledProfile:
    profile = {
        "chargingProfileId": number,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }
    return InstalledProfile(connector, msgspec.convert(profile, ChargingProfile))


def facts(*profiles: InstalledProfile, known: bool = True) -> StationFacts:
    return StationFacts(
        now=NOON,
        registration=RegistrationStatus.ACCEPTED,
        product=GENERIC if known else None,
        model=GENERIC.models["GDC240-3"] if known else None,
        reported={},
        transactions={},
        active_reservations=frozenset(),
        closed_reservations=frozenset(),
        profiles=profiles,
    )


AMPERES = installed(1, 1, "TxDefaultProfile", "A", 100)
MAXIMUM = installed(2, 0, "ChargePointMaxProfile", "W", 60_000)


@pytest.mark.parametrize(
    ("connector", "unit", "limit"),
    [(1, W, 40_000), (1, A, 100), (2, W, 60_000), (2, A, 150), (3, W, 60_000), (0, W, 60_000), (0, A, 150)],
)
def test_sc_12_units_and_the_maximum_come_together_at_the_products_voltage(
    connector: int, unit: ChargingRateUnit, limit: float
) -> None:
    composite = compose(facts(AMPERES, MAXIMUM), connector, unit, 60)
    assert [step.limit for step in composite.steps] == [limit]
    assert composite.left_out == ()


def test_sc_27_without_profiles_a_model_of_three_outlets_has_its_rated_power() -> None:
    for connector in (0, 3):
        assert [step.limit for step in compose(facts(), connector, W, 60).steps] == [240_000]


def test_of_an_unknown_product_the_other_unit_is_left_out() -> None:
    both = facts(AMPERES, MAXIMUM, known=False)
    in_amperes, in_watts = compose(both, 1, A, 60), compose(both, 1, W, 60)
    assert ([step.limit for step in in_amperes.steps], in_amperes.left_out) == ([100], (2,))
    assert ([step.limit for step in in_watts.steps], in_watts.left_out) == ([60_000], (1,))
