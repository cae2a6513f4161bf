"""SHELL: what one call costs, received, checked, answered and encoded: ours, mobilityhouse/ocpp's, and the limit.

    python -m benchmarks.codec --seconds 0.5

All three run interleaved in one process on the same texts, so the ratios hold wherever the microseconds do not.
The limit is msgspec alone: it matches no answers, knows no duplicate ids and says nothing useful about bad input.
The peer's validation runs in this thread; its own connection sends it through a thread pool, which costs it more.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import ocpp.messages
from msgspec import Raw, Struct
from ocpp.charge_point import camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case
from ocpp.v16 import call_result
from rich.console import Console
from rich.table import Table

from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus, RegistrationStatus
from contactor.ocpp.messages import (
    BootNotificationResult,
    HeartbeatResult,
    MeterValuesResult,
    Result,
    StartTransactionResult,
    StatusNotificationResult,
)
from contactor.ocpp.peer import CallReceived, Peer
from contactor.ocpp.tolerance import TolerantCodec

GOAL = 60.0
"""How many times quicker than the peer MeterValues has to be."""

ROUNDS = 7

PEER = "mobilityhouse/ocpp"

Answerer = Callable[[bytes], bytes]

_NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
_NOW_TEXT = "2026-05-01T10:00:00Z"


@dataclass(frozen=True)
class Exchange:
    """A call, and its answer in our types and in those of the peer."""

    name: str
    action: str
    request: Mapping[str, object]
    result: Result
    peer_result: object

    @property
    def text(self) -> bytes:
        """The call as it comes from the wire."""
        frame = [2, "7d1ee6e9-9d0a-4c5c-8f6f-0d1d1c9d7a11", self.action, self.request]
        return json.dumps(frame, separators=(",", ":")).encode()


def _meter_values(count: int) -> Exchange:
    measurands = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "SoC")
    units = ("Wh", "W", "A", "Percent")
    values = [
        {"value": f"{1234.5 + n}", "context": "Sample.Periodic", "measurand": measurands[n % 4], "unit": units[n % 4]}
        for n in range(count)
    ]
    request = {
        "connectorId": 1,
        "transactionId": 4711,
        "meterValue": [{"timestamp": _NOW_TEXT, "sampledValue": values}],
    }
    return Exchange(f"MeterValues, {count}", "MeterValues", request, MeterValuesResult(), call_result.MeterValues())


EXCHANGES: Sequence[Exchange] = (
    Exchange("Heartbeat", "Heartbeat", {}, HeartbeatResult(current_time=_NOW), call_result.Heartbeat(_NOW_TEXT)),
    Exchange(
        "BootNotification",
        "BootNotification",
        {
            "chargePointVendor": "Schneider Electric",
            "chargePointModel": "EVlink Pro DC 180",
            "chargePointSerialNumber": "EVD1S18THB2-0001",
            "firmwareVersion": "3.4.0.12",
        },
        BootNotificationResult(status=RegistrationStatus.ACCEPTED, current_time=_NOW, interval=300),
        call_result.BootNotification(_NOW_TEXT, 300, "Accepted"),
    ),
    Exchange(
        "StatusNotification",
        "StatusNotification",
        {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": _NOW_TEXT},
        StatusNotificationResult(),
        call_result.StatusNotification(),
    ),
    Exchange(
        "StartTransaction",
        "StartTransaction",
        {"connectorId": 1, "idTag": "04A2B3C4D5E680", "meterStart": 12345, "timestamp": _NOW_TEXT},
        StartTransactionResult(transaction_id=4711, id_tag_info=IdTagInfo(status=AuthorizationStatus.ACCEPTED)),
        call_result.StartTransaction(4711, {"status": "Accepted"}),
    ),
    _meter_values(4),
    _meter_values(8),
)


def ours(exchange: Exchange) -> Answerer:
    """The way a central system uses the peer."""
    codec = TolerantCodec(lambda: _NOW)
    peer, result = Peer(Side.CENTRAL, lambda: "", codec=codec, is_patient=True), exchange.result

    def answer(text: bytes) -> bytes:
        event = peer.receive(text, 0.0)
        assert isinstance(event, CallReceived)
        return peer.answer(event.message_id, result)

    return answer


def mobilityhouse(exchange: Exchange) -> Answerer:
    """The steps of that package's own connection, from the text it receives to the text it sends."""
    unpack, pack, validate = ocpp.messages.unpack, ocpp.messages.pack, ocpp.messages._validate_payload
    result = exchange.peer_result

    def answer(text: bytes) -> bytes:
        message = unpack(text)
        validate(message, "1.6")
        camel_to_snake_case(message.payload)
        reply = message.create_call_result(snake_to_camel_case(remove_nones(serialize_as_dict(result))))
        validate(reply, "1.6")
        return str(pack(reply)).encode()

    return answer


class _Call(Struct, array_like=True, tag=2):
    message_id: Annotated[str, msgspec.Meta(max_length=36)]
    action: str
    payload: Raw


def limit(exchange: Exchange) -> Answerer:
    """The least that decodes and checks the same types and encodes the answer."""
    read_frame = msgspec.json.Decoder(_Call).decode
    readers = {action.name: msgspec.json.Decoder(action.request).decode for action in ACTIONS.values()}
    encode, result = msgspec.json.Encoder().encode, exchange.result

    def answer(text: bytes) -> bytes:
        frame = read_frame(text)
        readers[frame.action](frame.payload)
        return encode((3, frame.message_id, result))

    return answer


HEADINGS: Sequence[str] = ("ours", "peer", "limit")

CONTESTANTS: Mapping[str, Callable[[Exchange], Answerer]] = {
    "contactor": ours,
    PEER: mobilityhouse,
    "msgspec alone": limit,
}


def _batch_us(answer: Answerer, text: bytes, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        answer(text)
    return (time.perf_counter() - start) / repeats * 1e6


def measure(exchange: Exchange, seconds: float) -> dict[str, float]:
    """Microseconds a call for each contestant: the best of some interleaved rounds, `seconds` for each in all."""
    text = exchange.text
    answerers = {name: build(exchange) for name, build in CONTESTANTS.items()}
    answers = {name: json.loads(answer(text)) for name, answer in answerers.items()}
    assert len({json.dumps(answer, sort_keys=True) for answer in answers.values()}) == 1, answers
    repeats = {
        name: max(1, int(seconds / ROUNDS / (_batch_us(answer, text, 20) / 1e6))) for name, answer in answerers.items()
    }
    rounds = [
        {name: _batch_us(answer, text, repeats[name]) for name, answer in answerers.items()} for _ in range(ROUNDS)
    ]
    return {name: min(one[name] for one in rounds) for name in answerers}


def _table(measured: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(
        title="One call received, checked, answered and encoded, µs",
        caption=f"peer: {PEER}; limit: msgspec alone",
    )
    table.add_column("message", no_wrap=True)
    for name in HEADINGS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("peer/ours", justify="right", no_wrap=True)
    table.add_column("ours/limit", justify="right", no_wrap=True)
    for message, us in measured.items():
        ratio, share = us[PEER] / us["contactor"], us["contactor"] / us["msgspec alone"]
        table.add_row(message, *(f"{us[name]:.2f}" for name in CONTESTANTS), f"{ratio:.0f}x", f"{share:.1f}x")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if MeterValues misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="time for each contestant on each message")
    seconds: float = parser.parse_args(arguments).seconds
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    measured = {exchange.name: measure(exchange, seconds) for exchange in EXCHANGES}
    console = Console()
    console.print(_table(measured))
    worst = min(us[PEER] / us["contactor"] for name, us in measured.items() if name.startswith("MeterValues"))
    console.print(f"Goal for MeterValues: {GOAL:.0f} times quicker than {PEER}; here {worst:.0f} times.")
    return 0 if worst >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
