"""Trouble codes: which are active, and what physics does about them (D-20)."""

import pytest

from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.rig.faults import Faults, canonical_dtc, opens_contactors, takes_module

ONE, TWO = OutletNumber(1), OutletNumber(2)


@pytest.mark.parametrize("dtc", ["0x100202", "0x10020A", "0x200202", "0x20020C", "0x100211"])
def test_d_20_class_02_opens_contactors(dtc: str) -> None:
    assert opens_contactors(dtc)


@pytest.mark.parametrize("dtc", ["0x100005", "0x100101", "0x200002", "0x100102", "0x200104", "water in the cellar"])
def test_d_20_other_classes_and_unknown_texts_do_not(dtc: str) -> None:
    assert not opens_contactors(dtc)


@pytest.mark.parametrize(("typed", "spelled"), [("0x10000c", "0x10000C"), ("0x10020A", "0x10020A"), ("leak", "leak")])
def test_a_code_is_spelled_as_in_the_guide(typed: str, spelled: str) -> None:
    assert canonical_dtc(typed) == spelled


def test_an_empty_code_is_refused() -> None:
    with pytest.raises(BadSetting, match="trouble code: ''"):
        canonical_dtc("")


def test_a_fault_of_one_outlet_blocks_that_outlet_and_one_of_the_station_blocks_all() -> None:
    faults = Faults()
    faults.set_active("0x100213", TWO)
    assert [faults.block(outlet) for outlet in (ONE, TWO)] == [False, True]
    faults.set_active("0x100202", None)
    assert [faults.block(outlet) for outlet in (ONE, TWO)] == [True, True]


def test_codes_are_kept_oldest_first_and_each_once_per_scope() -> None:
    faults = Faults()
    raised = [faults.set_active(*fault) for fault in (("b", None), ("a", ONE), ("b", None), ("b", ONE))]
    assert raised == [True, True, False, True]
    assert faults.active == [("b", None), ("a", ONE), ("b", ONE)]


def test_clearing_what_is_not_active_names_code_and_place() -> None:
    faults = Faults()
    faults.set_active("0x100213", ONE)
    with pytest.raises(BadSetting, match=r"trouble code: '0x100213' .* outlet 2"):
        faults.clear("0x100213", TWO)
    with pytest.raises(BadSetting, match=r"trouble code: '0x100213' .* the station"):
        faults.clear("0x100213", None)


def test_heat_in_the_cable_halves_its_outlet_heat_in_the_terminal_both() -> None:
    faults = Faults()
    faults.set_active("0x100102", ONE)
    assert [faults.outlet_derating(outlet) for outlet in (ONE, TWO)] == [0.5, 1.0]
    faults.set_active("0x100101", None)
    assert [faults.outlet_derating(outlet) for outlet in (ONE, TWO)] == [0.5, 0.5]
    assert faults.cabinet_derating() == 1.0


@pytest.mark.parametrize("dtc", ["0x200101", "0x200102", "0x200104"])
def test_heat_in_the_cabinet_halves_its_modules(dtc: str) -> None:
    faults = Faults()
    faults.set_active(dtc, None)
    assert (faults.cabinet_derating(), faults.outlet_derating(ONE)) == (0.5, 1.0)


def test_only_the_two_module_codes_take_a_module() -> None:
    codes = ("0x200001", "0x200002", "0x200003", "0x200101", "0x200202")
    assert [takes_module(dtc) for dtc in codes] == [True, True, False, False, False]


def test_only_the_reader_code_darkens_the_reader() -> None:
    faults = Faults()
    faults.set_active("0x100009", None)
    assert faults.reader_works()
    faults.set_active("0x100005", None)
    assert not faults.reader_works()
