"""The one operation of the RemoteTrigger profile."""

from msgspec import UNSET, UnsetType

from contactor.ocpp.enumerations import MessageTrigger, TriggerMessageStatus
from contactor.ocpp.field_types import Connector, Request, Result


class TriggerMessage(Request, frozen=True, kw_only=True):
    """Central system: send me this message now."""

    requested_message: MessageTrigger
    connector_id: Connector | UnsetType = UNSET


class TriggerMessageResult(Result, frozen=True, kw_only=True):
    """Whether the station will."""

    status: TriggerMessageStatus
