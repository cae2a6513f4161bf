"""Drift: where a station's configuration is not what it should be, and what came of putting it right."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from contactor.base.errors import BadSetting
from contactor.central.care.duty import Subject
from contactor.central.care.templates import WantedValue, find_templates, wanted_values
from contactor.central.recognition import Catalogue
from contactor.central.store.care_tables import change_outcomes
from contactor.central.store.operation_tables import reported_configuration
from contactor.guide.entries import ConfigurationKey, KeyKind
from contactor.guide.limits import canonical_value
from contactor.ocpp.enumerations import ConfigurationStatus

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one


class KeyState(StrEnum):
    """How a key stands to what is wanted of it."""

    IN_STEP = "in_step"
    DRIFTING = "drifting"
    AWAITING_BOOT = "awaiting_boot"
    """Accepted with RebootRequired: it holds after the next boot (CF-21)."""
    REFUSED = "refused"
    """The station did not take this value; `outcome` says how it answered."""
    READ_ONLY = "read_only"
    """The station says that it cannot be written."""
    UNKNOWN = "unknown"
    """The station has not reported the key: what it has is not known."""

    @property
    def can_be_repaired(self) -> bool:
        """Whether an order may help."""
        return self in (KeyState.DRIFTING, KeyState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class KeyLook:
    """A key as it should be and as it is; `outcome` is how the station last answered a change."""

    wanted: WantedValue
    reported: str | None
    after_boot: str | None
    outcome: str | None
    state: KeyState


def look_at_keys(connection: Connection, subject: Subject, catalogue: Catalogue) -> list[KeyLook]:
    """Every key of a station that something is wanted of, by name."""
    templates = find_templates(connection)
    if not templates:
        return []
    wanted = wanted_values(templates, subject.station_id, subject.described[0], catalogue)
    if not wanted:
        return []
    reported = _by_key(connection, reported_configuration, subject.station_id)
    outcomes = _by_key(connection, change_outcomes, subject.station_id)
    return [
        _look(each, reported.get(key), outcomes.get(key), _entry(subject, each.key))
        for key, each in sorted(wanted.items())
    ]


def same_value(entry: ConfigurationKey | None, one: str, other: str) -> bool:
    """Whether two spellings are one value: by the key's own rules where it is known, else by letters alone."""
    if entry is not None and entry.kind is not KeyKind.TEXT:
        try:
            return canonical_value(entry, one) == canonical_value(entry, other)
        except BadSetting:
            pass
    one, other = one.strip(), other.strip()
    booleans = {"true", "false"}
    if {one.casefold(), other.casefold()} <= booleans:
        return one.casefold() == other.casefold()
    return one == other


def _look(wanted: WantedValue, reported: _Row | None, outcome: _Row | None, entry: ConfigurationKey | None) -> KeyLook:
    value = None if reported is None else reported.value
    after_boot = None if reported is None else reported.value_after_boot
    answered = None if outcome is None else str(outcome.outcome)
    if value is not None and same_value(entry, value, wanted.value) and after_boot is None:
        state = KeyState.IN_STEP
    elif after_boot is not None and same_value(entry, after_boot, wanted.value):
        state = KeyState.AWAITING_BOOT
    elif outcome is not None and outcome.value == wanted.value and _is_refusal(outcome.outcome):
        state = KeyState.REFUSED
    elif reported is None:
        state = KeyState.UNKNOWN
    else:
        state = KeyState.READ_ONLY if reported.is_readonly else KeyState.DRIFTING
    return KeyLook(wanted, value, after_boot, answered, state)


def _is_refusal(outcome: str) -> bool:
    return outcome not in (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED)


def _entry(subject: Subject, key: str) -> ConfigurationKey | None:
    product = subject.facts.product
    return None if product is None else product.key(key)


def _by_key(connection: Connection, table: Any, station_id: str) -> Mapping[str, _Row]:  # Any: one of two tables
    query = select(table).where(table.c.station_id == station_id)
    return {row.folded_key: row for row in connection.execute(query)}
