"""SHELL: what a bad line does to a good link: delay, loss, repetition, cuts and silence, all drawn from dice.

It stands between any link and its receiver, so the same weather serves memory and websockets. The order of messages
is kept whatever the delay, as TCP keeps it. In clear weather it adds nothing, not even a turn of the loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from contactor.base.dice import Dice
from contactor.link.callback import call_receiver
from contactor.link.link import (
    CLOSE_NORMAL,
    Admission,
    Admit,
    Admitter,
    Cancellable,
    Closure,
    Dialer,
    DialledLink,
    Handshake,
    Link,
    LinkFailed,
    Receiver,
    Scheduler,
    Target,
)

# How long a close is waited for that cannot get through.
CLOSE_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad the line is; probabilities are per message and direction, from 0 to 1."""

    delay_min_s: float = 0.0
    delay_max_s: float = 0.0
    loss: float = 0.0
    """A message vanishes although the link stays; no TCP does this, a failing peer does."""
    duplicate: float = 0.0
    cut: float = 0.0
    """The line breaks, and both ends notice."""
    silence: float = 0.0
    """From now on nothing gets through either way, and neither end is told (half-open)."""
    silence_noticed_s: float | None = 30.0
    """How long until the silence is found out, as pings would; None for never."""
    dial_failure: float = 0.0
    """Probability that dialling fails."""

    def __post_init__(self) -> None:
        assert 0 <= self.delay_min_s <= self.delay_max_s
        for probability in (self.loss, self.duplicate, self.cut, self.silence, self.dial_failure):
            assert 0 <= probability <= 1


CLEAR = Weather()


class Sky:
    """The weather of the moment over any number of links; assign `weather` to change it for all of them."""

    __slots__ = ("_dice", "weather")

    def __init__(self, dice: Dice, weather: Weather = CLEAR) -> None:
        self.weather = weather
        self._dice = dice

    def strikes(self, probability: float) -> bool:
        """Whether it happens this time. What cannot happen costs no throw, so clear weather leaves the dice alone."""
        return probability > 0 and self._dice.happens(probability)

    def delay_s(self) -> float:
        """How long this message takes."""
        weather = self.weather
        return self._dice.between(weather.delay_min_s, weather.delay_max_s) if weather.delay_max_s else 0.0


class _Lane:
    """One direction of a line: things happen after their delay, but never before what was put in earlier."""

    __slots__ = ("_free_at_s", "_scheduler", "_timers", "_waiting")

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._free_at_s = 0.0
        self._waiting: deque[Callable[[], None]] = deque()
        self._timers: deque[Cancellable] = deque()

    def put(self, happening: Callable[[], None], delay_s: float) -> None:
        """Let it happen, at once if nothing is in its way."""
        if delay_s <= 0 and not self._waiting:
            happening()
            return
        now_s = self._scheduler.time()
        self._free_at_s = max(self._free_at_s, now_s + delay_s)
        self._waiting.append(happening)
        self._timers.append(self._scheduler.call_later(self._free_at_s - now_s, self._next))

    def clear(self) -> None:
        """Lose what is on its way."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()

    def _next(self) -> None:
        # Timers of the same instant may fire in any order; each lets the oldest happen, so the order stays.
        self._timers.popleft()
        self._waiting.popleft()()


class WeatheredLink:
    """A receiver to the real link, a link to the real receiver, and the weather in between."""

    __slots__ = ("_inner", "_inward", "_is_inner_over", "_is_open", "_is_over", "_is_silent", "_outward", "_receiver",
                 "_scheduler", "_sky")  # fmt: skip

    def __init__(self, receiver: Receiver, sky: Sky, scheduler: Scheduler) -> None:
        self._receiver = receiver
        self._sky = sky
        self._scheduler = scheduler
        self._outward = _Lane(scheduler)
        self._inward = _Lane(scheduler)
        self._inner: Link | None = None
        self._is_open = False
        self._is_silent = False
        self._is_over = False
        self._is_inner_over = False  # the link inside ended, and the receiver may not know yet

    # What the receiver may ask

    @property
    def is_open(self) -> bool:
        """Whether this side believes that it is connected."""
        return self._is_open

    @property
    def name(self) -> str:
        """The name of the link inside."""
        return self._inner.name if self._inner is not None else "a link that was not opened yet"

    def send(self, text: bytes) -> bool:
        """Send one message into the weather."""
        inner = self._inner
        if inner is None or not self._is_open:
            return False
        delivered = True

        def deliver() -> None:
            nonlocal delivered
            delivered = inner.send(text)

        self._expose(self._outward, deliver)
        return delivered

    def close(self, code: int = CLOSE_NORMAL, reason: str = "") -> None:
        """Close politely, after what is on its way."""
        inner = self._inner
        if inner is None or not self._is_open:
            return
        self._is_open = False
        if self._is_silent:
            unheard = Closure(code, reason, clean=False)
            self._scheduler.call_later(CLOSE_LIMIT_S, lambda: self._end_silence(unheard))
        else:
            self._outward.put(lambda: inner.close(code, reason), self._sky.delay_s())

    def abort(self) -> None:
        """Cut the line."""
        if self._inner is None or self._is_over:
            return
        self._is_open = False
        self._is_silent = False
        self._outward.clear()
        self._inward.clear()
        if self._is_inner_over:
            self._scheduler.call_soon(lambda: self._finish(Closure(None, "cut by us", clean=False)))
        else:
            self._inner.abort()

    def set_ping_interval(self, interval_s: float) -> None:
        """Pings belong to the link inside, if it can ping."""
        if isinstance(self._inner, DialledLink):
            self._inner.set_ping_interval(interval_s)

    def peer_chain(self) -> str:
        """Certificates belong to the link inside, if it was dialled."""
        return self._inner.peer_chain() if isinstance(self._inner, DialledLink) else ""

    def fall_silent(self) -> None:
        """From now on nothing gets through either way, and neither end is told."""
        self._is_silent = True
        self._outward.clear()
        self._inward.clear()
        noticed_s = self._sky.weather.silence_noticed_s
        if noticed_s is not None:
            unheard = Closure(None, f"silent for {noticed_s:g} s", clean=False)
            self._scheduler.call_later(noticed_s, lambda: self._end_silence(unheard))

    # What the link inside tells

    def link_opened(self, link: Link) -> None:
        """Begin."""
        self._inner = link
        self._is_open = True
        call_receiver(self, self._receiver.link_opened, self)

    def text_received(self, text: bytes) -> None:
        """A message came through the link inside."""
        if self._is_open:
            self._expose(self._inward, lambda: self._deliver(text))

    def link_closed(self, closure: Closure) -> None:
        """The link inside is over; in a silence nobody hears of it."""
        self._is_inner_over = True
        if not self._is_silent:
            self._inward.put(lambda: self._finish(closure), self._sky.delay_s() if self._is_open else 0.0)

    # The weather

    def _expose(self, lane: _Lane, happening: Callable[[], None]) -> None:
        weather = self._sky.weather
        if weather is CLEAR and not self._is_silent:
            lane.put(happening, 0.0)
            return
        if self._is_silent or self._sky.strikes(weather.loss):
            return
        if self._sky.strikes(weather.cut):
            self.abort()
        elif self._sky.strikes(weather.silence):
            self.fall_silent()
        else:
            delay_s = self._sky.delay_s()
            lane.put(happening, delay_s)
            if self._sky.strikes(weather.duplicate):
                lane.put(happening, delay_s)

    def _end_silence(self, closure: Closure) -> None:
        if self._is_over:
            return
        assert self._inner is not None
        self._finish(closure)
        self._inner.abort()

    def _deliver(self, text: bytes) -> None:
        if self._is_open:
            call_receiver(self, self._receiver.text_received, text)

    def _finish(self, closure: Closure) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._is_open = False
        call_receiver(self, self._receiver.link_closed, closure)


class WeatherDialer:
    """Dials through the weather."""

    __slots__ = ("_dialer", "_sky")

    def __init__(self, dialer: Dialer, sky: Sky) -> None:
        self._dialer = dialer
        self._sky = sky

    async def dial(self, target: Target, receiver: Receiver) -> WeatheredLink:
        """Connect, see `contactor.link.link.Dialer`."""
        delay_s = self._sky.delay_s()
        if delay_s:
            await asyncio.sleep(delay_s)
        if self._sky.strikes(self._sky.weather.dial_failure):
            raise LinkFailed("the weather is bad")
        weathered = WeatheredLink(receiver, self._sky, asyncio.get_running_loop())
        await self._dialer.dial(target, weathered)
        return weathered


def weather_for(admit: Admitter, sky: Sky) -> Admitter:
    """Let the weather also strike at the listener's side of each link that is admitted."""

    def admit_into_the_weather(handshake: Handshake) -> Admission:
        admission = admit(handshake)
        if isinstance(admission, Admit):
            return Admit(WeatheredLink(admission.receiver, sky, asyncio.get_running_loop()))
        return admission

    return admit_into_the_weather
