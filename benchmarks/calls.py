"""The calls a benchmark's station makes, framed for the websocket beforehand but for a few digits.

Digits stand at fixed widths, so a frame's length never changes and its header is made once. Frames are masked with
the key zero, which leaves the text as it is: a server unmasks it like any other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

ID_PREFIX = "7d1ee6e9-9d0a-4c5c-8f6f-"
"""With the twelve digits that follow, a message id is as long as a UUID."""

_MASKED = 0x80
_TEXT = 0x81
_TWO_BYTE_LENGTH = 126
_ZERO_KEY = bytes(4)

_METER_START_WH = 1_000_000
_HOUR = "2026-05-01T10:"

_SAMPLES: tuple[Mapping[str, str], ...] = (
    {"value": "%07d", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
    {"value": "149500.0", "measurand": "Power.Active.Import", "unit": "W"},
    {"value": "373.7", "measurand": "Current.Import", "unit": "A"},
    {"value": "400.1", "measurand": "Voltage", "unit": "V"},
    {"value": "150000.0", "measurand": "Power.Offered", "unit": "W"},
    {"value": "41", "measurand": "SoC", "unit": "Percent"},
)


@dataclass(frozen=True)
class CallTemplate:
    """A call's frame with places for digits: the message id's, and where `is_reading` an instant's and a register's."""

    frame: bytes
    is_reading: bool

    def frame_of(self, number: int) -> bytes:
        """The frame of a connection's n-th call; a reading is taken a millisecond after the one before."""
        if not self.is_reading:
            return self.frame % number
        seconds, millisecond = divmod(number, 1000)
        minute, second = divmod(seconds, 60)
        return self.frame % (number, minute, second, millisecond, _METER_START_WH + number)


def heartbeat() -> CallTemplate:
    """The smallest call, answered without any writing."""
    return CallTemplate(_framed("Heartbeat", {}, (0,)), is_reading=False)


def meter_values(transaction_id: int) -> CallTemplate:
    """Six values of one instant, in a transaction."""
    samples = [{"context": "Sample.Periodic", "location": "Outlet", **sample} for sample in _SAMPLES]
    reading = {"timestamp": f"{_HOUR}%02d:%02d.%03dZ", "sampledValue": samples}
    request = {"connectorId": 1, "transactionId": transaction_id, "meterValue": [reading]}
    return CallTemplate(_framed("MeterValues", request, (0, 0, 0, 0, _METER_START_WH)), is_reading=True)


def boot_notification() -> CallTemplate:
    """How a station introduces itself."""
    request = {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVlink Pro DC 180"}
    return CallTemplate(_framed("BootNotification", request, (0,)), is_reading=False)


def start_transaction() -> CallTemplate:
    """How a charge begins."""
    request = {
        "connectorId": 1,
        "idTag": "04A2B3C4D5E680",
        "meterStart": _METER_START_WH,
        "timestamp": f"{_HOUR}00:00.000Z",
    }
    return CallTemplate(_framed("StartTransaction", request, (0,)), is_reading=False)


def badge(line: int) -> str:
    """The badge of whoever charges over a connection."""
    return f"04A2B3C4D5{line:04X}"


class ChargeTemplates:
    """The calls of a connection that starts one charge after the other; each begins where the one before ended."""

    step_wh = 10

    def __init__(self, id_tag: str) -> None:
        """Be ready; all of them are begun with one badge."""
        self._id_tag = id_tag

    def start(self, message: int, charge: int) -> bytes:
        """The frame of the start of its n-th charge."""
        request = (
            f'{{"connectorId":1,"idTag":"{self._id_tag}","meterStart":{_METER_START_WH + charge * self.step_wh},'
            f'"timestamp":"{_instant(2 * charge)}"}}'
        )
        return _frame(message, "StartTransaction", request)

    def stop(self, message: int, charge: int, number: int) -> bytes:
        """The frame of its stop."""
        meter_stop = _METER_START_WH + (charge + 1) * self.step_wh
        request = (
            f'{{"transactionId":{number},"idTag":"{self._id_tag}","meterStop":{meter_stop},'
            f'"timestamp":"{_instant(2 * charge + 1)}"}}'
        )
        return _frame(message, "StopTransaction", request)


def _instant(milliseconds: int) -> str:
    seconds, millisecond = divmod(milliseconds, 1000)
    minute, second = divmod(seconds, 60)
    return f"{_HOUR}{minute:02}:{second:02}.{millisecond:03}Z"


def _frame(message: int, action: str, request: str) -> bytes:
    text = f'[2,"{ID_PREFIX}{message:012}","{action}",{request}]'.encode()
    return _header(len(text)) + text


def _framed(action: str, request: Mapping[str, object], digits: tuple[int, ...]) -> bytes:
    text = json.dumps([2, f"{ID_PREFIX}%012d", action, request], separators=(",", ":")).encode()
    length = len(text % digits)
    # The header's bytes stand in a pattern for `%`, where a percent sign has to be doubled.
    return _header(length).replace(b"%", b"%%") + text


def _header(length: int) -> bytes:
    if length < _TWO_BYTE_LENGTH:
        return bytes((_TEXT, _MASKED | length)) + _ZERO_KEY
    return bytes((_TEXT, _MASKED | _TWO_BYTE_LENGTH)) + length.to_bytes(2, "big") + _ZERO_KEY
