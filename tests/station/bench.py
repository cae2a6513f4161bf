"""A test bench: one station core on a simulated rig, in virtual time, with a central system made of tape.

Time moves only by `wait`; whatever is due on the way happens at its second. The tape answers every call of the
station as a willing central system would, unless a test says otherwise.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.guide.entries import Cables
from contactor.guide.load import load_product
from contactor.hardware.commands import Command
from contactor.rig.garage import vehicle_model
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle
from contactor.station.effects import (
    CancelTransfer,
    Dial,
    Effect,
    HangUp,
    Note,
    Restart,
    SendText,
    SetPing,
    StartDownload,
    StartUpload,
)
from contactor.station.events import (
    DeadlineReached,
    DialFailed,
    Event,
    LinkClosed,
    LinkOpened,
    Moment,
    PoweredOn,
    PowerOnCause,
    RestartFailed,
    TextReceived,
    TransferFailed,
    TransferFinished,
)
from contactor.station.settings import StationSettings
from contactor.station.station import Station
from contactor.station.store.memory import MemoryStore

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Payload = dict[str, Any]  # JSON as it was on the wire
Answer = Payload | Callable[[Payload], Payload | None] | None

CONFIGURED = {
    "SupervisionUrl": "ws://central.test/ocpp",
    "BoxIdentifier": "CP-1",
    "MinimumStatusDuration": "0",
}


@dataclass(slots=True)
class Frame:
    """One call the station made."""

    at_s: float
    message_id: str
    action: str
    payload: Payload


@dataclass(slots=True)
class Refusal:
    """Makes the tape answer with a CALLERROR."""

    code: str = "InternalError"
    description: str = ""


class Bench:
    """The station, its rig, its store and the tape."""

    def __init__(
        self,
        *,
        product: str = "evlink_pro_dc",
        model: str | None = None,
        initial: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
        store: MemoryStore | None = None,
        boot: bool = True,
    ) -> None:
        self.now_s = 0.0
        self.product = load_product(product)
        model = model or self.product.default_model
        chosen = self.product.models[model]
        kinds = [PlugKind(outlet.value) for outlet in chosen.outlets]
        has_locks = chosen.cables is Cables.DETACHABLE
        self.rig = Rig(kinds, chosen.module_count, dice=Dice(7), has_locks=has_locks)
        self.store = MemoryStore() if store is None else store
        factory = StationSettings(model=model, serial="SN-0001", initial={**CONFIGURED, **(initial or {})})
        self.settings = replace(factory, **(settings or {}))
        self.frames: list[Frame] = []
        self.answers_to_central: list[list[Any]] = []
        self.notes: list[Note] = []
        self.commands: list[Command] = []
        self.dials: list[Dial] = []
        self.pings: list[int] = []
        self.restarts: list[Restart] = []
        self.restarts_to_fail = 0
        self.transfers: list[StartDownload | StartUpload] = []
        self.hang_ups: list[HangUp] = []
        self.line_works = True
        self.refusal = DialFailed("nobody there")
        self.admits: Callable[[Dial], bool] = lambda _dial: True
        self.peer_chain = ""
        self.is_connected = False
        self.lives = 0
        self.transactions = 0
        self.answers: dict[str, Answer | Refusal] = {
            "BootNotification": lambda _: {"status": "Accepted", "currentTime": self.instant_text, "interval": 300},
            "Heartbeat": lambda _: {"currentTime": self.instant_text},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self._start_answer,
            "StopTransaction": {},
            "StatusNotification": {},
            "MeterValues": {},
            "SecurityEventNotification": {},
            "DiagnosticsStatusNotification": {},
            "FirmwareStatusNotification": {},
        }
        self.on_frame: Callable[[list[Any]], None] = lambda _frame: None
        self._calls = 0
        self._events: deque[Event] = deque()
        self.station = self._new_station()
        if boot:
            self.power_on()

    # Time

    @property
    def instant(self) -> datetime:
        """The machine's wall clock."""
        return START + timedelta(seconds=self.now_s)

    @property
    def instant_text(self) -> str:
        return self.instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.instant.microsecond // 1000:03d}Z"

    @property
    def moment(self) -> Moment:
        return Moment(self.now_s, self.instant)

    def wait(self, seconds: float) -> None:
        """Let time pass; everything due on the way happens in order."""
        end_s = self.now_s + seconds
        while True:
            due_s = min(
                (each for each in (self.station.deadline_s, self.rig.deadline_s) if each is not None),
                default=end_s + 1,
            )
            if due_s > end_s:
                break
            self.now_s = max(self.now_s, due_s)
            signals = self.rig.advance(self.now_s)
            for signal in signals:
                self.handle(signal)
            if not signals:
                self.handle(DeadlineReached())
        self.now_s = end_s
        for signal in self.rig.advance(end_s):
            self.handle(signal)

    # The station's world

    def handle(self, event: Event) -> None:
        """Tell the station something and do what it asks, one event after the other."""
        self._events.append(event)
        if len(self._events) > 1:
            return  # asked for while an event is being handled: it has its turn afterwards
        while self._events:
            for effect in self.station.handle(self._events[0], self.moment):
                self._do(effect)
            self._events.popleft()

    def power_on(self, cause: PowerOnCause = PowerOnCause.POWER) -> None:
        """Start the software and let it boot."""
        self.handle(PoweredOn(cause))
        self.wait(0)

    def power_cut(self, away_s: float = 0.0) -> None:
        """Take the supply away for a while; what was not committed is gone, the physical world is not."""
        self.rig.power_off()
        self.is_connected = False
        self.store.close()
        self.now_s += away_s
        self.rig.advance(self.now_s)
        self.rig.power_on()
        self.station = self._new_station()
        self.power_on()

    def restart(self, cause: PowerOnCause) -> None:
        """Start the software anew while the hardware keeps its power; nothing is waited for."""
        self.is_connected = False
        self.store.close()
        self.station = self._new_station()
        self.handle(PoweredOn(cause))

    def lose_line(self) -> None:
        """Cut the connection and let no new one come about."""
        self.line_works = False
        if self.is_connected:
            self.is_connected = False
            self.handle(LinkClosed("cut"))

    def repair_line(self, wait_s: float = 400.0) -> None:
        """Let connections come about again, and wait for the next attempt."""
        self.line_works = True
        for _ in range(int(wait_s)):
            if self.is_connected:
                return
            self.wait(1)

    # Drivers

    def plug(self, outlet: int = 1, *, model: str = "saloon", soc: float = 0.2) -> None:
        self.rig.plug(OutletNumber(outlet), Vehicle(vehicle_model(model), soc=soc))
        self.wait(0)

    def unplug(self, outlet: int = 1) -> None:
        self.rig.unplug(OutletNumber(outlet))
        self.wait(0)

    def badge(self, uid: str = "TAG-1") -> None:
        self.rig.present_badge(uid)
        self.wait(0)

    def charge(self, outlet: int = 1, uid: str = "TAG-1", *, for_s: float = 30.0) -> None:
        """Plug, badge, and let energy flow for a while."""
        self.plug(outlet)
        self.badge(uid)
        self.wait(for_s)

    def register_wh(self, outlet: int = 1) -> int:
        return self.rig.read(OutletNumber(outlet)).register_wh

    # The central system

    def ask(self, action: str, payload: Payload | None = None, message_id: str | None = None) -> list[Any]:
        """Make a call of the central system and return the station's answer frame, or [] if there is none."""
        self._calls += 1
        message_id = message_id or f"central-{self._calls}"
        before = len(self.answers_to_central)
        self.handle(TextReceived(json.dumps([2, message_id, action, payload or {}]).encode()))
        self.wait(0)
        answers = self.answers_to_central[before:]
        return answers[0] if answers else []

    def says(self, frame: list[Any]) -> None:
        """The central system sends any frame."""
        self.handle(TextReceived(json.dumps(frame).encode()))
        self.wait(0)

    def status_of_answer(self, action: str, payload: Payload | None = None) -> str:
        """The `status` of the station's CALLRESULT."""
        answer = self.ask(action, payload)
        assert answer[0] == 3, answer
        return str(answer[2]["status"])

    def set(self, key: str, value: str) -> None:
        assert self.status_of_answer("ChangeConfiguration", {"key": key, "value": value}) == "Accepted"

    def calls(self, action: str) -> list[Payload]:
        """The payloads of every call of an action so far."""
        return [frame.payload for frame in self.frames if frame.action == action]

    def actions(self, since: int = 0) -> list[str]:
        return [frame.action for frame in self.frames[since:]]

    def statuses(self, connector: int = 1) -> list[str]:
        """The statuses reported for a connector, in order."""
        return [each["status"] for each in self.calls("StatusNotification") if each["connectorId"] == connector]

    def logged(self) -> list[str]:
        """The types of the security events in the log, as it is on disk, oldest first."""
        return [json.loads(row)["event"] for row in self.store.rows("security_log").values()]

    def noted(self, event: str) -> Sequence[Mapping[str, object]]:
        return [note.facts for note in self.notes if note.event == event]

    # File servers

    def transfer_arrives(self, content: bytes = b"") -> None:
        """Let the oldest transfer on its way succeed; a download brings `content`."""
        self.handle(TransferFinished(self.transfers.pop(0).transfer, content))
        self.wait(0)

    def transfer_breaks(self, reason: str = "connection lost") -> None:
        """Let the oldest transfer on its way fail."""
        self.handle(TransferFailed(self.transfers.pop(0).transfer, reason))
        self.wait(0)

    # Inside

    def _new_station(self) -> Station:
        self.transfers.clear()
        self.lives += 1
        return Station(self.product, self.settings, self.rig, self.store, Dice(f"life {self.lives}"), self.moment)

    def _start_answer(self, _payload: Payload) -> Payload:
        self.transactions += 1
        return {"transactionId": 100 + self.transactions, "idTagInfo": {"status": "Accepted"}}

    def _do(self, effect: Effect) -> None:
        match effect:
            case SendText(text=text):
                self._take(json.loads(text))
            case Dial():
                self.dials.append(effect)
                self.is_connected = self.line_works and self.admits(effect)
                self.handle(LinkOpened(self.peer_chain) if self.is_connected else self.refusal)
            case HangUp():
                self.hang_ups.append(effect)
                self.is_connected = False
                self.handle(LinkClosed("hung up"))
            case SetPing(interval_s=interval_s):
                self.pings.append(interval_s)
            case Note():
                self.notes.append(effect)
            case Restart():
                self.restarts.append(effect)
                if self.restarts_to_fail > 0:
                    self.restarts_to_fail -= 1
                    self.handle(RestartFailed("it was made to fail"))
                    return
                # What the old life was about to be told, nobody hears.
                while len(self._events) > 1:
                    self._events.pop()
                self.station = self._new_station()
                self.handle(PoweredOn(effect.cause))
            case StartDownload() | StartUpload():
                self.transfers.append(effect)
            case CancelTransfer():
                self.transfers = [each for each in self.transfers if each.transfer != effect.transfer]
            case _:
                self.commands.append(effect)
                self.rig.obey(effect)

    def _take(self, frame: list[Any]) -> None:
        self.on_frame(frame)
        if frame[0] != 2:
            self.answers_to_central.append(frame)
            return
        _, message_id, action, payload = frame
        self.frames.append(Frame(self.now_s, message_id, action, payload))
        answer = self.answers[action]
        if callable(answer):
            answer = answer(payload)
        if answer is None or not self.is_connected:
            return
        if isinstance(answer, Refusal):
            reply: list[Any] = [4, message_id, answer.code, answer.description, {}]
        else:
            reply = [3, message_id, answer]
        self.handle(TextReceived(json.dumps(reply).encode()))


@dataclass(slots=True)
class Script:
    """Answers in turn: each call takes the next one, the last one stays."""

    answers: list[Payload | None] = field(default_factory=list)

    def __call__(self, _payload: Payload) -> Payload | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
