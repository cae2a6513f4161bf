"""SHELL: joins one station core with its hardware, its links, its store and the clock.

No task runs for a station: a timer for the next deadline, and callbacks of the link, are all there is. Only dialling
is a task, because dialling waits.
"""

import asyncio

from contactor.base.clock import Clock
from contactor.base.dice import Dice
from contactor.guide.entries import Product
from contactor.hardware.commands import StopEnergy
from contactor.hardware.port import SteppedHardware
from contactor.link.link import (
    CLOSE_GOING_AWAY,
    Cancellable,
    Dialer,
    InstalledTls,
    Scheduler,
    Target,
)
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
)
from contactor.station.file_transfer import FileTransfer, NetworkFiles
from contactor.station.hardware_time import HardwareTime
from contactor.station.line import Line
from contactor.station.settings import StationSettings
from contactor.station.station import Station
from contactor.station.store.port import Store, StoreError
from contactor.station.transfer_tasks import TransferTasks
from contactor.station.watcher import Nobody, Watcher

STORE_RETRY_S = 5.0
"""Pause before a station whose store failed is started again."""
_NETWORK_FILES = NetworkFiles()
NOBODY = Nobody()
_LAST_DIGIT_S = 1e-6
_HAIR_S = 1e-3
"""How much earlier than asked for a loop's timer may come."""


class StationRunner:
    """Runs a station on the event loop it was made on.

    Args:
        product: the guide's facts.
        settings: of this station.
        hardware: its hardware; `hardware_speed` seconds of its time pass in one of the clock's.
        store: what survives; the runner closes it when the power goes for good.
        dialer: opens links.
        clock: both times.
        dice: chance for ids and back-off.
        files: moves diagnostics and firmware; over the network unless given.
        watcher: told what happens.
        scheduler: keeps its deadlines; the running loop unless given.
    """

    __slots__ = ("_clock", "_dialer", "_dice", "_events", "_files", "_hardware", "_hardware_due_s", "_line",
                 "_product", "_scheduler", "_settings", "_software_due_s", "_store", "_timer", "_timer_due_s",
                 "_transfers", "_watcher", "frames_received", "frames_sent", "hardware_time",
                 "restarts_to_fail", "station")  # fmt: skip

    def __init__(
        self,
        product: Product,
        settings: StationSettings,
        hardware: SteppedHardware,
        store: Store,
        dialer: Dialer,
        *,
        clock: Clock,
        dice: Dice,
        hardware_speed: float = 1.0,
        files: FileTransfer | None = None,
        watcher: Watcher = NOBODY,
        scheduler: Scheduler | None = None,
    ) -> None:
        self._product = product
        self._settings = settings
        self._hardware = hardware
        self._store = store
        self._dialer = dialer
        self._clock = clock
        self._dice = dice
        self._watcher = watcher
        self._files = files or _NETWORK_FILES
        self._transfers: TransferTasks | None = None  # until there is one
        self._scheduler = scheduler or asyncio.get_running_loop()
        self.hardware_time = HardwareTime(hardware, clock, hardware_speed)
        self._hardware_due_s: float | None = None
        self._software_due_s: float | None = None
        self._events: list[Event] = []  # short, and lighter than a deque in a fleet
        self._timer: Cancellable | None = None
        self._timer_due_s = 0.0
        self._line: Line | None = None
        self.station: Station | None = None
        self.restarts_to_fail = 0
        """How many of the next restarts fail, for whoever wants to see what a station makes of that (RST-06)."""
        self.frames_sent = 0
        self.frames_received = 0

    # Power

    @property
    def is_on(self) -> bool:
        """Whether the software runs."""
        return self.station is not None

    def power_on(self, cause: PowerOnCause = PowerOnCause.POWER) -> None:
        """Start the software from its store.

        Raises:
            BadSetting: the settings do not fit the product.
            StoreError: the store cannot be read.
        """
        assert self.station is None
        self._drop_timer()  # of an attempt to start that comes too late
        self.catch_up()  # what was told to nobody is over; the new life looks around by itself
        self.station = Station(self._product, self._settings, self._hardware, self._store, self._dice, self._moment())
        self.tell(PoweredOn(cause))

    def power_off(self) -> None:
        """The electronics lose their power at this instant: no farewell, and what is not in the store is gone."""
        self.station = None
        self._events.clear()
        self._drop_timer()
        self._cancel_transfers()
        if self._line is not None:
            self._line.cut()
            self._line = None

    async def shut_down(self) -> None:
        """End in an orderly way: hang up, let the store go.

        Transactions stay open, and are stopped as after a power cut when the station starts again.
        """
        ending = self._cancel_transfers()
        line, self._line = self._line, None
        if line is not None:
            if line.dialling is not None:
                ending.append(line.dialling)
            line.leave()
            if line.link is not None:
                line.link.close(CLOSE_GOING_AWAY, "station is switched off")
        self.power_off()
        await asyncio.gather(*ending, return_exceptions=True)
        self._store.close()

    # Events in

    def tell(self, event: Event) -> None:
        """Hand the station an event; several are handled one after the other, in order."""
        self._events.append(event)
        if len(self._events) == 1:
            self._work()

    def catch_up(self) -> None:
        """Bring the hardware to now; a station that is on hears what it has told, one that is off never will.

        Called before somebody does something to the hardware, so that it happens now and not in the past, and after
        it, so that the station hears of it at once and not at the next deadline.
        """
        if self.station is None:
            self._hardware.advance(self.hardware_time.now_s)
        elif not self._events:
            self._listen_to_hardware()
            if self._events:
                self._work(hardware_was_heard=True)
            else:
                self._flow_on()

    def run_hardware_at(self, speed: float) -> None:
        """Let the hardware's time pass at another speed from now on."""
        self.catch_up()
        self.hardware_time.run_at(speed)
        self._set_timer()

    # What the line calls

    def line_opened(self, peer_chain: str) -> None:
        """The central system took the call."""
        self.tell(LinkOpened(peer_chain))

    def dial_failed(self, event: DialFailed) -> None:
        """Nobody took it."""
        self._line = None
        self.tell(event)

    def text_came(self, text: bytes) -> None:
        """The central system has sent a message."""
        self.frames_received += 1
        self.tell(TextReceived(text))

    def line_ended(self, reason: str) -> None:
        """The connection is over."""
        self._line = None
        self.tell(LinkClosed(reason))

    def _work(self, *, hardware_was_heard: bool = False) -> None:
        try:
            while self._events and self.station is not None:
                if not hardware_was_heard:
                    self._listen_to_hardware()
                hardware_was_heard = False
                event = self._events[0]
                self._watcher.happened(event)
                for effect in self.station.handle(event, self._moment()):
                    self._carry_out(effect)
                # A restart or a power cut while carrying out has emptied the queue.
                if self._events and self._events[0] is event:
                    self._events.pop(0)
        except StoreError as error:
            self.fail(f"the store failed: {error}")
        # The boundary of the software's life: a mistake of ours must end in a fresh start, not in a silent charger.
        except Exception as error:
            self.fail(f"the software failed: {type(error).__name__}: {error}")
        self._set_timer()
        self._watcher.settled()

    def fail(self, reason: str) -> None:
        """The software cannot go on: it ends as by a power cut, the current stops, and it starts again later."""
        self._watcher.noted(Note("station failed", {"reason": reason}))
        self.power_off()
        self._store.forget()
        for outlet in self._hardware.outlets:
            self._hardware.obey(StopEnergy(outlet))  # no energy flows that nobody can account for
        self._timer = self._scheduler.call_later(STORE_RETRY_S, self._try_again)

    def _try_again(self) -> None:
        self._timer = None
        try:
            self.power_on(PowerOnCause.WATCHDOG)
        except StoreError as error:
            self._watcher.noted(Note("station failed", {"reason": str(error)}))
            self._timer = self._scheduler.call_later(STORE_RETRY_S, self._try_again)

    def _listen_to_hardware(self) -> None:
        """Bring the hardware to now; what it told happened before the event at hand."""
        signals = self._hardware.advance(self.hardware_time.now_s)
        if signals:
            self._events[:0] = signals

    def _set_timer(self) -> None:
        if self.station is None:
            return  # the timer, if there is one, is for the next attempt to start
        self._software_due_s = self.station.deadline_s
        self._await_deadlines()

    def _await_deadlines(self) -> None:
        """Wake for the software or the hardware, whichever is first; what the software waits for is known."""
        due_s = self._software_due_s
        self._hardware_due_s = hardware_due_s = self._hardware.deadline_s
        if hardware_due_s is not None:
            clock_due_s = self.hardware_time.clock_s(hardware_due_s)
            due_s = clock_due_s if due_s is None else min(due_s, clock_due_s)
        if self._timer is not None:
            if due_s is not None and self._timer_due_s <= due_s:
                return  # it comes in time, and to look once too often costs less than another timer at every event
            self._drop_timer()
        if due_s is not None:
            self._timer_due_s = due_s
            delay_s = max(0.0, due_s - self._clock.monotonic_s())
            self._timer = self._scheduler.call_later(delay_s, self._deadline_reached)

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _deadline_reached(self) -> None:
        self._timer = None
        now_s, due_s = self.hardware_time.now_s, self._hardware_due_s
        if due_s is not None and 0 < due_s - now_s < _LAST_DIGIT_S:
            # The way from hardware seconds to the clock's and back may lose the last digit, and with it the deadline.
            now_s = due_s
        is_hardware_due = due_s is not None and due_s <= now_s
        if is_hardware_due:
            self._events.extend(self._hardware.advance(now_s))
        if self._events or self._software_is_due():
            self._events.append(DeadlineReached())
            self._work(hardware_was_heard=is_hardware_due)
        elif is_hardware_due:
            self._flow_on()
        else:
            self._await_deadlines()  # this timer was for what has been put off meanwhile

    def _flow_on(self) -> None:
        """The hardware has gone on without anything to tell, and so has nothing for the software."""
        self._await_deadlines()
        self._watcher.settled()

    def _software_is_due(self) -> bool:
        assert self.station is not None, "without software the timer is another one"
        due_s = self._software_due_s
        return (due_s is not None and due_s <= self._clock.monotonic_s() + _HAIR_S) or self.station.follows_hardware

    # Effects out

    def _carry_out(self, effect: Effect) -> None:
        self._watcher.happened(effect)
        match effect:
            case SendText(text=text):
                if self._line is not None and self._line.link is not None and self._line.link.send(text):
                    self.frames_sent += 1
            case Note():
                self._watcher.noted(effect)
            case Dial():
                self._line = Line(self)
                self._line.dial(self._dialer, _target(effect))
            case SetPing(interval_s=interval_s):
                if self._line is not None and self._line.link is not None:
                    self._line.link.set_ping_interval(interval_s)
            case HangUp(code=code, reason=reason):
                if self._line is not None and self._line.link is not None:
                    self._line.link.close(code, reason)
            case StartDownload() | StartUpload():
                if self._transfers is None:
                    self._transfers = TransferTasks(self._files, self.tell, self._watcher.noted)
                self._transfers.start(effect)
            case CancelTransfer(transfer=transfer):
                if self._transfers is not None:
                    self._transfers.cancel(transfer)
            case Restart(cause=cause):
                self._restart(cause)
            case _:
                self._hardware.obey(effect)

    def _cancel_transfers(self) -> list["asyncio.Task[None]"]:
        return [] if self._transfers is None else self._transfers.cancel_all()

    def _restart(self, cause: PowerOnCause) -> None:
        """The software starts anew; an orderly close that was asked for just before is not waited for."""
        if self.restarts_to_fail > 0:
            self.restarts_to_fail -= 1
            self.tell(RestartFailed("it was made to fail"))
            return
        if self._line is not None:
            self._line.leave()
            self._line = None
        self.power_off()
        self.power_on(cause)

    # Time

    def _moment(self) -> Moment:
        return Moment(self._clock.monotonic_s(), self._clock.now())


def _target(dial: Dial) -> Target:
    papers = dial.papers
    tls = None if papers is None else InstalledTls(papers.roots, papers.chain, papers.private_key, papers.is_alone)
    return Target(dial.url, dial.identity, dial.password, tls)
