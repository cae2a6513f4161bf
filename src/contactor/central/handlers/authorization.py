"""Authorize: may this idTag charge?"""

from sqlalchemy import Connection

from contactor.central.plan import Caller, Do, Plan
from contactor.central.tag_register import find_tag
from contactor.central.tags import judge_tag
from contactor.ocpp.messages import Authorize, AuthorizeResult


def authorize(caller: Caller, request: Authorize) -> Plan:
    """Judge the tag as it is now; ConcurrentTx is said at the start of a transaction only (CS-09)."""

    def work(connection: Connection) -> AuthorizeResult:
        tag = find_tag(connection, request.id_tag)
        return AuthorizeResult(id_tag_info=judge_tag(tag, open_elsewhere=0, now=caller.received_at))

    return Do(work)
