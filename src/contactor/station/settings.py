"""What is fixed about one station when it leaves the factory or is switched on; everything else is configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FIRMWARE_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class StationSettings:
    """The identity of a station and the choices the texts leave open.

    Attributes:
        model: commercial reference of the guide, sent as chargePointModel.
        serial: chargePointSerialNumber, at most 25 characters.
        firmware_version: of the factory image; a firmware update replaces it.
        initial: first values of configuration keys, wire strings; a stored value wins over them.
        call_timeout_s: how long an answer may take (RPC-04).
        boot_retry_s: wait after an unanswered BootNotification or an interval of 0 (BOOT-06, BOOT-09).
        finish_unauthorised: show Finishing when nobody identified within ConnectionTimeOut (B6, D-30).
        allow_badge_before_plug: take a badge with no car connected, even from a product that does not (LA-3, D-30).
        reset_wait_s: how long a reset waits for the answers to its StopTransactions (RST-02).
        reconnect_first_s: the first wait before dialling again; it doubles up to five minutes (TR-13).
        firmware_install_s: how long installing a firmware image takes before the station restarts.
        trace_frames: how many of its newest messages, and of its notes, a station keeps for its diagnostics. Each
            message takes about as much memory as it is long, which a fleet in one process may want to save.
    """

    model: str
    serial: str
    firmware_version: str = FIRMWARE_VERSION
    initial: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    call_timeout_s: float = 30.0
    boot_retry_s: float = 60.0
    finish_unauthorised: bool = True
    allow_badge_before_plug: bool = False
    reset_wait_s: float = 30.0
    reconnect_first_s: float = 5.0
    firmware_install_s: float = 20.0
    trace_frames: int = 200
