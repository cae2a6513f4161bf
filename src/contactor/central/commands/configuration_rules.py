"""Rules for ChangeConfiguration: what is known of the key, by the guide or by the station's own report."""

from collections.abc import Iterator

from contactor.base.errors import BadSetting
from contactor.central.commands.facts import StationFacts
from contactor.central.commands.problem import Problem
from contactor.central.credentials import read_key
from contactor.central.secrets_mask import MASK
from contactor.guide.entries import ConfigurationKey
from contactor.guide.limits import canonical_value
from contactor.ocpp.messages import ChangeConfiguration

LISTS = frozenset(
    "metervaluesaligneddata metervaluessampleddata stoptxnaligneddata stoptxnsampleddata connectorphaserotation".split()
)
"""OCPP's own keys that hold comma-separated lists, in lower case."""


def key_is_known(request: ChangeConfiguration, facts: StationFacts) -> Iterator[Problem]:
    """The product has the key (D-06)."""
    if facts.product is not None and facts.product.key(request.key) is None:
        yield Problem("key", request.key, f"{facts.product.name} has no such key")


def key_is_writable(request: ChangeConfiguration, facts: StationFacts) -> Iterator[Problem]:
    """The key can be written, as the station reports or the guide says."""
    reported, entry = facts.reported.get(request.key.casefold()), _entry(request, facts)
    is_readonly = reported.is_readonly if reported is not None else entry is not None and not entry.writable
    if is_readonly:
        yield Problem("key", request.key, "it is read-only")


def value_fits(request: ChangeConfiguration, facts: StationFacts) -> Iterator[Problem]:
    """The value lies within the guide's limits (CF-05 to CF-09)."""
    entry = _entry(request, facts)
    if entry is not None:
        try:
            canonical_value(entry, request.value)
        except BadSetting as error:
            yield Problem("value", error.value, error.expected)


def key_is_usable(request: ChangeConfiguration, _facts: StationFacts) -> Iterator[Problem]:
    """An AuthorizationKey is 16 to 20 bytes in hexadecimal, on any station: we must know it again (SEC-06)."""
    if is_authorization_key(request):
        try:
            read_key("value", request.value)
        except BadSetting as error:
            yield Problem("value", MASK, error.expected)


def is_authorization_key(request: object) -> bool:
    """Whether a request changes the station's password."""
    return isinstance(request, ChangeConfiguration) and request.key.casefold() == "authorizationkey"


def list_is_short(request: ChangeConfiguration, facts: StationFacts) -> Iterator[Problem]:
    """A list has as many items as its MaxLength key says, one where there is no such key (CF-20)."""
    folded = request.key.casefold()
    if folded not in LISTS or not facts.reported:
        return
    told = facts.number(f"{request.key}MaxLength")
    length_max = 1 if told is None else told
    items = [item for item in request.value.split(",") if item.strip()]
    if len(items) > length_max:
        told_by = f"{request.key}MaxLength is {'not reported' if told is None else told}"
        yield Problem("value", f"{len(items)} items", f"at most {length_max}: {told_by} (CF-20)")


def _entry(request: ChangeConfiguration, facts: StationFacts) -> ConfigurationKey | None:
    return None if facts.product is None else facts.product.key(request.key)
