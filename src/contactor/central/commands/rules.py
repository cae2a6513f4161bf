"""The table of rules: what may be asked of a station, checked before anything is sent.

A rule looks at a request and at what is known of the station, and names the field that is wrong. Binding rules are
OCPP's own; the others (the product's limits, what only seems wrong) give way to an order that insists. The product's
limits hold only where the station is recognised as the product.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contactor.central.commands.command import CommandRefused
from contactor.central.commands.configuration_rules import (
    key_is_known,
    key_is_usable,
    key_is_writable,
    list_is_short,
    value_fits,
)
from contactor.central.commands.facts import StationFacts
from contactor.central.commands.problem import Problem
from contactor.central.commands.profile_rules import (
    can_limit_connector,
    fits_product,
    has_order,
    has_place,
    leaves_no_gap,
    names_running_transaction,
    starts_transaction,
)
from contactor.central.commands.request_rules import (
    connector_exists,
    cost_is_of_transaction,
    is_no_way_to_stop,
    list_fits,
    list_is_consistent,
    names_tag,
    needs_connector,
    period_is_ordered,
    profile_is_offered,
    reservation_is_new,
    reserves_future,
    scheme_is_known,
    spares_booted,
    stops_known_transaction,
    transaction_control_is_allowed,
    zero_can_be_reserved,
)
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import Request

Check = Callable[[Any, StationFacts], Iterator[Problem]]  # Any: the table's key says which request the check takes


@dataclass(frozen=True, slots=True)
class Rule:
    """One check; `changes` says that its verdict depends on the registration and is asked again before sending."""

    check: Check
    is_binding: bool = True
    changes: bool = False


_CONNECTOR = Rule(connector_exists, is_binding=False)
_SOME_CONNECTOR = Rule(needs_connector)
_ALLOWED = Rule(transaction_control_is_allowed, changes=True)
_TRIGGER = Rule(spares_booted, changes=True)
_SCHEME = Rule(scheme_is_known, is_binding=False)
_PERIOD = Rule(period_is_ordered)

RULES: Mapping[str, tuple[Rule, ...]] = {
    "ChangeAvailability": (_CONNECTOR,),
    "ChangeConfiguration": (
        Rule(key_is_usable),
        Rule(key_is_known, is_binding=False),
        Rule(key_is_writable, is_binding=False),
        Rule(value_fits, is_binding=False),
        Rule(list_is_short, is_binding=False),
    ),
    "ClearCache": (),
    "DataTransfer": (Rule(cost_is_of_transaction),),
    "GetConfiguration": (),
    "RemoteStartTransaction": (
        _ALLOWED,
        _SOME_CONNECTOR,
        _CONNECTOR,
        Rule(names_tag),
        Rule(starts_transaction),
        Rule(has_order),
        Rule(fits_product, is_binding=False),
    ),
    "RemoteStopTransaction": (_ALLOWED, Rule(stops_known_transaction, is_binding=False)),
    "Reset": (),
    "UnlockConnector": (_SOME_CONNECTOR, _CONNECTOR, Rule(is_no_way_to_stop, is_binding=False)),
    "GetDiagnostics": (_SCHEME, _PERIOD),
    "UpdateFirmware": (_SCHEME,),
    "GetLocalListVersion": (),
    "SendLocalList": (Rule(list_is_consistent), Rule(list_fits, is_binding=False)),
    "CancelReservation": (),
    "ReserveNow": (_CONNECTOR, Rule(reserves_future), Rule(reservation_is_new), Rule(zero_can_be_reserved)),
    "ClearChargingProfile": (_CONNECTOR,),
    "GetCompositeSchedule": (_CONNECTOR, Rule(can_limit_connector, is_binding=False)),
    "SetChargingProfile": (
        _CONNECTOR,
        Rule(has_place),
        Rule(has_order),
        Rule(names_running_transaction, is_binding=False),
        Rule(fits_product, is_binding=False),
        Rule(can_limit_connector, is_binding=False),
        Rule(leaves_no_gap, is_binding=False),
    ),
    "TriggerMessage": (_TRIGGER, _SOME_CONNECTOR, _CONNECTOR),
    "CertificateSigned": (),
    "DeleteCertificate": (),
    "ExtendedTriggerMessage": (_TRIGGER, _SOME_CONNECTOR, _CONNECTOR),
    "GetInstalledCertificateIds": (),
    "GetLog": (),
    "InstallCertificate": (),
    "SignedUpdateFirmware": (),
}
"""What is checked for each operation the central system can send."""

_OFFERED = Rule(profile_is_offered, is_binding=False)


def judge(request: Request, facts: StationFacts, *, force: bool) -> CommandRefused | None:
    """The first reason not to send a request; None if there is none."""
    if facts.registration is RegistrationStatus.REJECTED:
        return CommandRefused("stationId", None, "the station is Rejected; nothing is sent to it (BOOT-13)")
    for rule in (_OFFERED, *RULES[type(request).__name__]):
        if rule.is_binding or not force:
            for problem in rule.check(request, facts):
                return CommandRefused(problem.field, problem.value, problem.reason, can_be_forced=not rule.is_binding)
    return None


def withheld_for(request: Request, facts: StationFacts) -> str | None:
    """Why a request whose turn has come may not be sent after all; None if it may."""
    if facts.registration is RegistrationStatus.REJECTED:
        return "the station is Rejected (BOOT-13)"
    for rule in RULES[type(request).__name__]:
        if rule.changes:
            for problem in rule.check(request, facts):
                return problem.reason
    return None
