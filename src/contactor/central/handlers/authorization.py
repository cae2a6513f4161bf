"""Authorize: may this idTag charge?"""

from msgspec.structs import replace
from sqlalchemy import Connection

from contactor.central.alarms.raising import unknown_tag_shown
from contactor.central.commands.following import expects_tag
from contactor.central.plan import Caller, Do, Plan
from contactor.central.tag_register import find_tag, judge
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.ocpp.messages import Authorize, AuthorizeResult


def authorize(caller: Caller, request: Authorize) -> Plan:
    """Judge the tag as it is now; ConcurrentTx is said at the start of a transaction only (CS-09).

    A tag that a remote start under way has brought to the station was chosen by an operator: it may charge (RS-13).
    """

    def work(connection: Connection) -> AuthorizeResult:
        tag = find_tag(connection, request.id_tag)
        verdict = judge(connection, tag, caller.station_id, caller.received_at)
        if verdict.status is not AuthorizationStatus.ACCEPTED and expects_tag(
            connection, caller.station_id, request.id_tag, caller.received_at
        ):
            verdict = replace(verdict, status=AuthorizationStatus.ACCEPTED)
        elif tag is None:
            unknown_tag_shown(connection, caller.station_id, request.id_tag, caller.received_at)
        return AuthorizeResult(id_tag_info=verdict)

    return Do(work)
