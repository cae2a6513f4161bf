"""How the bridge is set: the broker, the topics, and what is kept where."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from contactor.base.errors import BadSetting
from contactor.mqtt.broker import Broker
from contactor.mqtt.topics import Topics

_DISCOVERY = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """Everything the bridge is told.

    `place` is the file that keeps the number of the last event. `discovery_prefix` is Home Assistant's, None where it
    is told nothing. `obeys`: whether orders are taken by topic.
    """

    broker: Broker
    place: Path
    topics: Topics = field(default_factory=Topics)
    discovery_prefix: str | None = None
    obeys: bool = False
    client_id: str = "contactor"
    pause_s: float = 2.0
    """The fleet is read no more often."""

    def __post_init__(self) -> None:
        prefix = self.discovery_prefix
        if prefix is not None and not (_DISCOVERY.fullmatch(prefix) and len(prefix) <= 100):
            raise BadSetting("--discovery", prefix, "give Home Assistant's prefix, such as homeassistant")
