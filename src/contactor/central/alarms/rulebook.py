"""The rules as they come with the program: those of the file, and one for each trouble code of the guides."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from contactor.central.alarms.alarm import Ending, Rule, Severity
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
    """All rules by their names; a trouble code's rule bears the code as its name."""

    rules: Mapping[str, Rule]
    troubles: Mapping[str, VendorError]
    routine_events: frozenset[str]
    advice: Mapping[str, str]

    def decode(self, error_code: str, vendor_code: str) -> Trouble:
        """What an errorCode and a vendorErrorCode mean; codes are compared without regard to case."""
        listed = self.troubles.get(vendor_code.casefold())
        if listed is not None:
            is_of_station = listed.scope is not Scope.CONNECTOR
            return Trouble(self.rules[listed.dtc], listed.dtc, is_listed=True, is_of_station=is_of_station)
        return Trouble(self.rules[UNLISTED_TROUBLE], vendor_code or error_code)


@cache
def rulebook() -> Rulebook:
    """The rules, read once; they are part of the program."""
    text = files("contactor.central.alarms").joinpath("rules.toml").read_text(encoding="utf-8")
    return make_rulebook(tomllib.loads(text), (load_product(name) for name in product_names()))


def make_rulebook(content: Mapping[str, object], products: Iterable[Product]) -> Rulebook:
    """The rules of a file's content, and of the products' trouble codes."""
    read = msgspec.convert(content, _File)
    rules = {
        name: Rule(name, row.severity, row.title, row.advice, row.ending, "", row.after_s, row.is_on)
        for name, row in read.rules.items()
    }
    troubles: dict[str, VendorError] = {}
    for product in products:
        for trouble in product.vendor_errors.values():
            troubles[trouble.dtc.casefold()] = trouble
            rules[trouble.dtc] = _rule_of(trouble, read.advice)
    return Rulebook(rules, troubles, read.routine.security_events, read.advice)


def _rule_of(trouble: VendorError, advice: Mapping[str, str]) -> Rule:
    """The guide's words first; what to do where it says nothing is OCPP's errorCode's."""
    words = " ".join(filter(None, (trouble.note, advice.get(trouble.error_code, ""))))
    return Rule(trouble.dtc, _SEVERITIES[trouble.effect], trouble.description, words, Ending.REPORT, trouble.part.value)
