"""SHELL: our own server with everything but a store: links, codec, sessions, and answers that are known beforehand.

    python -m benchmarks.unstored_server 21000

What it leaves out is what being durable costs; the rest of a message's way is the same.
"""

import asyncio
import itertools
import json
import logging
import sys
import uuid
from collections.abc import Callable

import structlog
import uvloop

from contactor.base.clock import SystemClock
from contactor.base.ids import StationId
from contactor.central.handlers.signing import open_signing
from contactor.central.inbound import inbound_table
from contactor.central.plan import Answer, Caller, Plan
from contactor.central.roster import Member, Roster
from contactor.central.sessions import Sessions
from contactor.central.settings import CentralSettings
from contactor.central.store.batch import Done, Work
from contactor.central.store.news import News
from contactor.central.store.statement import Rows
from contactor.central.traffic import BATCH_BOUNDS, Histogram
from contactor.link.link import Admission, Admit, Handshake
from contactor.link.websocket_server import WebSocketListener
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus, RegistrationStatus
from contactor.ocpp.messages import (
    BootNotification,
    BootNotificationResult,
    MeterValues,
    MeterValuesResult,
    StartTransaction,
    StartTransactionResult,
    StopTransaction,
    StopTransactionResult,
)


class NoWriter:
    """Takes everything, keeps nothing, and says at once that it is done."""

    def __init__(self) -> None:
        self.waiting = 0
        self.batches = Histogram(BATCH_BOUNDS)
        self.news = News()

    def write(self, _work: Work | tuple[Rows, ...], done: Done) -> None:
        """Forget it."""
        done(None)

    async def stop(self) -> None:
        """Nothing is to be let go."""


class KnownAnswers:
    """What each request is answered, without asking anybody."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._accepted = IdTagInfo(status=AuthorizationStatus.ACCEPTED)

    def boot(self, caller: Caller, _request: BootNotification) -> Plan:
        """Welcome anybody."""
        status = RegistrationStatus.ACCEPTED
        return Answer(BootNotificationResult(status=status, current_time=caller.received_at, interval=300))

    def start(self, _caller: Caller, _request: StartTransaction) -> Plan:
        """Give a number."""
        return Answer(StartTransactionResult(transaction_id=next(self._numbers), id_tag_info=self._accepted))

    def stop(self, _caller: Caller, _request: StopTransaction) -> Plan:
        """Forget the end."""
        return Answer(StopTransactionResult())

    def meter_values(self, _caller: Caller, _request: MeterValues) -> Plan:
        """Forget what was measured."""
        return Answer(MeterValuesResult())


def admitter() -> Callable[[Handshake], Admission]:
    """Lets every station in, as one that has booted before."""
    settings = CentralSettings(database=":memory:")
    answers = KnownAnswers()
    sessions = Sessions(
        settings,
        inbound={
            **inbound_table(settings, open_signing(settings, Roster())),
            "BootNotification": answers.boot,
            "StartTransaction": answers.start,
            "StopTransaction": answers.stop,
            "MeterValues": answers.meter_values,
        },
        writer=NoWriter(),
        clock=SystemClock(),
        new_id=lambda: str(uuid.uuid4()),
        roster=Roster(),
        log=structlog.get_logger(),
    )
    return lambda handshake: Admit(sessions.make(Member(StationId(handshake.identity), was_accepted=True)))


async def serve(port: int) -> None:
    """Listen until the process ends; the first line on stdout tells the address."""
    listener = WebSocketListener(admitter(), host="127.0.0.1", port=port, path_prefix="/ocpp")
    await listener.start()
    print(json.dumps({"listening": f"ws://127.0.0.1:{port}/ocpp"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    errors_only = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr), wrapper_class=errors_only)
    uvloop.run(serve(int(sys.argv[1])))
