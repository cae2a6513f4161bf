"""A reply: what a part says to a request of the central system, and what it does once that is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contactor.ocpp.messages import Request, Result
from contactor.station.events import Moment


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, and what the request causes once the answer is on its way (RPC-15)."""

    result: Result
    afterwards: Callable[[Moment], None] | None = None


Rows = Mapping[type[Request], Callable[[Any], Reply]]
"""Handlers by request type; each takes its own type (Any here), which the codec has seen to.

A handler judges, and changes nothing that its answer does not promise. It raises ProtocolViolation for what must be
refused by CALLERROR.
"""
