"""The words rows may use, against our own OCPP enumerations and those of an independent library."""

import pytest
from ocpp.v16 import enums

from contactor.guide import words
from contactor.guide.load import load_product, product_names
from contactor.ocpp import enumerations
from contactor.ocpp.actions import ACTIONS, FeatureProfile, Side
from contactor.station.keys import Key

IDS = ["error codes", "reasons", "measurands", "units", "locations", "purposes", "kinds", "recurrences", "rates"]


@pytest.mark.parametrize(
    ("here", "ours"),
    [
        (words.ERROR_CODES, set(enumerations.ChargePointErrorCode) - {"NoError"}),
        (words.STOP_REASONS, set(enumerations.StopReason)),
        (words.MEASURANDS, set(enumerations.Measurand)),
        (words.UNITS, set(enumerations.UnitOfMeasure) - {"Celcius"}),
        (words.LOCATIONS, set(enumerations.Location)),
        (words.PROFILE_PURPOSES, set(enumerations.ChargingProfilePurpose)),
        (words.PROFILE_KINDS, set(enumerations.ChargingProfileKind)),
        (words.RECURRENCES, set(enumerations.RecurrencyKind)),
        (words.RATE_UNITS, set(enumerations.ChargingRateUnit)),
    ],
    ids=IDS,
)
def test_the_words_are_those_of_our_enumerations(here: tuple[str, ...], ours: set[str]) -> None:
    assert sorted(here) == sorted(ours)


@pytest.mark.parametrize(
    ("here", "theirs"),
    [
        (words.ERROR_CODES, {code.value for code in enums.ChargePointErrorCode} - {"NoError"}),
        (words.STOP_REASONS, {reason.value for reason in enums.Reason}),
        (words.MEASURANDS, {measurand.value for measurand in enums.Measurand}),
        (words.UNITS, {unit.value for unit in enums.UnitOfMeasure}),
        (words.LOCATIONS, {location.value for location in enums.Location}),
        (words.PROFILE_PURPOSES, {purpose.value for purpose in enums.ChargingProfilePurposeType}),
        (words.PROFILE_KINDS, {kind.value for kind in enums.ChargingProfileKindType}),
        (words.RECURRENCES, {kind.value for kind in enums.RecurrencyKind}),
        (words.RATE_UNITS, {unit.value for unit in enums.ChargingRateUnitType}),
    ],
    ids=IDS,
)
def test_the_words_are_those_of_an_independent_library(here: tuple[str, ...], theirs: set[str]) -> None:
    assert sorted(here) == sorted(theirs)


def test_the_operations_are_ours_without_those_of_the_security_white_paper() -> None:
    assert len(words.ACTIONS) == 28
    assert set(words.ACTIONS) == {
        name for name, action in ACTIONS.items() if action.profile is not FeatureProfile.SECURITY
    }
    assert set(words.ACTIONS) <= {action.value for action in enums.Action}


def test_the_white_papers_operations_are_those_of_our_table() -> None:
    security = {name for name, action in ACTIONS.items() if action.profile is FeatureProfile.SECURITY}
    assert set(words.SECURITY_ACTIONS) == security
    assert FeatureProfile(words.SECURITY_PROFILE) is FeatureProfile.SECURITY


def test_the_keys_a_product_needs_are_those_the_software_acts_upon_but_a_few() -> None:
    some_lack = {
        Key.CONNECTOR_A_LIMITED_POWER,
        Key.CONNECTOR_B_LIMITED_POWER,
        Key.DISCONNECTED_METER_VALUE_SAMPLE_INTERVAL,
        # Of the white paper's certificates, which not every product takes.
        Key.CPO_NAME,
        Key.CERTIFICATE_STORE_MAX_LENGTH,
        Key.CERTIFICATE_SIGNED_MAX_CHAIN_SIZE,
        Key.ADDITIONAL_ROOT_CERTIFICATE_CHECK,
    }
    assert set(words.NEEDED_KEYS) == set(Key) - some_lack
    assert len(words.NEEDED_KEYS) == len(set(words.NEEDED_KEYS))


def test_the_feature_profiles_are_ours_without_security() -> None:
    assert sorted(words.FEATURE_PROFILES) == sorted(set(FeatureProfile) - {FeatureProfile.SECURITY})


@pytest.mark.parametrize("product", product_names())
def test_every_operation_of_the_product_stands_in_our_table_with_its_sender_and_profile(product: str) -> None:
    for operation in load_product(product).operations:
        action = ACTIONS[operation.action]
        assert Side(operation.sender.value) in action.senders
        assert operation.profile == action.profile
