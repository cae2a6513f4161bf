"""SHELL: a whole virtual charger: the station's software on a simulated rig, with verbs for the people around it."""

import asyncio
from collections.abc import Callable

from contactor.base.clock import Clock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.guide.entries import Cables, Model, Product
from contactor.link.link import Dialer, Scheduler
from contactor.rig.plug import PlugKind
from contactor.rig.power_module import module_of
from contactor.rig.rig import DEFAULTS, Rig
from contactor.rig.settings import RigSettings
from contactor.rig.supply import Supply
from contactor.rig.vehicle import Vehicle
from contactor.station.effects import Effect, Note
from contactor.station.events import Event, PowerOnCause
from contactor.station.file_transfer import FileTransfer
from contactor.station.keys import Key
from contactor.station.runner import StationRunner
from contactor.station.settings import StationSettings
from contactor.station.station import Station
from contactor.station.store.port import Store, StoreError
from contactor.station.watcher import Watcher
from contactor.virtual.network import Cut, Network
from contactor.virtual.rig_keeping_store import RigKeepingStore

SPEED_MAX = 1000
PONG_LIMIT_S = 10.0
"""How long after a ping a half-open line is found out."""


class VirtualStation:
    """One charger that can be plugged into, badged at, and cut off from its power.

    `name` is for people; `files` moves firmware and diagnostics, over the network unless given; `observe` hears the
    station's notes. With `hardware_speed` 60 a minute of charging passes in a second, while the wire and all of
    OCPP's timers keep real time; `hardware` says how finely it is simulated. `keeps_rig` is False where nobody will
    ever make another station of the store, as in a fleet: meters and batteries are not written into it then. A fleet
    also gives a `scheduler` that is lighter than the loop.

    Raises:
        BadSetting: the model is not one of the product's.
    """

    __slots__ = ("_observe", "_rig_keeper", "_waiters", "clock", "model", "name", "network", "product", "rig", "runner",
                 "settings", "watchers")  # fmt: skip

    def __init__(
        self,
        name: str,
        product: Product,
        settings: StationSettings,
        store: Store,
        dialer: Dialer,
        *,
        clock: Clock,
        dice: Dice,
        hardware_speed: float = 1.0,
        hardware: RigSettings = DEFAULTS,
        files: FileTransfer | None = None,
        observe: Callable[[Note], None] | None = None,
        scheduler: Scheduler | None = None,
        keeps_rig: bool = True,
    ) -> None:
        model = product.models.get(settings.model)
        if model is None:
            raise BadSetting("model", settings.model, f"{product.name} has {', '.join(product.models)}")
        self.name = name
        self.product = product
        self.model = model
        self.settings = settings
        self.clock = clock
        self.network = dialer if isinstance(dialer, Network) else None
        """The network that can be cut, if it was given one to dial through."""
        self.watchers: list[Watcher] = []
        self.rig = _rig_of(product, model, hardware, dice)
        self._rig_keeper = RigKeepingStore(store, self.rig) if keeps_rig else None
        self._observe = observe
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self.runner = StationRunner(
            product,
            settings,
            self.rig,
            self._rig_keeper or store,
            dialer,
            clock=clock,
            dice=dice,
            hardware_speed=hardware_speed,
            files=files,
            watcher=self,
            scheduler=scheduler,
        )

    @property
    def station(self) -> Station:
        """The software's core; it must be on."""
        assert self.runner.station is not None, f"{self.name} is without power"
        return self.runner.station

    # Power

    def switch_on(self) -> None:
        """Give the electronics their first power."""
        self.runner.power_on()

    def cut_power(self) -> None:
        """Take the supply away at this instant."""
        self.runner.power_off()
        self.runner.catch_up()
        self.rig.power_off()
        self.settled()

    def return_power(self) -> None:
        """Give the supply back: the software starts and finds what is left."""
        self.runner.catch_up()
        self.rig.power_on()
        self._start(PowerOnCause.POWER)

    def restart(self) -> None:
        """Let the software end at this instant and start again from its store; the hardware keeps its power.

        Raises:
            BadSetting: there is no power to restart with.
        """
        if not self.rig.is_powered:
            raise BadSetting("restart", self.name, "it is without power; return that")
        self.runner.power_off()
        self._start(PowerOnCause.REBOOT)

    def change_supply(self, supply: Supply) -> None:
        """Change the mains: their voltage, and what the site leaves to this charger."""
        self._do(lambda: self.rig.change_supply(supply))

    def change_speed(self, speed: float) -> None:
        """Let so many seconds of the hardware pass in one from now on.

        Raises:
            BadSetting: the speed is not above 0 or above 1000.
        """
        if not 0 < speed <= SPEED_MAX:
            raise BadSetting("speed", speed, f"give more than 0 and at most {SPEED_MAX}")
        self.runner.run_hardware_at(speed)
        self.settled()

    async def shut_down(self) -> None:
        """End in an orderly way."""
        await self.runner.shut_down()

    # The way to the central system

    def cut_network(self, how: Cut) -> None:
        """Cut the network; a half-open line is found out by the station's own pings, if it sends any.

        Raises:
            BadSetting: it was made with a network that cannot be cut.
        """
        interval_s = self.station.configuration.number(Key.WEB_SOCKET_PING_INTERVAL) if self.runner.is_on else 0
        self._network().cut(how, noticed_s=interval_s + PONG_LIMIT_S if interval_s else None)
        self.settled()

    def restore_network(self) -> None:
        """Let everything through again.

        Raises:
            BadSetting: it was made with a network that cannot be cut.
        """
        self._network().restore()
        self.settled()

    def _network(self) -> Network:
        if self.network is None:
            raise BadSetting("network", self.name, "it dials through none that can be cut")
        return self.network

    # People

    def plug(self, outlet: OutletNumber, vehicle: Vehicle) -> None:
        """Connect a car.

        Raises:
            BadSetting: there is no such outlet, it is taken, or its plug does not fit the car.
        """
        self._do(lambda: self.rig.plug(outlet, vehicle))

    def unplug(self, outlet: OutletNumber) -> None:
        """Disconnect the car, whatever it is doing."""
        self._do(lambda: self.rig.unplug(outlet))

    def limit_vehicle(self, outlet: OutletNumber, power_w: float) -> None:
        """Turn the car's power down or up again; 0 W pauses it."""
        self._do(lambda: self.rig.limit_vehicle(outlet, power_w))

    def aim_vehicle(self, outlet: OutletNumber, soc: float) -> None:
        """Choose anew at which state of charge the car stops by itself."""
        self._do(lambda: self.rig.aim_vehicle(outlet, soc))

    def present_badge(self, uid: str) -> None:
        """Hold a badge to the reader."""
        self._do(lambda: self.rig.present_badge(uid))

    def touch_screen(self, outlet: OutletNumber | None = None) -> None:
        """Touch the screen, for a certain outlet or for the next one."""
        self._do(lambda: self.rig.touch_screen(outlet))

    def press_stop(self, outlet: OutletNumber) -> None:
        """Press the stop button on the screen."""
        self._do(lambda: self.rig.press_stop(outlet))

    def raise_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """Make a trouble code active."""
        self._do(lambda: self.rig.raise_fault(dtc, outlet))

    def clear_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """Repair what a trouble code stands for."""
        self._do(lambda: self.rig.clear_fault(dtc, outlet))

    # Watching

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at after every event of the station."""
        if condition():
            return
        future = asyncio.get_running_loop().create_future()
        self._waiters.append((condition, future))
        await future

    def look(self) -> None:
        """Bring everything to now, so that what is read is what is."""
        self.runner.catch_up()

    def _start(self, cause: PowerOnCause) -> None:
        try:
            self.runner.power_on(cause)
        except StoreError as error:
            self.runner.fail(f"the store failed: {error}")
            self.settled()

    def _do(self, deed: Callable[[], object]) -> None:
        self.runner.catch_up()
        deed()
        self._keep_rig()
        self.runner.catch_up()
        if not self.runner.is_on:  # a station that is on has settled while it caught up
            self.settled()

    def _keep_rig(self) -> None:
        if self._rig_keeper is None:
            return
        try:
            self._rig_keeper.keep_rig()
        except StoreError as error:
            if self.runner.is_on:
                self.runner.fail(f"the store failed: {error}")

    # What the runner tells (contactor.station.watcher.Watcher)

    def noted(self, note: Note) -> None:
        """The station has something to tell a person."""
        if self._observe is not None:
            self._observe(note)
        for watcher in self.watchers:
            watcher.noted(note)

    def happened(self, happening: Event | Effect) -> None:
        """An event is about to be handled, or an effect to be carried out."""
        for watcher in self.watchers:
            watcher.happened(happening)

    def settled(self) -> None:
        """Everything is as it will be until the next event."""
        if self._waiters:
            self._look_after_waiters()
        for watcher in self.watchers:
            watcher.settled()

    def _look_after_waiters(self) -> None:
        waiting = []
        for condition, future in self._waiters:
            if future.done():
                continue
            if condition():
                future.set_result(None)
            else:
                waiting.append((condition, future))
        self._waiters = waiting


def _rig_of(product: Product, model: Model, hardware: RigSettings, dice: Dice) -> Rig:
    """The hardware of a model, as the product's data describe it."""
    return Rig(
        [PlugKind(kind.value) for kind in model.outlets],
        model.module_count,
        dice=dice,
        settings=hardware,
        has_locks=model.cables is Cables.DETACHABLE,
        module=module_of(product.module_kw * 1000.0, product.charging_profiles.residual_a_per_module),
    )
