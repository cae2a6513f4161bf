"""One station of a storm with everything around it that can go wrong: line, weather, clock, store and power."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from contactor.base.ids import OutletNumber, StationId
from contactor.guide.entries import Product
from contactor.link.link import Scheduler
from contactor.link.memory import MemoryNetwork
from contactor.link.weather import CLEAR, Sky, Weather, WeatherDialer
from contactor.rig.settings import RigSettings
from contactor.station.effects import Note
from contactor.station.outbox import Entry
from contactor.station.settings import StationSettings
from contactor.storm.chance import Chance
from contactor.storm.clocks import StormClock
from contactor.storm.evidence import SiteLimit
from contactor.storm.files import StormFiles
from contactor.storm.frame import Frame
from contactor.storm.meddling import Meddler
from contactor.storm.storm_store import StormStore
from contactor.storm.tap import TapDialer
from contactor.virtual.virtual_station import VirtualStation

STEP_MIN_S, STEP_MAX_S = 60.0, 300.0
"""How finely charging curves are followed: the meter counts what flows all the same."""

MEDDLING_SHARE = 0.5
"""How many of the messages that a meddling in force is for are struck."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Who is told what happens: frames on a line, messages owed from now on, notes of a station; a site's limits."""

    heard: Callable[[Frame, bytes], None]
    owed: Callable[[str, Entry], None]
    noted: Callable[[str, Note], None]
    limited: Callable[[SiteLimit], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which station it is."""

    station_id: StationId
    product: Product
    model: str
    key: str | None
    initial: dict[str, str]


class StationHouse:
    """A virtual station, and the handles by which a storm takes hold of it."""

    def __init__(
        self,
        identity: Identity,
        network: MemoryNetwork,
        scheduler: Scheduler,
        clock: StormClock,
        chance: Chance,
        witness: Witness,
        call_timeout_s: float,
        sample_s: float,
    ) -> None:
        """Make it; its charging curves are followed about as often as they are read, which is each `sample_s`."""
        self.identity = identity
        self.name = identity.station_id
        self.clock = clock
        self.sky = Sky(chance.stream("weather").dice)
        strikes = chance.stream("meddling")
        self.meddler = Meddler(lambda: strikes.happens(MEDDLING_SHARE))
        self.power_cuts_at_commits = 0
        self.visitors = 0
        """How many people are here with their cars."""
        self._scheduler = scheduler
        self._hands_on_switch = 0
        self._weathers: list[Weather] = []
        self._codes: list[str] = []
        self.codes: Counter[str] = Counter()
        """The trouble codes that came."""
        dialer = WeatherDialer(network.dialer(), self.sky)
        self.tap = TapDialer(self.name, dialer, self.meddler, witness.heard, scheduler)
        self.store = StormStore(lambda entry: witness.owed(self.name, entry), self._power_went)
        self.station = VirtualStation(
            self.name,
            identity.product,
            StationSettings(
                model=identity.model,
                serial=f"SN-{self.name}",
                initial=identity.initial,
                call_timeout_s=call_timeout_s,
                trace_frames=0,  # only diagnostics show them, and whoever takes those here forgets them
            ),
            self.store,
            self.tap,
            clock=clock,
            dice=chance.stream("station").dice,
            hardware=RigSettings(step_s=min(max(sample_s, STEP_MIN_S), STEP_MAX_S), ramp_step_s=2.0),
            files=StormFiles(identity.product.name, chance.stream("files")),
            observe=lambda note: witness.noted(self.name, note),
            keeps_rig=False,  # it outlives the software here, so nobody would read what was kept of it
        )

    def next_code(self, chance: Chance) -> str:
        """A trouble code of the product by chance, none again before each has come."""
        if not self._codes:
            self._codes = sorted(self.identity.product.vendor_errors)
        code = self._codes.pop(chance.whole(0, len(self._codes) - 1))
        self.codes[code] += 1
        return code

    @property
    def is_on(self) -> bool:
        """Whether the station's software runs."""
        return self.station.runner.is_on

    @property
    def outlets(self) -> tuple[OutletNumber, ...]:
        """Its outlets."""
        return tuple(self.station.rig.outlets)

    @property
    def has_power(self) -> bool:
        """Whether the supply is there."""
        return self.station.rig.is_powered

    def cut_power(self) -> None:
        """The supply goes; several troubles may hold it off, and it is back when the last lets go."""
        self._hands_on_switch += 1
        if self.has_power:
            self.station.cut_power()

    def return_power(self) -> None:
        """One trouble lets go of the supply."""
        self._hands_on_switch -= 1
        if self._hands_on_switch == 0 and not self.has_power:
            self.station.return_power()

    def add_weather(self, weather: Weather) -> None:
        """One more thing is wrong with the line; several at once are each as bad as they are."""
        self._weathers.append(weather)
        self.sky.weather = _worst(self._weathers)

    def remove_weather(self, weather: Weather) -> None:
        """One thing less is wrong."""
        self._weathers.remove(weather)
        self.sky.weather = _worst(self._weathers)

    def _power_went(self) -> None:
        """The store says that the power went at a commit: so it did, and comes back after a moment."""
        self.power_cuts_at_commits += 1
        self._scheduler.call_soon(self.cut_power)
        self._scheduler.call_later(7.0, self.return_power)


def _worst(weathers: list[Weather]) -> Weather:
    """The weather that is as bad as the worst of them in everything."""
    if not weathers:
        return CLEAR
    return Weather(
        delay_min_s=max(each.delay_min_s for each in weathers),
        delay_max_s=max(each.delay_max_s for each in weathers),
        loss=max(each.loss for each in weathers),
        duplicate=max(each.duplicate for each in weathers),
        cut=max(each.cut for each in weathers),
        silence=max(each.silence for each in weathers),
        dial_failure=max(each.dial_failure for each in weathers),
    )
