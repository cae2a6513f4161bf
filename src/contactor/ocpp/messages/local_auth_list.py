"""The two operations of the LocalAuthListManagement profile."""

from msgspec import UNSET, UnsetType

from contactor.ocpp.datatypes import AuthorizationData
from contactor.ocpp.enumerations import UpdateStatus, UpdateType
from contactor.ocpp.field_types import Integer, Request, Result


class GetLocalListVersion(Request, frozen=True, kw_only=True):
    """Central system: which version of the local list do you hold?"""


class GetLocalListVersionResult(Result, frozen=True, kw_only=True):
    """The version; 0 for an empty list, -1 where lists are not supported."""

    list_version: Integer


class SendLocalList(Request, frozen=True, kw_only=True):
    """Central system: replace or change the local list."""

    list_version: Integer
    update_type: UpdateType
    local_authorization_list: tuple[AuthorizationData, ...] | UnsetType = UNSET


class SendLocalListResult(Result, frozen=True, kw_only=True):
    """What became of the list."""

    status: UpdateStatus
