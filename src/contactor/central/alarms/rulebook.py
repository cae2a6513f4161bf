"""The rules as they come with the program: those of the file, and one for each trouble code of the guides."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from contactor.central.alarms.alarm import Ending, Rule, Severity
from contactor.central.recognition import Catalogue, catalogue_of, recognise
from contactor.guide.entries import Effect, Product, Scope, VendorError
from contactor.guide.load import load_product, product_names

UNLISTED_TROUBLE = "unlisted_trouble"
STATION_OFFLINE = "station_offline"
UNKNOWN_TAG = "unknown_tag"
SECURITY_EVENT = "security_event"
ROUTINE_SECURITY_EVENT = "routine_security_event"
SUSPECT_RECORD = "suspect_record"
CONFIGURATION_DRIFT = "configuration_drift"

OTHER_KINDS = (
    STATION_OFFLINE,
    UNKNOWN_TAG,
    SECURITY_EVENT,
    ROUTINE_SECURITY_EVENT,
    SUSPECT_RECORD,
    CONFIGURATION_DRIFT,
)
"""The rules that are no trouble of the hardware."""

_SEVERITIES = {Effect.FAULT: Severity.CRITICAL, Effect.WARNING: Severity.WARNING}


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    severity: Severity
    title: str
    advice: str
    ending: Ending
    after_s: int = 0
    is_on: bool = True


class _Routine(msgspec.Struct, forbid_unknown_fields=True):
    security_events: frozenset[str]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rules: dict[str, _Row]
    routine: _Routine
    advice: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble as it is decoded: its rule, its subject, whether a guide lists it and it is the whole station's."""

    rule: Rule
    subject: str
    is_listed: bool = False
    is_of_station: bool = False


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules by their names; a trouble code's rule is named after its product and the code."""

    rules: Mapping[str, Rule]
    products: Mapping[str, Product]
    catalogue: Catalogue
    routine_events: frozenset[str]

    def decode(self, vendor: str | None, model: str | None, error_code: str, vendor_code: str) -> Trouble:
        """What an errorCode and a vendorErrorCode of a station mean; codes are compared without regard to case.

        Two products may give one code two meanings: the station's model, or else its vendor, says which counts.
        """
        for name, product in self._products_of(vendor, model):
            for dtc, listed in product.vendor_errors.items():
                if dtc.casefold() == vendor_code.casefold():
                    is_of_station = listed.scope is not Scope.CONNECTOR
                    return Trouble(self.rules[rule_name(name, dtc)], dtc, is_listed=True, is_of_station=is_of_station)
        return Trouble(self.rules[UNLISTED_TROUBLE], vendor_code or error_code)

    def _products_of(self, vendor: str | None, model: str | None) -> list[tuple[str, Product]]:
        recognised = recognise(self.catalogue, model)
        if recognised is not None:
            return [(name, each) for name, each in self.products.items() if each.name == recognised.product]
        said = (vendor or "").casefold()
        return [(name, each) for name, each in self.products.items() if each.vendor.casefold() == said]


@cache
def rulebook() -> Rulebook:
    """The rules, read once; they are part of the program."""
    text = files("contactor.central.alarms").joinpath("rules.toml").read_text(encoding="utf-8")
    return make_rulebook(tomllib.loads(text), {name: load_product(name) for name in product_names()})


def make_rulebook(content: Mapping[str, object], products: Mapping[str, Product]) -> Rulebook:
    """The rules of a file's content, and of the products' trouble codes."""
    read = msgspec.convert(content, _File)
    rules = {
        name: Rule(name, row.severity, row.title, row.advice, row.ending, "", row.after_s, row.is_on)
        for name, row in read.rules.items()
    }
    for name, product in products.items():
        for trouble in product.vendor_errors.values():
            rule = _rule_of(rule_name(name, trouble.dtc), trouble, read.advice)
            rules[rule.name] = rule
    return Rulebook(rules, products, catalogue_of(products.values()), read.routine.security_events)


def rule_name(product: str, dtc: str) -> str:
    """The name of a trouble code's rule."""
    return f"{product}.{dtc}"


def _rule_of(name: str, trouble: VendorError, advice: Mapping[str, str]) -> Rule:
    """The guide's words first; what to do where it says nothing is OCPP's errorCode's."""
    words = " ".join(filter(None, (trouble.note, advice.get(trouble.error_code, ""))))
    return Rule(name, _SEVERITIES[trouble.effect], trouble.description, words, Ending.REPORT, trouble.part.value)
