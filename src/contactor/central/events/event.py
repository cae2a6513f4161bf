"""An event: something that happened, as the feed tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contactor.base.errors import ContactorError
from contactor.base.ids import StationId


class EventKind(StrEnum):
    """What can happen; each member's text lists the facts that come with it."""

    STATION_ONLINE = "station_online"
    """No facts."""
    STATION_OFFLINE = "station_offline"
    """No facts."""
    STATION_BOOTED = "station_booted"
    """vendor, model, firmware_version, answered."""
    STATUS_CHANGED = "status_changed"
    """connector_id, status, error_code, vendor_error_code, details, reported_at."""
    TRANSACTION_STARTED = "transaction_started"
    """transaction_id, connector_id, id_tag, tag_status, meter_start_wh, started_at."""
    TRANSACTION_STOPPED = "transaction_stopped"
    """transaction_id, connector_id, id_tag, energy_wh, stop_reason, stopped_at."""
    TRANSACTION_SUSPECT = "transaction_suspect"
    """transaction_id, reason, details."""
    TRANSACTION_CORRECTED = "transaction_corrected"
    """transaction_id, connector_id, changes (field: old, new), energy_wh, by, why."""
    COMMAND_CHANGED = "command_changed"
    """command_id, action, state, status, detail, follow_up, transaction_id."""
    RESERVATION_CHANGED = "reservation_changed"
    """reservation_id, connector_id, id_tag, state."""
    SITE_OVERLOAD_CHANGED = "site_overload_changed"
    """site_id, is_over, limit_w, committed_w: whether what cannot be limited is more than a site may draw."""
    COST_SETTLED = "cost_settled"
    """transaction_id, currency, net, vat, total, tariff_id, version, settled_for; amounts are texts."""
    LOCAL_LIST_CHANGED = "local_list_changed"
    """entries, version, failure: what the station's local list holds now, or why it did not take what was sent."""
    ONBOARDING_CHANGED = "onboarding_changed"
    """state, stage, detail."""
    STATION_KNOCKED = "station_knocked"
    """identity, address: of a station that nobody registered; told once for each that is kept."""
    ALARM_CHANGED = "alarm_changed"
    """alarm_id, state (open, acknowledged, closed), rule, subject, severity, connector_id, title, details."""
    DIAGNOSTICS_ARRIVED = "diagnostics_arrived"
    """diagnostics_id, file_name, size_bytes, sha256: a station has brought what was ordered."""
    CAMPAIGN_CHANGED = "campaign_changed"
    """campaign_id, name, state, detail."""
    CAMPAIGN_JOB_CHANGED = "campaign_job_changed"
    """campaign_id, wave, state, detail, failures: how far the station has come in a firmware campaign."""
    TAG_CHANGED = "tag_changed"
    """id_tag, change (added, changed, removed), parent_id_tag, is_blocked."""
    TAG_GROUP_CHANGED = "tag_group_changed"
    """name, change (added, changed, removed), is_blocked."""
    TAGS_IMPORTED = "tags_imported"
    """what (tags, tag groups), added, replaced: a file was brought in."""
    SECURITY_EVENT = "security_event"
    """type, details, happened_at."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `sequence` grows by at least 1 from each to the next and is never given twice.

    `station_id` is None for what concerns no single station. `facts` are JSON values, instants as texts.
    """

    sequence: int
    at: datetime
    station_id: StationId | None
    kind: EventKind
    facts: Mapping[str, object]


class FellBehind(ContactorError):
    """Events after `last_sequence` that the reader has not seen are not kept any more; it must look at the record."""

    def __init__(self, last_sequence: int) -> None:
        super().__init__(f"events that followed {last_sequence} are not kept any more")
        self.last_sequence = last_sequence
