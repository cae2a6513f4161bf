"""SHELL: one websocket on picows, either end: what picows' core leaves to its user is done here.

That is: whole messages out of fragments, UTF-8, reserved bits, pings and their answers, a bound on what waits to be
sent, the closing handshake with a time limit, and one closure for every opening. Nothing but this file, the protocol
and the two ends beside it knows picows, so that another library can take its place behind the same contract tests.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from contactor.link.assembly import Assembly, FrameRefused, check_text
from contactor.link.callback import call_receiver
from contactor.link.closing import may_be_sent, shorten
from contactor.link.link import (
    CLOSE_NORMAL,
    CLOSE_PROTOCOL_ERROR,
    Cancellable,
    Closure,
    Receiver,
    Scheduler,
)
from contactor.link.pace import Pace
from contactor.link.pulse import Pulse, PulseTimer
from contactor.link.reset import reset_at_close
from contactor.link.roll import Roll
from contactor.link.tls import verified_chain

# Above this many unsent bytes asyncio tells us that the peer is slow.
CONGESTED_BYTES = 64 * 1024
# What a station saved up while it was away may come faster.
FRAMES_BURST_S = 5.0
# To look a member up in its enumeration costs more than all that a frame's kind decides.
_TEXT_FRAME, _CLOSE_FRAME = WSMsgType.TEXT, WSMsgType.CLOSE
_PING_FRAME, _PONG_FRAME = WSMsgType.PING, WSMsgType.PONG


@dataclass(frozen=True, slots=True)
class WireLimits:
    """What one conversation may take in time and memory."""

    message_bytes_max: int = 1024 * 1024
    """Longest message, all fragments together; TR-19 asks for 256 KiB at least."""
    unsent_bytes_max: int = 1024 * 1024
    """A peer that leaves more than this unread is cut off."""
    close_limit_s: float = 5.0
    """How long the peer may take to answer our close."""
    frames_per_s: float | None = None
    """A peer that sends faster, once `FRAMES_BURST_S` seconds' worth have come, is read more slowly; None: any pace."""


@dataclass(frozen=True, slots=True)
class PingPlan:
    """How a conversation finds out that nobody is there any more."""

    interval_s: float
    answer_limit_s: float
    only_when_silent: bool = False


@dataclass(slots=True)
class Ending:
    """The closure in the making."""

    code: int | None
    reason: str
    is_clean: bool = False
    watchdog: Cancellable | None = field(default=None, repr=False)


class Conversation(WSListener):
    """One websocket; a link to its receiver, a listener to picows."""

    __slots__ = ("_assembly", "_ending", "_is_congested", "_limits", "_pace", "_pings", "_pulse",
                 "_receiver", "_rest", "_roll", "_scheduler", "_slowed", "_transport", "name")  # fmt: skip

    def __init__(
        self,
        receiver: Receiver,
        name: str,
        *,
        limits: WireLimits,
        pings: PingPlan,
        roll: Roll["Conversation"] | None = None,
        slowed: Callable[[], None] | None = None,
        scheduler: Scheduler | None = None,
    ) -> None:
        """Be ready; `slowed` hears each time the peer has to rest because it sends too fast.

        Timers are the running loop's own, or the `scheduler`'s.
        """
        self.name = name
        self._receiver = receiver
        self._limits = limits
        self._pings = pings
        self._roll = roll
        self._scheduler = scheduler or asyncio.get_running_loop()
        # What most connections never need, or only at their end, is not there before: thousands of them are open.
        self._assembly: Assembly | None = None
        self._ending: Ending | None = None
        self._is_congested = False
        self._slowed = slowed
        self._rest: Cancellable | None = None
        rate_per_s = limits.frames_per_s
        self._pace: Pace | None = None
        if rate_per_s is not None:
            self._pace = Pace(rate_per_s, max(1.0, rate_per_s * FRAMES_BURST_S), self._scheduler.time())
        self._transport: WSTransport | None = None
        self._pulse: PulseTimer | None = None

    # What the receiver may ask (contactor.link.link.Link)

    @property
    def is_open(self) -> bool:
        """Whether a message may still be sent.

        picows sends a close frame of its own accord when it meets a broken frame; from then on it drops silently
        whatever it is given.
        """
        transport = self._transport
        return (
            transport is not None
            and self._ending is None
            and not transport.is_close_frame_sent
            and not transport.is_disconnected
            and not transport.underlying_transport.is_closing()  # broken, and picows has yet to hear of it
        )

    def send(self, text: bytes) -> bool:
        """Send one text message; False if the link is not open any more."""
        return self._write(_TEXT_FRAME, text)

    def close(self, code: int = CLOSE_NORMAL, reason: str = "") -> None:
        """Begin the closing handshake; the peer has `close_limit_s` to answer."""
        assert 1000 <= code <= 4999
        transport = self._transport
        if transport is None or not self.is_open:
            return
        short_reason = shorten(reason)
        self._begin_end(Ending(code, short_reason))
        transport.send_close(WSCloseCode(code), short_reason.encode())

    def abort(self) -> None:
        """Cut the line."""
        if self._transport is not None and not self._transport.is_disconnected:
            reset_at_close(self._transport.underlying_transport)
        self.give_up("cut by us")

    def forsake(self) -> None:
        """Whoever dialled has given up: an upgrade that comes all the same opens nothing."""
        self._begin_end(Ending(None, "given up while it was dialled"))

    def set_ping_interval(self, interval_s: float) -> None:
        """Ping every `interval_s` seconds from now on; 0 ends the pings (TR-12)."""
        if self._pulse is not None and self.is_open:
            self._pulse.retime(interval_s)

    def peer_chain(self) -> str:
        """The certificates by which TLS believed the peer, as PEM; empty without TLS."""
        wire = None if self._transport is None else self._transport.underlying_transport
        tls = None if wire is None else wire.get_extra_info("ssl_object")
        return "" if tls is None else verified_chain(tls)

    # What picows calls

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is done."""
        if self._ending is not None:
            return
        self._transport = transport
        if self._roll is not None:
            self._roll.join(self)
        transport.underlying_transport.set_write_buffer_limits(high=CONGESTED_BYTES)
        for half in (transport.request, transport.response):
            del half.headers  # nobody reads them any more, and a password is among them
        pulse = Pulse(
            self._pings.interval_s,
            self._pings.answer_limit_s,
            self._scheduler.time(),
            only_when_silent=self._pings.only_when_silent,
        )
        self._pulse = PulseTimer(pulse, self._scheduler, self)
        call_receiver(self, self._receiver.link_opened, self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame came; its payload lives in picows' buffer only until this returns."""
        kind = frame.msg_type
        if kind == _CLOSE_FRAME:
            self._close_received(transport, frame.get_payload_as_bytes())
            return
        # After a close frame nothing counts but the other close frame. picows still delivers what shared a buffer with
        # the frame it refused.
        if not self.is_open:
            return
        assert self._pulse is not None
        if self._pace is not None:
            self._keep_pace(transport, self._pace)
        if kind == _PONG_FRAME or self._pings.only_when_silent:
            self._pulse.pulse.heard()
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(CLOSE_PROTOCOL_ERROR, "reserved bit set without an extension")
        elif kind == _PING_FRAME:
            self._write(_PONG_FRAME, frame.get_payload_as_bytes())
        elif kind != _PONG_FRAME:
            self._take_data(kind, bool(frame.fin), frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The line is gone, however it ended; picows calls this once for every `on_ws_connected`."""
        ending = self._ending or _ending_of_picows(transport)
        self._begin_end(ending)
        for timer in (ending.watchdog, self._rest):
            if timer is not None:
                timer.cancel()
        call_receiver(self, self._receiver.link_closed, Closure(ending.code, ending.reason, ending.is_clean))
        if self._roll is not None:
            self._roll.leave(self)

    def pause_writing(self) -> None:
        """More than CONGESTED_BYTES wait to be sent."""
        self._is_congested = True

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._is_congested = False

    # The parts

    def _keep_pace(self, transport: WSTransport, pace: Pace) -> None:
        """Leave a peer that sends too fast unread for a while: TCP then slows it down, and no one else."""
        rest_s = pace.take(self._scheduler.time())
        if rest_s > 0 and self._rest is None:
            transport.underlying_transport.pause_reading()
            self._rest = self._scheduler.call_later(rest_s, self._read_on)
            if self._slowed is not None:
                self._slowed()

    def _read_on(self) -> None:
        self._rest = None
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.underlying_transport.resume_reading()
        # To rest is our doing; the silence must not be held against the peer.
        if self._pulse is not None:
            self._pulse.pulse.heard()

    def _write(self, kind: WSMsgType, payload: bytes) -> bool:
        transport = self._transport
        if transport is None or not self.is_open:
            return False
        if self._is_congested:
            unsent_bytes = transport.underlying_transport.get_write_buffer_size()
            if unsent_bytes > self._limits.unsent_bytes_max:
                self.give_up(f"the peer does not read: {unsent_bytes} bytes wait to be sent")
                return False
        transport.send(kind, payload)
        return True

    def ping(self) -> None:
        """Ask the peer for a sign of life."""
        self._write(_PING_FRAME, b"")

    def _take_data(self, kind: WSMsgType, is_final: bool, payload: bytes) -> None:
        try:
            if is_final and kind == _TEXT_FRAME and (self._assembly is None or not self._assembly.is_pending):
                text: bytes | None = check_text(payload)
            else:
                if self._assembly is None:
                    self._assembly = Assembly(self._limits.message_bytes_max)
                text = self._assembly.take(kind.value, is_final, payload)
        except FrameRefused as refusal:
            self.close(refusal.code, refusal.reason)
            return
        if text is not None:
            call_receiver(self, self._receiver.text_received, text)

    def _begin_end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
            if self._transport is not None and not self._transport.is_disconnected:
                ending.watchdog = self._scheduler.call_later(self._limits.close_limit_s, self._disconnect_at_once)
        if self._pulse is not None:
            self._pulse.stop()
            self._pulse = None  # it refers back to us; a fleet that redials must not leave work for the collector

    def _disconnect_at_once(self) -> None:
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def give_up(self, reason: str) -> None:
        """Cut the line, for a reason of our own."""
        self._begin_end(Ending(None, reason))
        self._disconnect_at_once()

    def _close_received(self, transport: WSTransport, payload: bytes) -> None:
        if self._ending is None and not transport.is_close_frame_sent:
            self._answer_close(transport, payload)
        elif self._ending is not None and transport.is_close_frame_sent:
            self._ending.is_clean = True  # the answer to our own
        # The listener ends TCP first (RFC 6455 section 7.1.1); a dialler waits for that, until the watchdog bites.
        if not transport.is_client_side:
            transport.disconnect()

    def _answer_close(self, transport: WSTransport, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big") if payload else None
        if code is None or may_be_sent(code):
            self._begin_end(Ending(code, payload[2:].decode(), is_clean=True))
            # An empty close is answered 1000: picows would spell "no code" as a bare 0.
            transport.send_close(WSCloseCode(CLOSE_NORMAL if code is None else code))
        else:
            reason = f"close code {code} must not be sent"
            self._begin_end(Ending(CLOSE_PROTOCOL_ERROR, reason))
            transport.send_close(WSCloseCode(CLOSE_PROTOCOL_ERROR), reason.encode())


def _ending_of_picows(transport: WSTransport) -> Ending:
    """Why the line ended, where picows itself ended it over a broken or oversized frame, or nobody did."""
    handshake = transport.close_handshake
    if handshake is None or handshake.sent is None:
        return Ending(None, "")
    return Ending(handshake.sent.code.value, handshake.sent.reason, is_clean=handshake.recv is not None)
