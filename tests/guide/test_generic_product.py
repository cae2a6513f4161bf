"""The generic charger's data, and what loading says about products whose data contradict themselves."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from contactor.base.errors import BadRow, BadSetting
from contactor.guide.entries import Access, Cables
from contactor.guide.load import load_product, read_product
from contactor.ocpp.enumerations import Measurand
from tests.guide.test_load import damage

GENERIC = load_product("generic_dc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("contactor.guide") / "data" / "generic_dc") as original:
        return Path(shutil.copytree(original, tmp_path / "my_charger"))


def test_there_are_models_of_one_to_four_outlets_with_either_kind_of_cable() -> None:
    assert {len(model.outlets) for model in GENERIC.models.values()} == {1, 2, 3, 4}
    assert {model.cables for model in GENERIC.models.values()} == set(Cables)
    assert GENERIC.models["GDC360-4"].module_count == 12


def test_number_of_connectors_comes_from_the_model() -> None:
    key = GENERIC.configuration["NumberOfConnectors"]
    told = {name: key.default_for(model) for name, model in GENERIC.models.items()}
    assert (told["GDC60-1"], told["GDC240-3"], told["GDC360-4D"]) == ("1", "3", "4")


def test_sc_01_both_units_and_all_purposes_are_taken() -> None:
    limits = GENERIC.charging_profiles
    assert limits.rate_units == ("W", "A")
    assert (limits.minimum_limit("W"), limits.minimum_limit("A")) == (1000, 5)
    assert "ChargePointMaxProfile" in limits.purposes
    assert GENERIC.configuration["ChargingScheduleAllowedChargingRateUnit"].default == "Current,Power"


def test_cf_10_a_key_of_the_factory_is_none_of_the_central_systems() -> None:
    hidden = [key for key in GENERIC.configuration.values() if key.access is Access.FACTORY]
    assert "SupervisionUrl" in [key.key for key in hidden]
    for key in hidden:
        assert not key.readable
        assert not key.writable
        assert GENERIC.key(key.key) is None
        assert GENERIC.factory_key(key.key.upper()) is key


def test_mv_01_every_measurand_is_one_and_none_has_a_switch() -> None:
    assert set(GENERIC.measurands) <= set(Measurand)
    assert [entry.enabled_by for entry in GENERIC.measurands.values()] == [None] * 7


def test_a_folder_is_a_product_and_is_read_once(folder: Path) -> None:
    assert load_product(f"{folder}") == GENERIC
    assert load_product(f"{folder}") is load_product(f"{folder}")


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(BadSetting, match=r"product: '\./nowhere' cannot be used; there is no such folder"):
        load_product("./nowhere")


def test_a_folder_without_data_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadRow, match=r"product\.toml: the file: is missing"):
        load_product(str(tmp_path))


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("product.toml", '"GDC150-2"', '"GDC1"', "product.toml: product: default_model: 'GDC1' is not in models.toml"),
        (
            "product.toml",
            "= true ",
            '= "yes" ',
            "capabilities: badge_before_plug is 'yes', expected true",
        ),
        ("product.toml", "badge_before", "badge_after", "product.toml: capabilities: unknown field badge_after_plug"),
        ("models.toml", '"detachable"', '"loose"', "models.toml: GDC60-1D: cables: 'loose' is not among fixed, det"),
        ("smart_charging.toml", '["W", "A"]', '["W"]', "charging_profile: minimum_limit_a and nominal_v belong to"),
        ("smart_charging.toml", "nominal_v = 400", "", "charging_profile: minimum_limit_a and nominal_v belong to"),
        ("smart_charging.toml", '["W", "A"]', "[]", "charging_profile: rate_units is empty"),
        ("smart_charging.toml", '["W", "A"]', '["W", "V"]', "charging_profile: rate_units: 'V' is not among A, W"),
        ("smart_charging.toml", "= 1000", "= 0", "charging_profile: minimum_limit_w is 0"),
        ("configuration.toml", "[DefaultIdTag]", "[DefaultTag]", "DefaultIdTag: is missing: the software acts upon it"),
        ("configuration.toml", 'derived_from = "outlets"', 'derived_from = "outlets"\nunit = "m"', "the outlets give"),
        ("operations.toml", 'profile = "Core"', 'profile = "Security"', "Authorize: profile Security belongs to"),
        ("metering.toml", "[Voltage]", "[Temperature]", "StopTxnSampledData: allowed: 'Voltage' is not in metering"),
    ],
)
def test_a_contradiction_is_named(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    damage(folder, file, old, new)
    with pytest.raises(BadRow) as caught:
        read_product(folder)
    assert complaint in str(caught.value)
